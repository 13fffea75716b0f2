//! The machine-readable contracts: served as the code has them, and complete.

use serde_json::Value;

use crate::support::api::Api;
use crate::support::server::Server;

async fn document(path: &str) -> Value {
    Api::anonymous(Server::shared("contract").await).get(path).await.ok()
}

/// Whether a string stands anywhere in a document, as a key or a value.
fn has(document: &Value, word: &str) -> bool {
    match document {
        Value::String(text) => text == word,
        Value::Array(items) => items.iter().any(|item| has(item, word)),
        Value::Object(fields) => fields.iter().any(|(key, value)| key == word || has(value, word)),
        _ => false,
    }
}

#[tokio::test]
async fn openapi_is_what_the_code_says() {
    let served = document("/openapi.json").await;
    assert_eq!(served, serde_json::to_value(rapport::console::openapi()).expect("it serialises"));
    assert!(served["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", served["openapi"]);
    for path in [
        "/v1/conversations",
        "/v1/conversations/{id}",
        "/v1/conversations/{id}/entries",
        "/v1/conversations/{id}/take",
        "/v1/conversations/{id}/hand-back",
        "/v1/conversations/{id}/resolve",
        "/v1/conversations/{id}/messages",
        "/v1/conversations/{id}/notes",
        "/v1/conversations/counts",
        "/v1/conversations/{id}/suggestions",
        "/v1/conversations/{id}/assign",
        "/v1/conversations/{id}/snooze",
        "/v1/conversations/{id}/reopen",
        "/v1/conversations/{id}/seen",
        "/v1/session",
        "/v1/links/{token}",
        "/v1/me",
        "/v1/agents",
        "/v1/invitations",
        "/v1/conversations/{id}/files",
        "/v1/customers",
        "/v1/customers/{id}",
        "/v1/customers/{id}/merge",
        "/v1/merges/{id}/undo",
        "/v1/canned-replies",
        "/v1/reports/today",
        "/v1/inboxes",
        "/v1/settings",
        "/v1/shop/reset",
        "/v1/mails",
        "/v1/webhooks",
        "/v1/webhooks/{id}",
        "/v1/webhooks/{id}/secret",
        "/v1/webhooks/{id}/test",
        "/v1/webhooks/{id}/messages",
        "/v1/webhooks/{id}/messages/{message}/replay",
        "/v1/webhooks/{id}/replay",
        "/v1/webhooks/events",
        "/v1/analyze",
    ] {
        assert!(served["paths"][path].is_object(), "{path}");
    }
    for field in ["language", "intent_ranking", "out_of_scope", "emotions", "entities", "unhappiness", "timings_ms"] {
        assert!(has(&served["components"]["schemas"], field), "the analysis has {field}");
    }
}

#[tokio::test]
async fn asyncapi_is_what_the_code_says() {
    let served = document("/asyncapi.json").await;
    assert_eq!(served, rapport::app::asyncapi::asyncapi());
    assert!(served["asyncapi"].as_str().is_some_and(|version| version.starts_with('3')), "{}", served["asyncapi"]);
    assert_eq!(served["channels"]["chat"]["address"], "/v1/chat");
    assert_eq!(served["channels"]["console"]["address"], "/v1/console");
}

#[tokio::test]
async fn every_documented_frame_of_the_console_is_in_it() {
    let served = document("/asyncapi.json").await;
    let client = ["hello", "resume_after", "typing", "seen", "status"];
    let server = [
        "welcome",
        "cursor",
        "event",
        "conversation_id",
        "analysis",
        "conversation",
        "note",
        "queue",
        "presence",
        "read",
        "urgent",
        "refused_origin",
        "mail",
        "webhook",
        "reload",
    ];
    for word in client.into_iter().chain(server) {
        assert!(has(&served, word), "{word}");
    }
}

#[tokio::test]
async fn every_documented_frame_code_and_content_is_in_it() {
    let served = document("/asyncapi.json").await;
    let client = ["hello", "message", "submit", "typing", "read", "track", "rate", "survey", "ping"];
    let server = ["welcome", "ack", "event", "typing", "error", "pong"];
    let codes = [
        "bad_frame",
        "too_large",
        "rate_limited",
        "unauthorized",
        "forbidden_origin",
        "unknown_inbox",
        "conflict",
        "unavailable",
    ];
    let contents = [
        "text",
        "answer",
        "products",
        "choices",
        "form",
        "submitted",
        "handoff",
        "survey",
        "rating",
        "survey_result",
        "file",
        "edit",
        "status",
    ];
    for word in client.into_iter().chain(server).chain(codes).chain(contents) {
        assert!(has(&served, word), "{word}");
    }
}

#[tokio::test]
async fn every_reference_in_the_contracts_leads_somewhere() {
    for path in ["/openapi.json", "/asyncapi.json"] {
        let document = document(path).await;
        let mut references = Vec::new();
        collect_references(&document, &mut references);
        for reference in references {
            let pointer = reference.strip_prefix('#').expect("references stay within the document");
            assert!(document.pointer(pointer).is_some(), "{path}: {reference}");
        }
    }
}

fn collect_references(document: &Value, found: &mut Vec<String>) {
    match document {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(reference) if key == "$ref" => found.push(reference.clone()),
                    value => collect_references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        _ => {}
    }
}
