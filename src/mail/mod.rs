//! Mails: the way out (SMTP), the way in (IMAP), and what a mail says.
//!
//! It sends one mail and says how that went; it fetches one and reads it. When to send,
//! when to try again, and what a mail means for a conversation, others know.

pub mod account;
mod draft;
pub mod imap;
pub mod reading;
pub mod reference;
mod smtp;

use lettre::message::Mailbox;

pub use draft::{Draft, Enclosed, answer_to};
pub use smtp::{Smtp, SmtpServer};

use crate::base::config::Mail as MailConfig;

/// A configured way out; cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    smtp: Smtp,
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

/// One mail, in plain text.
#[derive(Clone, Debug)]
pub struct Letter {
    pub id: String,
    pub to: String,
    pub subject: String,
    pub body: String,
    pub answers: Option<Answers>,
}

/// Where the answer to a mail is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    pub address: String,
    /// What it is about, for whoever reads the answer ([`reference`]).
    pub reference: String,
}

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("{name} = {value} is no address: {reason}")]
    Address { name: &'static str, value: String, reason: String },
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    #[error("the mail cannot be written: {0}")]
    Message(String),
    #[error("the mail server does not let us sign in: {0}")]
    NotSignedIn(String),
    /// The server has said no, and will say it again.
    #[error("the mail server refuses it: {0}")]
    Refused(String),
    /// What was set cannot work.
    #[error("{0}")]
    Unfit(String),
    /// It may work later.
    #[error("the mail server cannot be reached or is busy: {0}")]
    Later(String),
}

impl MailError {
    /// Whether trying again may help.
    pub fn passes(&self) -> bool {
        matches!(self, MailError::Later(_) | MailError::Tls(_))
    }
}

impl Mailer {
    /// The way out that the configuration describes; `None` where it has no host.
    pub fn new(config: &MailConfig) -> Result<Option<Self>, MailError> {
        if !config.configured() {
            return Ok(None);
        }
        let server = SmtpServer {
            host: config.host.clone(),
            port: config.port(),
            security: config.security,
            username: config.username.clone(),
            password: config.password.clone(),
        };
        let reply_to = match config.reply_to.as_str() {
            "" => None,
            address => Some(mailbox("mail.reply_to", address)?),
        };
        Ok(Some(Self { smtp: server.way(None)?, from: mailbox("mail.from", &config.from)?, reply_to }))
    }

    /// Sends one mail; when this returns, the server has taken it.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let domain = self.from.email.domain();
        // The same mail tried twice has the same id, so that a reader sees it once.
        let (message_id, references, reply_to) = match &letter.answers {
            None => (format!("{}@{domain}", letter.id), Vec::new(), self.reply_to.clone()),
            Some(answers) => (
                reference::message_id(&letter.id, &answers.reference, domain),
                vec![reference::anchor(&answers.reference, domain)],
                Some(mailbox("the inbox's address", &answers.address)?),
            ),
        };
        let draft = Draft {
            from: self.from.clone(),
            to: mailbox("the recipient", &letter.to)?,
            subject: letter.subject.clone(),
            text: letter.body.clone(),
            html: None,
            files: Vec::new(),
            reply_to,
            message_id,
            answers: None,
            references,
            automatic: false,
        };
        self.smtp.send(draft).await
    }
}

/// An address, with or without a name; `name` says in an error whose it is.
pub fn mailbox(name: &'static str, address: &str) -> Result<Mailbox, MailError> {
    let parsed = address.parse::<Mailbox>().or_else(|error| quoted(address).ok_or(error));
    parsed.map_err(|error| MailError::Address { name, value: address.to_owned(), reason: error.to_string() })
}

/// `Alder & Wick <chat@shop.example>`: a name whose signs would need quotes.
fn quoted(address: &str) -> Option<Mailbox> {
    let (name, rest) = address.split_once('<')?;
    let email = rest.trim_end().strip_suffix('>')?.parse().ok()?;
    let name = name.trim().trim_matches('"');
    Some(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), email))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("chat@shop.example", None)]
    #[case("Alder & Wick <chat@shop.example>", Some("Alder & Wick"))]
    #[case("\"Alder, Wick\" <chat@shop.example>", Some("Alder, Wick"))]
    fn an_address_may_have_a_name(#[case] text: &str, #[case] name: Option<&str>) {
        let mailbox = mailbox("mail.from", text).unwrap();
        assert_eq!((mailbox.name.as_deref(), mailbox.email.to_string().as_str()), (name, "chat@shop.example"));
    }

    #[test]
    fn without_a_host_there_is_no_way_out() {
        assert!(Mailer::new(&MailConfig::default()).unwrap().is_none());
    }
}
