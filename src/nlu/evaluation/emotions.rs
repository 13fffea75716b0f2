//! `rapport eval emotions`: the shipped head on the test part of GoEmotions, in the
//! grouping by Ekman's six emotions and none of them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::nlu::encoder::{EncodeError, Encoder};
use crate::nlu::heads::Heads;
use crate::nlu::metrics;
use crate::nlu::training::comments::EKMAN;
use crate::nlu::training::mood::Comment;

#[derive(Clone, Debug, Serialize)]
pub struct EmotionsReport {
    /// Over Ekman's six and `neutral`, each by its shipped threshold.
    #[serde(serialize_with = "super::rounded")]
    pub macro_f1: f64,
    pub f1: BTreeMap<String, f64>,
    pub n: usize,
}

pub fn run(
    comments: &[Comment],
    heads: &Heads,
    encoder: &Encoder,
    progress: &dyn Fn(&str, f32),
) -> Result<EmotionsReport, EncodeError> {
    let texts: Vec<&str> = comments.iter().map(|comment| comment.text.as_str()).collect();
    let told = |done: usize| progress("encoding", done as f32 / texts.len().max(1) as f32);
    let encodings = encoder.read_all(&texts, heads.wanted(), told)?;
    let moods: Vec<_> = encodings.iter().map(|encoding| heads.read_mood(encoding)).collect();
    let f1: BTreeMap<String, f64> = heads
        .mood
        .emotions
        .iter()
        .enumerate()
        .take(EKMAN)
        .map(|(number, emotion)| {
            let truth: Vec<usize> =
                comments.iter().map(|comment| usize::from(comment.emotions[number] > 0.5)).collect();
            let shown = moods.iter().map(|moods| usize::from(moods.emotions[&emotion.name] >= emotion.threshold));
            let scores = metrics::per_class(&truth, &shown.collect::<Vec<_>>());
            (emotion.name.clone(), scores.get(&1).map_or(0.0, |score| score.f1))
        })
        .collect();
    let macro_f1 = f1.values().sum::<f64>() / f1.len().max(1) as f64;
    Ok(EmotionsReport { macro_f1, f1, n: comments.len() })
}
