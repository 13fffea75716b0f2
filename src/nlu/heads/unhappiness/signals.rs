//! What the unhappiness model watches.
//!
//! What happened before counts only as far as this message is not a glad one: a customer
//! who says "lovely, thanks" is not unhappy because the bot repeated itself two turns ago.
//! Those signals are multiplied by the probability that the message is not positive.

use super::super::mood::SentimentP;
use super::super::numbers::log_odds;
use super::wording;
use crate::domain::entry::AuthorKind;

/// How many signals there are, in the order of the model's weights.
pub const SIGNALS: usize = 19;

pub(super) const NAMES: [&str; SIGNALS] = [
    "negative",
    "positive",
    "complaint",
    "wording",
    "before",
    "unhappy_before",
    "asked_again",
    "bot_repeats",
    "bot_failed",
    "not_heard",
    "strong_words",
    "leaving",
    "wants_person",
    "shouting",
    "sarcasm",
    "waiting",
    "with_agent",
    "opening",
    "length",
];

const UNHAPPY_BEFORE: usize = 5;

/// An earlier turn, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Earlier<'a> {
    pub author: AuthorKind,
    pub text: &'a str,
    /// p(positive) − p(negative) of a customer's message that was read before.
    pub sentiment: Option<f32>,
    /// p(the customer was dissatisfied) at such a message.
    pub unhappiness: Option<f32>,
    /// The bot said that it did not know.
    pub failed: bool,
    /// How long before the message that is read now, where the times are known.
    pub minutes_ago: Option<f32>,
}

/// What the other heads say of a message by itself.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    pub sentiment: SentimentP,
    /// Log-odds of a complaint by the message's vector …
    pub complaint: f32,
    /// … and by its words.
    pub wording: f32,
}

/// The signals of one message in its conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Signals {
    pub values: [f32; SIGNALS],
    strong: Vec<String>,
    failures: usize,
    waited: Option<f32>,
    not_glad: f32,
}

impl Signals {
    pub fn of(text: &str, heard: &Heard, earlier: &[Earlier<'_>]) -> Self {
        let text = &text[..text.floor_char_boundary(2000)];
        let earlier = &earlier[earlier.len().saturating_sub(20)..];
        let [negative, _, positive] = heard.sentiment;
        let not_glad = 1.0 - positive;
        let strong = wording::strong_words(text);
        let failures = recent_bot(earlier).filter(|turn| turn.failed || wording::admits_failure(turn.text)).count();
        let customer = || earlier.iter().filter(|turn| turn.author == AuthorKind::Customer);
        let waited = customer().next_back().and_then(|turn| turn.minutes_ago).filter(|&minutes| minutes >= LONG);
        let before = trend(customer().filter_map(|turn| turn.sentiment)).max(0.0);
        let mut signals = Self {
            values: [
                log_odds(negative),
                log_odds(positive),
                heard.complaint,
                heard.wording,
                not_glad * before,
                0.0,
                not_glad * customer().map(|turn| wording::likeness(turn.text, text)).fold(0.0, f32::max),
                not_glad * bot_repetitions(earlier),
                not_glad * failures as f32,
                not_glad * wording::not_heard(text),
                not_glad * (strong.len() as f32).min(2.0),
                not_glad * wording::leaving(text),
                wording::wants_person(text),
                not_glad * wording::shouting(text),
                not_glad * wording::sarcasm(text),
                not_glad * (wording::waiting(text) + waited.map_or(0.0, length_of_wait)),
                f32::from(u8::from(earlier.last().is_some_and(|turn| turn.author == AuthorKind::Agent))),
                f32::from(u8::from(customer().next().is_none())),
                (1.0 + customer().count() as f32).ln(),
            ],
            strong,
            failures,
            waited,
            not_glad,
        };
        signals.set_unhappy_before(unresolved(earlier));
        signals
    }

    /// `p` is how unhappy the customer was at their last message. Apart from the others, since
    /// in training it comes out of the model itself.
    pub fn set_unhappy_before(&mut self, p: f32) {
        self.values[UNHAPPY_BEFORE] = self.not_glad * p;
    }

    pub(super) fn in_words(&self, signal: usize) -> Option<String> {
        let value = self.values[signal];
        let words = match NAMES[signal] {
            "negative" | "complaint" | "wording" => "the message sounds negative".to_owned(),
            "before" | "unhappy_before" => "sounded negative earlier in this conversation".to_owned(),
            "asked_again" if value > 0.4 => "asks the same again".to_owned(),
            "bot_repeats" if value > 0.2 => "the bot gave the same answer twice".to_owned(),
            "bot_failed" if self.failures == 1 => "the bot could not help".to_owned(),
            "bot_failed" if self.failures > 1 => format!("the bot could not help {} times", self.failures),
            "not_heard" if value > 0.2 => "says that the question was not answered".to_owned(),
            "strong_words" if !self.strong.is_empty() => format!("uses strong words: {}", self.strong.join(", ")),
            "leaving" if value > 0.2 => "speaks of leaving, of the money back or of the law".to_owned(),
            "wants_person" if value > 0.0 => "asks for a person".to_owned(),
            "shouting" if value > 0.2 => "writes in capitals or with many marks".to_owned(),
            "sarcasm" if value > 0.2 => "praises in a bitter way".to_owned(),
            "waiting" => match self.waited {
                Some(minutes) => format!("wrote again after {}", in_time(minutes)),
                None if value > 0.2 => "has been waiting".to_owned(),
                None => return None,
            },
            _ => return None,
        };
        Some(words)
    }
}

/// From so many minutes on a wait is one.
const LONG: f32 = 10.0;

/// 0 at ten minutes, 1 at a day.
fn length_of_wait(minutes: f32) -> f32 {
    const DAY: f32 = 24.0 * 60.0;
    ((minutes / LONG).ln() / (DAY / LONG).ln()).clamp(0.0, 1.0)
}

fn in_time(minutes: f32) -> String {
    match minutes {
        minutes if minutes < 90.0 => format!("{minutes:.0} minutes"),
        minutes if minutes < 48.0 * 60.0 => format!("{:.0} hours", minutes / 60.0),
        minutes => format!("{:.0} days", minutes / 1440.0),
    }
}

/// How unhappy the customer was at their last message, unless a person has answered it.
fn unresolved(earlier: &[Earlier<'_>]) -> f32 {
    let last = earlier.iter().rposition(|turn| turn.author == AuthorKind::Customer);
    let Some(last) = last else { return 0.0 };
    if earlier[last..].iter().any(|turn| turn.author == AuthorKind::Agent) {
        return 0.0;
    }
    earlier[last].unhappiness.unwrap_or(0.0)
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

/// How often, of its last three turns, the bot said what it had said just before.
fn bot_repetitions(earlier: &[Earlier<'_>]) -> f32 {
    let said: Vec<&str> = recent_bot(earlier).map(|turn| turn.text).collect();
    said.windows(2).filter(|pair| pair[0] == pair[1] || wording::likeness(pair[0], pair[1]) > 0.7).count() as f32
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NEUTRAL: Heard = Heard { sentiment: [0.3, 0.6, 0.1], complaint: 0.0, wording: 0.0 };
    const GLAD: Heard = Heard { sentiment: [0.01, 0.01, 0.98], complaint: 0.0, wording: 0.0 };

    fn turn(author: AuthorKind, text: &str) -> Earlier<'_> {
        Earlier { author, text, sentiment: None, unhappiness: None, failed: false, minutes_ago: None }
    }

    fn bot(text: &str) -> Earlier<'_> {
        turn(AuthorKind::Bot, text)
    }

    fn customer(text: &str) -> Earlier<'_> {
        Earlier { sentiment: Some(-0.5), unhappiness: Some(0.8), ..turn(AuthorKind::Customer, text) }
    }

    fn value(signals: &Signals, name: &str) -> f32 {
        signals.values[NAMES.iter().position(|&known| known == name).unwrap()]
    }

    fn repeated_answers() -> [Earlier<'static>; 4] {
        [
            customer("where is my parcel from Monday"),
            bot("You can track it in your account."),
            customer("I cannot see the parcel there"),
            bot("You can track it in your account."),
        ]
    }

    #[test]
    fn names_stand_where_the_code_expects_them() {
        assert_eq!(NAMES[UNHAPPY_BEFORE], "unhappy_before");
    }

    #[test]
    fn the_course_of_the_conversation_counts() {
        let signals = Signals::of("where is my parcel from Monday then?", &NEUTRAL, &repeated_answers());
        assert!(value(&signals, "bot_repeats") > 0.8);
        assert!(value(&signals, "asked_again") > 0.6);
        assert!(value(&signals, "before") > 0.2);
        assert!((value(&signals, "unhappy_before") - 0.72).abs() < 1e-6);
        assert_eq!(value(&signals, "opening"), 0.0);
    }

    #[test]
    fn what_went_wrong_before_does_not_count_against_a_glad_customer() {
        let signals = Signals::of("found it, lovely, thank you", &GLAD, &repeated_answers());
        for name in ["bot_repeats", "before", "unhappy_before", "asked_again"] {
            assert!(value(&signals, name) < 0.05, "{name}");
        }
    }

    #[test]
    fn a_persons_answer_starts_afresh() {
        let earlier = [customer("this is a disgrace"), turn(AuthorKind::Agent, "Hello, I am on it.")];
        let signals = Signals::of("ok", &NEUTRAL, &earlier);
        assert_eq!(value(&signals, "unhappy_before"), 0.0);
        assert_eq!(value(&signals, "with_agent"), 1.0);
    }

    #[rstest]
    #[case(5.0, 0.0, None)]
    #[case(20.0, 0.1, Some("wrote again after 20 minutes"))]
    #[case(180.0, 0.5, Some("wrote again after 3 hours"))]
    #[case(14_400.0, 0.89, Some("wrote again after 10 days"))]
    fn time_without_an_answer_counts(#[case] minutes: f32, #[case] at_least: f32, #[case] words: Option<&str>) {
        let earlier = [Earlier { minutes_ago: Some(minutes), ..customer("any news?") }];
        let signals = Signals::of("and now?", &NEUTRAL, &earlier);
        assert!(value(&signals, "waiting") >= at_least);
        let waiting = NAMES.iter().position(|&name| name == "waiting").unwrap();
        assert_eq!(signals.in_words(waiting).as_deref(), words);
    }

    #[test]
    fn odd_text_does_no_harm() {
        for text in ["", "\u{200b}", "😡😡😡", "שלום", &"a".repeat(70_000), &"é".repeat(70_000)] {
            let signals = Signals::of(text, &NEUTRAL, &[bot(text), customer(text)]);
            assert!(signals.values.iter().all(|value| value.is_finite()), "{text:.20}");
        }
    }
}
