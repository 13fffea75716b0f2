//! Slack's request signature, version 0: who does not know the app's signing secret is not Slack.
//!
//! <https://api.slack.com/authentication/verifying-requests-from-slack>

use axum::http::StatusCode;

use crate::base::secret::verify_hmac_sha256_hex;
use crate::channels::channel::{Refusal, Request};

/// Seconds that a request may be off our clock.
const FRESH: i64 = 300;

/// Whether the request is Slack's and was signed just now; over the body as it came.
pub fn verify(signing_secret: &str, request: &Request) -> Result<(), Refusal> {
    let refuse = |reason| Err(Refusal { status: StatusCode::UNAUTHORIZED, reason });
    if signing_secret.is_empty() {
        return refuse("the inbox has no signing secret: enter it, or let Slack deliver by Socket Mode");
    }
    let (at, signature) = (request.header("x-slack-request-timestamp"), request.header("x-slack-signature"));
    let Some(signature) = signature.strip_prefix("v0=") else { return refuse("the signature is missing") };
    let Ok(seconds) = at.parse::<i64>() else { return refuse("the timestamp is missing") };
    if request.now.as_second().abs_diff(seconds) > FRESH.unsigned_abs() {
        return refuse("the timestamp is more than five minutes away: a replay, or one of the clocks is wrong");
    }
    let signed = [b"v0:", at.as_bytes(), b":", &request.body].concat();
    match verify_hmac_sha256_hex(signing_secret.as_bytes(), &signed, signature) {
        true => Ok(()),
        false => refuse("the signature is wrong: is the signing secret this app's?"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;
    use axum::http::HeaderMap;
    use jiff::Timestamp;
    use rstest::rstest;

    /// The sample of Slack's page on signing.
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const AT: i64 = 1_531_420_618;
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
                        &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
                        &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F\
                        96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn request(at: &str, signature: &str, body: &str, now: i64) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert("x-slack-request-timestamp", at.parse().unwrap());
        headers.insert("x-slack-signature", signature.parse().unwrap());
        let now = Timestamp::from_second(now).unwrap();
        Request { headers, query: Default::default(), is_get: false, body: Bytes::from(body.to_owned()), now }
    }

    #[rstest]
    #[case::the_sample(SECRET, "1531420618", SIGNATURE, BODY, AT, true)]
    #[case::at_the_edge(SECRET, "1531420618", SIGNATURE, BODY, AT + 300, true)]
    #[case::stale(SECRET, "1531420618", SIGNATURE, BODY, AT + 301, false)]
    #[case::from_the_future(SECRET, "1531420618", SIGNATURE, BODY, AT - 301, false)]
    #[case::far_future(SECRET, "9223372036854775807", SIGNATURE, BODY, AT, false)]
    #[case::far_past(SECRET, "-9223372036854775808", SIGNATURE, BODY, AT, false)]
    #[case::moved_in_time(SECRET, "1531420619", SIGNATURE, BODY, AT, false)]
    #[case::other_body(SECRET, "1531420618", SIGNATURE, "token=x", AT, false)]
    #[case::other_secret("other", "1531420618", SIGNATURE, BODY, AT, false)]
    #[case::no_secret("", "1531420618", SIGNATURE, BODY, AT, false)]
    #[case::no_signature(SECRET, "1531420618", "", BODY, AT, false)]
    #[case::cut(SECRET, "1531420618", "v0=a2114d57", BODY, AT, false)]
    #[case::other_version(
        SECRET,
        "1531420618",
        "v1=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        BODY,
        AT,
        false
    )]
    #[case::no_timestamp(SECRET, "", SIGNATURE, BODY, AT, false)]
    fn only_what_slack_signed_just_now_is_believed(
        #[case] secret: &str,
        #[case] at: &str,
        #[case] signature: &str,
        #[case] body: &str,
        #[case] now: i64,
        #[case] believed: bool,
    ) {
        let verified = verify(secret, &request(at, signature, body, now));
        assert_eq!(verified.is_ok(), believed, "{verified:?}");
        assert!(verified.is_ok_and(|()| true) || !believed);
    }
}
