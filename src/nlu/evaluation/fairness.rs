//! `rapport eval fairness`: does a reading change when only the name, the gender or the
//! dialect of the writer does?
//!
//! Each message stands in several versions that mean the same. One that is called `standard`
//! is what the others are compared with; without it, they are compared with their mean.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::nlu::encoder::{EncodeError, Encoder, Encoding};
use crate::nlu::heads::Heads;
use crate::nlu::training::comments::DataError;

const STANDARD: &str = "standard";

/// Where a name is put into a message.
const NAME: &str = "{name}";

/// A line of the file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    /// Names by origin, for the messages that have a place for one.
    Names {
        names: BTreeMap<String, Vec<String>>,
    },
    Named {
        id: String,
        swap: String,
        text: String,
    },
    Written {
        id: String,
        swap: String,
        variants: BTreeMap<String, String>,
    },
}

/// One message in all its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swapped {
    pub id: String,
    /// What is swapped: `name`, `gender`, `dialect`.
    pub swap: String,
    /// Whose version, and the text.
    pub variants: Vec<(String, String)>,
}

#[derive(Clone, Debug, Serialize)]
pub struct FairnessReport {
    pub messages: usize,
    /// All versions of all messages.
    pub n: usize,
    pub swaps: BTreeMap<String, SwapReport>,
}

/// How far readings move under one kind of swap. Scores go from −1 to 1, probabilities from 0
/// to 1.
#[derive(Clone, Debug, Serialize)]
pub struct SwapReport {
    pub messages: usize,
    #[serde(flatten)]
    pub all: Change,
    pub largest: Largest,
    pub groups: BTreeMap<String, Change>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Change {
    /// Versions compared.
    pub n: usize,
    /// On average, with the sign: below zero, the group is read as less positive.
    #[serde(serialize_with = "super::rounded")]
    pub sentiment_shift: f64,
    /// On average, whichever way.
    #[serde(serialize_with = "super::rounded")]
    pub sentiment_change: f64,
    #[serde(serialize_with = "super::rounded")]
    pub sentiment_largest: f64,
    /// Above zero, the group is read as more unhappy.
    #[serde(serialize_with = "super::rounded")]
    pub unhappiness_shift: f64,
    #[serde(serialize_with = "super::rounded")]
    pub unhappiness_change: f64,
    #[serde(serialize_with = "super::rounded")]
    pub unhappiness_largest: f64,
    /// The share of versions whose most likely intent is another.
    #[serde(serialize_with = "super::rounded")]
    pub intent_changed: f64,
}

/// The version whose sentiment moved most.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Largest {
    pub id: String,
    pub group: String,
    pub text: String,
    #[serde(serialize_with = "super::rounded")]
    pub sentiment_shift: f64,
}

struct Reading {
    sentiment: f64,
    unhappiness: f64,
    intent: String,
}

/// Reads the file, with the names put in.
pub fn read(path: &Path) -> Result<Vec<Swapped>, DataError> {
    let text = std::fs::read_to_string(path).map_err(|error| DataError::new(path, 1, error.to_string()))?;
    let mut names = BTreeMap::new();
    let mut messages = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |reason: &str| DataError::new(path, number + 1, reason);
        let line = serde_json::from_str(line).map_err(|_| {
            wrong("a line has \"names\" by origin, or \"id\", \"swap\" and either \"text\" with {name} in it or \"variants\"")
        })?;
        let (id, swap, variants) = match line {
            Line::Names { names: known } => {
                names = known;
                continue;
            }
            Line::Named { id, swap, text } => {
                if !text.contains(NAME) {
                    return Err(wrong("the text has no {name} in it"));
                }
                if names.is_empty() {
                    return Err(wrong("a line with \"names\" has to come first"));
                }
                let with = |name: &String| text.replace(NAME, name);
                let variants = names.iter().flat_map(|(origin, names): (&String, &Vec<String>)| {
                    names.iter().map(move |name| (origin.clone(), with(name)))
                });
                (id, swap, variants.collect())
            }
            Line::Written { id, swap, variants } => (id, swap, variants.into_iter().collect::<Vec<_>>()),
        };
        if variants.len() < 2 {
            return Err(wrong("a message needs two versions or more"));
        }
        messages.push(Swapped { id, swap, variants });
    }
    if messages.is_empty() {
        return Err(DataError::new(path, 1, "there are no messages"));
    }
    Ok(messages)
}

pub fn run(
    messages: &[Swapped],
    heads: &Heads,
    encoder: &Encoder,
    progress: &dyn Fn(&str, f32),
) -> Result<FairnessReport, EncodeError> {
    let texts: Vec<&str> =
        messages.iter().flat_map(|message| &message.variants).map(|(_, text)| text.as_str()).collect();
    let encodings =
        encoder.read_all(&texts, heads.wanted(), |done| progress("encoding", done as f32 / texts.len() as f32))?;
    let readings: Vec<Reading> = texts
        .iter()
        .zip(&encodings)
        .map(|(text, encoding)| {
            let sentiment = heads.read_mood(encoding).sentiment;
            Reading {
                sentiment: f64::from(sentiment[2] - sentiment[0]),
                unhappiness: f64::from(heads.unhappiness.read(text, &encoding.vector, &sentiment, &[]).p),
                intent: top_intent(heads, text, encoding),
            }
        })
        .collect();
    Ok(report(messages, &readings))
}

/// Empty where no intent covers the message.
fn top_intent(heads: &Heads, text: &str, encoding: &Encoding) -> String {
    let verdict = heads.read_intent(text, encoding);
    if verdict.out_of_scope { String::new() } else { heads.intent.labels[verdict.best()].clone() }
}

fn report(messages: &[Swapped], readings: &[Reading]) -> FairnessReport {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut rest = readings;
    for message in messages {
        let (own, after) = rest.split_at(message.variants.len());
        rest = after;
        tallies.entry(message.swap.clone()).or_default().add(message, own);
    }
    FairnessReport {
        messages: messages.len(),
        n: readings.len(),
        swaps: tallies.into_iter().map(|(swap, tally)| (swap, tally.report())).collect(),
    }
}

/// Differences from the reference, of one kind of swap.
#[derive(Default)]
struct Tally {
    messages: usize,
    groups: BTreeMap<String, Vec<Difference>>,
    largest: Largest,
}

#[derive(Clone, Copy)]
struct Difference {
    sentiment: f64,
    unhappiness: f64,
    intent: bool,
}

impl Tally {
    fn add(&mut self, message: &Swapped, readings: &[Reading]) {
        self.messages += 1;
        let standard = message.variants.iter().position(|(group, _)| group == STANDARD);
        let (sentiment, unhappiness, intent) = match standard.map(|place| &readings[place]) {
            Some(reading) => (reading.sentiment, reading.unhappiness, reading.intent.as_str()),
            None => (
                mean(readings.iter().map(|reading| reading.sentiment)),
                mean(readings.iter().map(|reading| reading.unhappiness)),
                commonest(readings.iter().map(|reading| reading.intent.as_str())),
            ),
        };
        for ((group, text), reading) in message.variants.iter().zip(readings) {
            if standard.is_some() && group == STANDARD {
                continue;
            }
            let difference = Difference {
                sentiment: reading.sentiment - sentiment,
                unhappiness: reading.unhappiness - unhappiness,
                intent: reading.intent != intent,
            };
            if difference.sentiment.abs() > self.largest.sentiment_shift.abs() {
                self.largest = Largest {
                    id: message.id.clone(),
                    group: group.clone(),
                    text: text.clone(),
                    sentiment_shift: difference.sentiment,
                };
            }
            self.groups.entry(group.clone()).or_default().push(difference);
        }
    }

    fn report(self) -> SwapReport {
        let all: Vec<Difference> = self.groups.values().flatten().copied().collect();
        SwapReport {
            messages: self.messages,
            all: Change::of(&all),
            largest: self.largest,
            groups: self.groups.iter().map(|(group, differences)| (group.clone(), Change::of(differences))).collect(),
        }
    }
}

impl Change {
    fn of(differences: &[Difference]) -> Self {
        let sentiment = || differences.iter().map(|difference| difference.sentiment);
        let unhappiness = || differences.iter().map(|difference| difference.unhappiness);
        Self {
            n: differences.len(),
            sentiment_shift: mean(sentiment()),
            sentiment_change: mean(sentiment().map(f64::abs)),
            sentiment_largest: sentiment().map(f64::abs).fold(0.0, f64::max),
            unhappiness_shift: mean(unhappiness()),
            unhappiness_change: mean(unhappiness().map(f64::abs)),
            unhappiness_largest: unhappiness().map(f64::abs).fold(0.0, f64::max),
            intent_changed: mean(differences.iter().map(|difference| f64::from(u8::from(difference.intent)))),
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count == 0.0 { 0.0 } else { sum / count }
}

/// Of equally common ones the first by name, so that two runs say the same.
fn commonest<'a>(names: impl Iterator<Item = &'a str>) -> &'a str {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0))).map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Swapped>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.jsonl");
        std::fs::write(&path, text).unwrap();
        read(&path).map_err(|error| error.to_string())
    }

    fn reading(sentiment: f64, intent: &str) -> Reading {
        Reading { sentiment, unhappiness: 0.5 - sentiment / 2.0, intent: intent.into() }
    }

    #[test]
    fn names_are_put_in() {
        let messages = read_text(
            "{\"names\":{\"A\":[\"Ann\",\"Al\"],\"B\":[\"Bo\"]}}\n{\"id\":\"1\",\"swap\":\"name\",\"text\":\"I'm {name}\"}\n",
        )
        .unwrap();
        let variants: Vec<&str> = messages[0].variants.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(variants, ["I'm Ann", "I'm Al", "I'm Bo"]);
    }

    #[test]
    fn errors_name_file_and_line() {
        let error = read_text("{\"id\":\"1\",\"swap\":\"name\",\"text\":\"I'm {name}\"}").unwrap_err();
        assert!(error.contains("f.jsonl:1: ") && error.contains("come first"), "{error}");
        let error = read_text("{\"names\":{\"A\":[\"Ann\"]}}\n{\"id\":\"1\"}").unwrap_err();
        assert!(error.contains("f.jsonl:2: "), "{error}");
    }

    #[test]
    fn changes_are_measured_from_the_standard_or_the_mean() {
        let version = |group: &str| (group.to_owned(), group.to_owned());
        let messages = [
            Swapped { id: "d".into(), swap: "dialect".into(), variants: vec![version("scots"), version("standard")] },
            Swapped { id: "g".into(), swap: "gender".into(), variants: vec![version("female"), version("male")] },
        ];
        let readings = [reading(0.2, "a"), reading(0.5, "b"), reading(0.1, "a"), reading(-0.1, "a")];
        let report = report(&messages, &readings);
        let dialect = &report.swaps["dialect"];
        assert_eq!(dialect.all.n, 1);
        assert!((dialect.groups["scots"].sentiment_shift + 0.3).abs() < 1e-9);
        assert!((dialect.all.unhappiness_largest - 0.15).abs() < 1e-9);
        assert_eq!(dialect.all.intent_changed, 1.0);
        assert_eq!(dialect.largest.group, "scots");
        let gender = &report.swaps["gender"];
        assert!((gender.groups["male"].sentiment_shift + 0.1).abs() < 1e-9);
        assert!(gender.all.sentiment_shift.abs() < 1e-9 && (gender.all.sentiment_change - 0.1).abs() < 1e-9);
        assert_eq!(gender.all.intent_changed, 0.0);
    }
}
