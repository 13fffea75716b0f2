//! What marked examples teach: words are values as they stand; what has digits is a form,
//! known by the word before it. "I wear [size 42](shoe_size)" gives `size` with two digits.

use crate::domain::intent::MARKED;

#[derive(Debug, Default)]
pub(super) struct Learned {
    pub values: Vec<String>,
    pub patterns: Vec<String>,
}

pub(super) fn learn(examples: &[String], name: &str) -> Learned {
    let mut learned = Learned::default();
    for example in examples {
        for marked in MARKED.captures_iter(example).filter(|marked| &marked[2] == name) {
            let words = marked[1].trim();
            if !words.contains(|c: char| c.is_ascii_digit()) {
                learned.values.push(words.to_owned());
                continue;
            }
            let start = marked.get(0).map_or(0, |whole| whole.start());
            let before = example[..start].split_whitespace().next_back().unwrap_or_default();
            // A form that begins with letters needs no word before it.
            let named = words.starts_with(|c: char| c.is_alphabetic());
            let lead = match before.trim_matches(|c: char| !c.is_alphanumeric()) {
                word if named || word.is_empty() => String::new(),
                word => format!(r"\b{}\W+", regex::escape(word)),
            };
            learned.patterns.push(format!("{lead}({})", form(words)));
        }
    }
    learned.patterns.dedup();
    learned
}

/// Each run of digits is any run as long; the rest as it stands.
fn form(words: &str) -> String {
    let mut form = String::new();
    let mut digits = 0;
    let mut letter = [0; 4];
    for character in words.chars() {
        if character.is_ascii_digit() {
            digits += 1;
            continue;
        }
        push_digits(&mut form, &mut digits);
        if character.is_whitespace() {
            form.push_str(r"\s+");
        } else {
            form.push_str(&regex::escape(character.encode_utf8(&mut letter)));
        }
    }
    push_digits(&mut form, &mut digits);
    form
}

fn push_digits(form: &mut String, digits: &mut usize) {
    if *digits > 0 {
        form.push_str(&format!("[0-9]{{{digits}}}"));
        *digits = 0;
    }
}
