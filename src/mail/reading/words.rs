//! The contents of a mail: from whom it is, its words, its files.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::html::{Quotes, text_of};
use super::quoted::own_words;
use crate::base::email::parse_email;

/// Files of one mail that are read.
const FILES: usize = 20;
/// Subjects of mails that were passed on: what they "quote" is what they are about.
const PASSED_ON: [&str; 7] = ["fwd:", "fw:", "wg:", "tr:", "rv:", "doorst:", "i:"];

/// With fewer words a mail leaves the question to its subject.
const WORDS_OF_A_QUESTION: usize = 4;

/// A file that came along, inside the text or beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// The address that a mail comes from, in small letters, and the name with it.
pub fn sender(mail: &Message) -> Option<(String, Option<String>)> {
    let from = mail.from()?.first()?;
    let name = from.name().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    Some((parse_email(from.address()?)?, name))
}

/// The subject, in one line.
pub fn subject(mail: &Message) -> String {
    mail.subject().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The plain text where there is one, else the HTML as text; only what is new of it.
pub fn words(mail: &Message) -> String {
    let subject = subject(mail).to_lowercase();
    let passed_on = PASSED_ON.iter().any(|start| subject.starts_with(start));
    let plain = mail.text_bodies().filter_map(|part| match &part.body {
        PartType::Text(text) => Some(text.as_ref()),
        _ => None,
    });
    let mut text = plain.collect::<Vec<_>>().join("\n");
    if text.trim().is_empty() {
        let quotes = if passed_on { Quotes::Kept } else { Quotes::Dropped };
        let html = mail.html_bodies().filter_map(|part| match &part.body {
            PartType::Html(html) => Some(text_of(html, quotes)),
            _ => None,
        });
        text = html.collect::<Vec<_>>().join("\n");
    }
    if passed_on { text.trim().to_owned() } else { own_words(&text) }
}

/// Whether a mail is not understood without its subject: it says little itself, or the
/// subject has a number (of an order, say). Another subject only blurs what is asked.
pub fn needs_subject(text: &str, subject: &str) -> bool {
    let says_little = text.split_whitespace().count() < WORDS_OF_A_QUESTION;
    !text.contains(subject) && (says_little || subject.contains(|c: char| c.is_ascii_digit()))
}

pub fn files(mail: &Message) -> Vec<Attached> {
    mail.attachments().filter(|part| !is_signature(part)).take(FILES).map(attached).collect()
}

/// Signatures for machines are no files for people.
fn is_signature(part: &MessagePart) -> bool {
    ["pgp-signature", "pkcs7-signature", "x-pkcs7-signature"]
        .iter()
        .any(|kind| part.is_content_type("application", kind))
}

fn attached(part: &MessagePart) -> Attached {
    let kind = part.content_type().map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")));
    let unnamed = if part.is_message() { "mail.eml" } else { "file" };
    let bytes = match &part.body {
        PartType::Message(mail) => mail.raw_message(),
        _ => part.contents(),
    };
    Attached {
        name: part.attachment_name().unwrap_or(unnamed).to_owned(),
        media_type: kind.unwrap_or_else(|| "application/octet-stream".to_owned()).to_lowercase(),
        bytes: bytes.to_vec(),
    }
}
