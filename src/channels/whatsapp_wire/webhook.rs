//! What WhatsApp delivers, taken apart into one event for each message and each status.

use serde_json::{Value, json};

use super::super::meta::errors::words;
use super::messages::Sender;
use crate::domain::content::Delivery;
use crate::store::{DeliveryNote, NewEvent};

/// The events of a delivery that are for this number: there may be several of each kind,
/// and some for other numbers of the same app.
pub fn events(delivery: &Value, phone: &str) -> Vec<NewEvent> {
    let mut events = Vec::new();
    for change in each(&delivery["entry"]).flat_map(|entry| each(&entry["changes"])) {
        let value = &change["value"];
        if change["field"] == "messages" && value["metadata"]["phone_number_id"] == phone {
            events.extend(each(&value["messages"]).filter_map(|message| message_event(message, value)));
            events.extend(each(&value["statuses"]).filter_map(status_event));
        }
    }
    events
}

fn message_event(message: &Value, value: &Value) -> Option<NewEvent> {
    let id = message["id"].as_str()?;
    let same = |a: &Value, b: &Value| a.is_string() && a == b;
    let is_theirs = |contact: &&Value| {
        same(&contact["wa_id"], &message["from"]) || same(&contact["user_id"], &message["from_user_id"])
    };
    let contacts = &value["contacts"];
    let alone = each(contacts).next().filter(|_| each(contacts).count() == 1);
    let contact = each(contacts).find(is_theirs).or(alone).cloned().unwrap_or_default();
    // Groups are not the shop's to answer, and nobody wrote what has no writer.
    let sender = Sender::of(message, &contact).filter(|_| message["group_id"].is_null())?;
    let body = json!({ "message": message, "contact": contact });
    // A reaction may wait for what it is about; what the customer says next does not.
    let place = if message["type"] == "reaction" { format!("reaction:{id}") } else { sender.place() };
    Some(NewEvent { key: id.to_owned(), place, body })
}

/// A status has a place of its own: it waits for nobody, and nobody waits for it.
fn status_event(status: &Value) -> Option<NewEvent> {
    let key = format!("status:{}:{}", status["id"].as_str()?, status["status"].as_str()?);
    Some(NewEvent { place: key.clone(), key, body: json!({ "status": status }) })
}

/// What became of one of our messages.
pub fn note(status: &Value) -> Option<DeliveryNote> {
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

pub fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
