//! A mailbox: signed in to by IMAP, over TLS unless it is on this machine; told by the
//! server of what comes (IDLE), or asked now and then.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_imap::error::Error;
use async_imap::types::{Fetch, UnsolicitedResponse};
use async_imap::{Client, Session};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::MailError;
use crate::base::config::MailSecurity;
use crate::base::secret::Password;

/// A server that does not answer for so long is gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// One look at the mailbox in any case; routers forget a connection that is silent longer.
const IDLE: Duration = Duration::from_secs(120);
/// Where the server has no IDLE.
const POLL: Duration = Duration::from_secs(20);
/// Of a mail above this, in bytes, only the beginning is fetched: its words come first.
const LARGEST: u32 = 25 * 1024 * 1024;
const START: u32 = 2 * 1024 * 1024;

/// Where a mailbox is.
#[derive(Clone, Debug)]
pub struct ImapServer {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub username: String,
    pub password: Password,
    pub folder: String,
}

/// What a connection runs over: TLS, or the bare socket on this machine.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Wire for T {}

/// A folder that is open.
pub struct Mailbox {
    session: Session<Box<dyn Wire>>,
    idles: bool,
}

impl ImapServer {
    /// Signs in at one of these addresses of the host, and opens the folder.
    pub async fn open(&self, addresses: &[SocketAddr]) -> Result<Mailbox, MailError> {
        let opening = async { Ok(self.opened(self.connected(addresses).await?).await) };
        patiently(opening).await?
    }

    async fn connected(&self, addresses: &[SocketAddr]) -> Result<Client<Box<dyn Wire>>, Error> {
        let socket = TcpStream::connect(addresses).await?;
        match self.security {
            MailSecurity::None => greeted(Box::new(socket)).await,
            MailSecurity::Tls => greeted(self.tls(socket).await?).await,
            MailSecurity::Starttls => {
                let mut client = greeted(Box::new(socket)).await?;
                client.run_command_and_check_ok("STARTTLS", None).await?;
                Ok(Client::new(self.tls(client.into_inner()).await?))
            }
        }
    }

    async fn opened(&self, client: Client<Box<dyn Wire>>) -> Result<Mailbox, MailError> {
        let mut session = match client.login(&self.username, self.password.reveal()).await {
            Ok(session) => session,
            Err((Error::No(told), _)) if !is_passing(&told) => return Err(MailError::NotSignedIn(told)),
            Err((error, _)) => return Err(broken(error)),
        };
        let idles = session.capabilities().await.map_err(broken)?.has_str("IDLE");
        match session.select(&self.folder).await {
            Ok(_) => Ok(Mailbox { session, idles }),
            Err(Error::No(told)) => {
                Err(MailError::Unfit(format!("the mailbox has no folder {} ({told})", self.folder)))
            }
            Err(error) => Err(broken(error)),
        }
    }

    async fn tls<T: Wire + 'static>(&self, socket: T) -> std::io::Result<Box<dyn Wire>> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from(self.host.clone()).map_err(std::io::Error::other)?;
        Ok(Box::new(TlsConnector::from(Arc::new(config)).connect(name, socket).await?))
    }
}

impl Mailbox {
    /// The unread mails that came since that day, the oldest first.
    pub async fn unread_since(&mut self, day: Timestamp) -> Result<Vec<u32>, MailError> {
        let query = format!("UNSEEN SINCE {}", day.strftime("%-d-%b-%Y"));
        let found = patiently(self.session.uid_search(query)).await?;
        let mut uids: Vec<u32> = found.into_iter().collect();
        uids.sort_unstable();
        Ok(uids)
    }

    /// The raw mail, which stays unread; of one that is too large its beginning. `None` if
    /// it is gone.
    pub async fn fetch(&mut self, uid: u32) -> Result<Option<Vec<u8>>, MailError> {
        let size = self.fetched(uid, "RFC822.SIZE").await?.and_then(|mail| mail.size).unwrap_or(0);
        let wanted = if size > LARGEST { format!("BODY.PEEK[]<0.{START}>") } else { "BODY.PEEK[]".to_owned() };
        Ok(self.fetched(uid, &wanted).await?.and_then(|mail| mail.body().map(<[u8]>::to_vec)))
    }

    pub async fn mark_read(&mut self, uid: u32) -> Result<(), MailError> {
        let marking = async {
            let told = self.session.uid_store(uid.to_string(), "+FLAGS.SILENT (\\Seen)").await?;
            told.try_collect::<Vec<_>>().await
        };
        patiently(marking).await.map(drop)
    }

    /// Whether the server told of a mail while it was asked for others; IDLE would not tell
    /// it again.
    pub fn has_heard(&mut self) -> bool {
        // What did not fit any more may have been a mail.
        let mut heard = self.session.unsolicited_responses.is_full();
        while let Ok(told) = self.session.unsolicited_responses.try_recv() {
            heard |= matches!(told, UnsolicitedResponse::Exists(_) | UnsolicitedResponse::Recent(_));
        }
        heard
    }

    /// Waits until something may have come.
    pub async fn wait(self) -> Result<Self, MailError> {
        if !self.idles {
            tokio::time::sleep(POLL).await;
            return Ok(self);
        }
        let mut idle = self.session.idle();
        patiently(idle.init()).await?;
        let (told, _interrupt) = idle.wait_with_timeout(IDLE);
        told.await.map_err(broken)?;
        let session = patiently(idle.done()).await?;
        Ok(Self { session, ..self })
    }

    async fn fetched(&mut self, uid: u32, what: &str) -> Result<Option<Fetch>, MailError> {
        let fetching = async {
            let mails = self.session.uid_fetch(uid.to_string(), format!("(UID {what})")).await?;
            mails.try_collect::<Vec<_>>().await
        };
        // A server may tell of other mails in between.
        Ok(patiently(fetching).await?.into_iter().find(|mail| mail.uid == Some(uid)))
    }
}

async fn greeted(wire: Box<dyn Wire>) -> Result<Client<Box<dyn Wire>>, Error> {
    let mut client = Client::new(wire);
    client.read_response().await?.ok_or(Error::ConnectionLost)?;
    Ok(client)
}

/// A refusal that has nothing to do with the password.
fn is_passing(told: &str) -> bool {
    ["UNAVAILABLE", "INUSE", "LIMIT", "Too many", "emporar"].iter().any(|word| told.contains(word))
}

fn broken(error: Error) -> MailError {
    MailError::Later(error.to_string())
}

async fn patiently<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, MailError> {
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(done) => done.map_err(broken),
        Err(_) => Err(MailError::Later("it did not answer in time".to_owned())),
    }
}
