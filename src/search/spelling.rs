//! Mends misspelt words before a message is read by meaning: an encoder that has never
//! seen `retrun` knows nothing of returns.
//!
//! A word is mended only if it is no word at all, as far as the caller knows, and one of
//! the shop's own words (articles, known questions) is a slip away.

use super::typos::Vocabulary;

/// The words of the shop in one language.
#[derive(Clone, Debug, Default)]
pub struct Speller {
    vocabulary: Vocabulary,
    shorthand: &'static [(&'static str, &'static str)],
}

/// What is typed on telephones for short, and small words that are too short to be mended
/// by likeness but are misspelt every day.
const ENGLISH: [(&str, &str); 42] = [
    ("u", "you"),
    ("ur", "your"),
    ("r", "are"),
    ("y", "why"),
    ("wy", "why"),
    ("wat", "what"),
    ("wot", "what"),
    ("wats", "what's"),
    ("wich", "which"),
    ("wen", "when"),
    ("wer", "where"),
    ("wher", "where"),
    ("hw", "how"),
    ("ther", "there"),
    ("thier", "their"),
    ("hav", "have"),
    ("hve", "have"),
    ("dosnt", "doesn't"),
    ("dosent", "doesn't"),
    ("doesnt", "doesn't"),
    ("dont", "don't"),
    ("didnt", "didn't"),
    ("cant", "can't"),
    ("wont", "won't"),
    ("isnt", "isn't"),
    ("im", "i'm"),
    ("ive", "i've"),
    ("mutch", "much"),
    ("meny", "many"),
    ("yor", "your"),
    ("yuo", "you"),
    ("teh", "the"),
    ("dose", "does"),
    ("bak", "back"),
    ("pls", "please"),
    ("plz", "please"),
    ("thx", "thanks"),
    ("tmrw", "tomorrow"),
    ("msg", "message"),
    ("acc", "account"),
    ("addy", "address"),
    ("pw", "password"),
];

const DUTCH: [(&str, &str); 12] = [
    ("aub", "alstublieft"),
    ("svp", "alstublieft"),
    ("wnr", "wanneer"),
    ("ff", "even"),
    ("mn", "mijn"),
    ("m'n", "mijn"),
    ("z'n", "zijn"),
    ("nr", "nummer"),
    ("hvl", "hoeveel"),
    ("gwn", "gewoon"),
    ("mss", "misschien"),
    ("ww", "wachtwoord"),
];

impl Speller {
    pub fn of(language: &str) -> Self {
        let shorthand: &'static [(&'static str, &'static str)] = match language {
            "en" => &ENGLISH,
            "nl" => &DUTCH,
            _ => &[],
        };
        Self { vocabulary: Vocabulary::default(), shorthand }
    }

    pub fn learn(&mut self, text: &str) {
        words_of(text).for_each(|word| self.vocabulary.insert(&word));
    }

    /// Takes back one [`Speller::learn`].
    pub fn forget(&mut self, text: &str) {
        words_of(text).for_each(|word| self.vocabulary.forget(&word));
    }

    /// The text with its misspelt words mended, or `None` where there is nothing to mend.
    /// `is_word` tells words that are right although the shop does not use them.
    pub fn mend(&self, text: &str, is_word: impl Fn(&str) -> bool) -> Option<String> {
        let mut mended = String::with_capacity(text.len());
        let mut changed = false;
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            match self.meant(word, &is_word) {
                Some(meant) => {
                    mended.push_str(&meant);
                    changed = true;
                }
                None => mended.push_str(word),
            }
            let next = after.find(is_of_word).unwrap_or(after.len());
            mended.push_str(&after[..next]);
            rest = &after[next..];
        }
        changed.then_some(mended)
    }

    fn meant(&self, word: &str, is_word: &impl Fn(&str) -> bool) -> Option<String> {
        let short = word.to_lowercase();
        if let Some((_, long)) = self.shorthand.iter().find(|(known, _)| *known == short) {
            // In capitals it is a size or a code: R, U.
            return (!word.chars().any(char::is_uppercase)).then(|| (*long).to_owned());
        }
        // Names and codes are written in capitals and digits, and are nobody's slips.
        if word.chars().count() < 4 || word.chars().any(|c| !(c.is_lowercase() || c.is_uppercase() || c == '\'')) {
            return None;
        }
        let lower = word.to_lowercase();
        if is_word(&lower) {
            return None;
        }
        Some(self.vocabulary.correct(&lower)?.words.join(" "))
    }
}

fn words_of(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !is_of_word(c)).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '\'' || c == '-'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn speller() -> Speller {
        let mut speller = Speller::of("en");
        speller
            .learn("How do I return something that I bought? Reset a password. Exchange for a bigger size: gift card.");
        speller
    }

    #[rstest]
    #[case("how do i retrun somthing i bougt", Some("how do i return something i bought"))]
    #[case("Exchnage, please!", Some("exchange, please!"))]
    #[case("a giftcard?", Some("a gift card?"))]
    #[case("wat do u hav", Some("what do you have"))]
    #[case("size U or R", None)]
    #[case("how do I return it", None)]
    #[case("the passport", None)]
    #[case("AW-10482", None)]
    fn mends(#[case] written: &str, #[case] meant: Option<&str>) {
        let is_word = |word: &str| ["please", "passport"].contains(&word);
        assert_eq!(speller().mend(written, is_word).as_deref(), meant);
    }

    proptest! {
        #[test]
        fn what_stands_between_words_stays(text in "\\PC{0,60}") {
            let between = |text: &str| text.chars().filter(|c| !is_of_word(*c) && *c != ' ').collect::<String>();
            if let Some(mended) = speller().mend(&text, |_| false) {
                prop_assert_eq!(between(&mended), between(&text));
            }
        }
    }
}
