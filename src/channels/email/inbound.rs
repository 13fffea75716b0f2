//! A mail as what it means: a customer's message, a bounce, or nothing.

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mail_parser::{Message, MessageParser, MimeHeaders};
use serde_json::json;

use super::compose::Details;
use crate::channels::channel::{Happening, Incoming, IncomingFile};
use crate::channels::render::cut;
use crate::domain::Contact;
use crate::domain::content::Delivery;
use crate::mail::reading::{
    Attached, Machine, files, is_proven, machine, needs_subject, sender, subject, threaded, words,
};
use crate::mail::reference::{mailbox_of, mark};
use crate::store::{DeliveryNote, NewEvent, Person};

/// Signs of a mail's own words that go into the log; a longer one comes whole, as a file.
const WORDS: usize = 12_000;
/// Who reads.
pub struct Reader<'a> {
    pub secret: &'a str,
    /// The inbox's own address.
    pub address: &'a str,
    /// The name under which the shop's mail server tells its findings; empty for none.
    pub auth_server: &'a str,
}

/// By what a mail is known, and after whom it has its turn; `fallback` names a mail that
/// has no Message-ID.
pub fn event(raw: &[u8], fallback: Option<&str>) -> NewEvent {
    let head = MessageParser::default().parse_headers(raw);
    let id = head.as_ref().and_then(|mail| mail.message_id()).or(fallback);
    let id = id.map_or_else(|| mark(&String::from_utf8_lossy(raw)), str::to_owned);
    // A report has no turn: the note of the mail that it returns may still be on its way.
    let report = head.as_ref().is_some_and(|mail| mail.is_content_type("multipart", "report"));
    let from = head.as_ref().and_then(sender).map_or_else(|| id.clone(), |(address, _)| address);
    NewEvent {
        place: if report { format!("status:{}", mark(&id)) } else { from },
        key: if id.len() > 200 { mark(&id) } else { id },
        body: json!({ "raw": BASE64.encode(raw) }),
    }
}

/// What a kept mail means; nothing where no person wrote it.
pub fn read(event: &serde_json::Value, key: &str, reader: &Reader) -> Result<Option<Happening>, &'static str> {
    let raw = event["raw"].as_str().and_then(|raw| BASE64.decode(raw).ok()).ok_or("the mail was not kept whole")?;
    let mail = MessageParser::default().parse(&raw).ok_or("it is no mail that can be read")?;
    let (from, name) = sender(&mail).ok_or("it has no sender that could be answered")?;
    let what = match machine(&mail, &from) {
        Some(Machine::Bounce { message_id, reason }) => {
            let note = DeliveryNote { external_id: message_id, state: Delivery::Failed, reason: Some(reason) };
            return Ok(Some(Happening::Delivery(note)));
        }
        _ if mailbox_of(&from) == mailbox_of(reader.address) => "a mail of our own",
        Some(Machine::Notice(what)) => what,
        None => return Ok(Some(Happening::Message(Box::new(message(&mail, key, (from, name), reader))))),
    };
    tracing::info!(key, what, "a mail was left alone");
    Ok(None)
}

fn message(mail: &Message, key: &str, (from, name): (String, Option<String>), reader: &Reader) -> Incoming {
    let threaded = threaded(reader.secret, mail, &from);
    let subject = subject(mail);
    let mut files: Vec<IncomingFile> = files(mail).into_iter().map(incoming).collect();
    let mut text = words(mail);
    if text.chars().count() > WORDS {
        let short = cut(&text, WORDS);
        files.push(incoming(Attached { name: "mail.txt".into(), media_type: "text/plain".into(), bytes: text.into() }));
        text = short;
    }
    if threaded.begins && needs_subject(&text, &subject) {
        text = format!("{subject}\n\n{text}");
    }
    // Who continues a conversation from the website is whoever began it: the reference
    // says so, and an address that somebody typed there makes nobody that person.
    let contacts = if threaded.resume.is_some() { Vec::new() } else { contacts(mail, &from, reader.auth_server) };
    let message_id = mail.message_id().map(str::to_owned);
    let details = Details { to: from.clone(), name: name.clone(), subject, message_id, follows: threaded.follows };
    Incoming {
        key: format!("mail:{key}"),
        person: Person { contacts, name, email: Some(from), ..Person::default() },
        place: threaded.place,
        details: json!(details),
        text: Some(text.trim().to_owned()),
        files,
        resume: threaded.resume,
        ..Incoming::default()
    }
}

/// By what the sender is known: within e-mail by the address, elsewhere only if the shop's
/// server vouches for it.
fn contacts(mail: &Message, from: &str, auth_server: &str) -> Vec<Contact> {
    let contact = |kind: &str| Contact { kind: kind.to_owned(), value: from.to_owned() };
    match is_proven(mail, from, auth_server) {
        true => vec![contact("email"), contact("mailbox")],
        false => vec![contact("mailbox")],
    }
}

fn incoming(file: Attached) -> IncomingFile {
    IncomingFile { name: file.name, media_type: file.media_type, bytes: Bytes::from(file.bytes) }
}
