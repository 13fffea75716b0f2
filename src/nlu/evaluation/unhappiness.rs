//! `rapport eval unhappiness`: the shipped heads on dialogues, each customer turn scored
//! from the dialogue up to it, and whether a person is brought in when they should be.

use serde::Serialize;

use crate::domain::entry::AuthorKind;
use crate::nlu::encoder::{EncodeError, Encoder, Encoding};
use crate::nlu::heads::Heads;
use crate::nlu::heads::unhappiness::Earlier;
use crate::nlu::metrics;
use crate::nlu::training::dialogues::RawDialogue;
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
    #[serde(flatten)]
    pub escalation: EscalationReport,
}

/// Whole dialogues, by the policy's rule: was a person brought in, and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EscalationReport {
    /// Dialogues in which a person should be brought in.
    pub should_escalate: usize,
    /// Of those in which one was, the share in which one should be …
    #[serde(serialize_with = "super::rounded")]
    pub dialogue_precision: f64,
    /// … and of those in which one should be, the share in which one was.
    #[serde(serialize_with = "super::rounded")]
    pub dialogue_recall: f64,
    /// At the annotated turn, or at the customer's next.
    pub on_time: usize,
    /// Later than that.
    pub late: usize,
    pub never: usize,
    /// At a turn before it at which the customer is marked as content.
    pub too_early: usize,
    /// In dialogues that should not escalate.
    pub needless: usize,
    /// Customer turns from the annotated one to the escalation, on average; below zero is early.
    #[serde(serialize_with = "super::rounded_if_any")]
    pub mean_delay: Option<f64>,
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

/// The policy's rule: whether this unhappiness, after the earlier ones, brings in a person.
pub type Rule<'a> = &'a dyn Fn(f32, &[f32]) -> bool;

pub fn run(
    dialogues: &[RawDialogue],
    heads: &Heads,
    encoder: &Encoder,
    brings_in: Rule<'_>,
    progress: &dyn Fn(&str, f32),
) -> Result<(UnhappinessReport, Vec<UnhappinessPrediction>), EncodeError> {
    let turns = || dialogues.iter().flat_map(|dialogue| &dialogue.turns);
    let texts: Vec<&str> =
        turns().filter(|turn| turn.author == AuthorKind::Customer).map(|turn| turn.text.as_str()).collect();
    let encodings =
        encoder.read_all(&texts, heads.wanted(), |done| progress("encoding", done as f32 / texts.len() as f32))?;
    let mut encodings = encodings.iter();
    let mut predictions = Vec::with_capacity(texts.len());
    let mut outcomes = Vec::with_capacity(dialogues.len());
    for dialogue in dialogues {
        let read = score(dialogue, heads, &mut encodings);
        outcomes.push(Outcome::of(dialogue, &read, brings_in));
        predictions.extend(read);
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
        escalation: EscalationReport::of(&outcomes),
    };
    Ok((report, predictions))
}

/// Each customer turn of a dialogue with its probability, read as the server reads it.
fn score<'e>(
    dialogue: &RawDialogue,
    heads: &Heads,
    encodings: &mut impl Iterator<Item = &'e Encoding>,
) -> Vec<UnhappinessPrediction> {
    let mut earlier: Vec<Earlier<'_>> = Vec::with_capacity(dialogue.turns.len());
    let mut read = Vec::new();
    for (place, turn) in dialogue.turns.iter().enumerate() {
        let minutes = turn.after_min.unwrap_or(0.0);
        earlier.iter_mut().for_each(|turn| turn.minutes_ago = turn.minutes_ago.map(|ago| ago + minutes));
        let (mut sentiment, mut unhappiness) = (None, None);
        if turn.author == AuthorKind::Customer
            && let Some(encoding) = encodings.next()
        {
            let feeling = heads.read_mood(encoding).sentiment;
            let p = heads.unhappiness.read(&turn.text, &encoding.vector, &feeling, &earlier).p;
            let label = turn.unhappy.map(u8::from);
            read.push(UnhappinessPrediction { id: dialogue.id.clone(), turn: place, label, p });
            sentiment = Some(feeling[2] - feeling[0]);
            unhappiness = Some(p);
        }
        earlier.push(Earlier {
            author: turn.author,
            text: &turn.text,
            sentiment,
            unhappiness,
            failed: false,
            minutes_ago: Some(0.0),
        });
    }
    read
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// Nothing was to be done, and nothing was.
    Quiet,
    Needless,
    Never,
    TooEarly(i64),
    OnTime(i64),
    Late(i64),
}

impl Outcome {
    fn of(dialogue: &RawDialogue, read: &[UnhappinessPrediction], brings_in: Rule<'_>) -> Self {
        let p: Vec<f32> = read.iter().map(|turn| turn.p).collect();
        let called = (0..p.len()).find(|&turn| brings_in(p[turn], &p[..turn]));
        let point = dialogue.point().and_then(|point| read.iter().position(|turn| turn.turn == point));
        match (point, called) {
            (None, None) => Self::Quiet,
            (None, Some(_)) => Self::Needless,
            (Some(_), None) => Self::Never,
            (Some(point), Some(called)) => match called as i64 - point as i64 {
                delay if delay > 1 => Self::Late(delay),
                delay if delay < 0 && read[called].label == Some(0) => Self::TooEarly(delay),
                delay => Self::OnTime(delay),
            },
        }
    }
}

impl EscalationReport {
    fn of(outcomes: &[Outcome]) -> Self {
        let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
        let on_time = count(|outcome| matches!(outcome, Outcome::OnTime(_)));
        let late = count(|outcome| matches!(outcome, Outcome::Late(_)));
        let too_early = count(|outcome| matches!(outcome, Outcome::TooEarly(_)));
        let never = count(|outcome| matches!(outcome, Outcome::Never));
        let needless = count(|outcome| matches!(outcome, Outcome::Needless));
        let delays = outcomes.iter().filter_map(|outcome| match *outcome {
            Outcome::TooEarly(delay) | Outcome::OnTime(delay) | Outcome::Late(delay) => Some(delay),
            _ => None,
        });
        let called = on_time + late + too_early;
        Self {
            should_escalate: called + never,
            dialogue_precision: called as f64 / (called + needless).max(1) as f64,
            dialogue_recall: called as f64 / (called + never).max(1) as f64,
            on_time,
            late,
            never,
            too_early,
            needless,
            mean_delay: (called > 0).then(|| delays.sum::<i64>() as f64 / called as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn dialogue(labels: &[Option<bool>]) -> RawDialogue {
        let turns: Vec<serde_json::Value> = labels
            .iter()
            .map(|label| serde_json::json!({"author": "customer", "text": "x", "unhappy": label}))
            .collect();
        serde_json::from_value(serde_json::json!({"id": "d", "turns": turns})).unwrap()
    }

    #[rstest]
    #[case(&[Some(false), Some(false)], &[0.1, 0.2], Outcome::Quiet)]
    #[case(&[Some(false), Some(false)], &[0.1, 0.9], Outcome::Needless)]
    #[case(&[Some(false), Some(true)], &[0.1, 0.2], Outcome::Never)]
    #[case(&[Some(false), Some(true)], &[0.9, 0.9], Outcome::TooEarly(-1))]
    #[case(&[None, Some(true)], &[0.9, 0.9], Outcome::OnTime(-1))]
    #[case(&[Some(true), Some(true)], &[0.1, 0.9], Outcome::OnTime(1))]
    #[case(&[Some(true), Some(true), Some(true)], &[0.1, 0.1, 0.9], Outcome::Late(2))]
    fn when_a_person_comes(#[case] labels: &[Option<bool>], #[case] p: &[f32], #[case] expected: Outcome) {
        let dialogue = dialogue(labels);
        let read: Vec<UnhappinessPrediction> = p
            .iter()
            .zip(labels)
            .enumerate()
            .map(|(turn, (&p, label))| UnhappinessPrediction { id: "d".into(), turn, label: label.map(u8::from), p })
            .collect();
        assert_eq!(Outcome::of(&dialogue, &read, &|p, _| p > 0.5), expected);
    }

    #[test]
    fn outcomes_are_counted() {
        use Outcome::{Late, Needless, Never, OnTime, Quiet};
        let report = EscalationReport::of(&[Quiet, Needless, Never, OnTime(0), OnTime(1), Late(2)]);
        assert_eq!((report.should_escalate, report.on_time, report.late, report.never), (4, 2, 1, 1));
        assert_eq!((report.dialogue_precision, report.dialogue_recall), (0.75, 0.75));
        assert_eq!(report.mean_delay, Some(1.0));
    }
}
