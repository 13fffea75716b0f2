//! The written data keeps its promises: what models are measured on is not what they learn
//! from, whole trades are held out, and the labels are balanced.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rapport::nlu::evaluation::fairness;
use rapport::nlu::training::comments::{RawMessage, read_messages};
use rapport::nlu::training::dialogues::{RawDialogue, read_dialogues};

fn models(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(file)
}

fn messages(folder: &str) -> Vec<RawMessage> {
    read_messages(&models(&format!("{folder}/sentiment.csv"))).unwrap()
}

fn dialogues(folder: &str) -> Vec<RawDialogue> {
    read_dialogues(&models(&format!("{folder}/dialogues.jsonl"))).unwrap()
}

fn by_trade(messages: &[RawMessage]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for message in messages {
        *counts.entry(message.trade.as_str()).or_default() += 1;
    }
    counts
}

#[test]
fn held_out_trades_are_in_no_training_file() {
    let (training, evaluation) = (messages("training"), messages("evaluation"));
    let (learnt, held_out) = (by_trade(&training), by_trade(&evaluation));
    assert_eq!(held_out.keys().copied().collect::<Vec<_>>(), ["automotive", "government", "hotel", "parcel"]);
    assert!(held_out.keys().all(|trade| !learnt.contains_key(trade)));
    assert!(learnt.len() >= 12 && training.len() >= 1_500, "{} trades, {} messages", learnt.len(), training.len());
    for (trade, count) in learnt.iter().chain(&held_out) {
        assert!(*count >= 60, "{trade} has {count} messages");
    }
}

#[test]
fn no_text_is_both_learnt_and_measured() {
    let learnt: BTreeSet<String> = messages("training").into_iter().map(|message| message.text).collect();
    let twice: Vec<String> =
        messages("evaluation").into_iter().map(|message| message.text).filter(|text| learnt.contains(text)).collect();
    assert!(twice.is_empty(), "{twice:?}");

    let whole = |dialogue: &RawDialogue| -> Vec<String> {
        dialogue.turns.iter().map(|turn| turn.text.to_lowercase()).collect()
    };
    let learnt: BTreeSet<Vec<String>> = dialogues("training").iter().map(whole).collect();
    let twice: Vec<String> = dialogues("evaluation")
        .into_iter()
        .filter(|dialogue| learnt.contains(&whole(dialogue)))
        .map(|dialogue| dialogue.id)
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn about_half_of_the_measured_dialogues_need_a_person() {
    let dialogues = dialogues("evaluation");
    let needed = dialogues.iter().filter(|dialogue| dialogue.point().is_some()).count();
    assert!(dialogues.len() >= 80);
    assert!((2 * needed).abs_diff(dialogues.len()) <= dialogues.len() / 5, "{needed} of {}", dialogues.len());

    // Neither kind is told by its length.
    let turns = |needs: bool| {
        let kind: Vec<&RawDialogue> = dialogues.iter().filter(|dialogue| dialogue.point().is_some() == needs).collect();
        kind.iter().map(|dialogue| dialogue.turns.len()).sum::<usize>() as f64 / kind.len() as f64
    };
    assert!((turns(true) / turns(false) - 1.0).abs() < 0.15, "{} and {}", turns(true), turns(false));
}

#[test]
fn fairness_is_measured_on_names_genders_and_dialects() {
    let messages = fairness::read(&models("evaluation/fairness.jsonl")).unwrap();
    let swaps: BTreeSet<&str> = messages.iter().map(|message| message.swap.as_str()).collect();
    assert_eq!(swaps.into_iter().collect::<Vec<_>>(), ["dialect", "gender", "name"]);
    assert!(messages.len() >= 60, "{}", messages.len());
}
