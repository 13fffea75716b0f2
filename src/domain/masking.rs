//! Personal data in what an entry says and in how it was understood, masked. Words are
//! masked wherever somebody wrote them; fields that exist to carry an address keep it, and
//! nothing keeps a card.

use serde_json::Value;

use super::content::Choice;
use super::{Analysis, Content, EntityType};
use crate::base::privacy::{Kind, Kinds, mask_json, mask_kinds};

impl Content {
    /// The content with the personal data of those kinds masked in its words.
    pub fn masked(mut self, kinds: Kinds) -> Self {
        match &mut self {
            Content::Text { text, postback } => {
                words(text, kinds);
                some_words(postback, kinds);
            }
            Content::Choices { text, options } => {
                words(text, kinds);
                for Choice { title, payload } in options {
                    words(title, kinds);
                    words(payload, kinds);
                }
            }
            Content::Submitted { values, .. } => values.values_mut().for_each(|value| field(value, kinds)),
            Content::Handoff { reason, .. } => words(reason, kinds),
            Content::Survey { question, .. } => words(question, kinds),
            Content::Rating { comment, .. } | Content::SurveyResult { comment, .. } => some_words(comment, kinds),
            Content::File { name, .. } => words(name, kinds),
            Content::Edit { content, .. } => {
                let inner = std::mem::replace(content.as_mut(), Content::text(""));
                **content = inner.masked(kinds);
            }
            Content::Status { reason, .. } => some_words(reason, kinds),
            // What the shop itself publishes.
            Content::Answer { .. } | Content::Products { .. } | Content::Form { .. } => {}
        }
        self
    }
}

impl Analysis {
    /// The analysis with the personal data of those kinds masked: in what was found, and in
    /// words that stand for something else.
    pub fn masked(mut self, kinds: Kinds) -> Self {
        for entity in &mut self.entities {
            let personal = match entity.kind {
                EntityType::Email => Some((Kind::Email, "«e-mail»")),
                EntityType::Phone => Some((Kind::Phone, "«phone»")),
                EntityType::CardNumber => Some((Kind::Card, "«card»")),
                EntityType::Iban => Some((Kind::Iban, "«IBAN»")),
                EntityType::NationalId => Some((Kind::NationalId, "«national id»")),
                _ => None,
            };
            match personal {
                Some((kind, mask)) if kinds.has(kind) => {
                    mask.clone_into(&mut entity.value);
                    mask.clone_into(&mut entity.text);
                }
                _ => {
                    words(&mut entity.value, kinds);
                    words(&mut entity.text, kinds);
                }
            }
        }
        self.unhappiness.reasons.iter_mut().for_each(|reason| words(reason, kinds));
        self
    }
}

/// What a form asked for. Whoever asks for an address wants it, so a field that is nothing
/// else keeps it.
fn field(value: &mut Value, kinds: Kinds) {
    let asked = value.as_str().is_some_and(|text| {
        let mut found = crate::base::privacy::find(text);
        let whole = found.pop().filter(|finding| finding.span == (0..text.len()));
        whole.is_some_and(|finding| matches!(finding.kind, Kind::Email | Kind::Phone))
    });
    mask_json(value, if asked { kinds.without_contacts() } else { kinds });
}

fn some_words(text: &mut Option<String>, kinds: Kinds) {
    if let Some(text) = text {
        words(text, kinds);
    }
}

fn words(text: &mut String, kinds: Kinds) {
    if let std::borrow::Cow::Owned(masked) = mask_kinds(text, kinds) {
        *text = masked;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TYPED: &str = "I am eva@post.example, card 4111 1111 1111 1111, BE68 5390 0754 7034";

    #[test]
    fn words_are_masked_where_somebody_wrote_them() {
        let text = Content::text(TYPED).masked(Kinds::CARDS);
        assert_eq!(text.words(), Some("I am eva@post.example, card «card …1111», BE68 5390 0754 7034"));
        let edit = Content::Edit { edits: 3, content: Box::new(Content::text(TYPED)) }.masked(Kinds::ALL);
        let Content::Edit { content, .. } = edit else { panic!("it was an edit") };
        assert_eq!(content.words(), Some("I am «e-mail», card «card …1111», «IBAN»"));
        let rating = Content::Rating { seq: 1, helpful: false, comment: Some(TYPED.to_owned()) }.masked(Kinds::NUMBERS);
        let Content::Rating { comment, .. } = rating else { panic!("it was a rating") };
        assert_eq!(comment.as_deref(), Some("I am eva@post.example, card «card …1111», «IBAN»"));
    }

    #[test]
    fn a_field_that_asks_for_an_address_keeps_it_and_nothing_keeps_a_card() {
        let values = json!({"email": "eva@post.example", "note": TYPED, "number": 4_111_111_111_111_111_u64});
        let Value::Object(values) = values else { panic!("it is an object") };
        let Content::Submitted { values, .. } = (Content::Submitted { form: 5, values }).masked(Kinds::ALL) else {
            panic!("it was submitted")
        };
        assert_eq!(values["email"], "eva@post.example");
        assert_eq!(values["note"], "I am «e-mail», card «card …1111», «IBAN»");
        assert_eq!(values["number"], "«card …1111»");
    }
}
