//! Letting a visitor in: the inbox, the origin, the token, the signed identity.

use axum::http::Uri;

use super::Caller;
use super::frames::{CloseCode, ErrorCode, ErrorFrame, Hello, SignedIdentity};
use crate::base::secret::verify_hmac_sha256_hex;
use crate::base::website::parse_origin;
use crate::bus::News;
use crate::engine::Engine;
use crate::store::{Identity, Inbox, Proof, Store, StoreError, Visitor};

/// A visitor who may stay, with the token by which they come back.
pub(super) struct Admitted {
    pub token: String,
    pub visitor: Visitor,
}

/// Why not: an error to show, and the code to close with.
pub(super) struct Refused(pub ErrorFrame, pub CloseCode);

impl Refused {
    fn new(code: ErrorCode, message: &str) -> Self {
        Self(ErrorFrame::new(code, message), CloseCode::Policy)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = %error, "a visitor could not be let in");
        let frame = ErrorFrame::new(ErrorCode::Unavailable, "we cannot open conversations just now; please try again")
            .retry_after(std::time::Duration::from_secs(2));
        Self(frame, CloseCode::TryAgainLater)
    }
}

/// The inbox that the caller asks for, if this website may embed it.
pub(super) async fn inbox(engine: &Engine, caller: &Caller) -> Result<Inbox, Refused> {
    let Some(inbox) = engine.store().inbox_by_key(&caller.inbox_key).await? else {
        let message = format!("there is no inbox with the key `{}`", caller.inbox_key);
        return Err(Refused::new(ErrorCode::UnknownInbox, &message));
    };
    match &caller.origin {
        Some(origin) if !may_embed(origin, caller.host.as_deref(), &inbox.origins) => {
            tracing::warn!(inbox = %inbox.public_key, origin, "an origin was refused");
            note(engine, &inbox, origin).await;
            let message = format!(
                "the website {origin} may not open this chat; allow it in the console, or with \
                 `rapport inbox allow {} {origin}`",
                inbox.public_key
            );
            Err(Refused::new(ErrorCode::ForbiddenOrigin, &message))
        }
        _ => Ok(inbox),
    }
}

/// Notes a refused website for the owner. What is no website is left out, and a note that
/// cannot be kept harms nobody.
async fn note(engine: &Engine, inbox: &Inbox, origin: &str) {
    let Some(origin) = parse_origin(origin) else { return };
    match engine.store().note_refused(&inbox.id, &origin).await {
        Ok(true) => engine.bus().tell(News::RefusedOrigin(inbox.id.clone(), origin)),
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "a refused origin could not be noted"),
    }
}

/// The server's own pages may always open a chat; others need to stand in the list.
fn may_embed(origin: &str, host: Option<&str>, allowed: &[String]) -> bool {
    if allowed.iter().any(|one| one == "*" || one.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let authority = origin.authority().map(|authority| authority.as_str());
    matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
}

/// Finds or makes the visitor.
pub(super) async fn admit(store: &Store, inbox: &Inbox, hello: &Hello) -> Result<Admitted, Refused> {
    let identity = hello.identity.as_ref().map(|claimed| verified(&inbox.secret, claimed)).transpose()?;

    if let Some(token) = &hello.token {
        let Some(mut visitor) = store.visitor(&inbox.id, token).await? else {
            let message = "this token is not known here; leave it out to start a new conversation";
            return Err(Refused::new(ErrorCode::Unauthorized, message));
        };
        let same_person = match &identity {
            Some(identity) => store.identify(&visitor.customer_id, identity).await?,
            None => true,
        };
        if same_person {
            // Who has just been recognised may have become somebody known.
            if identity.is_some() {
                visitor = store.visitor(&inbox.id, token).await?.unwrap_or(visitor);
            }
            return Ok(Admitted { token: token.clone(), visitor });
        }
        // The browser changed hands: the token is somebody else's, the signature decides.
    }
    let (token, visitor) = store.new_visitor(&inbox.id, identity.as_ref(), hello.locale.as_deref()).await?;
    Ok(Admitted { token, visitor })
}

/// Whom the website has signed, and how much of what is said of them.
fn verified(secret: &str, claimed: &SignedIdentity) -> Result<Identity, Refused> {
    let signs = |text: &str| verify_hmac_sha256_hex(secret.as_bytes(), text.as_bytes(), claimed.hmac.trim());
    let (email, phone) = (claimed.email.clone(), claimed.phone.clone());
    let parts: Vec<&str> =
        [Some(&claimed.user_id), email.as_ref(), phone.as_ref()].into_iter().flatten().map(String::as_str).collect();
    // A line feed within a part could stand for its end.
    let clear = !claimed.user_id.is_empty() && !parts.iter().any(|part| part.contains('\n'));
    let proof = if clear && parts.len() > 1 && signs(&parts.join("\n")) {
        Proof::Signature
    } else if clear && signs(&claimed.user_id) {
        Proof::None
    } else {
        return Err(Refused::new(
            ErrorCode::Unauthorized,
            "the identity's hmac is wrong: it must be the hex HMAC-SHA256 of user_id under the inbox's secret, or of \
             user_id, email and phone with line feeds between them",
        ));
    };
    Ok(Identity { external_id: claimed.user_id.clone(), email, phone, name: claimed.name.clone(), proof })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::hmac_sha256_hex;
    use rstest::rstest;

    #[rstest]
    #[case("http://127.0.0.1:8080", true)]
    #[case("https://shop.example", true)]
    #[case("https://SHOP.example", true)]
    #[case("https://shop.example.evil.example", false)]
    #[case("http://127.0.0.1:9090", false)]
    #[case("null", false)]
    fn own_pages_and_allowed_sites_may_embed(#[case] origin: &str, #[case] may: bool) {
        let allowed = ["https://shop.example".to_owned()];
        assert_eq!(may_embed(origin, Some("127.0.0.1:8080"), &allowed), may);
    }

    fn claim(email: Option<&str>, phone: Option<&str>, signed: &str) -> SignedIdentity {
        let hmac = hmac_sha256_hex(b"ibs_example", signed.as_bytes());
        SignedIdentity {
            user_id: "4711".to_owned(),
            email: email.map(str::to_owned),
            phone: phone.map(str::to_owned),
            name: Some("Ann".to_owned()),
            hmac,
        }
    }

    const EMAIL: Option<&str> = Some("ann@shop.example");
    const PHONE: Option<&str> = Some("+32475123456");

    #[rstest]
    #[case(EMAIL, None, "4711", Some(Proof::None))]
    #[case(None, None, "4711", Some(Proof::None))]
    #[case(EMAIL, None, "4711\nann@shop.example", Some(Proof::Signature))]
    #[case(EMAIL, PHONE, "4711\nann@shop.example\n+32475123456", Some(Proof::Signature))]
    #[case(None, PHONE, "4711\n+32475123456", Some(Proof::Signature))]
    // What the signature covers is not what is said.
    #[case(Some("ben@shop.example"), None, "4711\nann@shop.example", None)]
    #[case(EMAIL, PHONE, "4711\nann@shop.example", None)]
    #[case(Some("ann@shop.example\n+32475123456"), None, "4711\nann@shop.example\n+32475123456", None)]
    #[case(EMAIL, None, "4712", None)]
    fn an_address_is_proven_where_the_signature_covers_it(
        #[case] email: Option<&str>,
        #[case] phone: Option<&str>,
        #[case] signed: &str,
        #[case] proof: Option<Proof>,
    ) {
        let found = verified("ibs_example", &claim(email, phone, signed));
        assert_eq!(found.ok().map(|identity| identity.proof), proof);
    }
}
