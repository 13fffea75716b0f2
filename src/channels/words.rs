//! Words for what customers send that is neither words nor a file: a place, a card, an
//! order, a form. As the customer would say it, so that it can be understood as well.

use serde_json::{Map, Value};

/// A place on the map, with what it is called.
pub fn location(named: &[&str], latitude: f64, longitude: f64) -> String {
    let map = format!("https://www.google.com/maps?q={latitude},{longitude}");
    std::iter::once("My location:").chain(named.iter().copied()).chain([map.as_str()]).collect::<Vec<_>>().join(" ")
}

/// Somebody's card: a name, and how they are reached.
pub fn card(name: &str, ways: &[&str]) -> String {
    let parts: Vec<&str> = std::iter::once(name).chain(ways.iter().copied()).collect();
    format!("Contact: {}", parts.join(", "))
}

/// What was put into a cart: lines such as `3 × HAMBURGER, 30 ILS each`.
pub fn order(items: impl Iterator<Item = String>, note: Option<&str>) -> String {
    let lines = std::iter::once("I would like to order:".to_owned()).chain(items).chain(note.map(str::to_owned));
    lines.collect::<Vec<_>>().join("\n")
}

/// The answers of a form, as `name: value`.
pub fn answers(form: &Map<String, Value>) -> String {
    let lines = form.iter().map(|(name, value)| {
        format!("{}: {}", name.replace('_', " "), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Something that the channel does not pass on; for the agent.
pub fn unreadable(what: &str, why: Option<&str>) -> String {
    let why = why.map(|why| format!("; {why}")).unwrap_or_default();
    format!("(sent something that cannot be shown here: {what}{why})")
}

/// A file that was sent and cannot be shown; for the agent.
pub fn not_kept(name: &str, why: &str) -> String {
    format!("[{name}: it was not kept; {why}]")
}
