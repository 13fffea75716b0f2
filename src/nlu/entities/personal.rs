//! What is personal: addresses, numbers of telephones, cards, accounts and people.
//! `base::privacy` recognises them, so that what is understood and what is masked are the
//! same. It must not know whose they are.

use std::sync::LazyLock;

use regex::Regex;

use super::found::Found;
use super::phone;
use crate::base::privacy::{self, Finding, Kind};
use crate::domain::EntityType;

/// What the log has in a card's place: the bot and the agents still see that there was one.
static MASKED_CARD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("«card …([0-9]{4})»").expect("the pattern is constant: this is a bug"));

/// `country` is where national telephone numbers belong.
pub(super) fn find(text: &str, country: &str) -> Vec<Found> {
    let mut all: Vec<Found> = privacy::find(text).into_iter().filter_map(|finding| entity(finding, country)).collect();
    if text.contains('«') {
        for captures in MASKED_CARD.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            let value = format!("…{}", &captures[1]);
            all.push(Found { kind: EntityType::CardNumber, span: whole.range(), value, confidence: 0.99 });
        }
    }
    all
}

fn entity(finding: Finding, country: &str) -> Option<Found> {
    let Finding { kind, span, value, scheme, confidence } = finding;
    let (kind, value) = match kind {
        Kind::Email => (EntityType::Email, value),
        Kind::Phone => return Some(phone::read(value, country, confidence, span)),
        // The whole number would be kept with the analysis.
        Kind::Card => (EntityType::CardNumber, format!("…{}", &value[value.len() - 4..])),
        Kind::Iban => (EntityType::Iban, value),
        Kind::NationalId => (EntityType::NationalId, format!("{scheme} {value}")),
        Kind::CardCode => return None,
    };
    Some(Found { kind, span, value, confidence })
}
