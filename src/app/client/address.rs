//! Where a customer socket is.

use std::fmt;
use std::str::FromStr;

use tokio_tungstenite::tungstenite::http::Uri;

/// A server's address, as a person writes it: `http://127.0.0.1:8080`, `ws://host`, `host:8080`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Host and port, as in the `Host` header.
    authority: String,
    /// What stands before `/v1`, without the closing slash, for a server behind a path.
    path: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("`{0}` is not an address: write it like http://127.0.0.1:8080")]
    NotAnAddress(String),
    #[error(
        "`{0}` asks for an encrypted connection, which this command does not speak: use the http:// address that the server listens on"
    )]
    Encrypted(String),
}

impl Address {
    /// The address of the customer socket of an inbox.
    pub fn socket(&self, inbox: &str) -> String {
        format!("ws://{}{}/v1/chat?inbox={}", self.authority, self.path, percent_encoded(inbox))
    }

    /// The host and port, and the path if there is one: what tells this server from another.
    pub fn server(&self) -> String {
        format!("{}{}", self.authority, self.path)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || AddressError::NotAnAddress(text.to_owned());
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let uri: Uri = with_scheme.parse().map_err(|_| error())?;
        match uri.scheme_str() {
            Some("http" | "ws") => {}
            Some("https" | "wss") => return Err(AddressError::Encrypted(text.to_owned())),
            _ => return Err(error()),
        }
        let authority = uri.authority().ok_or_else(error)?;
        if authority.host().is_empty() {
            return Err(error());
        }
        Ok(Self { authority: authority.as_str().to_owned(), path: uri.path().trim_end_matches('/').to_owned() })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.path)
    }
}

/// RFC 3986: everything but unreserved characters, escaped.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("http://127.0.0.1:8080", "ws://127.0.0.1:8080/v1/chat?inbox=demo")]
    #[case("ws://shop.example/", "ws://shop.example/v1/chat?inbox=demo")]
    #[case("localhost:9000", "ws://localhost:9000/v1/chat?inbox=demo")]
    #[case("http://[::1]:8080/support/", "ws://[::1]:8080/support/v1/chat?inbox=demo")]
    fn finds_the_socket(#[case] written: &str, #[case] socket: &str) {
        assert_eq!(written.parse::<Address>().unwrap().socket("demo"), socket);
    }

    #[test]
    fn escapes_the_inbox_key() {
        let address: Address = "localhost:1".parse().unwrap();
        assert_eq!(address.socket("a b&c"), "ws://localhost:1/v1/chat?inbox=a%20b%26c");
    }

    #[rstest]
    #[case("")]
    #[case("ftp://host")]
    #[case("http://")]
    fn refuses_what_is_no_address(#[case] written: &str) {
        assert!(matches!(written.parse::<Address>(), Err(AddressError::NotAnAddress(_))), "{written}");
    }

    #[test]
    fn says_that_it_does_not_encrypt() {
        assert!(matches!("https://shop.example".parse::<Address>(), Err(AddressError::Encrypted(_))));
    }
}
