//! An entry of the log as messages of a channel, within its limits: what the channel has
//! no form for is rendered down to words. Choices and products become numbered lines, and
//! the number, typed back, is understood (`picks`).
//!
//! It is pure: the same entry gives the same messages, so a send that was interrupted goes
//! on where it stopped.

mod cut;
mod markup;
mod picks;
mod slack_text;
mod staff;

#[cfg(test)]
mod tests;

pub use cut::{cut, pieces};
pub use markup::marked_up;
pub use picks::{Picked, picked};
pub use slack_text::unmarked;
pub use staff::{Escalated, for_staff, headline};

use super::channel::{Capabilities, Card, Outgoing, Pick, parse_pick, pick_id};
use crate::base::markdown::{blocks_with_links, is_safe_address, write};
use crate::domain::content::{Choice, HandoffState, ProductCard, Source};
use crate::domain::{AuthorKind, Content, Entry, FileId, Seq};

/// Cards and lines of products that one entry shows at the most.
const PRODUCTS: usize = 20;

/// Where links begin: this server's address, without a slash at the end.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub address: &'a str,
}

/// What the customer is sent of an entry; nothing of their own words, nor of what only a
/// page can show.
pub fn for_customer(entry: &Entry, can: &Capabilities, place: Place) -> Vec<Outgoing> {
    if entry.author.kind == AuthorKind::Customer {
        return Vec::new();
    }
    let renderer = Renderer { seq: entry.seq, can, place };
    match &entry.content {
        Content::Text { text, .. } => renderer.words(text),
        Content::Answer { text, sources, .. } => renderer.answer(text, sources),
        Content::Products { items } => renderer.products(items),
        Content::Choices { text, options } => renderer.choices(text, options),
        Content::Survey { scale, question, .. } => renderer.survey(question, *scale),
        Content::Handoff { state, agent, .. } => renderer.handoff(*state, agent.as_deref()),
        Content::File { id, name, media_type, bytes, .. } => renderer.file(id, name, media_type, *bytes),
        // A form's question was asked in words as well; the rest tells what the channel shows itself.
        Content::Form { .. }
        | Content::Submitted { .. }
        | Content::Rating { .. }
        | Content::SurveyResult { .. }
        | Content::Edit { .. }
        | Content::Status { .. } => Vec::new(),
    }
}

struct Renderer<'a> {
    seq: Seq,
    can: &'a Capabilities,
    place: Place<'a>,
}

impl Renderer<'_> {
    fn words(&self, markdown: &str) -> Vec<Outgoing> {
        let text = marked_up(&self.linked(markdown), self.can.markup);
        pieces(&text, self.can.text).into_iter().map(Outgoing::Text).collect()
    }

    fn answer(&self, text: &str, sources: &[Source]) -> Vec<Outgoing> {
        let links: Vec<String> = sources
            .iter()
            .map(|source| format!("[{}]({})", escaped(&source.title), self.absolute(&source.url)))
            .collect();
        match links.is_empty() {
            true => self.words(text),
            false => self.words(&format!("{text}\n\n{}", links.join("\n"))),
        }
    }

    fn products(&self, items: &[ProductCard]) -> Vec<Outgoing> {
        let items = &items[..items.len().min(PRODUCTS)];
        if let Some(most) = self.can.cards {
            let cards: Vec<Card> = items.iter().enumerate().map(|(i, item)| self.card(i, item)).collect();
            return cards.chunks(most.max(1)).map(|items| Outgoing::Cards { items: items.to_vec() }).collect();
        }
        let lines: Vec<String> = items
            .iter()
            .enumerate()
            .map(|(i, item)| {
                let title = escaped(&item.title);
                let title = match &item.url {
                    Some(url) => format!("[{title}]({})", self.absolute(url)),
                    None => format!("**{title}**"),
                };
                format!("{}. {title}: {} {}\n   {}", i + 1, item.price, item.currency, escaped(&item.reason))
            })
            .collect();
        self.words(&lines.join("\n"))
    }

    fn card(&self, i: usize, item: &ProductCard) -> Card {
        let mut product = item.clone();
        product.url = item.url.as_deref().map(|url| self.absolute(url));
        product.image = item.image.as_deref().map(|url| self.absolute(url));
        Card { id: pick_id('p', self.seq, index(i)), product }
    }

    fn choices(&self, text: &str, options: &[Choice]) -> Vec<Outgoing> {
        let picks: Vec<Pick> = options
            .iter()
            .enumerate()
            .map(|(i, option)| Pick {
                id: pick_id('c', self.seq, index(i)),
                title: option.title.clone(),
                description: String::new(),
            })
            .collect();
        self.pickable(text, picks)
    }

    fn survey(&self, question: &str, [least, most]: [i64; 2]) -> Vec<Outgoing> {
        let scores = (least..=most).map(|score| Pick {
            id: pick_id('s', self.seq, score),
            title: score.to_string(),
            description: String::new(),
        });
        let picks: Vec<Pick> = scores.collect();
        match self.pressable(question, &picks) {
            Some(messages) => messages,
            None => self.words(&format!("{question}\n\nReply with a number from {least} to {most}.")),
        }
    }

    fn pickable(&self, text: &str, picks: Vec<Pick>) -> Vec<Outgoing> {
        if let Some(messages) = self.pressable(text, &picks) {
            return messages;
        }
        let lines: Vec<String> =
            picks.iter().enumerate().map(|(i, pick)| format!("{}. {}", i + 1, escaped(&pick.title))).collect();
        self.words(&format!("{text}\n\n{}\n\nReply with a number.", lines.join("\n")))
    }

    /// Buttons if they fit, else a list if that fits.
    fn pressable(&self, markdown: &str, picks: &[Pick]) -> Option<Vec<Outgoing>> {
        let fits = |picks: &[Pick], title: usize| picks.iter().all(|pick| length(&pick.title) <= title);
        if let Some(buttons) = self.can.buttons
            && picks.len() <= buttons.most
            && fits(picks, buttons.title)
        {
            return Some(
                self.below(markdown, buttons.text, |text| Outgoing::Buttons { text, options: picks.to_vec() }),
            );
        }
        let list = self.can.list.filter(|list| picks.len() <= list.rows)?;
        let rows = picks.iter().map(|pick| match length(&pick.title) <= list.title {
            true => Some(pick.clone()),
            // A title that is too long goes on below itself.
            false if length(&pick.title) <= list.description => {
                Some(Pick { id: pick.id.clone(), title: cut(&pick.title, list.title), description: pick.title.clone() })
            }
            false => None,
        });
        let options = rows.collect::<Option<Vec<Pick>>>()?;
        Some(self.below(markdown, list.text, |text| Outgoing::List { text, options: options.clone() }))
    }

    /// Words of which the last piece stands above what can be pressed.
    fn below(&self, markdown: &str, most: usize, last: impl Fn(String) -> Outgoing) -> Vec<Outgoing> {
        let mut pieces = pieces(&marked_up(&self.linked(markdown), self.can.markup), most.min(self.can.text));
        let end = pieces.pop().unwrap_or_else(|| "…".to_owned());
        pieces.into_iter().map(Outgoing::Text).chain([last(end)]).collect()
    }

    /// That somebody waits was said in words before; who has come was not.
    fn handoff(&self, state: HandoffState, agent: Option<&str>) -> Vec<Outgoing> {
        match (state, agent) {
            // Nobody waits before a mailbox for somebody to come: their words tell.
            _ if self.can.digest => Vec::new(),
            (HandoffState::Assigned, Some(name)) => self.words(&format!("*{} is here now.*", escaped(name))),
            _ => Vec::new(),
        }
    }

    fn file(&self, id: &str, name: &str, media_type: &str, bytes: i64) -> Vec<Outgoing> {
        match self.can.files {
            Some(limits) if bytes <= limits.bytes => vec![Outgoing::File {
                id: FileId(id.to_owned()),
                name: name.to_owned(),
                media_type: media_type.to_owned(),
                bytes,
                caption: String::new(),
            }],
            _ => self.words(&format!("{} ({}) is too large to be sent here.", escaped(name), size(bytes))),
        }
    }

    /// Links that begin at this server, as they are followed from elsewhere.
    fn linked(&self, markdown: &str) -> String {
        let rewrite = |url: &str| is_safe_address(url).then(|| self.absolute(url));
        write(&blocks_with_links(markdown, rewrite))
    }

    fn absolute(&self, url: &str) -> String {
        if url.starts_with('/') { format!("{}{url}", self.place.address) } else { url.to_owned() }
    }
}

/// Products in lines, for a channel that cannot show these as cards: `2. Throw: 59.90 EUR`,
/// numbered on over several messages, so that the number can be typed back; in full with
/// why, and where.
pub fn listed(cards: &[Card], in_full: bool) -> String {
    let lines = cards.iter().map(|Card { id, product }| {
        let number = parse_pick(id).map_or(1, |(_, _, place)| place + 1);
        let line = format!("{number}. {}: {} {}", product.title, product.price, product.currency);
        match (in_full, &product.url) {
            (false, _) => line,
            (true, None) => format!("{line}\n{}", product.reason),
            (true, Some(url)) => format!("{line}\n{}\n{url}", product.reason),
        }
    });
    lines.collect::<Vec<_>>().join(if in_full { "\n\n" } else { "\n" })
}

/// Words that are no Markdown.
fn escaped(text: &str) -> String {
    crate::base::markdown::escape(text)
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn index(i: usize) -> i64 {
    i64::try_from(i).unwrap_or(i64::MAX)
}

/// For people: `1.5 MB`.
fn size(bytes: i64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", (bytes / 1000).max(1)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
