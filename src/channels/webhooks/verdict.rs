//! What follows from an answer: a pure function of it and of how the endpoint did before.
//!
//! An endpoint that fails pauses as a whole, so that its events stay in order and a broken
//! system is not flooded. One event that it alone cannot take steps aside after a few
//! tries, so that the others go on.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::base::signed_post::Answer;
use crate::store::{Webhook, WebhookMessage};

const FIRST_PAUSE_S: i64 = 5;
const LONGEST_PAUSE_S: i64 = 60 * 60;
/// A longer pause than this is not granted.
const LONGEST_ASKED: SignedDuration = SignedDuration::from_hours(24);
/// An endpoint that fails for so long is disabled; an event that does is given up.
const TIRED: SignedDuration = SignedDuration::from_hours(72);
/// After so many tries an event steps aside.
const ASIDE: i64 = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub error: String,
    pub paused_until: Timestamp,
    /// When this event is tried again; `None` gives it up.
    pub next_at: Option<Timestamp>,
    /// Why the endpoint is disabled, if it is.
    pub disable: Option<String>,
}

/// Why an answer is none that says "taken", in words.
pub(super) fn problem(answer: &Answer) -> Option<String> {
    match answer.status {
        Some(200..300) => None,
        Some(300..400) => Some("it redirects, which is not followed: enter the address that it leads to".to_owned()),
        Some(410) => Some("it is gone (410)".to_owned()),
        Some(status) => Some(format!("it answered {status}")),
        None => Some(answer.error.clone().unwrap_or_else(|| "there was no answer".to_owned())),
    }
}

/// `error` is the answer's problem; `chance` any number, for the jitter.
pub(super) fn consequences(
    (answer, error): (&Answer, String),
    webhook: &Webhook,
    message: &WebhookMessage,
    now: Timestamp,
    chance: u32,
) -> Failed {
    let since = webhook.failing_since.unwrap_or(now);
    let disable = match answer.status {
        Some(410) => Some("It answered 410 Gone: it wants no more events.".to_owned()),
        _ if now.duration_since(since) >= TIRED => {
            Some(format!("It has failed for three days; the last time {error}."))
        }
        _ => None,
    };
    let asked = answer.retry_after.map(asked);
    let pause = asked.unwrap_or_else(|| pause(webhook.failures + 1, chance));
    let tries = message.attempts + 1;
    let next_at = match is_about_the_event(answer) && tries >= ASIDE {
        false => Some(now),
        true if now.duration_since(message.created_at) >= TIRED => None,
        true => Some(now + self::pause(tries, chance)),
    };
    Failed { error, paused_until: now + pause, next_at, disable }
}

/// Whether a failure may lie in this one event: the endpoint is there and refuses it.
/// What a proxy says for a system that is down, or that is too busy, is about all.
fn is_about_the_event(answer: &Answer) -> bool {
    answer.status.is_some_and(|status| !matches!(status, 410 | 429 | 502..=504) && status >= 400)
}

fn asked(pause: Duration) -> SignedDuration {
    SignedDuration::try_from(pause).unwrap_or(LONGEST_ASKED).clamp(SignedDuration::from_secs(1), LONGEST_ASKED)
}

/// How long to wait after the `failures`th failure in a row: three times as long each
/// time, a fifth more or less by chance, so that many do not come back at once.
fn pause(failures: i64, chance: u32) -> SignedDuration {
    let times = u32::try_from(failures - 1).unwrap_or(0).min(20);
    let millis = FIRST_PAUSE_S.saturating_mul(3_i64.saturating_pow(times)).min(LONGEST_PAUSE_S) * 1000;
    let spread = millis / 5;
    SignedDuration::from_millis(millis - spread + i64::from(chance) % (2 * spread + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ConversationId, WebhookId};
    use crate::store::WebhookMessageState;
    use rstest::rstest;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn webhook(failures: i64) -> Webhook {
        Webhook {
            id: WebhookId("whk_1".into()),
            url: "https://shop.example/hook".into(),
            description: String::new(),
            events: Vec::new(),
            enabled: true,
            disabled_at: None,
            disabled_reason: None,
            from_position: 0,
            failures,
            failing_since: (failures > 0).then_some(START),
            error: None,
            paused_until: None,
            last_sent_at: None,
            old_secret_until: None,
            created_at: START,
        }
    }

    fn message(attempts: i64) -> WebhookMessage {
        WebhookMessage {
            id: "msg_1".into(),
            kind: "message.sent".into(),
            conversation_id: ConversationId("cnv_1".into()),
            body: "{}".into(),
            state: WebhookMessageState::Waiting,
            attempts,
            next_at: START,
            status: None,
            answer: None,
            error: None,
            duration_ms: None,
            tried_at: None,
            sent_at: None,
            created_at: START,
        }
    }

    fn answered(status: u16) -> Answer {
        Answer { status: Some(status), ..Answer::default() }
    }

    fn failed(answer: &Answer, failures: i64, attempts: i64, after: SignedDuration) -> Failed {
        let error = problem(answer).expect("it is a failure");
        consequences((answer, error), &webhook(failures), &message(attempts), START + after, 0)
    }

    #[rstest]
    #[case(200)]
    #[case(204)]
    #[case(299)]
    fn any_2xx_says_taken(#[case] status: u16) {
        assert_eq!(problem(&answered(status)), None);
    }

    #[test]
    fn a_redirect_and_silence_are_told_in_words() {
        assert!(problem(&answered(302)).is_some_and(|text| text.contains("redirects")));
        assert_eq!(problem(&Answer::default()).as_deref(), Some("there was no answer"));
    }

    #[test]
    fn pauses_grow_from_seconds_to_an_hour() {
        let longest = |failures| pause(failures, 0).as_secs();
        assert_eq!([longest(1), longest(2), longest(3)], [4, 12, 36]);
        assert!((2880..=4320).contains(&pause(30, u32::MAX).as_secs()));
        assert_ne!(pause(1, 1), pause(1, 2));
    }

    #[test]
    fn an_asked_for_pause_is_granted_up_to_a_day() {
        let hour = SignedDuration::from_hours(1);
        let asks = |after| Answer { retry_after: Some(after), ..answered(429) };
        let paused = |after| failed(&asks(after), 0, 0, SignedDuration::ZERO).paused_until;
        assert_eq!(paused(Duration::from_secs(7200)), START + 2 * hour);
        assert_eq!(paused(Duration::from_secs(u64::MAX)), START + 24 * hour);
        assert_eq!(paused(Duration::ZERO), START + SignedDuration::from_secs(1));
    }

    #[test]
    fn three_days_of_failures_disable_and_410_does_at_once() {
        let days = |n: i64| SignedDuration::from_hours(24 * n);
        assert_eq!(failed(&answered(500), 40, 0, days(2)).disable, None);
        let tired = failed(&answered(500), 40, 0, days(3));
        assert!(tired.disable.is_some_and(|reason| reason.contains("three days") && reason.contains("500")));
        assert!(failed(&answered(410), 0, 0, SignedDuration::ZERO).disable.is_some());
    }

    #[rstest]
    #[case(answered(500), true)]
    #[case(answered(400), true)]
    #[case(answered(503), false)]
    #[case(answered(429), false)]
    #[case(Answer { error: Some("the connection failed".into()), ..Answer::default() }, false)]
    fn one_event_that_is_refused_steps_aside(#[case] answer: Answer, #[case] aside: bool) {
        let soon = SignedDuration::from_secs(60);
        assert_eq!(failed(&answer, 1, 1, soon).next_at, Some(START + soon), "at first the order is kept");
        let later = failed(&answer, 3, 3, soon).next_at.unwrap();
        assert_eq!(later > START + soon, aside);
        let given_up = failed(&answer, 1, 9, TIRED).next_at.is_none();
        assert_eq!(given_up, aside, "what is down loses nothing");
    }
}
