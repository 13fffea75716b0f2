//! What a message asks: several questions are taken apart, and a question that leans on
//! what was asked before is given its subject back.
//!
//! It reads words and knows nothing of articles. A language without words below is never
//! taken for a follow-up, and asks as many questions as it has question marks.

use super::sentences::sentences;
use super::words::{Analyser, primary};

/// Questions of one message that are answered; beyond three it is a letter.
pub const MOST: usize = 3;

/// A subject beyond so many characters is cut at its front: the last words matter most.
const LONGEST: usize = 240;

/// How a question depends on what was said before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaning {
    /// It has a subject of its own.
    None,
    /// A few words that ask nothing and may go on about what was said: "the e-mail does not come".
    Remark,
    /// A question so short that it may have left its subject out: "how often?".
    Perhaps,
    /// It says so itself: "and to Canada?", "how long does that take?".
    Surely,
}

/// The words of a language by which a follow-up is known.
struct Cues {
    /// It begins with one of these.
    openings: &'static [&'static str],
    /// It refers to something with one of these.
    references: &'static [&'static str],
    /// Questions begin with these, also after an "and".
    askers: &'static [&'static str],
    /// Remark these, one of `places` refers to nothing: "is there".
    being: &'static [&'static str],
    places: &'static [&'static str],
    /// Before these, neither does what follows a form of being: "is it safe to".
    naming: &'static [&'static str],
    /// Before one of `joined`, these begin a clause that tells which one.
    joins: &'static [&'static str],
    joined: &'static [&'static str],
    and: &'static str,
}

const ENGLISH: Cues = Cues {
    openings: &["and", "or", "but", "also", "what about", "how about", "then", "so", "same for", "the same"],
    references: &["it", "its", "that", "this", "they", "them", "their", "those", "these", "there", "one", "afterwards"],
    askers: &[
        "how", "what", "when", "where", "which", "who", "why", "can", "could", "do", "does", "is", "are", "will",
        "would", "may", "must", "should",
    ],
    being: &["is", "are", "was", "were", "be", "does", "do", "will", "would"],
    places: &["there"],
    naming: &["to", "that", "if", "when"],
    joins: &["that"],
    joined: &[
        "i", "you", "we", "he", "she", "they", "do", "does", "don't", "doesn't", "did", "didn't", "is", "are", "was",
        "were", "has", "have", "had", "my", "your", "the",
    ],
    and: "and",
};

const DUTCH: Cues = Cues {
    openings: &["en", "of", "maar", "ook", "hoe zit het", "wat met", "dan", "dus"],
    references: &["dat", "dit", "deze", "die", "ze", "zij", "hun", "hen", "daar", "er", "ermee", "ervan", "ervoor"],
    askers: &[
        "hoe", "wat", "wanneer", "waar", "welke", "wie", "waarom", "kan", "kunnen", "mag", "moet", "is", "zijn",
        "hoeveel", "heb", "hebben",
    ],
    being: &["is", "zijn", "was", "waren", "kan", "wordt", "worden"],
    places: &["er", "daar"],
    naming: &["om", "dat", "als"],
    joins: &["dat", "die"],
    joined: &["ik", "je", "jij", "u", "we", "wij", "hij", "niet", "mijn", "de", "het"],
    and: "en",
};

fn cues(language: &str) -> Option<&'static Cues> {
    match primary(language) {
        "en" => Some(&ENGLISH),
        "nl" => Some(&DUTCH),
        _ => None,
    }
}

/// Content words up to which a question with a reference leans, and those up to which one
/// that is only opened like a follow-up does.
const REFERRING: usize = 3;
const OPENING: usize = 5;
/// Content words of a question in full that is opened like a follow-up and is one.
const FULL: usize = 2;
/// Content words up to which a question may have left its subject out, and those up to
/// which a remark may.
const SHORT: usize = 3;
const REMARK: usize = 4;

/// Whether a question leans on what was asked before.
pub fn leaning(question: &str, language: &str) -> Leaning {
    let Some(cues) = cues(language) else { return Leaning::None };
    let lower = question.trim().to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).collect();
    let Some(first) = words.first() else { return Leaning::None };
    let content = Analyser::new(language).words(question).len();
    let opening = cues.openings.iter().map(|opening| opening.split(' ').collect::<Vec<_>>());
    let rest = opening.filter(|opening| words.starts_with(opening)).map(|opening| &words[opening.len()..]).next();
    let opens = rest.is_some_and(|rest| {
        // "And how do I pay?" asks in full.
        let asks_in_full = rest.first().is_some_and(|word| cues.askers.contains(word));
        content <= if asks_in_full { FULL } else { OPENING }
    });
    if opens || (content <= REFERRING && refers(&words, cues)) {
        return Leaning::Surely;
    }
    let asks = question.contains('?') || cues.askers.contains(first);
    match content {
        1..=SHORT if asks => Leaning::Perhaps,
        2..=REMARK if !asks => Leaning::Remark,
        _ => Leaning::None,
    }
}

/// Whether a word stands for something that was named before. "Is there a …" and "is it
/// safe to …" name what they are about.
fn refers(words: &[&str], cues: &Cues) -> bool {
    words.iter().enumerate().any(|(place, word)| {
        if !cues.references.contains(word) {
            return false;
        }
        let is_beside = |other: Option<&&str>| other.is_some_and(|other| cues.being.contains(other));
        let after_being = place.checked_sub(1).is_some_and(|before| is_beside(words.get(before)));
        let named_later = words.iter().skip(place + 1).take(3).any(|word| cues.naming.contains(word));
        let of_place = cues.places.contains(word) && (after_being || is_beside(words.get(place + 1)));
        // "A jumper that does not fit" tells which jumper.
        let joins = cues.joins.contains(word) && words.get(place + 1).is_some_and(|next| cues.joined.contains(next));
        !(of_place || joins || (after_being && named_later))
    })
}

/// The question with the subject that it left out.
pub fn in_context(subject: &str, question: &str) -> String {
    let subject = subject.trim();
    let from = subject.char_indices().rev().nth(LONGEST - 1).map_or(0, |(at, _)| at);
    let subject = match from {
        0 => subject,
        // Between words.
        _ => subject[from..].split_once(' ').map_or(subject, |(_, rest)| rest),
    };
    let ends = subject.ends_with(['?', '!', '.']);
    format!("{subject}{} {}", if ends { "" } else { "." }, question.trim())
}

/// The questions of a message, in their order; the message itself where it asks one thing
/// or none. What is told between questions goes with the next one.
pub fn take_apart(message: &str, language: &str) -> Vec<String> {
    let mut questions: Vec<String> = Vec::new();
    let mut told = String::new();
    // Few customers begin a question with a capital: a mark before a space is enough.
    let asked = message.lines().flat_map(|line| line.split_inclusive("? "));
    for sentence in asked.flat_map(|part| sentences(part.trim())).flat_map(|sentence| halves(&sentence, language)) {
        let sentence = sentence.trim();
        if sentence.is_empty() {
            continue;
        }
        if !told.is_empty() {
            told.push(' ');
        }
        told.push_str(sentence);
        if sentence.ends_with('?') {
            questions.push(std::mem::take(&mut told));
        }
    }
    if let Some(last) = questions.last_mut()
        && !told.is_empty()
    {
        last.push(' ');
        last.push_str(&told);
    }
    if questions.len() < 2 || questions.len() > MOST {
        return vec![message.trim().to_owned()];
    }
    questions
}

/// "How much is delivery and can I return it?" asks twice.
fn halves(sentence: &str, language: &str) -> Vec<String> {
    let whole = vec![sentence.to_owned()];
    let Some(cues) = cues(language).filter(|_| sentence.trim_end().ends_with('?')) else { return whole };
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if !words.first().is_some_and(|first| cues.askers.contains(&plain(first).as_str())) {
        return whole;
    }
    let cut = (2..words.len().saturating_sub(2))
        .find(|&place| plain(words[place]) == cues.and && cues.askers.contains(&plain(words[place + 1]).as_str()));
    match cut {
        Some(place) => {
            let first = words[..place].join(" ");
            let first = first.trim_end_matches([',', ';']);
            vec![format!("{first}?"), words[place + 1..].join(" ")]
        }
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("and to Canada?", "en", Leaning::Surely)]
    #[case("what about Japan", "en", Leaning::Surely)]
    #[case("how long does that take?", "en", Leaning::Surely)]
    #[case("is it free", "en", Leaning::Surely)]
    #[case("can I return it afterwards?", "en", Leaning::Surely)]
    #[case("how often?", "en", Leaning::Perhaps)]
    #[case("do the points expire?", "en", Leaning::Perhaps)]
    #[case("how do I return a jumper that I bought for my mother", "en", Leaning::None)]
    #[case("where is my order AW-10482 and the parcel with my lamp, it should be here", "en", Leaning::None)]
    #[case("thanks", "en", Leaning::None)]
    #[case("the e-mail does not arrive", "en", Leaning::Remark)]
    #[case("a jumper that does not fit", "en", Leaning::Remark)]
    #[case("is there a student discount?", "en", Leaning::Perhaps)]
    #[case("is it safe to pay by card?", "en", Leaning::Perhaps)]
    #[case("how long does it take to deliver furniture?", "en", Leaning::None)]
    #[case("and how do I wash a sweater made of wool?", "en", Leaning::None)]
    #[case("and when are you open?", "en", Leaning::Surely)]
    #[case("is er een studentenkorting?", "nl", Leaning::Perhaps)]
    #[case("en naar Canada?", "nl", Leaning::Surely)]
    #[case("hoe lang duurt dat?", "nl", Leaning::Surely)]
    #[case("et au Canada ?", "fr", Leaning::None)]
    #[case("???", "en", Leaning::None)]
    fn follow_ups_are_known_by_their_words(#[case] text: &str, #[case] language: &str, #[case] expected: Leaning) {
        assert_eq!(leaning(text, language), expected);
    }

    #[rstest]
    #[case("Do you ship to Norway? How long does it take?", &["Do you ship to Norway?", "How long does it take?"])]
    #[case("My vase broke. Must I send it back?", &["My vase broke. Must I send it back?"])]
    #[case("Hi! Do you wrap gifts? I am in a hurry. Can it come tomorrow? Thanks", &["Hi! Do you wrap gifts?", "I am in a hurry. Can it come tomorrow? Thanks"])]
    #[case("What does delivery cost, and can I return things?", &["What does delivery cost?", "can I return things?"])]
    #[case("Do you sell salt and pepper mills?", &["Do you sell salt and pepper mills?"])]
    #[case("is it free? can i pay later?", &["is it free?", "can i pay later?"])]
    #[case("a? b? c? d?", &["a? b? c? d?"])]
    #[case("", &[""])]
    fn messages_fall_apart_into_their_questions(#[case] message: &str, #[case] expected: &[&str]) {
        assert_eq!(take_apart(message, "en"), expected);
    }

    #[test]
    fn the_subject_goes_before_the_question() {
        assert_eq!(in_context("How much is delivery?", "and to Canada?"), "How much is delivery? and to Canada?");
        assert_eq!(in_context("delivery to Belgium", "and Japan?"), "delivery to Belgium. and Japan?");
        assert!(in_context(&"many words ".repeat(100), "and?").len() <= LONGEST + 10);
    }

    proptest! {
        #[test]
        fn never_panics_and_keeps_the_words(text in "\\PC{0,120}") {
            let parts = take_apart(&text, "en");
            prop_assert!(!parts.is_empty() && parts.len() <= MOST);
            leaning(&text, "nl");
            in_context(&text, &text);
        }
    }
}
