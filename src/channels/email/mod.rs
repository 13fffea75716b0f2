//! E-mail: customers' mails by IMAP or by a signed webhook, answers by SMTP.
//!
//! What a mail says is read in `mail::reading`; here it becomes a message of a conversation
//! (`inbound`), and what the log tells becomes a mail (`compose`). `mailbox` keeps what comes.

mod compose;
mod inbound;
mod mailbox;

#[cfg(test)]
mod tests;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::StatusCode;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio_util::sync::CancellationToken;

use self::compose::{Details, Sender, compose};
use self::inbound::{Reader, event, read};
use self::mailbox::{trouble_with_mailbox, trouble_with_sending, watch};
use super::channel::{
    Capabilities, Channel, ChannelError, FileLimits, Happening, Intake, Kind, Markup, Outgoing, Receipt, Refusal,
    Request, Said, SendError, Tools,
};
use crate::base::email::parse_email;
use crate::base::standard_webhooks::{Signed, parse_secret, verify};
use crate::domain::Author;
use crate::domain::channel::{ChannelSpec, CredentialField, Tested};
use crate::mail::Enclosed;
use crate::mail::account::Account;
use crate::store::{ChannelEvent, Inbox, SentMark, Thread};

pub const KIND: Kind = Kind { spec: &SPEC, capabilities: &CAPABILITIES, connect };

static SPEC: ChannelSpec = ChannelSpec {
    kind: "email",
    name: "E-mail",
    summary: "Customers write to an address of yours; Rapport reads the mailbox and answers from it.",
    guide: "docs/channels/email.md",
    fields: &[
        field("address", "Address", "Where customers write.", "support@shop.example", true),
        field("smtp_host", "SMTP server", "For outgoing mail; your provider names it.", "smtp.shop.example", true),
        field("smtp_port", "SMTP port", "Nothing for the usual one: 465, or 587 with starttls.", "465", false),
        field("smtp_security", "SMTP security", "tls, starttls, or none for a server on this machine.", "tls", false),
        field("imap_host", "IMAP server", "The mailbox; nothing if mails come by webhook.", "imap.shop.example", false),
        field("imap_port", "IMAP port", "Nothing for the usual one: 993, or 143 with starttls.", "993", false),
        field("imap_security", "IMAP security", "tls, starttls, or none for a server on this machine.", "tls", false),
        field("imap_folder", "Folder", "Nothing for INBOX.", "INBOX", false),
        field("username", "User name", "For both servers; most often the address.", "support@shop.example", false),
        secret("password", "Password", "Often one made for this purpose, an \"app password\".", "abcd efgh ijkl mnop"),
        secret(
            "webhook_secret",
            "Webhook secret",
            "If mails come by webhook.",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
        field("auth_server", "Checking server", "Authentication-Results begin with it.", "mx.shop.example", false),
    ],
    webhook: true,
};

const fn field(
    name: &'static str,
    label: &'static str,
    help: &'static str,
    example: &'static str,
    required: bool,
) -> CredentialField {
    CredentialField { name, label, help, example, required, secret: false }
}

const fn secret(name: &'static str, label: &'static str, help: &'static str, example: &'static str) -> CredentialField {
    CredentialField { name, label, help, example, required: false, secret: true }
}

static CAPABILITIES: Capabilities = Capabilities {
    markup: Markup::Markdown,
    text: 100_000,
    buttons: None,
    list: None,
    cards: None,
    files: Some(FileLimits { bytes: ENCLOSED, caption: 1000 }),
    digest: true,
    typing: false,
    edits: false,
    receipts: false,
    window: None,
    rate: 5.0,
};

/// Bytes of all files of a mail: in base64 they stay below the 25 MB that most servers take.
const ENCLOSED: i64 = 17_000_000;
/// Mails of one sender at once, and one more each so often: two machines that do not tell
/// that they are machines write to each other no faster.
const BURST: NonZeroU32 = NonZeroU32::new(30).expect("it is above nothing");
const ONE_MORE: Duration = Duration::from_secs(60);
/// Of so many senders it is remembered how fast they write; then those who rest are forgotten.
const SENDERS: usize = 10_000;

struct Email {
    address: String,
    /// Signs references.
    secret: String,
    auth_server: String,
    account: Account,
    webhook: Option<Vec<u8>>,
    senders: DefaultKeyedRateLimiter<String>,
    tools: Tools,
}

fn connect(inbox: &Inbox, tools: &Tools) -> Result<Arc<dyn Channel>, String> {
    let given = |name: &str| inbox.credentials.get(name).map(|value| value.trim()).unwrap_or_default();
    let address = parse_email(given("address"))
        .ok_or("`address` is no e-mail address: write for example support@shop.example")?;
    let webhook = match given("webhook_secret") {
        "" => None,
        secret => {
            Some(parse_secret(secret).ok_or("`webhook_secret` is none: write whsec_ and at least 16 bytes in base64")?)
        }
    };
    let account = Account::of(&inbox.credentials)?;
    if account.imap.is_none() && webhook.is_none() {
        return Err(
            "nothing says where mails come from: set `imap_host`, or `webhook_secret` if they are delivered".into()
        );
    }
    let quota = Quota::with_period(ONE_MORE).expect("it is above nothing").allow_burst(BURST);
    Ok(Arc::new(Email {
        address,
        secret: inbox.secret.clone(),
        auth_server: given("auth_server").to_owned(),
        account,
        webhook,
        senders: RateLimiter::keyed(quota),
        tools: tools.clone(),
    }))
}

#[async_trait]
impl Channel for Email {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn receive(&self, request: &Request) -> Result<Receipt, Refusal> {
        let refused = |reason| Refusal { status: StatusCode::UNAUTHORIZED, reason };
        let secret =
            self.webhook.as_deref().ok_or(refused("this inbox has no webhook_secret and takes no deliveries"))?;
        let signed = Signed {
            id: request.header("webhook-id"),
            timestamp: request.header("webhook-timestamp"),
            signature: request.header("webhook-signature"),
        };
        verify(secret, signed, &request.body, request.now.as_second())
            .map_err(|_| refused("the webhook's signature is missing, stale or wrong"))?;
        Ok(Receipt { events: vec![event(&request.body, Some(signed.id))], ..Receipt::default() })
    }

    async fn understand(&self, event: &ChannelEvent) -> Result<Vec<Happening>, ChannelError> {
        if self.senders.len() > SENDERS {
            self.senders.retain_recent();
        }
        if self.senders.check_key(&event.place).is_err() {
            return Err(ChannelError::Later("this sender writes faster than people do".to_owned()));
        }
        let reader = Reader { secret: &self.secret, address: &self.address, auth_server: &self.auth_server };
        let read = read(&event.body, &event.key, &reader);
        Ok(read.map_err(|reason| ChannelError::Never(reason.to_owned()))?.into_iter().collect())
    }

    async fn send(&self, thread: &Thread, messages: &[Outgoing], key: &str) -> Result<SentMark, SendError> {
        self.send_digest(thread, &[Said { by: Author::system(), messages: messages.to_vec() }], key).await
    }

    async fn send_digest(&self, thread: &Thread, said: &[Said], key: &str) -> Result<SentMark, SendError> {
        let details: Details = serde_json::from_value(thread.details.clone()).unwrap_or_default();
        let files = self.enclosed(said).await?;
        let sender =
            Sender { secret: &self.secret, address: &self.address, shop: &self.tools.shop, place: &thread.place };
        let mail = compose(&sender, details, said, files, key).map_err(trouble_with_sending)?;
        let external_id = Some(mail.message_id.clone());
        let smtp = self.account.way_out(&self.tools.outbound).await.map_err(trouble_with_sending)?;
        smtp.send(mail).await.map_err(trouble_with_sending)?;
        Ok(SentMark { external_id, details: None })
    }

    async fn test(&self) -> Tested {
        let mut tested = Tested { works: true, findings: Vec::new() };
        let mut told = |found: Result<String, String>| match found {
            Ok(finding) => tested.findings.push(finding),
            Err(finding) => {
                tested.works = false;
                tested.findings.push(finding);
            }
        };
        let outbound = &self.tools.outbound;
        if let Some(imap) = &self.account.imap {
            told(match Account::open(imap, outbound).await {
                Ok(_) => Ok(format!("{} signs in to the mailbox at {}", self.account.smtp.username, imap.host)),
                Err(error) => Err(format!("{}: {}", imap.host, trouble_with_mailbox(error))),
            });
        }
        let smtp = async { self.account.way_out(outbound).await?.sign_in().await };
        told(match smtp.await {
            Ok(()) => Ok(format!("{} takes mails of {}", self.account.smtp.host, self.address)),
            Err(error) => Err(format!("{}: {error}", self.account.smtp.host)),
        });
        if self.webhook.is_some() {
            told(Ok("mails delivered to the inbox's address with this secret are taken".to_owned()));
        }
        tested
    }

    async fn listen(&self, intake: &dyn Intake, stopping: CancellationToken) -> Result<(), ChannelError> {
        let Some(imap) = &self.account.imap else {
            stopping.cancelled().await;
            return Ok(());
        };
        let mailbox = Account::open(imap, &self.tools.outbound).await.map_err(trouble_with_mailbox)?;
        watch(mailbox, intake, &self.tools.clock, stopping).await
    }
}

impl Email {
    /// The files that go along; those above the limit are left to the console.
    async fn enclosed(&self, said: &[Said]) -> Result<Vec<Enclosed>, SendError> {
        let mut files = Vec::new();
        let mut room = ENCLOSED;
        for message in said.iter().flat_map(|said| &said.messages) {
            let Outgoing::File { id, name, media_type, bytes, .. } = message else { continue };
            room -= bytes;
            if room < 0 {
                return Err(SendError::Refused(format!("{name} and the files before it are too large for one mail")));
            }
            let bytes = self.tools.files.read(id).await;
            let bytes = bytes.map_err(|error| SendError::later(format!("{name} cannot be read: {error}")))?;
            files.push(Enclosed { name: name.clone(), media_type: media_type.clone(), bytes });
        }
        Ok(files)
    }
}
