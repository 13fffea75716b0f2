//! What WhatsApp delivers: the subscription, the signature, and a delivery taken apart
//! into one event for each message and each status.

use axum::http::StatusCode;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::super::channel::{Receipt, Refusal, Request};
use super::errors::words;
use super::messages::Sender;
use crate::base::secret::{token_hash, verify_hmac_sha256_hex};
use crate::domain::content::Delivery;
use crate::store::{DeliveryNote, NewEvent};

const SIGNATURE: &str = "x-hub-signature-256";

/// Meta asks once, unsigned, whether the address is ours.
pub(super) fn subscription(request: &Request, verify_token: &str) -> Result<Receipt, Refusal> {
    let asked = |name: &str| request.query.get(name).map_or("", String::as_str);
    // Hashes are of one length, so the comparison takes the same time for every guess.
    let [given, own] = [asked("hub.verify_token"), verify_token].map(token_hash);
    let is_ours = bool::from(given.as_bytes().ct_eq(own.as_bytes()));
    if asked("hub.mode") != "subscribe" || !is_ours {
        return Err(Refusal { status: StatusCode::FORBIDDEN, reason: "the verify token is not the inbox's" });
    }
    Ok(Receipt { answer: asked("hub.challenge").to_owned(), ..Receipt::default() })
}

/// Whether Meta signed the raw body with the app's secret.
pub(super) fn verify(request: &Request, app_secret: &str) -> Result<(), Refusal> {
    let given = request.header(SIGNATURE);
    if given.is_empty() {
        return Err(Refusal { status: StatusCode::UNAUTHORIZED, reason: "the signature is missing" });
    }
    let hex = given.strip_prefix("sha256=").unwrap_or_default();
    match verify_hmac_sha256_hex(app_secret.as_bytes(), &request.body, hex) {
        true => Ok(()),
        false => {
            Err(Refusal { status: StatusCode::FORBIDDEN, reason: "the signature is not made with the app's secret" })
        }
    }
}

/// The events of a delivery that are for this number: there may be several of each kind,
/// and some for other numbers of the same app.
pub(super) fn events(body: &[u8], phone: &str) -> Result<Vec<NewEvent>, Refusal> {
    let refusal = Refusal { status: StatusCode::BAD_REQUEST, reason: "the body is no JSON" };
    let delivery: Value = serde_json::from_slice(body).map_err(|_| refusal)?;
    let mut events = Vec::new();
    for change in each(&delivery["entry"]).flat_map(|entry| each(&entry["changes"])) {
        let value = &change["value"];
        if change["field"] == "messages" && value["metadata"]["phone_number_id"] == phone {
            events.extend(each(&value["messages"]).filter_map(|message| message_event(message, value)));
            events.extend(each(&value["statuses"]).filter_map(status_event));
        }
    }
    Ok(events)
}

fn message_event(message: &Value, value: &Value) -> Option<NewEvent> {
    let id = message["id"].as_str()?;
    let is_theirs = |contact: &&Value| {
        let same = |a: &Value, b: &Value| a.is_string() && a == b;
        same(&contact["wa_id"], &message["from"]) || same(&contact["user_id"], &message["from_user_id"])
    };
    let contacts = &value["contacts"];
    let alone = each(contacts).next().filter(|_| each(contacts).count() == 1);
    let contact = each(contacts).find(is_theirs).or(alone).cloned().unwrap_or_default();
    // Groups are not the shop's to answer, and nobody wrote what has no writer.
    let sender = Sender::of(message, &contact).filter(|_| message["group_id"].is_null())?;
    let body = json!({ "message": message, "contact": contact });
    Some(NewEvent { key: id.to_owned(), place: sender.place(), body })
}

/// A status has a place of its own: it waits for nobody, and nobody waits for it.
fn status_event(status: &Value) -> Option<NewEvent> {
    let key = format!("status:{}:{}", status["id"].as_str()?, status["status"].as_str()?);
    Some(NewEvent { place: key.clone(), key, body: json!({ "status": status }) })
}

/// What became of one of our messages.
pub(super) fn note(status: &Value) -> Option<DeliveryNote> {
    let state = match status["status"].as_str()? {
        "sent" => Delivery::Sent,
        "delivered" => Delivery::Delivered,
        "read" | "played" => Delivery::Read,
        "failed" => Delivery::Failed,
        _ => return None,
    };
    let why = || words(&status["errors"][0]).unwrap_or_else(|| "WhatsApp does not say why".to_owned());
    let reason = (state == Delivery::Failed).then(why);
    Some(DeliveryNote { external_id: status["id"].as_str()?.to_owned(), state, reason })
}

pub(super) fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
