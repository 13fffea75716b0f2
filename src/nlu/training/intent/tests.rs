//! The whole recipe on a handful of intents, with the real encoder.

use super::*;
use crate::base::home::Home;
use crate::nlu::encoder::EncoderOptions;
use crate::nlu::heads::Heads;
use crate::nlu::heads::file::{self, INTENT_FILE};
use crate::nlu::training::intent::tuned::TunedPart;

const EXAMPLES: [(&str, &[&str]); 4] = [
    (
        "order_status",
        &["where is my parcel", "has my order shipped", "track my package", "when does it arrive", "still no delivery"],
    ),
    (
        "return_item",
        &[
            "I want to send this back",
            "how do returns work",
            "can I return a jumper",
            "get my money back for the shoes",
            "wrong size, back it goes",
        ],
    ),
    (
        "opening_hours",
        &[
            "when do you open",
            "are you open on sunday",
            "what time do you close",
            "opening hours of the shop",
            "open today?",
        ],
    ),
    (
        "talk_to_person",
        &["a human please", "let me speak to somebody", "agent", "can I talk to a real person", "call your manager"],
    ),
];

fn corpus(encoder: &Encoder) -> IntentCorpus {
    let names = EXAMPLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let examples = EXAMPLES
        .iter()
        .zip(0u32..)
        .flat_map(|((_, texts), label)| texts.iter().map(move |text| ((*text).to_owned(), label)));
    let hints = EXAMPLES.iter().zip(0u32..).filter_map(|((name, _), label)| Some((IntentCorpus::spoken(name)?, label)));
    IntentCorpus::encode(encoder, names, examples.collect(), hints.collect(), Vec::new(), |_| ()).unwrap()
}

#[test]
fn a_few_examples_are_learnt_and_kept() {
    let home = Home::find().expect("tests run in the clone");
    let encoder = Encoder::start(&home, EncoderOptions::default()).expect("`make setup` was run");
    let corpus = corpus(&encoder);
    assert_eq!((corpus.texts.len(), corpus.messages()), (24, 20));
    let trained = train(&encoder, &corpus, &TrainOptions::default(), &|_| ()).unwrap();
    // What is tested are messages, never an intent's name.
    assert_eq!(trained.validation.n, 20);
    assert!(trained.validation.accuracy >= 0.8, "{:?}", trained.validation);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(INTENT_FILE);
    file::save(&trained.head, encoder.identity(), &path).unwrap();
    let kept = Heads::of_intent(file::load(encoder.identity(), &path).unwrap());
    let new = Heads::of_intent(trained.head);
    let asked = ["wheres my pakage", "I'd like to return these trousers", "until when are you open", "give me a human"];
    let read = |heads: &Heads| -> Vec<Vec<f32>> {
        let encodings = encoder.read_all(&asked, heads.wanted(), |_| ()).unwrap();
        asked.iter().zip(&encodings).map(|(text, encoding)| heads.read_intent(text, encoding).probabilities).collect()
    };
    for (label, (before, after)) in read(&new).into_iter().zip(read(&kept)).enumerate() {
        assert_eq!(argmax(&before), label, "{}: {before:?}", asked[label]);
        let apart = before.iter().zip(&after).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 0.02, "{before:?} {after:?}");
    }
}

#[test]
fn a_branch_moves_towards_the_examples() {
    let home = Home::find().expect("tests run in the clone");
    let encoder = Encoder::start(&home, EncoderOptions::default()).expect("`make setup` was run");
    let corpus = corpus(&encoder);
    let untrained = encoder.untrained_branch(corpus::DEPTH).unwrap();
    let fold_of = folds::stratified(&corpus.labels[..corpus.messages()], FOLDS, 11);
    let split = Split::fold(&corpus, &fold_of, 0);
    let tuned = TunedPart::fit(&encoder, &untrained, &corpus, &split, &|_| ());
    assert_ne!(tuned.branch, untrained);
    let logits = tuned.logits.chunks_exact(EXAMPLES.len());
    let right =
        split.test.iter().zip(logits).filter(|(row, logits)| argmax(logits) as u32 == corpus.labels[**row]).count();
    assert!(right >= split.test.len() - 1, "{right} of {}", split.test.len());
}
