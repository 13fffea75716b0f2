//! A mail account, as its owner has named it: the server for what goes out, the mailbox for
//! what comes in.

use std::net::SocketAddr;

use super::imap::{ImapServer, Mailbox};
use super::{MailError, Smtp, SmtpServer};
use crate::base::config::MailSecurity;
use crate::base::outbound::Outbound;
use crate::base::secret::Password;
use crate::domain::Credentials;

pub struct Account {
    pub smtp: SmtpServer,
    /// `None` where mails come by webhook alone.
    pub imap: Option<ImapServer>,
}

impl Account {
    /// The servers that the credentials name; what is wrong with them, in words.
    pub fn of(credentials: &Credentials) -> Result<Self, String> {
        let given = |name: &str| credentials.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let password = || Password::new(credentials.get("password").cloned().unwrap_or_default());
        let (security, usual) = security("smtp_security", &given("smtp_security"), [587, 465, 25])?;
        let smtp = SmtpServer {
            host: given("smtp_host"),
            port: port("smtp_port", &given("smtp_port"), usual)?,
            security,
            username: given("username"),
            password: password(),
        };
        if given("imap_host").is_empty() {
            return Ok(Self { smtp, imap: None });
        }
        let (security, usual) = self::security("imap_security", &given("imap_security"), [143, 993, 143])?;
        let folder = given("imap_folder");
        let imap = ImapServer {
            host: given("imap_host"),
            port: port("imap_port", &given("imap_port"), usual)?,
            security,
            username: given("username"),
            password: password(),
            folder: if folder.is_empty() { "INBOX".to_owned() } else { folder },
        };
        Ok(Self { smtp, imap: Some(imap) })
    }

    /// The way to the SMTP server, by an address of it that may be called.
    pub async fn way_out(&self, outbound: &Outbound) -> Result<Smtp, MailError> {
        let addresses = resolved(outbound, (&self.smtp.host, self.smtp.port), self.smtp.security).await?;
        self.smtp.way(addresses.first().map(SocketAddr::ip))
    }

    /// Signs in to the mailbox and opens it.
    pub async fn open(server: &ImapServer, outbound: &Outbound) -> Result<Mailbox, MailError> {
        server.open(&resolved(outbound, (&server.host, server.port), server.security).await?).await
    }
}

/// The addresses of a server that may be called; without TLS only those of this machine,
/// or everybody on the way would read the password.
async fn resolved(
    outbound: &Outbound,
    (host, port): (&str, u16),
    security: MailSecurity,
) -> Result<Vec<SocketAddr>, MailError> {
    let found = outbound.resolve(host, port).await;
    let found = found.map_err(|error| MailError::Later(format!("{host} is not found: {error}")))?;
    let is_here = found.iter().all(|address| address.ip().is_loopback());
    if security == MailSecurity::None && !is_here {
        let words = format!("everybody between here and {host} could read along: set the security to tls or starttls");
        return Err(MailError::Unfit(words));
    }
    Ok(found)
}

/// How a connection is secured, and its usual port: of `starttls`, `tls` and `none`.
fn security(name: &str, given: &str, [starttls, tls, none]: [u16; 3]) -> Result<(MailSecurity, u16), String> {
    match given {
        "starttls" => Ok((MailSecurity::Starttls, starttls)),
        "" | "tls" => Ok((MailSecurity::Tls, tls)),
        "none" => Ok((MailSecurity::None, none)),
        other => Err(format!("`{name}` is {other}: write tls, starttls or none")),
    }
}

fn port(name: &str, given: &str, usual: u16) -> Result<u16, String> {
    if given.is_empty() {
        return Ok(usual);
    }
    given.parse().map_err(|_| format!("`{name}` is {given}: write a number such as {usual}, or nothing"))
}
