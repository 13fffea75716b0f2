//! Where a number or word ends. The regex engine has no look-around, so who searches asks here
//! what stands beside a match. It must not know what is being looked for.

use std::ops::Range;

pub fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

/// Whether the span is neither glued to a letter or digit nor part of a longer number such as
/// `1.2.3.4` or `12-34-56`.
pub fn stands_alone(text: &str, span: &Range<usize>) -> bool {
    starts_alone(text, span.start) && ends_alone(text, span.end)
}

pub fn starts_alone(text: &str, start: usize) -> bool {
    let mut backwards = text[..start].chars().rev();
    match backwards.next() {
        Some(character) if joins(character) => !backwards.next().is_some_and(|other| other.is_ascii_digit()),
        Some(character) => !is_word(character),
        None => true,
    }
}

pub fn ends_alone(text: &str, end: usize) -> bool {
    let mut forwards = text[end..].chars();
    match forwards.next() {
        Some(character) if joins(character) => !forwards.next().is_some_and(|other| other.is_ascii_digit()),
        Some(character) => !is_word(character),
        None => true,
    }
}

fn joins(character: char) -> bool {
    matches!(character, '.' | ',' | '-' | '/')
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// At most `bytes` of the text that ends at `at`.
pub fn lead(text: &str, at: usize, bytes: usize) -> &str {
    &text[text.floor_char_boundary(at.saturating_sub(bytes))..at]
}

/// At most `bytes` of the text that starts at `at`, so that a look ahead costs the same in a
/// long text.
pub fn follow(text: &str, at: usize, bytes: usize) -> &str {
    &text[at..text.floor_char_boundary(at.saturating_add(bytes).min(text.len()))]
}
