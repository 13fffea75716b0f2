//! A form, filled a question at a time.

use serde_json::{Map, Value};

use crate::domain::Seq;
use crate::domain::content::{FieldKind, FormField};

pub struct Filling {
    seq: Seq,
    fields: Vec<FormField>,
    at: usize,
    values: Map<String, Value>,
}

#[derive(Debug, PartialEq)]
pub enum Step {
    /// The next field is to be asked for.
    Next,
    /// The field cannot be left out.
    Required,
    Cancelled,
    /// The line is no such value: it is something else that the customer wants to say.
    SomethingElse,
    Complete {
        seq: Seq,
        values: Map<String, Value>,
    },
}

impl Filling {
    pub fn new(seq: Seq, fields: Vec<FormField>) -> Self {
        Self { seq, fields, at: 0, values: Map::new() }
    }

    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The field that is asked for.
    pub fn asked(&self) -> Option<&FormField> {
        self.fields.get(self.at)
    }

    pub fn fill(&mut self, line: &str) -> Step {
        if line == "/cancel" {
            return Step::Cancelled;
        }
        if let Some(field) = self.fields.get(self.at) {
            match line {
                "/skip" if field.required => return Step::Required,
                "/skip" => {}
                value if fits(field.kind, value) => drop(self.values.insert(field.name.clone(), Value::from(value))),
                _ => return Step::SomethingElse,
            }
            self.at += 1;
        }
        if self.at < self.fields.len() {
            return Step::Next;
        }
        Step::Complete { seq: self.seq, values: std::mem::take(&mut self.values) }
    }
}

/// Nobody has to answer a form. What cannot be meant as the value is a message like any
/// other; whether a value is right is for the server to say.
fn fits(kind: FieldKind, line: &str) -> bool {
    match kind {
        FieldKind::Text => true,
        FieldKind::Email => line.contains('@'),
        FieldKind::Phone | FieldKind::OrderNumber => line.contains(|c: char| c.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::content::FieldKind;

    fn field(name: &str, required: bool) -> FormField {
        let kind = if name == "email" { FieldKind::Email } else { FieldKind::Text };
        FormField { name: name.to_owned(), label: name.to_owned(), kind, required }
    }

    #[test]
    fn asks_field_by_field() {
        let mut filling = Filling::new(7, vec![field("email", true), field("phone", false), field("note", false)]);
        assert_eq!(filling.fill("/skip"), Step::Required);
        assert_eq!(filling.fill("why do you need that?"), Step::SomethingElse);
        assert_eq!(filling.fill("a@b.example"), Step::Next);
        assert_eq!(filling.fill("/skip"), Step::Next);
        let Step::Complete { seq: 7, values } = filling.fill("after six") else { panic!("complete") };
        assert_eq!(Value::from(values), serde_json::json!({"email": "a@b.example", "note": "after six"}));
    }
}
