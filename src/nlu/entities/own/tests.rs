//! Lists, patterns and examples of a shop, and what is told of broken files.

use jiff::civil::date;
use rstest::rstest;

use super::{OwnTypes, read_entities};
use crate::nlu::entities::{Lexicon, find};

const SIZE: &str = "
description: A size of shoes or clothes.
values:
  - value: XL
    synonyms: [extra large, x-large]
  - M
patterns: ['\\bEU ?([0-9]{2})\\b']
examples:
  - I wear [size 42](size)
  - mine is a [43](size)
  - do you have it in [petite](size)
";

fn folder(name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    folder
}

#[rstest]
#[case("an Extra Large please", &[("Extra Large", "XL")])]
#[case("x-large", &[("x-large", "XL")])]
#[case("size M or XL?", &[("M", "M"), ("XL", "XL")])]
#[case("EU 44", &[("44", "44")])]
#[case("I take size 39", &[("size 39", "size 39")])]
#[case("is a 41 left", &[("41", "41")])]
#[case("in Petite", &[("Petite", "petite")])]
#[case("I'm extra happy", &[])]
#[case("the 41 bus", &[])]
#[case("small", &[])]
fn values_are_found(#[case] text: &str, #[case] expected: &[(&str, &str)]) {
    let specs = read_entities(folder("size.yaml", SIZE).path()).unwrap();
    let lexicon = Lexicon::default().with_own(OwnTypes::new(&specs));
    let found = find(text, date(2026, 11, 18), &lexicon);
    let own: Vec<_> = found.iter().filter(|entity| entity.kind.as_str() == "size").collect();
    let own: Vec<_> = own.iter().map(|entity| (entity.text.as_str(), entity.value.as_str())).collect();
    assert_eq!(own, expected);
}

#[test]
fn a_known_type_can_be_written_in_more_ways() {
    let text = "description: Our older numbers.\npatterns: ['\\bSO[0-9]{6}\\b']\n";
    let specs = read_entities(folder("order_number.yaml", text).path()).unwrap();
    let lexicon = Lexicon::default().with_own(OwnTypes::new(&specs));
    let found = find("where is SO123456", date(2026, 11, 18), &lexicon);
    assert_eq!((found[0].kind.as_str(), found[0].value.as_str()), ("order_number", "SO123456"));
}

#[rstest]
#[case("size.yaml", "description: x\nvalues: [M]\n", None)]
#[case("Shoe Size.yaml", "description: x\nvalues: [M]\n", Some(("1:1", "small letters")))]
#[case("size.yaml", "description: x\nvalue: [M]\n", Some(("2:1", "value")))]
#[case("size.yaml", "description: x\n", Some(("1:1", "needs `values`")))]
#[case("size.yaml", "description: x\nvalues:\n  - M\n  - '-'\n", Some(("4:1", "no letter")))]
#[case("size.yaml", "description: x\npatterns:\n  - 'a(b'\n", Some(("3:1", "no regular expression")))]
#[case("size.yaml", "description: x\npatterns:\n  - '[0-9]*'\n", Some(("3:1", "fits nothing")))]
#[case("size.yaml", "description: x\nexamples:\n  - I wear [42](shoe)\n", Some(("3:1", "marks no size")))]
fn files_are_checked(#[case] name: &str, #[case] text: &str, #[case] expected: Option<(&str, &str)>) {
    let result = read_entities(folder(name, text).path());
    match expected {
        None => assert_eq!(result.unwrap()[0].name, "size"),
        Some((place, reason)) => {
            let message = result.unwrap_err().to_string();
            assert!(message.contains(&format!("{name}:{place}")) && message.contains(reason), "{message}");
        }
    }
}

#[test]
fn no_folder_is_no_types() {
    assert_eq!(read_entities(std::path::Path::new("/nowhere/entities")).unwrap(), []);
}
