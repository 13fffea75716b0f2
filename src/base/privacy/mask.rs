//! What stands in place of personal data. The mask is in guillemets, which mean nothing to
//! Markdown, YAML, HTML or the marks of examples.

use std::borrow::Cow;

use serde_json::Value;

use super::{Finding, Kind, Kinds, find_kinds};

/// The text with all its personal data masked: `pay with «card …1111»`. Masking twice
/// changes nothing.
pub fn mask(text: &str) -> Cow<'_, str> {
    mask_kinds(text, Kinds::ALL)
}

/// The text with the personal data of those kinds masked.
pub fn mask_kinds(text: &str, kinds: Kinds) -> Cow<'_, str> {
    let findings = find_kinds(text, kinds);
    if findings.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for finding in findings {
        masked.push_str(&text[end..finding.span.start]);
        masked.push_str(&stand_in(&finding));
        end = finding.span.end;
    }
    masked.push_str(&text[end..]);
    Cow::Owned(masked)
}

/// Masks every string in a JSON value; names of fields stay.
pub fn mask_json(value: &mut Value, kinds: Kinds) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(masked) = mask_kinds(text, kinds) {
                *text = masked;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| mask_json(value, kinds)),
        Value::Object(fields) => fields.values_mut().for_each(|value| mask_json(value, kinds)),
        // A card's number sent as a number is one all the same.
        Value::Number(number) => {
            let text = number.to_string();
            if let Cow::Owned(masked) = mask_kinds(&text, kinds) {
                *value = Value::String(masked);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// The last four digits tell a customer's cards apart and may be shown (PCI DSS 3.4).
fn stand_in(finding: &Finding) -> Cow<'static, str> {
    match finding.kind {
        Kind::Card => Cow::Owned(format!("«card …{}»", &finding.value[finding.value.len() - 4..])),
        Kind::CardCode => Cow::Borrowed("«card code»"),
        Kind::Iban => Cow::Borrowed("«IBAN»"),
        Kind::NationalId => Cow::Borrowed("«national id»"),
        Kind::Email => Cow::Borrowed("«e-mail»"),
        Kind::Phone => Cow::Borrowed("«phone»"),
    }
}
