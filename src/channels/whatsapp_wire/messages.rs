//! What a customer's message says, of whatever kind it is. It is pure; a file is named,
//! and fetched by others.

use serde_json::{Value, json};

use super::super::channel::Incoming;
use super::super::files::name_for;
use super::super::{optout, words};
use super::webhook::each;
use crate::base::phone::parse_phone;
use crate::domain::Contact;
use crate::store::Person;

pub enum Meaning {
    Said(Box<Incoming>, Option<Media>),
    /// A thumb up or down on one of our messages.
    Rated {
        external_id: String,
        helpful: bool,
    },
    OptOut(Box<Incoming>, optout::Asked),
    Nothing,
}

/// A file that lies at WhatsApp's side.
#[derive(Debug, PartialEq, Eq)]
pub struct Media {
    pub id: String,
    pub name: String,
    pub media_type: String,
}

/// Who writes: a telephone number, or, where the customer hides it, the id that WhatsApp
/// gives them towards this business alone.
pub struct Sender {
    phone: Option<String>,
    user: Option<String>,
    name: Option<String>,
}

impl Sender {
    pub fn of(message: &Value, contact: &Value) -> Option<Self> {
        let is_phone = |digits: &String| parse_phone(&format!("+{digits}")).is_some();
        let (system, profile) = (&message["system"], &contact["profile"]);
        let sender = Self {
            phone: text(&message["from"]).or(text(&contact["wa_id"])).filter(is_phone),
            user: [&message["from_user_id"], &contact["user_id"], &system["previous_user_id"]]
                .into_iter()
                .find_map(text),
            name: text(&profile["name"]).or(text(&profile["username"])),
        };
        (sender.phone.is_some() || sender.user.is_some()).then_some(sender)
    }

    /// By the id where there is one: it stays, whether or not the number is shown this time.
    pub fn place(&self) -> String {
        self.user.as_ref().map(|user| format!("bsuid:{user}")).or(self.phone.clone()).unwrap_or_default()
    }

    /// Where to write to, and what to mark as read. A number takes every kind of message,
    /// an id does not.
    fn details(&self, message: &Value) -> Value {
        let (field, address) = if self.phone.is_some() { ("to", &self.phone) } else { ("recipient", &self.user) };
        json!({ field: address, "message": message["id"] })
    }

    fn person(&self) -> Person {
        let phone = self.phone.as_ref().map(|digits| format!("+{digits}"));
        let names = [
            ("whatsapp", self.user.as_ref().map(|user| format!("bsuid:{user}"))),
            ("phone", phone.clone()),
            ("whatsapp", self.phone.clone()),
        ];
        let contacts =
            names.into_iter().filter_map(|(kind, value)| Some(Contact { kind: kind.to_owned(), value: value? }));
        Person { contacts: contacts.collect(), name: self.name.clone(), phone, ..Person::default() }
    }
}

pub fn read(message: &Value, contact: &Value) -> Meaning {
    let Some(sender) = Sender::of(message, contact) else { return Meaning::Nothing };
    let (person, place, details) = (sender.person(), sender.place(), sender.details(message));
    let key = text(&message["id"]).unwrap_or_default();
    let mut said = Incoming { key, person, place, details, ..Incoming::default() };
    // What was corrected is said anew.
    let shown = if message["type"] == "edit" { &message["edit"]["message"] } else { message };
    let kind = shown["type"].as_str().unwrap_or("unsupported");
    let content = &shown[kind];
    let mut media = None;
    said.text = match kind {
        "text" => text(&content["body"]).map(|body| {
            match text(&shown["context"]["referred_product"]["product_retailer_id"]) {
                Some(sku) => format!("{body}\n\n(about the product {sku})"),
                None => body,
            }
        }),
        "image" | "video" | "audio" | "document" | "sticker" => {
            media = file(kind, content);
            text(&content["caption"])
        }
        "location" => {
            let named: Vec<&str> =
                [&content["name"], &content["address"]].into_iter().filter_map(Value::as_str).collect();
            let [latitude, longitude] = ["latitude", "longitude"].map(|at| content[at].as_f64().unwrap_or_default());
            Some(words::location(&named, latitude, longitude))
        }
        "contacts" => Some(each(content).map(card).collect::<Vec<_>>().join("\n")),
        "interactive" if content["type"] == "nfm_reply" => Some(answers(&content["nfm_reply"])),
        "interactive" if content["type"].is_string() => {
            let reply = &content[content["type"].as_str().unwrap_or_default()];
            said.pressed = text(&reply["id"]);
            // A title that was cut for the list stands below itself in full.
            text(&reply["description"]).or(text(&reply["title"]))
        }
        "button" => {
            said.pressed = text(&content["payload"]);
            text(&content["text"])
        }
        "order" => {
            let items = each(&content["product_items"]).map(|item| {
                let [sku, currency] =
                    ["product_retailer_id", "currency"].map(|name| item[name].as_str().unwrap_or("?"));
                format!("{} × {sku}, {} {currency} each", item["quantity"], item["item_price"])
            });
            Some(words::order(items, text(&content["text"]).as_deref()))
        }
        "reaction" => return reaction(said, content),
        "revoke" => return quiet(said, "(deleted a message)".to_owned()),
        "system" => return moved(said, content),
        _ => {
            let why = [&shown["errors"][0]["error_data"]["details"], &shown["errors"][0]["title"]];
            let what = content["type"].as_str().unwrap_or(kind);
            Some(words::unreadable(what, why.into_iter().find_map(Value::as_str)))
        }
    };
    let typed = said.text.as_deref().filter(|_| matches!(kind, "text" | "button"));
    if let Some(asked) = typed.and_then(optout::asked) {
        said.quiet = true;
        return Meaning::OptOut(Box::new(said), asked);
    }
    Meaning::Said(Box::new(said), media)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn file(kind: &str, content: &Value) -> Option<Media> {
    let media_type = text(&content["mime_type"])?.split(';').next()?.trim().to_owned();
    let what = if content["voice"] == true { "voice" } else { kind };
    let name = text(&content["filename"]).unwrap_or_else(|| name_for(what, &media_type));
    Some(Media { id: text(&content["id"])?, name, media_type })
}

fn card(contact: &Value) -> String {
    let phones = each(&contact["phones"]).map(|phone| &phone["phone"]);
    let ways = phones.chain(each(&contact["emails"]).map(|email| &email["email"])).filter_map(Value::as_str);
    words::card(contact["name"]["formatted_name"].as_str().unwrap_or("?"), &ways.collect::<Vec<_>>())
}

fn answers(form: &Value) -> String {
    let answers = serde_json::from_str(form["response_json"].as_str().unwrap_or_default());
    let mut answers: serde_json::Map<String, Value> = answers.unwrap_or_default();
    answers.remove("flow_token");
    words::answers(&answers)
}

fn reaction(said: Incoming, content: &Value) -> Meaning {
    match (content["emoji"].as_str().unwrap_or_default(), text(&content["message_id"])) {
        // Taken back.
        ("", _) => Meaning::Nothing,
        (thumb, Some(id)) if thumb.starts_with(['👍', '👎']) => {
            Meaning::Rated { external_id: id, helpful: thumb.starts_with('👍') }
        }
        (emoji, _) => quiet(said, format!("(reacted with {emoji})")),
    }
}

/// The customer has another number or another id now. WhatsApp says so, which proves that
/// they are the same person.
fn moved(mut said: Incoming, system: &Value) -> Meaning {
    let new = json!({ "from": system["wa_id"], "from_user_id": system["user_id"], "id": said.key });
    match Sender::of(&new, &Value::Null) {
        Some(sender) if matches!(system["type"].as_str(), Some("user_changed_number" | "user_changed_user_id")) => {
            said.person.contacts.extend(sender.person().contacts);
            said.details = sender.details(&new);
            quiet(said, text(&system["body"]).unwrap_or_else(|| "(changed their number)".to_owned()))
        }
        _ => Meaning::Nothing,
    }
}

fn quiet(said: Incoming, words: String) -> Meaning {
    Meaning::Said(Box::new(Incoming { text: Some(words), quiet: true, ..said }), None)
}
