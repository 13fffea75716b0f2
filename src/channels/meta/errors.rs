//! What the Graph API says when it refuses, in words that an owner can act on. The codes
//! are Meta's; those that we know are in `codes.tsv`, with what follows from them.

use serde_json::Value;

use crate::channels::calls::Consequence;

static CODES: &str = include_str!("codes.tsv");

/// What a refused call means.
pub fn judge(status: u16, body: &Value) -> (Consequence, String) {
    let known = known(&body["error"]).map(|(consequence, _)| consequence);
    let consequence = match (known, status) {
        (Some("closed"), _) => Consequence::Closed,
        (Some("later"), _) | (_, 429 | 500..) => Consequence::Later,
        (Some("revoked"), _) | (None, 401 | 403) => Consequence::Revoked,
        _ => Consequence::Refused,
    };
    (consequence, words(&body["error"]).unwrap_or_else(|| format!("Meta answered with the status {status}")))
}

/// An error in our words, else in WhatsApp's; `None` where it says nothing.
pub fn words(error: &Value) -> Option<String> {
    let said = [&error["error_data"]["details"], &error["message"], &error["title"]];
    let said = said.into_iter().find_map(Value::as_str);
    let code = error["code"].as_i64()?;
    Some(match known(error) {
        Some((_, words)) => format!("{words} (code {code})"),
        None => format!("WhatsApp: {} (code {code})", said.unwrap_or("an error")),
    })
}

fn known(error: &Value) -> Option<(&'static str, &'static str)> {
    // All of the two hundreds are permissions, and so is a number that the token does not see.
    let code = match (error["code"].as_i64()?, error["error_subcode"].as_i64()) {
        (200..300, _) | (100, Some(33)) => 10,
        (code, _) => code,
    };
    let mut rows = CODES.lines().filter_map(|line| line.split_once('\t'));
    rows.find(|(known, _)| *known == code.to_string())?.1.split_once('\t')
}
