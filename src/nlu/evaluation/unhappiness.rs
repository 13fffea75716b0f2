//! `rapport eval unhappiness`: the shipped heads on dialogues, each customer turn scored
//! from the dialogue up to it.

use serde::Serialize;

use crate::domain::entry::AuthorKind;
use crate::nlu::encoder::{EncodeError, Encoder};
use crate::nlu::heads::Heads;
use crate::nlu::heads::unhappiness::Earlier;
use crate::nlu::metrics;
use crate::nlu::training::comments::RawDialogue;
use crate::nlu::training::unhappiness::at_threshold;

#[derive(Clone, Debug, Serialize)]
pub struct UnhappinessReport {
    #[serde(serialize_with = "super::rounded_if_any")]
    pub auc: Option<f64>,
    #[serde(serialize_with = "super::rounded")]
    pub precision: f64,
    #[serde(serialize_with = "super::rounded")]
    pub recall: f64,
    pub threshold: f32,
    /// Labelled turns.
    pub n: usize,
    pub dialogues: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct UnhappinessPrediction {
    pub id: String,
    /// Its place in the dialogue, from 0.
    pub turn: usize,
    /// 1 for unhappy, 0 for not, empty where it is not labelled.
    pub label: Option<u8>,
    pub p: f32,
}

pub fn run(
    dialogues: &[RawDialogue],
    heads: &Heads,
    encoder: &Encoder,
    progress: &dyn Fn(&str, f32),
) -> Result<(UnhappinessReport, Vec<UnhappinessPrediction>), EncodeError> {
    let turns = || dialogues.iter().flat_map(|dialogue| &dialogue.turns);
    let texts: Vec<&str> =
        turns().filter(|turn| turn.author == AuthorKind::Customer).map(|turn| turn.text.as_str()).collect();
    let encodings =
        encoder.read_all(&texts, heads.wanted(), |done| progress("encoding", done as f32 / texts.len() as f32))?;
    let mut encodings = encodings.iter();
    let mut predictions = Vec::with_capacity(texts.len());
    for dialogue in dialogues {
        let mut earlier: Vec<Earlier<'_>> = Vec::with_capacity(dialogue.turns.len());
        for (place, turn) in dialogue.turns.iter().enumerate() {
            let mut sentiment = None;
            if turn.author == AuthorKind::Customer
                && let Some(encoding) = encodings.next()
            {
                let read = heads.read_mood(encoding).sentiment;
                let p = heads.unhappiness.read(&turn.text, &encoding.vector, &read, &earlier).p;
                let label = turn.unhappy.map(u8::from);
                predictions.push(UnhappinessPrediction { id: dialogue.id.clone(), turn: place, label, p });
                sentiment = Some(read[2] - read[0]);
            }
            earlier.push(Earlier { author: turn.author, text: &turn.text, sentiment, failed: false });
        }
    }
    let labelled: Vec<(f32, bool)> =
        predictions.iter().filter_map(|turn| turn.label.map(|label| (turn.p, label == 1))).collect();
    let (p, unhappy): (Vec<f32>, Vec<bool>) = labelled.into_iter().unzip();
    let threshold = heads.unhappiness.model.threshold;
    let (precision, recall) = at_threshold(&p, &unhappy, threshold);
    let report = UnhappinessReport {
        auc: metrics::auroc(&p, &unhappy),
        precision,
        recall,
        threshold,
        n: p.len(),
        dialogues: dialogues.len(),
    };
    Ok((report, predictions))
}
