//! What the other system is sent, and what its answers mean.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::{Value, json};

use super::Api;
use crate::base::standard_webhooks::sign;
use crate::channels::channel::{Outgoing, Pick, SendError};
use crate::store::{SentMark, Thread};

/// The messages of one entry, as JSON.
pub(super) fn body(thread: &Thread, messages: &[Outgoing], key: &str, address: &str) -> Value {
    let messages: Vec<Value> = messages.iter().map(|message| json_of(message, address)).collect();
    json!({ "type": "messages", "id": key, "thread": thread.place, "conversation_id": thread.conversation_id,
            "messages": messages })
}

pub(super) fn ping() -> Value {
    json!({ "type": "ping" })
}

fn json_of(message: &Outgoing, address: &str) -> Value {
    match message {
        Outgoing::Text(text) => json!({ "type": "text", "text": text }),
        Outgoing::Buttons { text, options } | Outgoing::List { text, options } => {
            json!({ "type": "options", "text": text, "options": options.iter().map(option).collect::<Vec<_>>() })
        }
        Outgoing::Cards { items } => {
            let items: Vec<Value> =
                items.iter().map(|card| json!({ "id": card.id, "product": card.product })).collect();
            json!({ "type": "products", "items": items })
        }
        Outgoing::File { id, name, media_type, bytes, caption } => {
            let url = format!("{address}/v1/files/{id}");
            json!({ "type": "file", "name": name, "media_type": media_type, "bytes": bytes, "caption": caption, "url": url })
        }
    }
}

fn option(pick: &Pick) -> Value {
    json!({ "id": pick.id, "title": pick.title })
}

impl Api {
    /// Posts a signed body; its answer's `id` is what statuses refer to.
    pub(super) async fn post(&self, body: &Value, key: &str) -> Result<SentMark, SendError> {
        let body = body.to_string();
        let now = self.tools.clock.now().as_second();
        let answer = self
            .tools
            .outbound
            .client()
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", key)
            .header("webhook-timestamp", now.to_string())
            .header("webhook-signature", sign(&self.secret, key, now, body.as_bytes()))
            .body(body)
            .send()
            .await
            .map_err(|error| SendError::later(format!("it cannot be reached: {}", error.without_url())))?;
        let status = answer.status();
        let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        match status {
            status if status.is_success() => {
                let told: Value = answer.json().await.unwrap_or_default();
                Ok(SentMark { external_id: told["id"].as_str().map(str::to_owned), details: None })
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::GONE => {
                Err(SendError::Revoked(format!("it answers {status}: check the address and the secret")))
            }
            StatusCode::TOO_MANY_REQUESTS => Err(SendError::Later {
                reason: "it asks for a pause (429)".to_owned(),
                after: after.map(std::time::Duration::from_secs),
            }),
            status if status.is_client_error() => Err(SendError::Refused(format!("it refuses the message ({status})"))),
            status => Err(SendError::Later {
                reason: format!("it answers {status}"),
                after: after.map(std::time::Duration::from_secs),
            }),
        }
    }
}
