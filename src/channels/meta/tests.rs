//! Signatures, the subscription, and what an error leads to.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::json;

use super::App;
use super::errors::judge;
use crate::base::outbound::Outbound;
use crate::channels::calls::Consequence;
use crate::channels::channel::{Refusal, Request};

fn app(secret: &str) -> App {
    let credentials = [("access_token", "EAAG"), ("app_secret", secret), ("verify_token", " wick-7431\n")];
    let credentials = credentials.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    App::of(&credentials, Outbound::new(&[])).unwrap()
}

fn request(body: &str, signature: Option<&str>) -> Request {
    let mut headers = HeaderMap::new();
    if let Some(signature) = signature {
        headers.insert("x-hub-signature-256", HeaderValue::from_str(signature).unwrap());
    }
    let body = Bytes::copy_from_slice(body.as_bytes());
    Request { headers, query: BTreeMap::new(), is_get: false, body, now: Timestamp::UNIX_EPOCH }
}

fn status_of(refused: Result<(), Refusal>) -> StatusCode {
    refused.map_or_else(|refusal| refusal.status, |()| StatusCode::OK)
}

/// A body that Meta itself signed, as pywa's tests keep it; that secret is long reset.
const SIGNED_BY_META: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"264937493375603","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550953877","phone_number_id":"277321005464405"},"contacts":[{"profile":{"name":"PyWa Tests"},"wa_id":"972544401243"}],"messages":[{"from":"972544401243","id":"wamid.HBgMOTcyNTQ0NDAxMjQzFQIAEhggM0RFQTNCMEEwRTY3QzUwODYzMDc4NjQ4QzM4ODAxM0YA","timestamp":"1730231903","text":{"body":"Hey there! I am using PyWa."},"type":"text"}]},"field":"messages"}]}]}"#;
const METAS_SECRET: &str = "1222e786b144d0e85b9f365372d93676";
const METAS_SIGNATURE: &str = "sha256=54edfa1d7259e0eb13c677cc7d73d1b5c86cfa12433d19156e058ab9251bc441";

#[rstest]
#[case::metas(METAS_SECRET, SIGNED_BY_META, METAS_SIGNATURE)]
#[case::githubs(
    "It's a Secret to Everybody",
    "Hello, World!",
    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
)]
fn the_vectors_verify_and_nothing_near_them(#[case] secret: &str, #[case] body: &str, #[case] signature: &str) {
    let check = |body: &str, signature: Option<&str>, secret: &str| {
        status_of(app(secret).verified(&request(body, signature)).map(drop))
    };
    // What is genuine and no JSON is refused for that.
    let genuine = if body.starts_with('{') { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    assert_eq!(check(body, Some(signature), secret), genuine);
    assert_eq!(check(body, None, secret), StatusCode::UNAUTHORIZED);
    assert_eq!(check(&format!("{body} "), Some(signature), secret), StatusCode::FORBIDDEN);
    assert_eq!(check(body, Some(signature), "another secret"), StatusCode::FORBIDDEN);
    for wrong in [&signature[7..], &signature[..70], "sha256=", "sha1=757107ea0eb2509fc211221cce984b8a37570b6d"] {
        assert_eq!(check(body, Some(wrong), secret), StatusCode::FORBIDDEN, "{wrong}");
    }
}

#[rstest]
#[case("subscribe", "wick-7431", true)]
#[case("subscribe", "wick-7432", false)]
#[case("subscribe", "", false)]
#[case("unsubscribe", "wick-7431", false)]
fn only_the_verify_token_subscribes(#[case] mode: &str, #[case] token: &str, #[case] is_ours: bool) {
    let query = [("hub.mode", mode), ("hub.verify_token", token), ("hub.challenge", "1158201444")];
    let query = query.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let asked = Request { query, is_get: true, ..request("", None) };
    match app("secret").subscription(&asked) {
        Ok(receipt) => assert!(is_ours && receipt.answer == "1158201444" && receipt.events.is_empty()),
        Err(refusal) => assert!(!is_ours && refusal.status == StatusCode::FORBIDDEN),
    }
}

#[rstest]
#[case(429, Some(130_429), Consequence::Later)]
#[case(400, Some(80_007), Consequence::Later)]
#[case(400, Some(131_056), Consequence::Later)]
#[case(500, Some(131_000), Consequence::Later)]
#[case(503, None, Consequence::Later)]
#[case(401, Some(190), Consequence::Revoked)]
#[case(403, Some(10), Consequence::Revoked)]
#[case(403, Some(283), Consequence::Revoked)]
#[case(401, None, Consequence::Revoked)]
#[case(400, Some(131_026), Consequence::Refused)]
#[case(400, Some(131_030), Consequence::Refused)]
#[case(400, Some(100), Consequence::Refused)]
#[case(404, None, Consequence::Refused)]
#[case(400, Some(131_047), Consequence::Closed)]
fn every_refusal_leads_somewhere(#[case] status: u16, #[case] code: Option<i64>, #[case] expected: Consequence) {
    let body = code.map(|code| json!({ "error": { "code": code, "message": "no" } })).unwrap_or_default();
    let (consequence, words) = judge(status, &body);
    assert_eq!(consequence, expected, "{words}");
    assert!(!words.is_empty());
}

#[test]
fn every_code_is_well_formed_and_a_hidden_number_is_a_matter_of_rights() {
    for line in include_str!("codes.tsv").lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        assert!(parts.len() == 3 && parts[0].parse::<i64>().is_ok(), "{line}");
        assert!(["later", "revoked", "closed", "refused"].contains(&parts[1]), "{line}");
    }
    let hidden = json!({ "error": { "code": 100, "error_subcode": 33, "message": "Unsupported post request." } });
    assert_eq!(judge(400, &hidden).0, Consequence::Revoked);
}
