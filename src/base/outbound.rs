//! Calls to other people's servers: one HTTP client, with a guard on where it goes.
//!
//! Addresses come from settings and from what vendors send. A server inside a network can
//! reach what the outside cannot; nobody shall reach it through ours. So names are
//! resolved here, and private addresses are refused unless the configuration names the
//! host. Redirects are not followed: they would be a way around.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, Url, redirect};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_tls};

/// A vendor that does not answer for so long will not.
const PATIENCE: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(5);

/// The guard and the client behind it; cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client,
    allowed: Arc<Vec<String>>,
}

#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("`{0}` is no address: write for example https://shop.example/hook")]
    NoAddress(String),
    #[error(
        "{0} is an address of the private network: add the host to `private_hosts` in [network] of the configuration \
         if it shall be called"
    )]
    Private(String),
}

/// A connection to somebody else's WebSocket.
pub type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Debug, thiserror::Error)]
pub enum WebSocketError {
    #[error(transparent)]
    Address(#[from] OutboundError),
    #[error(transparent)]
    Network(#[from] std::io::Error),
    #[error(transparent)]
    Protocol(#[from] Box<tokio_tungstenite::tungstenite::Error>),
}

impl Outbound {
    /// `allowed` names hosts that may be private.
    pub fn new(allowed: &[String]) -> Self {
        install_tls();
        let allowed = Arc::new(allowed.iter().map(|host| host.to_lowercase()).collect::<Vec<_>>());
        let client = Client::builder()
            .dns_resolver(Arc::new(Guard { allowed: allowed.clone() }))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .connect_timeout(CONNECT)
            .user_agent(concat!("Rapport/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("a client with these settings can be built: this is a bug");
        Self { client, allowed }
    }

    /// The client. Names are guarded by it; an address in digits has to go through [`check`](Self::check).
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// An address that may be called.
    pub fn check(&self, address: &str) -> Result<Url, OutboundError> {
        let no_address = || OutboundError::NoAddress(address.to_owned());
        let url = Url::parse(address).map_err(|_| no_address())?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(no_address());
        }
        let host = url.host_str().ok_or_else(no_address)?.trim_matches(['[', ']']).to_lowercase();
        match host.parse::<IpAddr>() {
            Ok(ip) if is_private(ip) && !self.allowed.contains(&host) => Err(OutboundError::Private(host)),
            _ => Ok(url),
        }
    }

    /// Opens a WebSocket (`wss`, or `ws` where that is allowed), behind the same guard.
    pub async fn websocket(&self, address: &str) -> Result<WebSocket, WebSocketError> {
        let url = self.check(&address.replacen("ws", "http", 1))?;
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443));
        let open = async {
            let addresses = self.resolve(host, port).await?;
            let stream = TcpStream::connect(addresses.as_slice()).await?;
            Ok(client_async_tls(address, stream).await.map_err(Box::new)?.0)
        };
        tokio::time::timeout(CONNECT, open).await.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))?
    }

    /// The addresses of a host that may be connected to, for protocols other than HTTP.
    pub async fn resolve(&self, host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        resolve(&self.allowed, host, port).await
    }
}

/// The body of an answer, read no further than `most` bytes.
pub async fn read_within(mut answer: Response, most: usize) -> Result<Bytes, ReadError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| ReadError::Broken(error.without_url()))? {
        if body.len() + chunk.len() > most {
            return Err(ReadError::TooLarge(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("it has more than {0} bytes")]
    TooLarge(usize),
    #[error("{0}")]
    Broken(reqwest::Error),
}

/// rustls takes one provider of cryptography for the whole process; ring is there anyway.
pub fn install_tls() {
    // An error says that it was installed before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

struct Guard {
    allowed: Arc<Vec<String>>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed.clone();
        Box::pin(async move {
            let addresses = resolve(&allowed, name.as_str(), 0).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

async fn resolve(allowed: &[String], host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
    let host = host.to_lowercase();
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), port)).await?.collect();
    if allowed.contains(&host) {
        return Ok(found);
    }
    let public: Vec<_> = found.into_iter().filter(|address| !is_private(address.ip())).collect();
    match public.is_empty() {
        true => Err(std::io::Error::other(OutboundError::Private(host))),
        false => Ok(public),
    }
}

/// Whether an address is not one of the public internet.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        // Carriers' own (RFC 6598), protocols' own (RFC 6890), benchmarks (RFC 2544).
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || ip.is_unique_local()
        || ip.is_unicast_link_local()
        || (segments[0] == 0x2001 && segments[1] == 0xdb8)
        // NAT64 and 6to4 carry an IPv4 address inside.
        || (segments[0] == 0x64 && segments[1] == 0xff9b)
        || segments[0] == 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://hooks.shop.example/a", true)]
    #[case("http://93.184.215.14/", true)]
    #[case("http://127.0.0.1:9/", false)]
    #[case("http://127.1/", false)]
    #[case("http://2130706433/", false)]
    #[case("http://0x7f000001/", false)]
    #[case("http://[::1]/", false)]
    #[case("http://[::ffff:10.0.0.1]/", false)]
    #[case("http://169.254.169.254/latest/meta-data", false)]
    #[case("http://[64:ff9b::a00:1]/", false)]
    #[case("file:///etc/passwd", false)]
    #[case("shop.example", false)]
    #[case("http://10.1.2.3/", true)]
    fn private_addresses_are_refused_however_they_are_written(#[case] address: &str, #[case] fits: bool) {
        let outbound = Outbound::new(&["10.1.2.3".to_owned()]);
        assert_eq!(outbound.check(address).is_ok(), fits, "{address}");
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_unless_it_is_allowed() {
        let outbound = Outbound::new(&[]);
        let error = outbound.client().get("http://localhost:9/").send().await.unwrap_err();
        let mut told = String::new();
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = source {
            told.push_str(&error.to_string());
            source = error.source();
        }
        assert!(told.contains("private network"), "{told}");
        assert!(Outbound::new(&["localhost".to_owned()]).resolve("localhost", 9).await.is_ok());
    }
}
