//! Whether the customer is dissatisfied now, read from the conversation so far.
//!
//! One sharp message is not it yet, and a polite one may well be: a customer who asks the
//! same for the third time in plain words is unhappy. So this is a logistic model over a
//! few things that a good agent watches, each of which can be told as a reason.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::linear::Linear;
use super::mood::SentimentP;
use super::numbers::{log_odds, sigmoid};
use crate::domain::analysis::Unhappiness;
use crate::domain::entry::AuthorKind;

/// What the model watches, in the order of its weights.
pub const SIGNALS: usize = 13;
const NAMES: [&str; SIGNALS] = [
    "negative",
    "positive",
    "complaint",
    "before",
    "asked_again",
    "bot_repeats",
    "bot_failed",
    "strong_words",
    "wants_person",
    "shouting",
    "waiting",
    "with_agent",
    "length",
];

#[derive(Clone, Debug, Default)]
pub struct UnhappinessHead {
    /// One class: how much a message, by its vector, is like those of unhappy customers.
    pub complaint: Linear,
    pub model: SignalModel,
}

/// The weights of the signals; `threshold` is where precision and recall balance best.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SignalModel {
    pub means: Vec<f32>,
    pub scales: Vec<f32>,
    pub weights: Vec<f32>,
    pub bias: f32,
    pub threshold: f32,
}

/// An earlier turn, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Earlier<'a> {
    pub author: AuthorKind,
    pub text: &'a str,
    /// p(positive) − p(negative) of a customer's message that was read before.
    pub sentiment: Option<f32>,
    /// The bot said that it did not know.
    pub failed: bool,
}

/// The signals of one message in its conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Signals {
    pub values: [f32; SIGNALS],
    strong: Vec<String>,
    failures: usize,
}

impl UnhappinessHead {
    pub fn read(&self, text: &str, vector: &[f32], sentiment: &SentimentP, earlier: &[Earlier<'_>]) -> Unhappiness {
        let complaint = self.complaint.logits(vector).first().copied().unwrap_or(0.0);
        let signals = Signals::of(text, complaint, sentiment, earlier);
        self.model.judge(&signals)
    }
}

/// Below this nothing needs explaining.
const WORTH_EXPLAINING: f32 = 0.3;

/// Log-odds that a signal must add to be named.
const WORTH_NAMING: f32 = 0.25;

impl SignalModel {
    pub fn p(&self, signals: &Signals) -> f32 {
        let standard =
            signals.values.iter().zip(&self.means).zip(&self.scales).map(|((x, mean), scale)| (x - mean) / scale);
        sigmoid(self.bias + standard.zip(&self.weights).map(|(x, weight)| x * weight).sum::<f32>())
    }

    /// The probability, with what raised it above the usual, the strongest first.
    pub fn judge(&self, signals: &Signals) -> Unhappiness {
        let p = self.p(signals);
        if p < WORTH_EXPLAINING {
            return Unhappiness { p, reasons: Vec::new() };
        }
        let mut raised: Vec<(f32, String)> = (0..SIGNALS)
            .filter_map(|signal| {
                let added = (signals.values[signal] - self.means[signal]) / self.scales[signal] * self.weights[signal];
                (added > WORTH_NAMING).then(|| signals.in_words(signal).map(|words| (added, words)))?
            })
            .collect();
        raised.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut reasons: Vec<String> = raised.into_iter().map(|(_, words)| words).collect();
        reasons.dedup();
        Unhappiness { p, reasons }
    }

    /// Name and weight of each signal, for the training report.
    pub fn named_weights(&self) -> impl Iterator<Item = (&'static str, f32)> + '_ {
        NAMES.into_iter().zip(self.weights.iter().copied())
    }
}

impl Signals {
    /// `complaint` is the linear score of the message's vector.
    pub fn of(text: &str, complaint: f32, sentiment: &SentimentP, earlier: &[Earlier<'_>]) -> Self {
        let text = &text[..text.floor_char_boundary(2000)];
        let earlier = &earlier[earlier.len().saturating_sub(20)..];
        let strong = strong_words(text);
        let failures = recent_bot(earlier).filter(|turn| turn.failed || admits_failure(turn.text)).count();
        let customer = || earlier.iter().filter(|turn| turn.author == AuthorKind::Customer);
        let values = [
            log_odds(sentiment[0]),
            log_odds(sentiment[2]),
            complaint,
            trend(customer().filter_map(|turn| turn.sentiment)),
            customer().map(|turn| likeness(turn.text, text)).fold(0.0, f32::max),
            bot_repetition(earlier),
            failures as f32,
            (strong.len() as f32).min(2.0),
            f32::from(u8::from(WANTS_PERSON.is_match(text))),
            shouting(text),
            f32::from(u8::from(WAITING.is_match(text))),
            f32::from(u8::from(earlier.last().is_some_and(|turn| turn.author == AuthorKind::Agent))),
            (1.0 + customer().count() as f32).ln(),
        ];
        Self { values, strong, failures }
    }

    fn in_words(&self, signal: usize) -> Option<String> {
        let words = match NAMES[signal] {
            "negative" | "complaint" => "the message sounds negative".to_owned(),
            "before" => "sounded negative earlier in this conversation".to_owned(),
            "asked_again" if self.values[signal] > 0.5 => "asks the same again".to_owned(),
            "bot_repeats" if self.values[signal] > 0.0 => "the bot gave the same answer twice".to_owned(),
            "bot_failed" if self.failures == 1 => "the bot could not help".to_owned(),
            "bot_failed" if self.failures > 1 => format!("the bot could not help {} times", self.failures),
            "strong_words" if !self.strong.is_empty() => format!("uses strong words: {}", self.strong.join(", ")),
            "wants_person" if self.values[signal] > 0.0 => "asks for a person".to_owned(),
            "shouting" if self.values[signal] > 0.0 => "writes in capitals or with many marks".to_owned(),
            "waiting" if self.values[signal] > 0.0 => "has been waiting".to_owned(),
            _ => return None,
        };
        Some(words)
    }
}

/// The mean of earlier sentiments, recent ones counting more; positive is unhappy.
fn trend(sentiments: impl Iterator<Item = f32>) -> f32 {
    const KEPT: f32 = 0.6;
    sentiments.fold(0.0, |trend, sentiment| KEPT * trend - (1.0 - KEPT) * sentiment)
}

/// The bot's last three turns.
fn recent_bot<'a, 'b>(earlier: &'b [Earlier<'a>]) -> impl Iterator<Item = &'b Earlier<'a>> {
    earlier.iter().rev().filter(|turn| turn.author == AuthorKind::Bot).take(3)
}

fn bot_repetition(earlier: &[Earlier<'_>]) -> f32 {
    let said: Vec<&str> = recent_bot(earlier).map(|turn| turn.text).collect();
    let same = said.windows(2).any(|pair| likeness(pair[0], pair[1]) > 0.7);
    f32::from(u8::from(same))
}

/// Words in common, of all words in either (Jaccard), short words aside.
fn likeness(a: &str, b: &str) -> f32 {
    let words = |text: &str| {
        let mut words: Vec<String> =
            super::lexical::words(text).into_iter().filter(|word| word.chars().count() > 3).take(60).collect();
        words.sort_unstable();
        words.dedup();
        words
    };
    let (a, b) = (words(a), words(b));
    if a.len() < 2 || b.len() < 2 {
        return 0.0;
    }
    let both = a.iter().filter(|word| b.binary_search(word).is_ok()).count();
    both as f32 / (a.len() + b.len() - both) as f32
}

fn strong_words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = STRONG.find_iter(text).take(4).map(|word| word.as_str().to_lowercase()).collect();
    found.dedup();
    found
}

fn admits_failure(text: &str) -> bool {
    FAILED.is_match(&text[..text.floor_char_boundary(300)])
}

/// 1 for capitals, 1 for piled-up marks.
fn shouting(text: &str) -> f32 {
    let capitals = text.split_whitespace().filter(|word| {
        let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
        // Neither order numbers nor abbreviations such as DHL and VAT.
        letters > 3 && !word.chars().any(|letter| letter.is_lowercase() || letter.is_numeric())
    });
    let marks = text.as_bytes().windows(2).any(|pair| matches!(pair, b"!!" | b"??" | b"?!" | b"!?"));
    f32::from(u8::from(capitals.count() >= 2)) + f32::from(u8::from(marks))
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern: this is a bug")
}

static STRONG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(unacceptable|ridiculous|outrageous|disgrace(ful)?|appalling|shame(ful)?|scam(mers)?|fraud|rip[- ]?off
        |useless|worst|terrible|horrible|awful|pathetic|incompetent|disappoint(ed|ing|ment)|furious|angry|annoy(ed|ing)
        |frustrat(ed|ing)|fed\ up|sick\ of|a\ joke|(second|third|fourth|fifth|hundredth|last|umpteenth)\ time
        |(three|four|five|ten)\ times|for\ the\ last\ time|wasted?\ (of\ )?(my\ )?(time|money)|never\ again
        |lawyer|solicitor|sue|police|ombudsman|trading\ standards|consumer\ (protection|rights)|charge\ ?back
        |report\ you|bad\ review|trustpilot|enough|broken\ record|are\ you\ kidding|seriously|wtf|damn|hell)\b",
    )
});

static WANTS_PERSON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b((real|actual|living)\ (person|human|agent)|human(\ being)?|manager|supervisor|someone\ (real|else|who)
        |(speak|talk|chat)\ (to|with)\ (a|an|some(one|body)|your)|not\ a\ (bot|machine|robot)|escalate|your\ boss)\b",
    )
});

static WAITING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(\bstill\b.{0,30}\b(wait|no|not|nothing|haven|hasn|isn|didn|don|doesn)|\bwait(ed|ing)\b
        |\b(for|since|after)\ .{0,20}\b(hours?|days?|weeks?|months?)\b|\b\d+\ ?(hours?|days?|weeks?|months?)\ (ago|now|later|late)\b
        |\bnobody\b|\bno\ ?one\b|\bno\ (reply|answer|response|news)\b|\balready\ (told|said|sent|gave|asked|tried|did)\b
        |\b(asked|told|wrote|sent|called|explained)\b.{0,30}\b(twice|again|before|already|times)\b|\bjust\ (told|said)\b)",
    )
});

static FAILED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(\b(don.?t|do\ not|didn.?t|did\ not)\ (know|understand|quite|have\ (an\ answer|that\ information))
        |\b(can.?t|cannot|could\ ?n.?t|unable\ to)\ (help|find|answer|see|tell|do|change|give)|\bnot\ sure\ (i|what)
        |\brephrase\b|\bin\ other\ words\b)",
    )
});

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn bot(text: &str) -> Earlier<'_> {
        Earlier { author: AuthorKind::Bot, text, sentiment: None, failed: false }
    }

    fn customer(text: &str) -> Earlier<'_> {
        Earlier { author: AuthorKind::Customer, text, sentiment: Some(-0.5), failed: false }
    }

    fn value(signals: &Signals, name: &str) -> f32 {
        signals.values[NAMES.iter().position(|&known| known == name).unwrap()]
    }

    #[rstest]
    #[case("THIS IS NOT FUNNY", 1.0)]
    #[case("where is it???", 1.0)]
    #[case("ANSWER THIS NOW!!", 2.0)]
    #[case("my order AW-10482 with DHL, VAT paid", 0.0)]
    fn capitals_and_marks(#[case] text: &str, #[case] expected: f32) {
        assert_eq!(shouting(text), expected);
    }

    #[test]
    fn the_course_of_the_conversation_counts() {
        let earlier = [
            customer("where is my parcel from Monday"),
            bot("You can track it in your account."),
            customer("I cannot see the parcel there"),
            bot("You can track it in your account."),
        ];
        let signals = Signals::of("where is my parcel from Monday then?", 0.0, &[0.4, 0.5, 0.1], &earlier);
        assert_eq!(value(&signals, "bot_repeats"), 1.0);
        assert!(value(&signals, "asked_again") > 0.7);
        assert!(value(&signals, "before") > 0.2);
    }

    #[test]
    fn a_person_is_asked_for() {
        for text in ["get me a real person", "I want to speak to a manager", "are you human?"] {
            assert!(WANTS_PERSON.is_match(text), "{text}");
        }
        assert!(!WANTS_PERSON.is_match("is this a gift for a person of 60"));
    }

    #[test]
    fn odd_text_does_no_harm() {
        for text in ["", "\u{200b}", "😡😡😡", "שלום", &"a".repeat(70_000), &"é".repeat(70_000)] {
            Signals::of(text, 0.0, &[0.2, 0.6, 0.2], &[bot(text), customer(text)]);
        }
    }
}
