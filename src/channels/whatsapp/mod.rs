//! WhatsApp, over Meta's Cloud API: deliveries come by webhook, answers go by the Graph API.
//! Free words go out only within 24 hours of the customer's last message; after that an
//! approved template asks them to write. It must not know what is answered, and why.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::channel::{
    Buttons, Capabilities, Channel, ChannelError, FileLimits, Happening, Incoming, IncomingFile, Kind, List, Markup,
    Outgoing, Receipt, Refusal, Request, SendError, Tools,
};
use super::meta::{App, GRAPH, given};
use super::whatsapp_wire::messages::{Meaning, Media};
use super::whatsapp_wire::{messages, send, webhook};
use super::words;
use crate::domain::channel::{ChannelSpec, CredentialField, Tested};
use crate::store::{ChannelEvent, Inbox, SentMark, Thread};

pub const KIND: Kind = Kind { spec: &SPEC, capabilities: &CAPABILITIES, connect };

static SPEC: ChannelSpec = ChannelSpec {
    kind: "whatsapp",
    name: "WhatsApp",
    summary: "Customers write to the shop's number on WhatsApp, and are answered there.",
    guide: "docs/channels/whatsapp.md",
    fields: &[
        CredentialField::plain("phone_number_id", "Phone number ID", "Meta's console, WhatsApp, API Setup", "1065…"),
        CredentialField::secret("access_token", "Access token", "Business settings, System users", "EAAG…"),
        CredentialField::secret("app_secret", "App secret", "Meta's console, App settings, Basic", "32 hex digits"),
        CredentialField::secret("verify_token", "Verify token", "Words of yours, as in Meta's console", "wick-7431"),
        CredentialField::optional("template", "Template", "An approved one that asks to write", "we_have_an_answer"),
        CredentialField::optional("template_language", "Its language", "As the WhatsApp Manager has it", "en_US"),
        CredentialField::optional("catalog_id", "Catalogue ID", "Of Meta's Commerce Manager, for products", "3541…"),
        CredentialField::optional("api_base", "Address of the Graph API", "Only for tests and proxies", GRAPH),
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

const NUMBER: &str = "fields=verified_name,display_phone_number,quality_rating,platform_type";
/// So often a customer's file is tried before its absence is told.
const TRIES: i64 = 5;

struct WhatsApp {
    app: App,
    /// The id of our number.
    phone: String,
    template: Option<(String, String)>,
    catalog: Option<String>,
    tools: Tools,
}

fn connect(inbox: &Inbox, tools: &Tools) -> Result<Arc<dyn Channel>, String> {
    let optional = |name: &str| given(&inbox.credentials, name).map(str::to_owned);
    let phone = optional("phone_number_id").filter(|phone| phone.bytes().all(|byte| byte.is_ascii_digit()));
    let language = optional("template_language").unwrap_or_else(|| "en_US".to_owned());
    Ok(Arc::new(WhatsApp {
        app: App::of(&inbox.credentials, tools.outbound.clone())?,
        phone: phone.ok_or("`phone_number_id` is Meta's id of the number: digits only, and not the number itself")?,
        template: optional("template").map(|name| (name, language)),
        catalog: optional("catalog_id"),
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
            return self.app.subscription(request);
        }
        let events = webhook::events(&self.app.verified(request)?, &self.phone);
        Ok(Receipt { events, ..Receipt::default() })
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
        let asked = format!("{}?{NUMBER}", self.phone);
        let number = match self.app.api.get(&asked).await {
            Ok(number) => number,
            Err(failure) => return Tested { works: false, findings: vec![failure.reason] },
        };
        let said = |name: &str| number[name].as_str().unwrap_or("unknown");
        let (name, digits, quality) = (said("verified_name"), said("display_phone_number"), said("quality_rating"));
        let [mistaken, unregistered] =
            [self.app.prove(&asked).await.is_err(), !matches!(said("platform_type"), "CLOUD_API" | "unknown")];
        let mut findings = vec![format!("This is {name}, {digits}; its quality is {}.", quality.to_lowercase())];
        let problems = [
            (mistaken, "The app secret is not that of the token's app: copy it again from App settings, Basic."),
            (unregistered, "The number is not registered with the Cloud API: register it in the WhatsApp Manager."),
            (quality == "RED", "Customers have blocked or reported the number: Meta may slow it down."),
            (self.template.is_none(), "Without a template nobody can be asked to write after 24 hours."),
        ];
        findings.extend(problems.iter().filter(|(is_so, _)| *is_so).map(|(_, words)| (*words).to_owned()));
        Tested { works: !mistaken && !unregistered, findings }
    }

    async fn reopen(&self, thread: &Thread) -> Result<Option<SentMark>, SendError> {
        let Some((name, language)) = &self.template else { return Ok(None) };
        self.post(&thread.details, send::template(name, language)).await.map(Some)
    }

    async fn noticed(&self, thread: &Thread) {
        let read = send::read_mark(&thread.details["message"]);
        if let Err(failure) = self.app.api.post(&format!("{}/messages", self.phone), &read).await {
            tracing::debug!(reason = failure.reason, "a message could not be marked as read");
        }
    }
}

impl WhatsApp {
    async fn write(&self, details: &Value, message: &Outgoing) -> Result<SentMark, SendError> {
        let media = match message {
            Outgoing::File { id, name, media_type, .. } => {
                let gone = |_| SendError::Refused(format!("the file `{name}` cannot be read any more"));
                let bytes = self.tools.files.read(id).await.map_err(gone)?;
                self.app.upload(&format!("{}/media", self.phone), name, media_type, bytes).await?
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

    async fn post(&self, details: &Value, message: Value) -> Result<SentMark, SendError> {
        let message = send::addressed(details, message)?;
        let answer = self.app.api.post(&format!("{}/messages", self.phone), &message).await?;
        Ok(SentMark { external_id: answer["messages"][0]["id"].as_str().map(str::to_owned), details: None })
    }

    /// Fetches a customer's file. One that cannot be had is told in words: the rest of the
    /// message is not lost with it.
    async fn attach(&self, said: &mut Incoming, media: Media, attempts: i64) -> Result<(), ChannelError> {
        let most = self.tools.files.largest;
        let why = match self.app.fetch(&media.id, most).await.map_err(ChannelError::from) {
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
}
