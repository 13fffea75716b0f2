//! Personal data in words that somebody typed: found, and masked before the words go where
//! nobody needs it (a log, an export, another company's system).
//!
//! Each kind is one file that recognises itself alone; this one settles overlaps and writes
//! the mask. It knows text. It must not know who wrote it or where it goes.

mod card;
mod check;
mod email;
mod iban;
mod mask;
mod national;
mod phone;
mod runs;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use self::mask::{mask, mask_json, mask_kinds};

/// What was recognised; where two claim the same characters, the first kind has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A bank account. Its check is the strongest, and its digits may hold a card's.
    Iban,
    /// A payment card's number.
    Card,
    /// Its verification code. Nobody may keep it, not even sealed (PCI DSS 3.3).
    CardCode,
    /// A number that a state gave a person.
    NationalId,
    Email,
    Phone,
}

/// Which kinds are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// What a shop must not keep at all.
    pub const CARDS: Kinds = Kinds::of(&[Kind::Card, Kind::CardCode]);
    /// What no other company needs: cards, bank accounts, national identity numbers.
    pub const NUMBERS: Kinds = Kinds::of(&[Kind::Card, Kind::CardCode, Kind::Iban, Kind::NationalId]);
    pub const ALL: Kinds = Kinds(u8::MAX);

    const fn of(kinds: &[Kind]) -> Self {
        let (mut bits, mut place) = (0, 0);
        while place < kinds.len() {
            bits |= 1 << kinds[place] as u8;
            place += 1;
        }
        Kinds(bits)
    }

    /// The same, but addresses and telephone numbers stay.
    pub const fn without_contacts(self) -> Self {
        Kinds(self.0 & Kinds::NUMBERS.0)
    }

    pub const fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}

/// Personal data in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub kind: Kind,
    /// In bytes, on character boundaries.
    pub span: Range<usize>,
    /// Without separators, in one case: what can be compared.
    pub value: String,
    /// Whose numbers these are: `BE`, `NL`, a card's `visa`; empty where nothing tells.
    pub scheme: &'static str,
    pub confidence: f32,
}

/// All personal data in the text, in its order, without overlaps.
pub fn find(text: &str) -> Vec<Finding> {
    find_kinds(text, Kinds::ALL)
}

/// The personal data of those kinds. What another kind has is not taken for one of them,
/// whether that one was asked for or not: an account's digits are no card's.
pub fn find_kinds(text: &str, kinds: Kinds) -> Vec<Finding> {
    let bytes = text.as_bytes();
    let digit = bytes.iter().any(u8::is_ascii_digit);
    let at = kinds.has(Kind::Email) && bytes.contains(&b'@');
    let mut all: Vec<Finding> = Vec::new();
    if digit {
        let mut runs = runs::of(text);
        if !runs.is_empty() {
            iban::find(text, &mut all);
            runs::leave_out(&mut runs, &all);
        }
        card::find(text, &runs, &mut all);
        if kinds.has(Kind::NationalId) || kinds.has(Kind::Phone) {
            national::find(text, &runs, &mut all);
        }
    }
    if at {
        email::find(text, &mut all);
    }
    if digit && kinds.has(Kind::Phone) {
        phone::find(text, &mut all);
    }
    let mut settled = settle(all);
    settled.retain(|finding| kinds.has(finding.kind));
    settled
}

/// Of overlapping claims the first kind stays, and of one kind the longer.
fn settle(mut claims: Vec<Finding>) -> Vec<Finding> {
    claims.sort_by(|a, b| a.kind.cmp(&b.kind).then(b.span.len().cmp(&a.span.len())));
    let mut kept: Vec<Finding> = Vec::new();
    for claim in claims {
        let place = kept.partition_point(|other| other.span.start < claim.span.end);
        let free = place == 0 || kept[place - 1].span.end <= claim.span.start;
        if free {
            kept.insert(place, claim);
        }
    }
    kept
}
