//! Trains the unhappiness head, beside the mood head that it reads with.

use std::sync::Arc;

use crate::app::commands::progress::Steps;
use crate::base::home::Home;
use crate::domain::SentimentLabel;
use crate::domain::entry::AuthorKind;
use crate::nlu::encoder::{Encoder, Wanted};
use crate::nlu::heads::mood::MoodHead;
use crate::nlu::training::comments;
use crate::nlu::training::dialogues::{self, RawDialogue, RawTurn};
use crate::nlu::training::unhappiness::{self, Dialogue, Single, TrainedUnhappiness, Turn};

/// On the dialogues and messages of models/training. Takes seconds.
pub fn train(home: &Home, encoder: &Encoder, mood: &MoodHead, steps: &Steps) -> anyhow::Result<TrainedUnhappiness> {
    let own = home.models().join("training");
    let messages = comments::read_messages(&own.join("sentiment.csv"))?;
    let dialogues = dialogues::read_dialogues(&own.join("dialogues.jsonl"))?;
    let message_texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    let message_vectors = encoder.encode_all(&message_texts, |done| {
        steps.show("encoding support messages", done as f32 / message_texts.len() as f32);
    })?;
    let turn_texts = customer_turns(&dialogues);
    let wanted = Wanted { branches: vec![Arc::clone(&mood.branch)], ..Wanted::default() };
    let turn_encodings = encoder.read_all(&turn_texts, &wanted, |done| {
        steps.show("encoding dialogues", done as f32 / turn_texts.len() as f32);
    })?;
    let singles: Vec<Single<'_>> = messages
        .iter()
        .zip(&message_vectors)
        .map(|(message, vector)| Single {
            text: &message.text,
            vector,
            unhappy: message.label == SentimentLabel::Negative,
        })
        .collect();
    let mut encodings = turn_encodings.iter();
    let mut encoding_of = |turn: &RawTurn| match turn.author {
        AuthorKind::Customer => encodings.next(),
        _ => None,
    };
    let mut heard: Vec<Dialogue<'_>> = Vec::with_capacity(dialogues.len());
    for dialogue in &dialogues {
        let turns = dialogue.turns.iter().map(|raw| {
            let encoding = encoding_of(raw);
            let said = encoding.and_then(|encoding| encoding.branches.first());
            Turn {
                author: raw.author,
                text: &raw.text,
                vector: encoding.map(|encoding| encoding.vector.as_slice()),
                sentiment: said.map(|said| mood.read(said).sentiment),
                unhappy: raw.unhappy,
                after: raw.after_min,
            }
        });
        heard.push(Dialogue { turns: turns.collect() });
    }
    Ok(unhappiness::train(&heard, &singles))
}

/// What customers say in the dialogues.
pub fn customer_turns(dialogues: &[RawDialogue]) -> Vec<&str> {
    let turns = dialogues.iter().flat_map(|dialogue| &dialogue.turns);
    turns.filter(|turn| turn.author == AuthorKind::Customer).map(|turn| turn.text.as_str()).collect()
}
