//! `rapport eval sentiment`: the shipped head on labelled texts.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::table::Labelled;
use crate::domain::SentimentLabel;
use crate::nlu::encoder::{EncodeError, Encoder};
use crate::nlu::heads::{Heads, mood};
use crate::nlu::metrics::{self, ClassScore};
use crate::nlu::training::comments::DataError;

#[derive(Clone, Debug, Serialize)]
pub struct SentimentReport {
    #[serde(serialize_with = "super::rounded")]
    pub accuracy: f64,
    #[serde(serialize_with = "super::rounded")]
    pub macro_f1: f64,
    #[serde(serialize_with = "super::rounded")]
    pub ece: f64,
    pub per_class: BTreeMap<&'static str, ClassScore>,
    pub n: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct SentimentPrediction {
    pub text: String,
    pub label: &'static str,
    pub predicted: &'static str,
    pub score: f32,
    pub confidence: f32,
}

/// The rows' labels; `path` is where they come from.
pub fn labels(rows: &[Labelled], path: &Path) -> Result<Vec<SentimentLabel>, DataError> {
    rows.iter()
        .map(|row| {
            SentimentLabel::parse(&row.label.to_lowercase()).ok_or_else(|| {
                DataError::new(
                    path,
                    row.line,
                    format!("{:?} is no label; write negative, neutral or positive", row.label),
                )
            })
        })
        .collect()
}

pub fn run(
    rows: &[Labelled],
    labels: &[SentimentLabel],
    heads: &Heads,
    encoder: &Encoder,
    progress: &dyn Fn(&str, f32),
) -> Result<(SentimentReport, Vec<SentimentPrediction>), EncodeError> {
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let encodings =
        encoder.read_all(&texts, heads.wanted(), |done| progress("encoding", done as f32 / texts.len() as f32))?;
    let mut predictions = Vec::with_capacity(rows.len());
    let (mut truth, mut said) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for ((row, &label), encoding) in rows.iter().zip(labels).zip(&encodings) {
        let verdict = mood::verdict(&heads.read_mood(encoding).sentiment);
        truth.push(label as usize);
        said.push(verdict.label as usize);
        predictions.push(SentimentPrediction {
            text: row.text.clone(),
            label: label.as_str(),
            predicted: verdict.label.as_str(),
            score: verdict.score,
            confidence: verdict.confidence,
        });
    }
    let confidence: Vec<f32> = predictions.iter().map(|prediction| prediction.confidence).collect();
    let right: Vec<bool> = truth.iter().zip(&said).map(|(t, s)| t == s).collect();
    let report = SentimentReport {
        accuracy: metrics::accuracy(&truth, &said),
        macro_f1: metrics::macro_f1(&truth, &said),
        ece: metrics::ece(&confidence, &right),
        per_class: metrics::per_class(&truth, &said)
            .into_iter()
            .map(|(class, score)| (SentimentLabel::ALL[class].as_str(), score))
            .collect(),
        n: rows.len(),
    };
    Ok((report, predictions))
}
