//! Reading dialogues, to learn from or to measure on: one JSON object per line. Every error
//! names file and line.

use std::path::Path;

use serde::Deserialize;

use super::comments::DataError;
use crate::domain::entry::AuthorKind;

#[derive(Clone, Debug, Deserialize)]
pub struct RawDialogue {
    pub id: String,
    pub turns: Vec<RawTurn>,
    /// Whether a person should be brought in; else as the turns' marks say.
    #[serde(default)]
    escalate: Option<bool>,
    /// The turn, from 0, at which a person should be brought in; else the first marked unhappy.
    #[serde(default)]
    point: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct RawTurn {
    pub author: AuthorKind,
    pub text: String,
    /// Of customers' turns; where it is missing, people disagree or it does not matter.
    #[serde(default)]
    pub unhappy: Option<bool>,
    /// Minutes since the turn before it, where the story tells.
    #[serde(default)]
    pub after_min: Option<f32>,
}

impl RawDialogue {
    /// Where a person should be brought in; `None` where none should.
    pub fn point(&self) -> Option<usize> {
        if self.escalate == Some(false) {
            return None;
        }
        self.point.or_else(|| self.turns.iter().position(|turn| turn.unhappy == Some(true)))
    }
}

/// Reads a dialogue per line.
pub fn read_dialogues(path: &Path) -> Result<Vec<RawDialogue>, DataError> {
    let text = std::fs::read_to_string(path).map_err(|error| DataError::new(path, 1, error.to_string()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let wrong = |reason: String| DataError::new(path, number + 1, reason);
            let dialogue: RawDialogue = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            match dialogue.point {
                Some(point) if dialogue.turns.get(point).is_none_or(|turn| turn.author != AuthorKind::Customer) => {
                    Err(wrong(format!("\"point\" is {point}, which is no turn of the customer's")))
                }
                _ => Ok(dialogue),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<RawDialogue>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.jsonl");
        std::fs::write(&path, text).unwrap();
        read_dialogues(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn errors_name_file_and_line() {
        let error = read(concat!(
            r#"{"id":"1","turns":[]}"#,
            "\n",
            r#"{"id":"2","turns":[{"author":"robot","text":""}]}"#,
            "\n"
        ))
        .unwrap_err();
        assert!(error.contains("d.jsonl:2: ") && error.contains("robot"), "{error}");
        let error = read(r#"{"id":"1","point":0,"turns":[{"author":"bot","text":"hi"}]}"#).unwrap_err();
        assert!(error.contains("d.jsonl:1: ") && error.contains("point"), "{error}");
    }

    #[test]
    fn the_point_is_told_or_the_first_unhappy_turn() {
        let turns = r#""turns":[{"author":"customer","text":"a","unhappy":false},{"author":"customer","text":"b","unhappy":true},{"author":"customer","text":"c","unhappy":true}]"#;
        let point = |extra: &str| read(&format!(r#"{{"id":"1",{extra}{turns}}}"#)).unwrap()[0].point();
        assert_eq!(point(""), Some(1));
        assert_eq!(point(r#""point":2,"#), Some(2));
        assert_eq!(point(r#""escalate":false,"#), None);
    }
}
