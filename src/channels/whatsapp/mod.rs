//! WhatsApp, over Meta's Cloud API: deliveries come by webhook, answers go by the Graph API.
//! Free words go out only within 24 hours of the customer's last message; after that an
//! approved template asks them to write. It must not know what is answered, and why.

mod errors;
mod messages;
mod send;
mod webhook;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::calls::{Api, Failure};
use super::channel::{
    Buttons, Capabilities, Channel, ChannelError, FileLimits, Happening, Incoming, IncomingFile, Kind, List, Markup,
    Outgoing, Receipt, Refusal, Request, SendError, Tools,
};
use super::words;
use crate::base::secret::{hmac_sha256_hex, sha256_hex};
use crate::domain::channel::{ChannelSpec, CredentialField, Tested};
use crate::store::{ChannelEvent, Inbox, SentMark, Thread};
use messages::{Meaning, Media};

pub const KIND: Kind = Kind { spec: &SPEC, capabilities: &CAPABILITIES, connect };

static SPEC: ChannelSpec = ChannelSpec {
    kind: "whatsapp",
    name: "WhatsApp",
    summary: "Customers write to the shop's number on WhatsApp, and are answered there.",
    guide: "docs/channels/whatsapp.md",
    fields: &[
        CredentialField::new(
            "phone_number_id",
            "Phone number ID",
            "Meta's console, API Setup: below the number",
            "1065…",
        ),
        CredentialField::new("access_token", "Access token", "Business settings: a system user's token", "EAAG…")
            .secret(),
        CredentialField::new("app_secret", "App secret", "Meta's console, App settings, Basic", "32 hex digits")
            .secret(),
        CredentialField::new("verify_token", "Verify token", "your own words; the same in Meta's console", "wick-7431")
            .secret(),
        CredentialField::new("template", "Template", "an approved one that asks to write", "we_have_an_answer")
            .optional(),
        CredentialField::new("template_language", "Template's language", "as the WhatsApp Manager has it", "en_US")
            .optional(),
        CredentialField::new("catalog_id", "Catalogue ID", "to show products from Meta's Commerce Manager", "3541…")
            .optional(),
        CredentialField::new("api_base", "Address of the Graph API", "only for tests and proxies", GRAPH).optional(),
    ],
    webhook: true,
};

static CAPABILITIES: Capabilities = Capabilities {
    markup: Markup::WhatsApp,
    text: 4096,
    buttons: Some(Buttons { most: 3, title: 20, text: 1024 }),
    list: Some(List { rows: 10, title: 24, description: 72, text: 1024 }),
    cards: Some(10),
    files: Some(FileLimits { bytes: 100_000_000, caption: 1024 }),
    digest: false,
    typing: true,
    edits: false,
    receipts: true,
    window: Some(Duration::from_secs(24 * 3600)),
    // A number may send 80 a second; the rest is for read marks and files.
    rate: 50.0,
};

/// The version that this was written for; Meta keeps each for two years.
const GRAPH: &str = "https://graph.facebook.com/v26.0";
const NUMBER: &str = "fields=verified_name,display_phone_number,quality_rating,platform_type";
/// So often a customer's file is tried before its absence is told.
const TRIES: i64 = 5;

struct WhatsApp {
    api: Api,
    /// The id of our number.
    phone: String,
    app_secret: String,
    verify_token: String,
    template: Option<(String, String)>,
    catalog: Option<String>,
    tools: Tools,
}

fn connect(inbox: &Inbox, tools: &Tools) -> Result<Arc<dyn Channel>, String> {
    let given = |name: &str| inbox.credentials.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    let needed = |name: &str| given(name).map(str::to_owned).ok_or(format!("`{name}` is missing"));
    let phone = needed("phone_number_id")?;
    if !phone.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("`phone_number_id` is Meta's id of the number: digits only, and not the number itself".to_owned());
    }
    let base = given("api_base").unwrap_or(GRAPH).trim_end_matches('/').to_owned();
    let (outbound, token) = (tools.outbound.clone(), needed("access_token")?);
    Ok(Arc::new(WhatsApp {
        api: Api { outbound, base, token, judge: errors::judge },
        phone,
        app_secret: needed("app_secret")?,
        verify_token: needed("verify_token")?,
        template: given("template")
            .map(|name| (name.to_owned(), given("template_language").unwrap_or("en_US").to_owned())),
        catalog: given("catalog_id").map(str::to_owned),
        tools: tools.clone(),
    }))
}

#[async_trait]
impl Channel for WhatsApp {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn receive(&self, request: &Request) -> Result<Receipt, Refusal> {
        if request.is_get {
            return webhook::subscription(request, &self.verify_token);
        }
        webhook::verify(request, &self.app_secret)?;
        Ok(Receipt { events: webhook::events(&request.body, &self.phone)?, ..Receipt::default() })
    }

    async fn understand(&self, event: &ChannelEvent) -> Result<Vec<Happening>, ChannelError> {
        if let Some(note) = webhook::note(&event.body["status"]) {
            return Ok(vec![Happening::Delivery(note)]);
        }
        Ok(match messages::read(&event.body["message"], &event.body["contact"]) {
            Meaning::Said(mut said, media) => {
                if let Some(media) = media {
                    self.attach(&mut said, media, event.attempts).await?;
                }
                vec![Happening::Message(said)]
            }
            Meaning::Rated { external_id, helpful } => vec![Happening::Rated { external_id, helpful }],
            Meaning::OptOut(said, asked) => {
                // A courtesy: the wish counts, whether or not it can be confirmed.
                if let Err(error) = self.post(&said.details, send::text(asked.confirmation)).await {
                    tracing::debug!(%error, "an opt-out could not be confirmed");
                }
                let place = said.place.clone();
                vec![Happening::Message(said), Happening::OptOut { place, out: asked.out }]
            }
            Meaning::Nothing => Vec::new(),
        })
    }

    async fn send(&self, thread: &Thread, messages: &[Outgoing], _key: &str) -> Result<SentMark, SendError> {
        let mut mark = SentMark::default();
        for message in messages {
            mark = self.write(&thread.details, message).await?;
        }
        Ok(mark)
    }

    async fn test(&self) -> Tested {
        let number = match self.api.get(&format!("{}?{NUMBER}", self.phone)).await {
            Ok(number) => number,
            Err(failure) => return Tested { works: false, findings: vec![failure.reason] },
        };
        let [name, digits, quality, platform] =
            ["verified_name", "display_phone_number", "quality_rating", "platform_type"]
                .map(|name| number[name].as_str().unwrap_or("unknown"));
        let mut findings =
            vec![format!("This is {name}, {digits}; the number's quality is {}.", quality.to_lowercase())];
        // WhatsApp checks the secret if it is proven to know the token.
        let proof = hmac_sha256_hex(self.app_secret.as_bytes(), self.api.token.as_bytes());
        let proven = self.api.get(&format!("{}?{NUMBER}&appsecret_proof={proof}", self.phone)).await;
        let is_registered = matches!(platform, "CLOUD_API" | "unknown");
        let wrong = [
            (proven.is_err(), "The app secret is not that of the token's app: copy it again from App settings, Basic."),
            (!is_registered, "The number is not registered with the Cloud API: register it in the WhatsApp Manager."),
            (quality == "RED", "Customers have blocked or reported the number: Meta may slow it down."),
            (self.template.is_none(), "Without a template nobody can be asked to write after 24 hours."),
        ];
        findings.extend(wrong.iter().filter(|(is_so, _)| *is_so).map(|(_, words)| (*words).to_owned()));
        Tested { works: proven.is_ok() && is_registered, findings }
    }

    async fn reopen(&self, thread: &Thread) -> Result<Option<SentMark>, SendError> {
        let Some((name, language)) = &self.template else { return Ok(None) };
        self.post(&thread.details, send::template(name, language)).await.map(Some)
    }

    async fn noticed(&self, thread: &Thread) {
        let (message, typing) = (&thread.details["message"], json!({ "type": "text" }));
        let read = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": message, "typing_indicator": typing });
        if let Err(failure) = self.api.post(&format!("{}/messages", self.phone), &read).await {
            tracing::debug!(reason = failure.reason, "a message could not be marked as read");
        }
    }
}

impl WhatsApp {
    async fn write(&self, details: &Value, message: &Outgoing) -> Result<SentMark, SendError> {
        let media = match message {
            Outgoing::File { id, name, media_type, .. } => {
                let gone = |_| SendError::Refused(format!("the file `{name}` cannot be read any more"));
                self.upload(name, media_type, self.tools.files.read(id).await.map_err(gone)?).await?
            }
            _ => Value::Null,
        };
        let composed = send::compose(message, &self.tools.shop, self.catalog.as_deref(), media);
        match (self.post(details, composed).await, message, &self.catalog) {
            // What Meta's catalogue does not have is shown without it.
            (Err(SendError::Refused(reason)), Outgoing::Cards { .. }, Some(_)) => {
                tracing::info!(reason, "products could not be shown from the catalogue");
                self.post(details, send::compose(message, &self.tools.shop, None, Value::Null)).await
            }
            (sent, ..) => sent,
        }
    }

    async fn upload(&self, name: &str, media_type: &str, bytes: Vec<u8>) -> Result<Value, SendError> {
        let part = Part::bytes(bytes).file_name(name.to_owned()).mime_str(media_type);
        let part = part.map_err(|_| SendError::Refused(format!("the file `{name}` is of no known kind")))?;
        let form =
            Form::new().text("messaging_product", "whatsapp").text("type", media_type.to_owned()).part("file", part);
        Ok(self.api.upload(&format!("{}/media", self.phone), form).await?["id"].take())
    }

    async fn post(&self, details: &Value, message: Value) -> Result<SentMark, SendError> {
        let message = send::addressed(details, message)?;
        let answer = self.api.post(&format!("{}/messages", self.phone), &message).await?;
        Ok(SentMark { external_id: answer["messages"][0]["id"].as_str().map(str::to_owned), details: None })
    }

    /// Fetches a customer's file. One that cannot be had is told in words: the rest of the
    /// message is not lost with it.
    async fn attach(&self, said: &mut Incoming, media: Media, attempts: i64) -> Result<(), ChannelError> {
        let most = self.tools.files.largest;
        let why = match self.fetch(&media.id, most).await.map_err(ChannelError::from) {
            Ok(Some(bytes)) => {
                said.files.push(IncomingFile { name: media.name, media_type: media.media_type, bytes });
                return Ok(());
            }
            Ok(None) => format!("it is above the limit of {most} bytes"),
            Err(ChannelError::Later(why)) if attempts >= TRIES => why,
            Err(ChannelError::Never(why)) => why,
            Err(error) => return Err(error),
        };
        let told = words::not_kept(&media.name, &why);
        said.text = Some(said.text.take().map_or(told.clone(), |text| format!("{text}\n\n{told}")));
        Ok(())
    }

    async fn fetch(&self, media: &str, most: usize) -> Result<Option<axum::body::Bytes>, Failure> {
        let found = self.api.get(media).await?;
        if found["file_size"].as_u64().is_some_and(|size| size > most as u64) {
            return Ok(None);
        }
        let bytes = self.api.fetch(found["url"].as_str().unwrap_or_default(), most).await?;
        match (&bytes, found["sha256"].as_str()) {
            (Some(bytes), Some(sum)) if sha256_hex(bytes) != sum => {
                Err(Failure::later("the customer's file came damaged"))
            }
            _ => Ok(bytes),
        }
    }
}
