//! What the log tells as one mail, in the thread of the customer's mail program.

use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};

use crate::answer::markdown::html;
use crate::channels::channel::{Markup, Outgoing, Said};
use crate::channels::render::marked_up;
use crate::domain::AuthorKind;
use crate::mail::reference::{anchor, message_id, reference};
use crate::mail::{Draft, Enclosed, MailError, answer_to, mailbox};

/// What a thread remembers of the customer's last mail.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub to: String,
    pub name: Option<String>,
    pub subject: String,
    pub message_id: Option<String>,
    /// The ids that an answer repeats, the oldest first.
    pub follows: Vec<String>,
}

/// Who writes, and in which thread.
pub struct Sender<'a> {
    pub secret: &'a str,
    pub address: &'a str,
    /// The shop's name.
    pub shop: &'a str,
    pub place: &'a str,
}

/// The mail; the same `key` makes the same Message-ID again.
pub fn compose(
    sender: &Sender,
    details: Details,
    said: &[Said],
    files: Vec<Enclosed>,
    key: &str,
) -> Result<Draft, MailError> {
    let from = mailbox("the inbox's address", sender.address)?.email;
    let to = mailbox("the customer's address", &details.to)?.email;
    let person = said.iter().rev().find(|said| said.by.kind == AuthorKind::Agent);
    let name = match person.and_then(|said| said.by.name.as_deref()) {
        Some(name) => format!("{name} ({})", sender.shop),
        None => sender.shop.to_owned(),
    };
    let reference = reference(sender.secret, sender.place, &details.to);
    let anchor = anchor(&reference, from.domain());
    let markdown = markdown(said);
    Ok(Draft {
        message_id: message_id(key, &reference, from.domain()),
        references: details.follows.into_iter().filter(|id| *id != anchor).chain([anchor.clone()]).collect(),
        from: Mailbox::new(Some(name), from),
        to: Mailbox::new(details.name, to),
        subject: answer_to(&details.subject),
        text: marked_up(&markdown, Markup::Plain),
        html: Some(page(&markdown)),
        files,
        reply_to: None,
        answers: details.message_id,
        automatic: person.is_none(),
    })
}

/// Everything that was said, a block each. Buttons and cards are never rendered for mail.
fn markdown(said: &[Said]) -> String {
    let words = said.iter().flat_map(|said| &said.messages).filter_map(|message| match message {
        Outgoing::File { name, caption, .. } if caption.is_empty() => Some(crate::base::markdown::escape(name)),
        Outgoing::File { caption: text, .. } | Outgoing::Text(text) => Some(text.clone()),
        Outgoing::Buttons { text, .. } | Outgoing::List { text, .. } => Some(text.clone()),
        Outgoing::Cards { .. } => None,
    });
    words.collect::<Vec<_>>().join("\n\n")
}

fn page(markdown: &str) -> String {
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"></head><body><div dir=\"auto\" style=\"font-family:\
         system-ui,sans-serif;font-size:15px;line-height:1.5\">{}</div></body></html>",
        html(markdown)
    )
}
