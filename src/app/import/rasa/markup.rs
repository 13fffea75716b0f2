//! Entities in Rasa's examples: `[text](type)`, `[text](type:value)`,
//! `[text]{"entity": …}` and `[text][{"entity": …}, …]`.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::domain::EntityType;

/// What stands in braces; role and group have no counterpart.
#[derive(Deserialize)]
struct Marked {
    entity: String,
}

/// An example with entities marked our way, and only those of our types; other types are
/// added to `unknown`. The error says what is wrong with a mark.
pub(super) fn translate(example: &str, unknown: &mut BTreeSet<String>) -> Result<String, String> {
    let mut translated = String::with_capacity(example.len());
    let mut rest = example;
    while let Some(open) = rest.find('[') {
        let (before, from) = rest.split_at(open);
        translated.push_str(before);
        match mark(from)? {
            Some((text, types, length)) => {
                let known = types.iter().find_map(|name| our_type(name));
                match known {
                    Some(kind) => translated.push_str(&format!("[{text}]({})", kind.as_str())),
                    None => {
                        translated.push_str(text);
                        unknown.extend(types);
                    }
                }
                rest = &from[length..];
            }
            // A bracket that marks nothing.
            None => {
                translated.push('[');
                rest = &from[1..];
            }
        }
    }
    translated.push_str(rest);
    Ok(translated)
}

/// The text, the types and the length of a mark that begins with `[`.
#[expect(clippy::type_complexity, reason = "three parts of one mark, taken apart at once")]
fn mark(from: &str) -> Result<Option<(&str, Vec<String>, usize)>, String> {
    let Some(close) = from.find(']') else { return Ok(None) };
    let (text, after) = (&from[1..close], &from[close + 1..]);
    if text.is_empty() {
        return Ok(None);
    }
    let (types, length) = match after.chars().next() {
        Some('(') => {
            let Some(end) = after.find(')') else { return Ok(None) };
            let name = after[1..end].split(':').next().unwrap_or_default().trim();
            if name.is_empty() {
                return Err("the mark names no type: write `[text](type)`".into());
            }
            (vec![name.to_owned()], end + 1)
        }
        Some('{') => {
            let Some(end) = after.find('}') else { return Err("the mark does not end: close it with `}`".into()) };
            let marked: Marked = serde_json::from_str(&after[..=end]).map_err(|error| invalid(&error))?;
            (vec![marked.entity], end + 1)
        }
        Some('[') => {
            let Some(end) = after.find(']') else { return Ok(None) };
            let marked: Vec<Marked> = serde_json::from_str(&after[..=end]).map_err(|error| invalid(&error))?;
            (marked.into_iter().map(|marked| marked.entity).collect(), end + 1)
        }
        _ => return Ok(None),
    };
    Ok(Some((text, types, close + 1 + length)))
}

fn invalid(error: &serde_json::Error) -> String {
    format!("the mark is not valid JSON ({error}): write for example `[AW-1]{{\"entity\": \"order_number\"}}`")
}

/// The names that bots in the wild give to what we find.
fn our_type(name: &str) -> Option<EntityType> {
    let name = name.to_lowercase().replace(['-', ' '], "_");
    let kind = match name.as_str() {
        "e_mail" | "mail" | "email_address" => EntityType::Email,
        "phone_number" | "telephone" | "mobile" => EntityType::Phone,
        "amount" | "amount_of_money" | "price" => EntityType::Money,
        "time" | "datetime" | "day" => EntityType::Date,
        "order" | "order_id" | "order_no" | "ordernumber" => EntityType::OrderNumber,
        "product_name" | "item" | "sku" => EntityType::Product,
        other => return EntityType::parse(other),
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("no mark", "no mark")]
    #[case("[a@b.example](email)", "[a@b.example](email)")]
    #[case("[a@b.example](e-mail:x) and [50](amount-of-money)", "[a@b.example](email) and [50](money)")]
    #[case("to [Ghent]{\"entity\": \"city\", \"role\": \"to\"}", "to Ghent")]
    #[case("[mug]{\"entity\": \"product\", \"group\": \"1\"}!", "[mug](product)!")]
    #[case("[mug][{\"entity\": \"thing\"}, {\"entity\": \"item\"}]", "[mug](product)")]
    #[case("a [bracket] alone", "a [bracket] alone")]
    #[case("open [bracket", "open [bracket")]
    #[case("open [text](bracket", "open [text](bracket")]
    #[case("é [ü](city) é", "é ü é")]
    fn marks_become_ours(#[case] example: &str, #[case] expected: &str) {
        assert_eq!(translate(example, &mut BTreeSet::new()).as_deref(), Ok(expected));
    }

    #[test]
    fn types_without_a_counterpart_are_named() {
        let mut unknown = BTreeSet::new();
        translate("[Ghent](city) [x](colour) [y](city)", &mut unknown).unwrap();
        assert_eq!(unknown.into_iter().collect::<Vec<_>>(), ["city", "colour"]);
    }

    #[rstest]
    #[case("[x]{entity: city}", "not valid JSON")]
    #[case("[x]{\"role\": \"to\"}", "missing field `entity`")]
    #[case("[x]{\"entity\"", "close it")]
    #[case("[x]()", "names no type")]
    fn a_broken_mark_is_told(#[case] example: &str, #[case] says: &str) {
        let error = translate(example, &mut BTreeSet::new()).unwrap_err();
        assert!(error.contains(says), "{error}");
    }

    proptest! {
        #[test]
        fn never_panics(example in "[\\[\\](){}\"a-z:, é]{0,60}") {
            let _ = translate(&example, &mut BTreeSet::new());
        }
    }
}
