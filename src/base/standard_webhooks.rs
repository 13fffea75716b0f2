//! Signatures of webhooks, as the Standard Webhooks convention has them
//! (<https://www.standardwebhooks.com>): `webhook-id`, `webhook-timestamp` and
//! `webhook-signature: v1,base64(HMAC-SHA256(secret, "{id}.{timestamp}.{body}"))`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// A signature that is older, or younger, has been kept by somebody.
pub const TOLERANCE_S: i64 = 300;
const PREFIX: &str = "whsec_";

/// What a caller sent beside the body.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    pub id: &'a str,
    /// Seconds since 1970.
    pub timestamp: &'a str,
    /// One or more, with spaces between.
    pub signature: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    #[error("the headers webhook-id, webhook-timestamp and webhook-signature are needed")]
    Missing,
    #[error("the signature is older or younger than five minutes")]
    Stale,
    #[error("the signature does not fit")]
    Wrong,
}

/// A new secret of 32 random bytes: `whsec_…`.
pub fn new_secret() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system's random source works");
    format!("{PREFIX}{}", BASE64.encode(bytes))
}

/// The bytes of a secret; `None` where it is none.
pub fn parse_secret(secret: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(secret.trim().strip_prefix(PREFIX).unwrap_or(secret.trim())).ok()?;
    (bytes.len() >= 16).then_some(bytes)
}

/// The signature of a body, with its version.
pub fn sign(secret: &[u8], id: &str, timestamp: i64, body: &[u8]) -> String {
    format!("v1,{}", BASE64.encode(mac(secret, id, &timestamp.to_string(), body)))
}

/// Whether a body is signed with that secret, at about `now` (seconds since 1970); takes the
/// same time wherever signatures differ.
pub fn verify(secret: &[u8], signed: Signed, body: &[u8], now: i64) -> Result<(), Unsigned> {
    if signed.id.is_empty() || signed.timestamp.is_empty() || signed.signature.is_empty() {
        return Err(Unsigned::Missing);
    }
    let at: i64 = signed.timestamp.parse().map_err(|_| Unsigned::Wrong)?;
    if now.abs_diff(at) > TOLERANCE_S.unsigned_abs() {
        return Err(Unsigned::Stale);
    }
    let expected = mac(secret, signed.id, signed.timestamp, body);
    let given = signed.signature.split(' ').filter_map(|one| BASE64.decode(one.strip_prefix("v1,")?).ok());
    // Every signature is compared, so that nothing tells which one fits.
    let fits = given.fold(false, |fits, one| fits | bool::from(expected.as_slice().ct_eq(&one)));
    if fits { Ok(()) } else { Err(Unsigned::Wrong) }
}

fn mac(secret: &[u8], id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the convention's own libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn check(signature: &str, timestamp: &str, now: i64) -> Result<(), Unsigned> {
        let signed = Signed { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp, signature };
        verify(&parse_secret(SECRET).unwrap(), signed, BODY, now)
    }

    #[test]
    fn signs_as_the_convention_does() {
        let secret = parse_secret(SECRET).unwrap();
        assert_eq!(sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, BODY), SIGNATURE);
        assert_eq!(check(SIGNATURE, "1614265330", 1_614_265_400), Ok(()));
        assert_eq!(check(&format!("v1,AAAA {SIGNATURE}"), "1614265330", 1_614_265_400), Ok(()));
    }

    #[test]
    fn a_missing_a_wrong_and_an_old_signature_are_refused() {
        assert_eq!(check("", "1614265330", 1_614_265_400), Err(Unsigned::Missing));
        assert_eq!(check(SIGNATURE, "1614265331", 1_614_265_400), Err(Unsigned::Wrong));
        assert_eq!(check("v1,AAAA", "1614265330", 1_614_265_400), Err(Unsigned::Wrong));
        assert_eq!(check(SIGNATURE, "1614265330", 1_614_265_631), Err(Unsigned::Stale));
        assert_eq!(check(SIGNATURE, "soon", 1_614_265_631), Err(Unsigned::Wrong));
    }

    #[test]
    fn a_new_secret_can_be_read() {
        assert_eq!(parse_secret(&new_secret()).unwrap().len(), 32);
        assert_eq!(parse_secret("whsec_no"), None);
    }
}
