//! What goes out, in the form of the Cloud API. It is pure: the same message gives the
//! same JSON.

use serde_json::{Value, json};

use super::super::channel::{Card, Outgoing, Pick, SendError};
use super::super::render::{cut, listed, pieces};

/// Signs of a text, of what stands above buttons or below a picture, of a carousel's card.
const TEXT: usize = 4096;
const BODY: usize = 1024;
const CARD: usize = 160;
const MB: i64 = 1024 * 1024;

/// A message with its addressee: a number, or a business-scoped id.
pub fn addressed(details: &Value, mut message: Value) -> Result<Value, SendError> {
    let field = ["to", "recipient"].into_iter().find(|field| details[*field].is_string());
    let field = field.ok_or_else(|| SendError::Refused("it is not known where to write to".to_owned()))?;
    message[field] = details[field].clone();
    message["messaging_product"] = json!("whatsapp");
    message["recipient_type"] = json!("individual");
    Ok(message)
}

/// What is sent of a message: of products as the shop's Meta catalogue has them, if it
/// does; of a file by the id that it was uploaded under.
pub fn compose(message: &Outgoing, shop: &str, catalog: Option<&str>, media: Value) -> Value {
    match message {
        Outgoing::Text(words) => text(words),
        Outgoing::Buttons { text, options } => {
            let reply = |pick: &Pick| json!({ "type": "reply", "reply": { "id": pick.id, "title": pick.title } });
            interactive("button", text, json!({ "buttons": options.iter().map(reply).collect::<Vec<_>>() }))
        }
        Outgoing::List { text, options } => {
            let rows: Vec<Value> = options.iter().map(row).collect();
            interactive("list", text, json!({ "button": "Choose", "sections": [{ "rows": rows }] }))
        }
        Outgoing::Cards { items } => match catalog {
            Some(catalog) => from_catalog(items, catalog, shop),
            None => carousel(items).unwrap_or_else(|| text(&fitting(&listed(items, true), TEXT))),
        },
        Outgoing::File { name, media_type, bytes, caption, .. } => {
            let kind = kind_of(media_type, *bytes);
            let mut file = json!({ "id": media });
            if kind != "audio" && !caption.is_empty() {
                file["caption"] = json!(cut(caption, BODY));
            }
            if kind == "document" {
                file["filename"] = json!(name);
            }
            json!({ "type": kind, kind: file })
        }
    }
}

pub fn text(words: &str) -> Value {
    let preview = words.contains("https://") || words.contains("http://");
    json!({ "type": "text", "text": { "body": cut(words, TEXT), "preview_url": preview } })
}

/// That a message was read, and that an answer is being written.
pub fn read_mark(message: &Value) -> Value {
    let typing = json!({ "type": "text" });
    json!({ "messaging_product": "whatsapp", "status": "read", "message_id": message, "typing_indicator": typing })
}

/// An approved template without variables.
pub fn template(name: &str, language: &str) -> Value {
    json!({ "type": "template", "template": { "name": name, "language": { "code": language } } })
}

/// As what WhatsApp takes a file: something that it shows or plays, else a document.
fn kind_of(media_type: &str, bytes: i64) -> &'static str {
    match media_type {
        "image/jpeg" | "image/png" if bytes <= 5 * MB => "image",
        "video/mp4" | "video/3gpp" if bytes <= 16 * MB => "video",
        "audio/aac" | "audio/amr" | "audio/mp4" | "audio/mpeg" | "audio/ogg" if bytes <= 16 * MB => "audio",
        _ => "document",
    }
}

fn interactive(kind: &str, body: &str, action: Value) -> Value {
    let interactive = json!({ "type": kind, "body": { "text": fitting(body, BODY) }, "action": action });
    json!({ "type": "interactive", "interactive": interactive })
}

fn row(pick: &Pick) -> Value {
    let mut row = json!({ "id": pick.id, "title": pick.title });
    if !pick.description.is_empty() {
        row["description"] = json!(pick.description);
    }
    row
}

/// There the SKU is the "content ID".
fn from_catalog(items: &[Card], catalog: &str, shop: &str) -> Value {
    let body = listed(items, false);
    if let [Card { product, .. }] = items {
        let action = json!({ "catalog_id": catalog, "product_retailer_id": product.sku });
        return interactive("product", &body, action);
    }
    let products: Vec<Value> = items.iter().map(|item| json!({ "product_retailer_id": item.product.sku })).collect();
    let section = json!({ "title": cut(shop, 24), "product_items": products });
    let mut message = interactive("product_list", &body, json!({ "catalog_id": catalog, "sections": [section] }));
    message["interactive"]["header"] = json!({ "type": "text", "text": cut(shop, 60) });
    message
}

/// Pictures to swipe through, where each product has one that WhatsApp shows, and a page.
fn carousel(items: &[Card]) -> Option<Value> {
    let cards = items.iter().enumerate().map(|(index, item)| {
        let product = &item.product;
        let [picture, page] =
            [&product.image, &product.url].map(|url| url.as_deref().filter(|url| url.starts_with("https://")));
        let file = picture?.split(['?', '#']).next()?.to_lowercase();
        [".jpg", ".jpeg", ".png"].iter().any(|end| file.ends_with(end)).then_some(())?;
        Some(json!({
            "card_index": index,
            "type": "cta_url",
            "header": { "type": "image", "image": { "link": picture? } },
            "body": { "text": cut(&listed(std::slice::from_ref(item), false), CARD) },
            "action": { "name": "cta_url", "parameters": { "display_text": "View", "url": page? } },
        }))
    });
    let cards: Vec<Value> = cards.collect::<Option<_>>()?;
    // WhatsApp wants two at the least.
    (cards.len() > 1).then(|| interactive("carousel", &listed(items, false), json!({ "cards": cards })))
}

/// The lines that fit in full.
fn fitting(text: &str, most: usize) -> String {
    pieces(text, most).into_iter().next().unwrap_or_default()
}
