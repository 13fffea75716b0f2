//! Entities in Rasa's examples: `[text](type)`, `[text](type:value)`,
//! `[text]{"entity": …}` and `[text][{"entity": …}, …]`.

use serde::Deserialize;

use super::our_name;
use crate::domain::EntityType;

/// What stands in braces.
#[derive(Deserialize)]
struct Braces {
    entity: String,
    value: Option<String>,
    role: Option<String>,
    group: Option<String>,
}

/// A value that an example marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marked {
    /// The type, as Rasa calls it.
    pub(super) name: String,
    /// As it is written.
    pub(super) text: String,
    /// What it stands for, where the mark says so.
    pub(super) value: Option<String>,
    /// Whether it has a role or a group, which have no counterpart.
    pub(super) has_role: bool,
}

impl Marked {
    /// Whether it names something: signs alone do not.
    pub(super) fn is_a_value(&self) -> bool {
        let value = self.value.as_deref().unwrap_or(&self.text);
        [value, &self.text].into_iter().all(|text| text.contains(char::is_alphanumeric))
    }
}

/// An example with entities marked our way, by our types where there is one for it and else
/// by the bot's own; all that it marks is added to `seen`. The error says what is wrong with
/// a mark.
pub(super) fn translate(example: &str, seen: &mut Vec<Marked>) -> Result<String, String> {
    let mut translated = String::with_capacity(example.len());
    let mut rest = example;
    while let Some(open) = rest.find('[') {
        let (before, from) = rest.split_at(open);
        translated.push_str(before);
        match mark(from)? {
            Some((marks, length)) => {
                let text = marks.first().map_or("", |mark| mark.text.as_str());
                let known = marks.iter().find_map(|mark| our_type(&mark.name));
                let kind = match (&known, marks.first()) {
                    (Some(known), _) => Some(known.as_str().to_owned()),
                    (None, Some(mark)) if mark.is_a_value() => Some(our_name(&mark.name)),
                    _ => None,
                };
                match kind {
                    Some(kind) => translated.push_str(&format!("[{text}]({kind})")),
                    None => translated.push_str(text),
                }
                seen.extend(marks);
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

/// What a mark that begins with `[` says, and its length.
fn mark(from: &str) -> Result<Option<(Vec<Marked>, usize)>, String> {
    let Some(close) = from.find(']') else { return Ok(None) };
    let (text, after) = (&from[1..close], &from[close + 1..]);
    if text.is_empty() {
        return Ok(None);
    }
    let marked = |braces: Braces| Marked {
        name: braces.entity,
        text: text.to_owned(),
        value: braces.value,
        has_role: braces.role.is_some() || braces.group.is_some(),
    };
    let (marks, length) = match after.chars().next() {
        Some('(') => {
            let Some(end) = after.find(')') else { return Ok(None) };
            let (name, value) = match after[1..end].split_once(':') {
                Some((name, value)) => (name.trim(), Some(value.trim().to_owned())),
                None => (after[1..end].trim(), None),
            };
            if name.is_empty() {
                return Err("the mark names no type: write `[text](type)`".into());
            }
            let braces = Braces { entity: name.to_owned(), value, role: None, group: None };
            (vec![marked(braces)], end + 1)
        }
        Some('{') => {
            let Some(end) = after.find('}') else { return Err("the mark does not end: close it with `}`".into()) };
            let braces: Braces = serde_json::from_str(&after[..=end]).map_err(|error| invalid(&error))?;
            (vec![marked(braces)], end + 1)
        }
        Some('[') => {
            let Some(end) = after.find(']') else { return Ok(None) };
            let braces: Vec<Braces> = serde_json::from_str(&after[..=end]).map_err(|error| invalid(&error))?;
            (braces.into_iter().map(marked).collect(), end + 1)
        }
        _ => return Ok(None),
    };
    Ok(Some((marks, close + 1 + length)))
}

fn invalid(error: &serde_json::Error) -> String {
    format!("the mark is not valid JSON ({error}): write for example `[AW-1]{{\"entity\": \"order_number\"}}`")
}

/// The names that bots in the wild give to what we find.
pub(super) fn our_type(name: &str) -> Option<EntityType> {
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
    #[case("to [Ghent]{\"entity\": \"city\", \"role\": \"to\"}", "to [Ghent](city)")]
    #[case("[mug]{\"entity\": \"product\", \"group\": \"1\"}!", "[mug](product)!")]
    #[case("[mug][{\"entity\": \"thing\"}, {\"entity\": \"item\"}]", "[mug](product)")]
    #[case("a [bracket] alone", "a [bracket] alone")]
    #[case("open [bracket", "open [bracket")]
    #[case("open [text](bracket", "open [text](bracket")]
    #[case("é [ü](Home town) é", "é [ü](home_town) é")]
    #[case("really [?!](doubt)", "really ?!")]
    fn marks_become_ours(#[case] example: &str, #[case] expected: &str) {
        assert_eq!(translate(example, &mut Vec::new()).as_deref(), Ok(expected));
    }

    #[test]
    fn what_is_marked_is_seen_with_its_value() {
        let mut seen = Vec::new();
        let example = r#"[Gent](city:Ghent) [x](colour) [y]{"entity": "city", "role": "to", "value": "Y"}"#;
        translate(example, &mut seen).unwrap();
        let told: Vec<_> = seen
            .iter()
            .map(|mark| (mark.name.as_str(), mark.text.as_str(), mark.value.as_deref(), mark.has_role))
            .collect();
        assert_eq!(
            told,
            [("city", "Gent", Some("Ghent"), false), ("colour", "x", None, false), ("city", "y", Some("Y"), true)]
        );
    }

    #[rstest]
    #[case("[x]{entity: city}", "not valid JSON")]
    #[case("[x]{\"role\": \"to\"}", "missing field `entity`")]
    #[case("[x]{\"entity\"", "close it")]
    #[case("[x]()", "names no type")]
    fn a_broken_mark_is_told(#[case] example: &str, #[case] says: &str) {
        let error = translate(example, &mut Vec::new()).unwrap_err();
        assert!(error.contains(says), "{error}");
    }

    proptest! {
        #[test]
        fn never_panics(example in "[\\[\\](){}\"a-z:, é]{0,60}") {
            let _ = translate(&example, &mut Vec::new());
        }
    }
}
