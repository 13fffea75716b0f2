//! A server that takes mails: how it is reached, how it is signed in to, and what its
//! answers mean.

use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::response::Severity;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::{Draft, MailError};
use crate::base::config::MailSecurity;
use crate::base::secret::Password;

/// A server that does not answer for so long has not taken the mail.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where mails are handed over.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// Empty: without signing in.
    pub username: String,
    pub password: Password,
}

/// A way to a server; a connection is made for each mail.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl SmtpServer {
    /// The way to the server; to that address of it, if the caller has chosen one.
    pub fn way(&self, address: Option<IpAddr>) -> Result<Smtp, MailError> {
        // The certificate must be the name's, whichever address is called.
        let tls = || TlsParameters::new(self.host.clone()).map_err(|error| MailError::Tls(error.to_string()));
        let tls = match self.security {
            MailSecurity::None => Tls::None,
            MailSecurity::Starttls => Tls::Required(tls()?),
            MailSecurity::Tls => Tls::Wrapper(tls()?),
        };
        let called = address.map_or_else(|| self.host.clone(), |address| address.to_string());
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(called)
            .port(self.port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        if !self.username.is_empty() {
            let password = self.password.reveal().to_owned();
            transport = transport.credentials(Credentials::new(self.username.clone(), password));
        }
        Ok(Smtp { transport: transport.build() })
    }
}

impl Smtp {
    /// Hands a mail over; when this returns, the server has taken it.
    pub async fn send(&self, draft: Draft) -> Result<(), MailError> {
        patiently(self.transport.send(draft.message()?)).await.map(drop)
    }

    /// Signs in and hangs up.
    pub async fn sign_in(&self) -> Result<(), MailError> {
        match patiently(self.transport.test_connection()).await? {
            true => Ok(()),
            false => Err(MailError::Later("it hung up".to_owned())),
        }
    }
}

async fn patiently<T>(call: impl Future<Output = Result<T, lettre::transport::smtp::Error>>) -> Result<T, MailError> {
    match tokio::time::timeout(2 * PATIENCE, call).await {
        Ok(done) => done.map_err(|error| meaning(&error)),
        Err(_) => Err(MailError::Later("it took too long".to_owned())),
    }
}

fn meaning(error: &lettre::transport::smtp::Error) -> MailError {
    let told = told(error);
    match error.status() {
        // RFC 4954: signing in is needed, too weak, or failed.
        Some(code) if matches!(u16::from(code), 530 | 534 | 535 | 538) => MailError::NotSignedIn(told),
        Some(code) if code.severity == Severity::PermanentNegativeCompletion => MailError::Refused(told),
        _ => MailError::Later(told),
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
