//! What a customer picked: by a button's id, or by the number that they typed back.

use super::super::channel::parse_pick;
use crate::domain::content::{Choice, SurveyKind};
use crate::domain::{AuthorKind, Content, Entry, Seq};

/// What was picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// Said as if it had been typed.
    Choice(Choice),
    /// The product with that title.
    Product(String),
    Score {
        about: Seq,
        kind: SurveyKind,
        score: i64,
    },
}

/// What was picked of what the shop said last: `history` is the log's end, oldest first.
/// A button names its entry; a number means the last thing that could be picked, as long as
/// nobody but the bot has said anything since: a colleague may have asked for a number.
pub fn picked(history: &[Entry], pressed: Option<&str>, text: Option<&str>) -> Option<Picked> {
    if let Some((kind, seq, place)) = pressed.and_then(parse_pick) {
        let entry = history.iter().find(|entry| entry.seq == seq && entry.author.kind != AuthorKind::Customer)?;
        return of(entry, place, kind == 's');
    }
    let number = number(text?)?;
    let mut said = history.iter().rev().take_while(|entry| !is_said_by_a_person(entry));
    let entry = said.find(|entry| is_pickable(&entry.content))?;
    let is_score = matches!(entry.content, Content::Survey { .. });
    of(entry, if is_score { number } else { number - 1 }, is_score)
}

/// The place counts from 0; a score is itself.
fn of(entry: &Entry, place: i64, is_score: bool) -> Option<Picked> {
    match &entry.content {
        Content::Choices { options, .. } if !is_score => {
            options.get(usize::try_from(place).ok()?).cloned().map(Picked::Choice)
        }
        Content::Products { items } if !is_score => {
            items.get(usize::try_from(place).ok()?).map(|item| Picked::Product(item.title.clone()))
        }
        Content::Survey { kind, scale: [least, most], .. } if is_score && (*least..=*most).contains(&place) => {
            Some(Picked::Score { about: entry.seq, kind: *kind, score: place })
        }
        _ => None,
    }
}

fn is_pickable(content: &Content) -> bool {
    matches!(content, Content::Choices { .. } | Content::Products { .. } | Content::Survey { .. })
}

fn is_said_by_a_person(entry: &Entry) -> bool {
    matches!(entry.author.kind, AuthorKind::Customer | AuthorKind::Agent) && entry.content.line().is_some()
}

/// `2`, `2.`, `(2)`, `#2`: nothing else is only a number.
fn number(text: &str) -> Option<i64> {
    let digits = text.trim().trim_start_matches(['(', '#']).trim_end_matches([')', '.', '!']);
    (digits.len() <= 2 && digits.chars().all(|c| c.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AgentId, Author, CustomerId};
    use jiff::Timestamp;
    use rstest::rstest;

    fn entry(seq: Seq, author: Author, content: Content) -> Entry {
        Entry { seq, at: Timestamp::UNIX_EPOCH, author, content, in_reply_to: None, turn: None }
    }

    fn choices(seq: Seq) -> Entry {
        let options =
            ["Returns", "Delivery"].map(|title| Choice { title: title.into(), payload: title.to_lowercase() });
        entry(seq, Author::bot("Wick"), Content::Choices { text: "Which?".into(), options: options.to_vec() })
    }

    #[rstest]
    #[case(None, Some("2"), Some("delivery"))]
    #[case(None, Some(" 1. "), Some("returns"))]
    #[case(None, Some("3"), None)]
    #[case(None, Some("0"), None)]
    #[case(None, Some("2 parcels"), None)]
    #[case(Some("c1.1"), None, Some("delivery"))]
    #[case(Some("c9.1"), None, None)]
    #[case(Some("s1.1"), None, None)]
    #[case(Some("rubbish"), Some("1"), Some("returns"))]
    fn a_number_means_what_was_offered(
        #[case] pressed: Option<&str>,
        #[case] text: Option<&str>,
        #[case] payload: Option<&str>,
    ) {
        let found = picked(&[choices(1)], pressed, text);
        let expected = payload.map(str::to_owned);
        assert_eq!(
            found.map(|found| match found {
                Picked::Choice(choice) => choice.payload,
                other => format!("{other:?}"),
            }),
            expected
        );
    }

    #[test]
    fn a_number_after_other_words_is_a_number() {
        let said = entry(2, Author::customer(&CustomerId("cus_1".into())), Content::text("hello"));
        assert_eq!(picked(&[choices(1), said], None, Some("1")), None);
        let asked = entry(2, Author::agent(&AgentId("agt_1".into()), "Noor"), Content::text("How many?"));
        assert_eq!(picked(&[choices(1), asked], None, Some("1")), None);
    }

    #[test]
    fn a_score_is_itself_and_lies_within_the_scale() {
        let survey = Content::Survey { kind: SurveyKind::Csat, scale: [1, 5], question: "How was it?".into() };
        let history = [entry(4, Author::system(), survey)];
        let score = |found: Option<Picked>| match found {
            Some(Picked::Score { score, about: 4, .. }) => Some(score),
            _ => None,
        };
        assert_eq!(score(picked(&history, None, Some("5"))), Some(5));
        assert_eq!(score(picked(&history, Some("s4.3"), None)), Some(3));
        assert_eq!(picked(&history, None, Some("6")), None);
    }
}
