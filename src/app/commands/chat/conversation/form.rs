//! A form, filled a question at a time.

use serde_json::{Map, Value};

use crate::domain::Seq;
use crate::domain::content::FormField;

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
            if line != "/skip" {
                self.values.insert(field.name.clone(), Value::from(line));
            } else if field.required {
                return Step::Required;
            }
            self.at += 1;
        }
        if self.at < self.fields.len() {
            return Step::Next;
        }
        Step::Complete { seq: self.seq, values: std::mem::take(&mut self.values) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::content::FieldKind;

    fn field(name: &str, required: bool) -> FormField {
        FormField { name: name.to_owned(), label: name.to_owned(), kind: FieldKind::Text, required }
    }

    #[test]
    fn asks_field_by_field() {
        let mut filling = Filling::new(7, vec![field("email", true), field("phone", false), field("note", false)]);
        assert_eq!(filling.fill("/skip"), Step::Required);
        assert_eq!(filling.fill("a@b.example"), Step::Next);
        assert_eq!(filling.fill("/skip"), Step::Next);
        let Step::Complete { seq: 7, values } = filling.fill("after six") else { panic!("complete") };
        assert_eq!(Value::from(values), serde_json::json!({"email": "a@b.example", "note": "after six"}));
    }
}
