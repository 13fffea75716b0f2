//! References: what a mail of ours says in its Message-ID, so that the answer to it finds
//! its way back.
//!
//! A reference names a place and carries a code that only this inbox can make, for that
//! place and that reader: a place that somebody guesses, or a mail that was passed on to
//! somebody else, leads nowhere. Mail programs repeat Message-IDs in `In-Reply-To` and
//! `References`, and change nothing about them; small letters and digits survive even those
//! that do.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Marks our references among others'.
const OURS: &str = "rapport.";
/// Bytes of a code: 96 bits, which nobody tries out by mail. Ids are to stay short: some
/// mail programs garble long ones.
const CODE: usize = 12;
/// Signs of what tells the mails of a reference apart.
const MARK: usize = 12;

/// The reference to a place in mails to that reader; `place` has small letters, digits and
/// underscores.
pub fn reference(secret: &str, place: &str, reader: &str) -> String {
    format!("{OURS}{place}.{}", hex::encode(&code(secret, place, reader)[..CODE]))
}

/// The Message-ID of the mail with that key, without its brackets; the same again for the
/// same key.
pub fn message_id(key: &str, reference: &str, domain: &str) -> String {
    format!("{}.{reference}@{domain}", &mark(key)[..MARK])
}

/// What all mails of a reference have in their `References`: a server that gives mails ids
/// of its own leaves that alone.
pub fn anchor(reference: &str, domain: &str) -> String {
    format!("{reference}@{domain}")
}

/// The place that a Message-ID refers to, if it is one that this inbox has made for that reader.
pub fn place_of(secret: &str, message_id: &str, reader: &str) -> Option<String> {
    let id = message_id.trim_matches(['<', '>', ' ']).to_ascii_lowercase();
    let (local, _) = id.rsplit_once('@')?;
    let (_, reference) = local.rsplit_once(OURS)?;
    let (place, given) = reference.rsplit_once('.')?;
    let given = hex::decode(given).ok()?;
    let genuine = bool::from(given.as_slice().ct_eq(&code(secret, place, reader)[..CODE]));
    genuine.then(|| place.to_owned())
}

/// A short name for something long: the same again for the same.
pub fn mark(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..16])
}

/// An address as it is compared: small letters, without what stands behind a plus.
pub fn mailbox_of(address: &str) -> String {
    let address = address.trim().to_lowercase();
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or_default()),
        None => address,
    }
}

fn code(secret: &str, place: &str, reader: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key may have any length");
    mac.update(format!("mail reference\n{place}\n{}", mailbox_of(reader)).as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("ann@post.example", Some("cnv_1"))]
    #[case("Ann+shop@Post.example", Some("cnv_1"))]
    #[case("eve@post.example", None)]
    fn a_reference_leads_its_reader_back_and_nobody_else(#[case] reader: &str, #[case] place: Option<&str>) {
        let made = reference("a secret", "cnv_1", "ann@post.example");
        for id in [format!("<{made}@shop.example>"), format!("0a1b.{}@shop.example", made.to_uppercase())] {
            assert_eq!(place_of("a secret", &id, reader).as_deref(), place, "{id}");
            assert_eq!(place_of("another", &id, reader), None);
        }
    }

    #[test]
    fn a_forged_reference_leads_nowhere() {
        let made = reference("a secret", "cnv_1", "ann@post.example");
        let other = made.replace("cnv_1", "cnv_2");
        for id in [format!("{other}@shop.example"), "rapport.cnv_1@x".into(), "rapport.cnv_1.00@x".into(), made] {
            assert_eq!(place_of("a secret", &id, "ann@post.example"), None, "{id}");
        }
    }
}
