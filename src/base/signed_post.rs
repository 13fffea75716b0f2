//! One request to somebody's endpoint: signed as Standard Webhooks has it, guarded, and
//! bounded in time and in what is read of the answer. It judges nothing.

use std::error::Error;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};

use super::outbound::Outbound;
use super::standard_webhooks::{parse_secret, sign};

/// An endpoint that works longer than this should answer first and work afterwards.
const PATIENCE: Duration = Duration::from_secs(15);
/// So much of an answer is kept for the console.
const ANSWER_BYTES: usize = 1024;

/// What is delivered.
#[derive(Clone, Copy)]
pub struct Letter<'a> {
    pub id: &'a str,
    pub at: Timestamp,
    pub body: &'a str,
    /// Each of them signs.
    pub keys: &'a [String],
}

/// What came back, if anything did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: Option<u16>,
    /// Where the status is one that may ask for a pause: for how long, from now.
    pub retry_after: Option<Duration>,
    /// The beginning of the body.
    pub text: Option<String>,
    /// Why there was no answer.
    pub error: Option<String>,
    pub duration_ms: i64,
}

/// Posts it once.
pub async fn post(outbound: &Outbound, url: &str, letter: &Letter<'_>) -> Answer {
    let begun = Instant::now();
    let answered = match tokio::time::timeout(PATIENCE, send(outbound, url, letter)).await {
        Ok(answered) => answered,
        Err(_) => Err(format!("there was no answer within {} s", PATIENCE.as_secs())),
    };
    let mut answer = answered.unwrap_or_else(|error| Answer { error: Some(error), ..Answer::default() });
    answer.duration_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    answer
}

async fn send(outbound: &Outbound, url: &str, letter: &Letter<'_>) -> Result<Answer, String> {
    // A name is guarded when it is resolved; an address in digits only here.
    let url = outbound.check(url).map_err(|error| error.to_string())?;
    let at = letter.at.as_second();
    let request = outbound
        .client()
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", letter.id)
        .header("webhook-timestamp", at)
        .header("webhook-signature", signatures(letter, at))
        .body(letter.body.to_owned());
    let response = request.send().await.map_err(|error| in_words(&error))?;
    let status = response.status();
    let asks = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = retry_after.filter(|_| asks).and_then(|value| pause(value, letter.at));
    Ok(Answer { status: Some(status.as_u16()), retry_after, text: beginning(response).await, ..Answer::default() })
}

/// A signature of each key, the new one first: whoever knows one of them can verify.
fn signatures(letter: &Letter<'_>, at: i64) -> String {
    let keys = letter.keys.iter().filter_map(|key| parse_secret(key));
    let each = keys.map(|key| sign(&key, letter.id, at, letter.body.as_bytes()));
    each.collect::<Vec<_>>().join(" ")
}

/// `Retry-After`, which is a number of seconds or a date (RFC 9110, 10.2.3).
fn pause(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value.trim()).ok()?;
    Some(Duration::try_from(date.timestamp().duration_since(now)).unwrap_or(Duration::ZERO))
}

/// What goes wrong while the body is read does not matter: the status has said it.
async fn beginning(mut response: Response) -> Option<String> {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES
        && let Ok(Some(chunk)) = response.chunk().await
    {
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(ANSWER_BYTES);
    // PostgreSQL's TEXT takes no zero character.
    let text = String::from_utf8_lossy(&bytes).replace('\0', "");
    (!text.trim().is_empty()).then_some(text)
}

/// A failed request without its address, which may carry a secret.
fn in_words(error: &reqwest::Error) -> String {
    let begins = match () {
        () if error.is_timeout() => "it took too long",
        () if error.is_connect() => "the connection failed",
        () => "the request failed",
    };
    let mut deepest: &dyn Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    match error.source() {
        Some(_) => format!("{begins}: {deepest}"),
        None => begins.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::standard_webhooks::{Signed, new_secret, verify};

    #[test]
    fn each_key_signs_and_verifies() {
        let keys = [new_secret(), new_secret()];
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let letter = Letter { id: "msg_1", at, body: "{}", keys: &keys };
        let header = signatures(&letter, at.as_second());
        assert_eq!(header.split(' ').count(), 2);
        for key in &keys {
            let signed = Signed { id: "msg_1", timestamp: "1614265330", signature: &header };
            verify(&parse_secret(key).unwrap(), signed, b"{}", at.as_second()).unwrap();
        }
    }

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_a_date() {
        let now: Timestamp = "2015-10-21T07:27:00Z".parse().unwrap();
        assert_eq!(pause("120", now), Some(Duration::from_secs(120)));
        assert_eq!(pause("Wed, 21 Oct 2015 07:28:00 GMT", now), Some(Duration::from_secs(60)));
        assert_eq!(pause("Wed, 21 Oct 2015 07:26:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(pause("soon", now), None);
    }

    #[tokio::test]
    async fn a_private_address_is_refused_without_a_request() {
        let letter = Letter { id: "msg_1", at: Timestamp::UNIX_EPOCH, body: "{}", keys: &[] };
        let answer = post(&Outbound::new(&[]), "http://169.254.169.254/latest", &letter).await;
        assert!(
            answer.status.is_none() && answer.error.as_deref().is_some_and(|text| text.contains("private network"))
        );
        let answer = post(&Outbound::new(&[]), "http://localhost:9/", &letter).await;
        assert!(answer.error.as_deref().is_some_and(|text| text.contains("private network")), "{answer:?}");
    }
}
