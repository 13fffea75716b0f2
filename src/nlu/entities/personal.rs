//! E-mail addresses and phone numbers; `base::privacy` recognises them, so that what is
//! understood and what is masked are the same. It must not know whose they are.

use super::found::Found;
use crate::base::privacy::{self, Kind};
use crate::domain::analysis::EntityType;

pub(super) fn find(text: &str) -> Vec<Found> {
    let known = privacy::find(text).into_iter().filter_map(|finding| {
        let kind = match finding.kind {
            Kind::Email => EntityType::Email,
            Kind::Phone => EntityType::Phone,
            Kind::Card | Kind::CardCode | Kind::Iban | Kind::NationalId => return None,
        };
        Some(Found { kind, span: finding.span, value: finding.value, confidence: finding.confidence })
    });
    known.collect()
}
