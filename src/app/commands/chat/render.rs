//! How the conversation looks in a terminal: pure functions from events to text.
//!
//! What others wrote is never printed as it came: control characters are taken out, so
//! that no message can move the cursor or rename the window.

mod markdown;
mod palette;

use crate::app::client::Event;
use crate::domain::content::{Content, Delivery, FormField, HandoffState, ProductCard, Source, StatusState};
use crate::domain::{Author, AuthorKind};

pub use palette::Palette;

/// An event in words, or nothing where there is nothing to tell a customer.
pub fn event(event: &Event, palette: &Palette) -> Option<String> {
    let Some(content) = event.content() else {
        let kind = event.content["type"].as_str().unwrap_or("an event");
        return Some(palette.dim(&format!("({} that this version cannot show)", clean(kind))));
    };
    let words = match &content {
        // A customer's words are shown as they were written, not as Markdown.
        Content::Text { text, .. } if event.author.kind == AuthorKind::Customer => clean(text),
        content => self::content(content, palette)?,
    };
    Some(match &content {
        Content::Handoff { .. } | Content::Status { .. } | Content::Products { .. } => words,
        _ => said(&speaker(&event.author), event.author.kind, &words, palette),
    })
}

/// What somebody said, behind their name; further lines stand below the first.
pub fn said(name: &str, kind: AuthorKind, words: &str, palette: &Palette) -> String {
    let indent = " ".repeat(name.chars().count() + 2);
    let words = words.lines().collect::<Vec<_>>().join(&format!("\n{indent}"));
    format!("{} {words}", palette.name(kind, &format!("{name}:")))
}

pub fn speaker(author: &Author) -> String {
    let named = author.name.as_deref().map(clean).filter(|name| !name.is_empty());
    match author.kind {
        AuthorKind::Customer => "you".to_owned(),
        AuthorKind::Bot => named.unwrap_or_else(|| "assistant".to_owned()),
        AuthorKind::Agent => named.unwrap_or_else(|| "agent".to_owned()),
        AuthorKind::System => "system".to_owned(),
    }
}

/// The question for one field of a form.
pub fn form_field(field: &FormField, palette: &Palette) -> String {
    let optional = if field.required { "" } else { " (or /skip)" };
    palette.strong(&format!("{}{optional}", clean(&field.label)))
}

/// Text without control characters, save line breaks and tabs.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn content(content: &Content, palette: &Palette) -> Option<String> {
    Some(match content {
        Content::Text { text, .. } => markdown::to_terminal(&clean(text), palette),
        Content::Answer { text, sources, .. } => {
            let mut lines = vec![markdown::to_terminal(&clean(text), palette)];
            lines.extend(sources.iter().map(|source| palette.dim(&self::source(source))));
            lines.join("\n")
        }
        Content::Products { items } => {
            let lines: Vec<String> =
                items.iter().enumerate().map(|(index, item)| product(index + 1, item, palette)).collect();
            lines.join("\n")
        }
        Content::Choices { text, options } => {
            let mut lines = vec![markdown::to_terminal(&clean(text), palette)];
            let numbered = options.iter().enumerate();
            lines.extend(numbered.map(|(index, option)| {
                format!("  {} {}", palette.strong(&format!("[{}]", index + 1)), clean(&option.title))
            }));
            lines.join("\n")
        }
        // Its fields are asked one by one.
        Content::Form { .. } => return None,
        Content::Submitted { values, .. } => {
            let values: Vec<String> = values.values().filter_map(|value| value.as_str()).map(clean).collect();
            values.join(", ")
        }
        // The reason is written for the agent.
        Content::Handoff { state, reason: _, position, eta_s, agent } => {
            palette.notice(&format!("-- {}", handoff(*state, *position, *eta_s, agent.as_deref())))
        }
        Content::Survey { kind: _, scale, question } => {
            format!("{} ({} to {})", clean(question), scale[0], scale[1])
        }
        Content::Rating { helpful, .. } => {
            palette.dim(if *helpful { "(found this helpful)" } else { "(did not find this helpful)" })
        }
        Content::SurveyResult { score, .. } => palette.dim(&format!("(gave {score})")),
        Content::File { name, bytes, url, .. } => format!("{} ({bytes} bytes) {}", clean(name), clean(url)),
        Content::Edit { content, .. } => {
            let words = self::content(content, palette)?;
            format!("{} {words}", palette.dim("(corrected)"))
        }
        Content::Status { state: Some(state), .. } => palette.notice(&format!("-- {}", status(*state))),
        Content::Status { delivery: Some(Delivery::Failed), .. } => {
            palette.notice("-- A message could not be delivered.")
        }
        Content::Status { .. } => return None,
    })
}

fn source(source: &Source) -> String {
    let section = if source.section == source.title || source.section.is_empty() {
        String::new()
    } else {
        format!(", {}", clean(&source.section))
    };
    format!("from: {}{section} <{}>", clean(&source.title), clean(&source.url))
}

fn product(number: usize, item: &ProductCard, palette: &Palette) -> String {
    format!(
        "  {number}. {}, {} {}\n     {}",
        palette.strong(&clean(&item.title)),
        clean(&item.price),
        clean(&item.currency),
        palette.dim(&clean(&item.reason)),
    )
}

fn handoff(state: HandoffState, position: Option<i64>, eta_s: Option<i64>, agent: Option<&str>) -> String {
    match state {
        HandoffState::Queued => {
            let place = position.map(|place| format!(", at place {place}")).unwrap_or_default();
            let wait = eta_s.map(|seconds| format!("; about {} to wait", minutes(seconds))).unwrap_or_default();
            format!("You are in the queue for a person{place}{wait}.")
        }
        HandoffState::Assigned => format!("{} has joined.", agent.map_or("A person".to_owned(), clean)),
        HandoffState::Returned => "The assistant is back.".to_owned(),
        HandoffState::Unavailable => "Nobody is there right now.".to_owned(),
    }
}

fn minutes(seconds: i64) -> String {
    match (seconds + 59) / 60 {
        ..=1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

fn status(state: StatusState) -> &'static str {
    match state {
        StatusState::Open => "The conversation is open.",
        StatusState::Resolved => "The conversation is closed. Write again to reopen it.",
        StatusState::Reopened => "The conversation is open again.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn shown(author: &str, content: Value) -> String {
        let event: Event = serde_json::from_value(json!({
            "seq": 1, "at": "2026-11-22T10:00:00Z", "author": {"kind": author, "name": "Wick"}, "content": content,
        }))
        .unwrap();
        super::event(&event, &Palette::plain()).unwrap_or_default()
    }

    #[test]
    fn an_answer_names_its_sources() {
        let answer = json!({
            "type": "answer", "text": "One or **two** working days.\nThe carrier is bpost.", "confidence": 0.9,
            "sources": [{"article": "delivery-times", "title": "Delivery times", "section": "Belgium",
                "url": "/help/delivery-times#belgium", "snippet": "…"}],
        });
        assert_eq!(
            shown("bot", answer),
            "Wick: One or two working days.\n      The carrier is bpost.\n      \
             from: Delivery times, Belgium </help/delivery-times#belgium>"
        );
    }

    #[test]
    fn products_are_numbered_with_price_and_reason() {
        let products = json!({"type": "products", "items": [
            {"sku": "A", "title": "Merino socks", "price": "14.90", "currency": "EUR", "reason": "under 20 euros"},
        ]});
        assert_eq!(shown("bot", products), "  1. Merino socks, 14.90 EUR\n     under 20 euros");
    }

    #[test]
    fn the_queue_is_told_in_words() {
        let queued = json!({"type": "handoff", "state": "queued", "reason": "you asked for a person",
            "position": 2, "eta_s": 240});
        assert_eq!(
            shown("system", queued),
            "-- You are in the queue for a person, at place 2; about 4 minutes to wait."
        );
    }

    #[test]
    fn no_message_can_drive_the_terminal() {
        let text = shown("agent", json!({"type": "text", "text": "\u{1b}]0;owned\u{7}hi\u{9b}2J\r"}));
        assert_eq!(text, "Wick: ]0;ownedhi2J");
    }

    #[test]
    fn what_this_version_does_not_know_is_told() {
        let text = shown("bot", json!({"type": "hologram"}));
        assert_eq!(text, "(hologram that this version cannot show)");
    }

    #[test]
    fn delivery_reports_are_not_shown() {
        assert_eq!(shown("system", json!({"type": "status", "message": 3, "delivery": "read"})), "");
    }
}
