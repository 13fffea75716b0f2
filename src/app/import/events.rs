//! What customers did, from the shop's own records: visits, baskets, purchases.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;

use super::fields::Fields;
use super::kept::Kept;
use super::problem::{Found, Problems};
use super::shapes::is_number;
use super::source::{self, Record, Step};
use super::tree::shortened;
use crate::store::ImportedEvent;

const EVENT: [&str; 4] = ["customer", "name", "properties", "at"];

pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Kept<ImportedEvent>>, Problems> {
    let found = Found::default();
    let mut events = Vec::new();
    for record in source::records(paths, source::one_record_a_row, &found) {
        let event = event(&record, &found);
        events.extend(event.map(|event| Kept::new(event, record)));
    }
    found.unless_any(events)
}

/// Events of customers whom the database does not know: they would hang on nobody.
pub(super) fn of_unknown(events: &[Kept<ImportedEvent>], unknown: &BTreeSet<String>) -> Problems {
    let found = Found::default();
    for event in events.iter().filter(|event| unknown.contains(&event.value.customer)) {
        let message = format!(
            "no customer has the number `{}`: import the customers before their events",
            shortened(&event.value.customer)
        );
        event.tell(&[Step::Value("customer".into())], message, &found);
    }
    found.into_problems()
}

fn event(record: &Record, found: &Found) -> Option<ImportedEvent> {
    let fields = Fields::of(record, &EVENT, found)?;
    let customer = fields.fitting("customer", "C-2207", is_number, "a customer's number: write their `external_id`");
    let name = fields.fitting(
        "name",
        "purchase",
        is_name,
        "an event's name: write small letters, digits and underscores, for example add_to_cart",
    );
    let at = fields.parsed::<Timestamp>(
        "at",
        "2026-11-16T09:12:00Z",
        "a date and time: write for example 2026-11-16T09:12:00Z, where Z stands for UTC",
    );
    let properties = fields.any_values("properties");
    Some(ImportedEvent { customer, name, properties, at: at? })
}

fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= 64 && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::super::problem::Problem;
    use super::super::testing::{Folder, problems};
    use super::*;
    use rstest::rstest;

    fn first(problems: &Problems) -> &Problem {
        &problems.listed[0]
    }

    const YAML: &str = "- customer: C-1\n  name: purchase\n  properties: {order: AW-1, total: 24.9, items: [a, b]}\n  at: 2026-11-16T09:12:00Z\n";
    const CSV: &str = "customer,name,properties,at\nC-1,purchase,\"{\"\"order\"\": \"\"AW-1\"\", \"\"total\"\": 24.9, \"\"items\"\": [\"\"a\"\", \"\"b\"\"]}\",2026-11-16T09:12:00Z\n";
    const JSON: &str = r#"{"customer":"C-1","name":"purchase","properties":{"order":"AW-1","total":24.9,"items":["a","b"]},"at":"2026-11-16T09:12:00Z"}"#;

    fn values(path: PathBuf) -> Vec<ImportedEvent> {
        read(&[path]).unwrap().into_iter().map(|kept| kept.value).collect()
    }

    #[test]
    fn all_formats_tell_the_same() {
        let folder = Folder::new();
        let events = values(folder.file("e.yaml", YAML));
        assert_eq!(events[0].properties["items"][1], "b");
        assert_eq!(values(folder.file("e.csv", CSV)), events);
        assert_eq!(values(folder.file("e.jsonl", JSON)), events);
    }

    #[test]
    fn a_table_may_write_properties_as_pairs() {
        let folder = Folder::new();
        let events =
            values(folder.file(
                "e.csv",
                "customer,name,properties,at\nC-1,page_view,page=/shop;from=mail,2026-11-16T09:12:00Z\n",
            ));
        assert_eq!(events[0].properties, serde_json::json!({ "page": "/shop", "from": "mail" }));
    }

    #[rstest]
    #[case("at: 2026-11-16T09:12:00Z", "at: yesterday", 4, 7, "is not a date and time")]
    #[case("name: purchase", "name: Bought it", 2, 9, "small letters, digits and underscores")]
    #[case("{order: AW-1, total: 24.9, items: [a, b]}", "[1]", 3, 15, "must be names with values")]
    #[case("customer: C-1", "customer: [C-1]", 1, 13, "must be a text")]
    fn a_broken_event_is_named_with_its_place(
        #[case] good: &str,
        #[case] bad: &str,
        #[case] line: usize,
        #[case] column: usize,
        #[case] says: &str,
    ) {
        assert!(YAML.contains(good), "the case fits the file");
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("e.yaml", &YAML.replacen(good, bad, 1))]));
        assert!(first(&problems).message.contains(says), "{problems}");
        assert_eq!((first(&problems).line, first(&problems).column), (line, column), "{problems}");
    }

    #[test]
    fn events_of_nobody_are_told() {
        let folder = Folder::new();
        let events = read(&[folder.file("e.csv", CSV)]).unwrap();
        let problems = of_unknown(&events, &BTreeSet::from(["C-1".to_owned()]));
        assert_eq!((first(&problems).line, first(&problems).column), (2, 1));
        assert_eq!(of_unknown(&events, &BTreeSet::new()).count(), 0);
    }
}
