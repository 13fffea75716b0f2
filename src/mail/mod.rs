//! The way out for mails: SMTP, with TLS where the configuration does not forbid it.
//!
//! It sends one mail and says how that went. When to send, and when to try again, others
//! know.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::base::config::{Mail as MailConfig, MailSecurity};

/// A server that does not answer for so long has not taken the mail.
const PATIENCE: Duration = Duration::from_secs(30);

/// A configured way out; cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
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
    /// The server has said no, and will say it again.
    #[error("the mail server refuses it: {0}")]
    Refused(String),
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
        let tls = || TlsParameters::new(config.host.clone()).map_err(|error| MailError::Tls(error.to_string()));
        let tls = match config.security {
            MailSecurity::None => Tls::None,
            MailSecurity::Starttls => Tls::Required(tls()?),
            MailSecurity::Tls => Tls::Wrapper(tls()?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port())
            .tls(tls)
            .timeout(Some(PATIENCE));
        if !config.username.is_empty() {
            let password = config.password.reveal().to_owned();
            transport = transport.credentials(Credentials::new(config.username.clone(), password));
        }
        let reply_to = match config.reply_to.as_str() {
            "" => None,
            address => Some(mailbox("mail.reply_to", address)?),
        };
        Ok(Some(Self { transport: transport.build(), from: mailbox("mail.from", &config.from)?, reply_to }))
    }

    /// Sends one mail; when this returns, the server has taken it.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let domain = self.from.email.domain();
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(mailbox("the recipient", &letter.to)?)
            .subject(letter.subject.clone())
            // The same mail tried twice has the same id, so that a reader sees it once.
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .header(ContentType::TEXT_PLAIN);
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        let message = message.body(letter.body.clone()).map_err(|error| MailError::Message(error.to_string()))?;
        match tokio::time::timeout(2 * PATIENCE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailError::Refused(told(&error))),
            Ok(Err(error)) => Err(MailError::Later(told(&error))),
            Err(_) => Err(MailError::Later("it took too long".to_owned())),
        }
    }
}

/// The error with its causes, in one line.
fn told(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let further = error.to_string();
        if !text.contains(&further) {
            text.push_str(": ");
            text.push_str(&further);
        }
        cause = error.source();
    }
    text.replace(['\r', '\n'], " ")
}

fn mailbox(name: &'static str, address: &str) -> Result<Mailbox, MailError> {
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
