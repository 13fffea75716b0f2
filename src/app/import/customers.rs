//! Customers as the shop knows them; the format is described in `docs/catalogue.md`.

use std::path::PathBuf;

use super::fields::Fields;
use super::kept::{Kept, Unique};
use super::problem::{Found, Problems};
use super::shapes::{is_country, is_email, is_locale, is_number};
use super::source::{self, Record, Step};
use crate::store::{Identity, ImportedCustomer, Proof};

const CUSTOMER: [&str; 10] =
    ["external_id", "name", "email", "phone", "locale", "country", "city", "club_tier", "joined", "attributes"];

pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<ImportedCustomer>, Problems> {
    let found = Found::default();
    let mut customers = Vec::new();
    for record in source::records(paths, source::one_record_a_row, &found) {
        let customer = customer(&record, &found);
        customers.extend(customer.map(|customer| Kept::new(customer, record)));
    }
    let mut ids = Unique::new("the customer");
    for customer in &customers {
        ids.add(&customer.value.identity.external_id, customer, vec![Step::Value("external_id".into())], &found);
    }
    drop(ids);
    found.unless_any(customers.into_iter().map(|kept| kept.value).collect())
}

fn customer(record: &Record, found: &Found) -> Option<ImportedCustomer> {
    let fields = Fields::of(record, &CUSTOMER, found)?;
    let identity = Identity {
        external_id: fields.fitting(
            "external_id",
            "C-2207",
            is_number,
            "a customer's number: write up to 64 characters without spaces",
        ),
        name: Some(fields.text("name", "Eva Maes")),
        email: Some(fields.fitting(
            "email",
            "eva@example.com",
            is_email,
            "an e-mail address: write it without a name, for example eva@example.com",
        )),
        phone: fields.optional_text("phone"),
        proof: Proof::Import,
    };
    let joined =
        fields.optional_parsed::<jiff::civil::Date>("joined", "a day: write year-month-day, for example 2026-11-23");
    let facts = [
        (
            "country",
            fields.optional_fitting("country", is_country, "a country: write its two capital letters, for example BE"),
        ),
        ("city", fields.optional_text("city")),
        ("club_tier", fields.optional_text("club_tier")),
        ("joined", joined.map(|day| day.to_string())),
    ];
    let mut attributes = fields.named_texts("attributes");
    attributes.extend(facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Some(ImportedCustomer {
        identity,
        locale: fields.optional_fitting("locale", is_locale, "a language: write for example `nl` or `nl-BE`"),
        attributes,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, problems};
    use super::*;
    use rstest::rstest;

    const YAML: &str = r#"- external_id: C-2207
  name: Marta Lindqvist
  email: marta@mail.example
  phone: "+46 70 555 01 22"
  locale: sv-SE
  country: SE
  city: Gothenburg
  joined: 2023-10-04
"#;
    const CSV: &str = "external_id,name,email,phone,locale,country,city,club_tier,joined
C-2207,Marta Lindqvist,marta@mail.example,+46 70 555 01 22,sv-SE,SE,Gothenburg,,2023-10-04
";
    const JSON: &str = r#"{"external_id":"C-2207","name":"Marta Lindqvist","email":"marta@mail.example","phone":"+46 70 555 01 22","locale":"sv-SE","country":"SE","attributes":{"city":"Gothenburg"},"joined":"2023-10-04"}"#;

    #[test]
    fn all_formats_tell_the_same() {
        let folder = Folder::new();
        let customers = read(&[folder.file("c.yaml", YAML)]).unwrap();
        assert_eq!(customers[0].identity.external_id, "C-2207");
        assert_eq!(customers[0].attributes.get("joined").map(String::as_str), Some("2023-10-04"));
        assert_eq!(read(&[folder.file("c.csv", CSV)]).unwrap(), customers);
        assert_eq!(read(&[folder.file("c.jsonl", JSON)]).unwrap(), customers);
    }

    #[rstest]
    #[case("C-2207", "", 1, 15, "`external_id` is missing")]
    #[case("marta@mail.example", "marta at mail", 3, 10, "is not an e-mail address")]
    #[case("sv-SE", "Swedish", 5, 11, "is not a language")]
    #[case("2023-10-04", "4.10.2023", 8, 11, "is not a day")]
    #[case("city:", "town:", 7, 3, "there is no field `town`")]
    #[case("\"+46 70 555 01 22\"", "46705550122", 4, 10, "put it in quotation marks")]
    fn a_broken_customer_is_named_with_its_place(
        #[case] good: &str,
        #[case] bad: &str,
        #[case] line: usize,
        #[case] column: usize,
        #[case] says: &str,
    ) {
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("c.yaml", &YAML.replacen(good, bad, 1))]));
        assert!(problems.listed[0].message.contains(says), "{problems}");
        assert_eq!((problems.listed[0].line, problems.listed[0].column), (line, column), "{problems}");
    }

    #[test]
    fn a_quoted_line_break_does_not_shift_the_lines() {
        let folder = Folder::new();
        let csv = CSV.replace("Gothenburg", "\"Gothen\nburg\"") + "C-2208,Eva,eva,,,,,,\n";
        let problems = problems(read(&[folder.file("c.csv", &csv)]));
        assert_eq!((problems.listed[0].line, problems.listed[0].column), (4, 3), "{problems}");
    }
}
