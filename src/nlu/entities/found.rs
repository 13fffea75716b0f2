//! What the finders return, and who wins where two of them claim the same words.
//!
//! It knows spans and types. It must not know how anything was recognised.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::domain::analysis::{Entity, EntityType};

/// An entity before its place is counted in characters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub kind: EntityType,
    /// In bytes, on character boundaries.
    pub span: Range<usize>,
    pub value: String,
    pub confidence: f32,
}

/// Entities in the order of the text. Of overlapping claims the more specific type stays;
/// of one type, the longer; of one length, the surer.
pub(super) fn settle(text: &str, mut claims: Vec<Found>) -> Vec<Entity> {
    claims.sort_by(|a, b| {
        let length = |found: &Found| Reverse(found.span.len());
        rank(&a.kind).cmp(&rank(&b.kind)).then(length(a).cmp(&length(b))).then(b.confidence.total_cmp(&a.confidence))
    });
    // By start. They are disjoint, so only the last that starts before a claim's end can overlap it.
    let mut kept: BTreeMap<usize, Found> = BTreeMap::new();
    for claim in claims {
        let neighbour = kept.range(..claim.span.end).next_back();
        let taken = neighbour.is_some_and(|(_, other)| other.span.end > claim.span.start);
        if !taken && !claim.span.is_empty() {
            kept.insert(claim.span.start, claim);
        }
    }
    in_characters(text, kept.into_values())
}

/// Lower is more specific: a pattern that little else looks like outranks a looser one. What
/// the shop defines gives way to what has a fixed form and to the catalogue's names, in which
/// its words may stand ("grey" in "the grey Skagen throw").
fn rank(kind: &EntityType) -> u8 {
    match kind {
        EntityType::Email => 0,
        EntityType::CardNumber | EntityType::Iban => 1,
        EntityType::Url => 2,
        EntityType::OrderNumber => 3,
        EntityType::TrackingNumber => 4,
        EntityType::NationalId => 5,
        EntityType::Date => 6,
        EntityType::Money => 7,
        EntityType::Postcode => 8,
        EntityType::Product => 9,
        EntityType::Own(_) => 10,
        EntityType::Phone => 11,
        EntityType::Duration => 12,
        EntityType::Quantity => 13,
    }
}

/// One walk over the text; `kept` is sorted and free of overlaps.
fn in_characters(text: &str, kept: impl Iterator<Item = Found>) -> Vec<Entity> {
    let (mut bytes, mut characters) = (0, 0);
    let mut entities = Vec::new();
    for found in kept {
        let words = &text[found.span.clone()];
        let start = characters + text[bytes..found.span.start].chars().count();
        let end = start + words.chars().count();
        (bytes, characters) = (found.span.end, end);
        entities.push(Entity {
            kind: found.kind,
            value: found.value,
            text: words.to_owned(),
            start,
            end,
            confidence: found.confidence,
        });
    }
    entities
}
