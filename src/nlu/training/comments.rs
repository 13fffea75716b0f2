//! Reading what the mood and unhappiness heads learn from: GoEmotions, our support
//! messages, our dialogues. Every error names file and line.

use std::path::Path;

use serde::Deserialize;

use super::mood::Comment;
use crate::domain::SentimentLabel;

#[derive(Debug, thiserror::Error)]
#[error("{path}:{line}: {reason}")]
pub struct DataError {
    pub path: String,
    pub line: usize,
    pub reason: String,
}

impl DataError {
    pub fn new(path: &Path, line: usize, reason: impl Into<String>) -> Self {
        Self { path: path.display().to_string(), line, reason: reason.into() }
    }
}

/// The first of [`emotion_names`] are Ekman's six and none of them.
pub const EKMAN: usize = 7;

/// The emotions that are told, and which of GoEmotions' 27 each takes together: first
/// Ekman's six, grouped as the data set's authors did, then what matters in support.
const EMOTIONS: [(&str, &[&str]); 11] = [
    ("anger", &["anger", "annoyance", "disapproval"]),
    ("disgust", &["disgust"]),
    ("fear", &["fear", "nervousness"]),
    ("joy", &POSITIVE),
    ("sadness", &["disappointment", "embarrassment", "grief", "remorse", "sadness"]),
    ("surprise", &["confusion", "curiosity", "realization", "surprise"]),
    ("neutral", &["neutral"]),
    ("confusion", &["confusion"]),
    ("curiosity", &["curiosity"]),
    ("disappointment", &["disappointment"]),
    ("gratitude", &["gratitude"]),
];

const POSITIVE: [&str; 12] = [
    "admiration",
    "amusement",
    "approval",
    "caring",
    "desire",
    "excitement",
    "gratitude",
    "joy",
    "love",
    "optimism",
    "pride",
    "relief",
];

/// Neither good nor bad by themselves.
const NEUTRAL: [&str; 5] = ["neutral", "confusion", "curiosity", "realization", "surprise"];

pub fn emotion_names() -> Vec<String> {
    EMOTIONS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// Reads one part (`train`, `dev`, `test`) of GoEmotions in its `original` labelling.
pub fn read_comments(folder: &Path, part: &str) -> Result<Vec<Comment>, DataError> {
    let folder = folder.join("original");
    let names_path = folder.join("labels.txt");
    let names = read(&names_path)?;
    let names: Vec<&str> = names.split_whitespace().collect();
    let path = folder.join(format!("{part}.tsv"));
    let text = read(&path)?;
    let mut comments = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let wrong = |reason: &str| DataError::new(&path, number + 1, reason);
        let mut columns = line.split('\t');
        let (Some(text), Some(labels)) = (columns.next(), columns.next()) else {
            return Err(wrong("a text, a tab and the labels belong here"));
        };
        let labels = labels
            .split(',')
            .map(|label| label.parse().ok().and_then(|label: usize| names.get(label).copied()))
            .collect::<Option<Vec<&str>>>()
            .ok_or_else(|| wrong("the labels are not numbers of labels.txt"))?;
        comments.push(Comment {
            text: text.to_owned(),
            sentiment: sentiment_of(&labels),
            emotions: EMOTIONS
                .iter()
                .map(|(_, parts)| f32::from(u8::from(labels.iter().any(|label| parts.contains(label)))))
                .collect(),
        });
    }
    Ok(comments)
}

/// The share of the labels on each side.
fn sentiment_of(labels: &[&str]) -> [f32; 3] {
    let mut shares = [0.0; 3];
    for label in labels {
        let side = match label {
            label if POSITIVE.contains(label) => SentimentLabel::Positive,
            label if NEUTRAL.contains(label) => SentimentLabel::Neutral,
            _ => SentimentLabel::Negative,
        };
        shares[side as usize] += 1.0 / labels.len() as f32;
    }
    shares
}

#[derive(Deserialize)]
pub struct RawMessage {
    pub trade: String,
    pub label: SentimentLabel,
    pub text: String,
}

/// Reads `sentiment.csv`: `trade,label,text`.
pub fn read_messages(path: &Path) -> Result<Vec<RawMessage>, DataError> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| DataError::new(path, 1, error.to_string()))?;
    let rows = reader.deserialize();
    rows.map(|row| {
        row.map_err(|error: csv::Error| {
            let line = error.position().map_or(1, |place| place.line() as usize);
            DataError::new(path, line, error.to_string())
        })
    })
    .collect()
}

fn read(path: &Path) -> Result<String, DataError> {
    std::fs::read_to_string(path).map_err(|error| DataError::new(path, 1, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_share_the_sentiment() {
        assert_eq!(sentiment_of(&["anger", "joy"]), [0.5, 0.0, 0.5]);
        assert_eq!(sentiment_of(&["anger", "disgust"]), [1.0, 0.0, 0.0]);
        assert_eq!(sentiment_of(&["curiosity"]), [0.0, 1.0, 0.0]);
    }

    #[test]
    fn errors_name_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let messages = folder.path().join("sentiment.csv");
        std::fs::write(&messages, "trade,label,text\nretail,neutral,hi\nretail,meh,hi\n").unwrap();
        let error = read_messages(&messages).err().unwrap().to_string();
        assert!(error.contains("sentiment.csv:3: ") && error.contains("meh"), "{error}");
    }
}
