//! What all of Meta's channels share, of which WhatsApp is one: the subscription and the
//! signature of deliveries, the Graph API with its errors, and its files. It must not know
//! what a message looks like.

pub mod errors;

#[cfg(test)]
mod tests;

use axum::body::Bytes;
use axum::http::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::calls::{Api, Failure};
use super::channel::{Receipt, Refusal, Request};
use crate::base::outbound::Outbound;
use crate::base::secret::{hmac_sha256_hex, sha256_hex, token_hash, verify_hmac_sha256_hex};
use crate::domain::Credentials;

/// The version that this was written for; Meta keeps each for two years.
pub const GRAPH: &str = "https://graph.facebook.com/v26.0";

/// An app at Meta's, with its token.
pub struct App {
    pub api: Api,
    secret: String,
    verify_token: String,
}

/// A credential without the blanks that come along when it is copied.
pub fn given<'a>(credentials: &'a Credentials, name: &str) -> Option<&'a str> {
    credentials.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
}

impl App {
    /// Of the credentials `access_token`, `app_secret`, `verify_token` and `api_base`.
    pub fn of(credentials: &Credentials, outbound: Outbound) -> Result<Self, String> {
        let needed = |name: &str| given(credentials, name).map(str::to_owned).ok_or(format!("`{name}` is missing"));
        let base = given(credentials, "api_base").unwrap_or(GRAPH).trim_end_matches('/').to_owned();
        let api = Api { outbound, base, token: needed("access_token")?, judge: errors::judge };
        Ok(Self { api, secret: needed("app_secret")?, verify_token: needed("verify_token")? })
    }

    /// Meta asks once, unsigned, whether the address is ours.
    pub fn subscription(&self, request: &Request) -> Result<Receipt, Refusal> {
        let asked = |name: &str| request.query.get(name).map_or("", String::as_str);
        // Hashes are of one length, so the comparison takes the same time for every guess.
        let [guess, own] = [asked("hub.verify_token"), &self.verify_token].map(token_hash);
        if asked("hub.mode") != "subscribe" || !bool::from(guess.as_bytes().ct_eq(own.as_bytes())) {
            return Err(Refusal { status: StatusCode::FORBIDDEN, reason: "the verify token is not the inbox's" });
        }
        Ok(Receipt { answer: asked("hub.challenge").to_owned(), ..Receipt::default() })
    }

    /// The body of a delivery that Meta has signed with the app's secret, over its raw bytes.
    pub fn verified(&self, request: &Request) -> Result<Value, Refusal> {
        let signature = request.header("x-hub-signature-256");
        if signature.is_empty() {
            return Err(Refusal { status: StatusCode::UNAUTHORIZED, reason: "the signature is missing" });
        }
        let hex = signature.strip_prefix("sha256=").unwrap_or_default();
        if !verify_hmac_sha256_hex(self.secret.as_bytes(), &request.body, hex) {
            let reason = "the signature is not made with the app's secret";
            return Err(Refusal { status: StatusCode::FORBIDDEN, reason });
        }
        serde_json::from_slice(&request.body)
            .map_err(|_| Refusal { status: StatusCode::BAD_REQUEST, reason: "the body is no JSON" })
    }

    /// Reads an object with a proof that we know the app's secret, which Meta checks.
    pub async fn prove(&self, path_and_query: &str) -> Result<Value, Failure> {
        let proof = hmac_sha256_hex(self.secret.as_bytes(), self.api.token.as_bytes());
        self.api.get(&format!("{path_and_query}&appsecret_proof={proof}")).await
    }

    /// The bytes of a customer's file; `None` if they are more than `most`.
    pub async fn fetch(&self, file: &str, most: usize) -> Result<Option<Bytes>, Failure> {
        let found = self.api.get(file).await?;
        if found["file_size"].as_u64().is_some_and(|size| size > most as u64) {
            return Ok(None);
        }
        let bytes = self.api.fetch(found["url"].as_str().unwrap_or_default(), most).await?;
        let sums = bytes.as_ref().map(|bytes| sha256_hex(bytes)).zip(found["sha256"].as_str());
        match sums {
            Some((ours, theirs)) if ours != theirs => Err(Failure::later("the customer's file came damaged")),
            _ => Ok(bytes),
        }
    }

    /// Hands a file over; its id.
    pub async fn upload(&self, path: &str, name: &str, media_type: &str, bytes: Vec<u8>) -> Result<Value, Failure> {
        let part = Part::bytes(bytes).file_name(name.to_owned()).mime_str(media_type);
        let part = part.map_err(|_| Failure::refused(format!("the file `{name}` is of no known kind")))?;
        let form = Form::new().text("messaging_product", "whatsapp").text("type", media_type.to_owned());
        Ok(self.api.upload(path, form.part("file", part)).await?["id"].take())
    }
}
