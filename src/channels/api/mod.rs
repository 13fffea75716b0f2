//! A channel for anybody's own system: messages in and out as JSON over signed webhooks
//! (Standard Webhooks both ways). It is the smallest channel, and docs/channels/adding.md
//! walks through it.

mod inbound;
mod outbound;

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::StatusCode;

use super::channel::{
    Buttons, Capabilities, Channel, ChannelError, FileLimits, Happening, Kind, Markup, Outgoing, Receipt, Refusal,
    Request, SendError, Tools,
};
use crate::base::standard_webhooks::{Signed, Unsigned, parse_secret, verify};
use crate::domain::channel::{ChannelSpec, CredentialField, Tested};
use crate::store::{ChannelEvent, Inbox, NewEvent, SentMark, Thread};

pub const KIND: Kind = Kind { spec: &SPEC, capabilities: &CAPABILITIES, connect };

static SPEC: ChannelSpec = ChannelSpec {
    kind: "api",
    name: "Your own system",
    summary: "An app or a service of yours passes messages on, as JSON over signed webhooks.",
    guide: "docs/channels/api.md",
    fields: &[
        CredentialField {
            name: "secret",
            label: "Signing secret",
            help: "Signs both directions; whsec_ and at least 16 bytes in base64. `openssl rand -base64 32` makes the bytes.",
            example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            required: true,
            secret: true,
        },
        CredentialField {
            name: "url",
            label: "Address for our messages",
            help: "Where Rapport posts what customers are to read.",
            example: "https://app.example/rapport",
            required: true,
            secret: false,
        },
    ],
    webhook: true,
};

/// A page can show everything; what it cannot, its maker leaves out.
static CAPABILITIES: Capabilities = Capabilities {
    markup: Markup::Markdown,
    text: 20_000,
    buttons: Some(Buttons { most: 20, title: 200, text: 20_000 }),
    list: None,
    cards: Some(20),
    files: Some(FileLimits { bytes: 25 * 1024 * 1024, caption: 1000 }),
    digest: false,
    typing: false,
    edits: false,
    receipts: true,
    window: None,
    rate: 50.0,
};

struct Api {
    secret: Vec<u8>,
    url: reqwest::Url,
    /// Names this inbox's people.
    inbox: String,
    tools: Tools,
}

fn connect(inbox: &Inbox, tools: &Tools) -> Result<Arc<dyn Channel>, String> {
    let given = |name: &str| inbox.credentials.get(name).map(String::as_str).unwrap_or_default();
    let secret = parse_secret(given("secret"))
        .ok_or("`secret` is no signing secret: write whsec_ and at least 16 bytes in base64")?;
    let url = tools.outbound.check(given("url")).map_err(|error| error.to_string())?;
    Ok(Arc::new(Api { secret, url, inbox: inbox.id.0.clone(), tools: tools.clone() }))
}

#[async_trait]
impl Channel for Api {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn receive(&self, request: &Request) -> Result<Receipt, Refusal> {
        let signed = Signed {
            id: request.header("webhook-id"),
            timestamp: request.header("webhook-timestamp"),
            signature: request.header("webhook-signature"),
        };
        let refused = |reason| Refusal { status: StatusCode::UNAUTHORIZED, reason };
        verify(&self.secret, signed, &request.body, request.now.as_second()).map_err(|error| match error {
            Unsigned::Missing => refused("the signature's headers are missing"),
            Unsigned::Stale => refused("the signature is stale"),
            Unsigned::Wrong => refused("the signature does not fit"),
        })?;
        let unreadable =
            Refusal { status: StatusCode::BAD_REQUEST, reason: "the body is no message: see docs/channels/api.md" };
        let message = inbound::Message::parse(&request.body).ok_or(unreadable)?;
        let event = NewEvent { key: message.key(), place: message.place(), body: message.to_json() };
        Ok(Receipt { events: vec![event], ..Receipt::default() })
    }

    async fn understand(&self, event: &ChannelEvent) -> Result<Vec<Happening>, ChannelError> {
        let message = inbound::Message::of(event)?;
        Ok(vec![message.happening(&self.inbox, &self.tools).await?])
    }

    async fn send(&self, thread: &Thread, messages: &[Outgoing], key: &str) -> Result<SentMark, SendError> {
        self.post(&outbound::body(thread, messages, key, &self.tools.address), key).await
    }

    async fn test(&self) -> Tested {
        match self.post(&outbound::ping(), "ping").await {
            Ok(_) => Tested { works: true, findings: vec![format!("{} takes signed messages", self.url)] },
            Err(error) => Tested { works: false, findings: vec![format!("{}: {error}", self.url)] },
        }
    }
}
