//! Which language a message is written in. Chat messages are short, and a guess from four
//! words is often wrong; what is not clear falls to what the channel says of the customer (a
//! browser's language), then to English. It must not know which languages the shop answers in.

use std::sync::LazyLock;

use whatlang::{Detector, Info, Lang, Script};

use crate::domain::analysis::Language;

/// Trigrams of fewer letters than this are noise, in scripts that many languages share.
const MIN_LETTERS: usize = 24;
/// Beyond this nothing is learnt, and a huge message must not cost milliseconds.
const MAX_BYTES: usize = 2_000;

/// From how sure a guess is taken against the hint. Lower than whatlang's own bar (0.9), which
/// a sentence as short as a chat's seldom reaches.
const CLEAR: f64 = 0.5;

/// Left out are languages in Latin script that short English, Dutch or French is mistaken for
/// far more often than they are written to a European shop.
static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
    Detector::with_denylist(vec![
        Lang::Afr,
        Lang::Aka,
        Lang::Aze,
        Lang::Cym,
        Lang::Epo,
        Lang::Ind,
        Lang::Jav,
        Lang::Lat,
        Lang::Sna,
        Lang::Tgl,
        Lang::Tuk,
        Lang::Uzb,
        Lang::Zul,
    ])
});

/// `hint` is a language tag (`nl`, `en-GB`); one that cannot be read counts as none. The
/// answer is `und` only for a text without letters and without a hint.
pub fn detect(text: &str, hint: Option<&str>) -> Language {
    let hint = hint.and_then(parse_tag);
    let words = prose(&text[..text.floor_char_boundary(MAX_BYTES)]);
    let letters = words.chars().filter(|character| character.is_alphabetic()).count();
    let guess = if letters == 0 { None } else { DETECTOR.detect(&words) };
    match (guess, hint) {
        (Some(guess), _) if is_clear(&guess, letters) => language(guess.lang(), guess.confidence() as f32),
        (Some(guess), Some(hint)) if guess.lang() == hint => language(hint, 0.8),
        (Some(guess), Some(hint)) if guess.script().langs().contains(&hint) => language(hint, 0.5),
        // The hint or English in a script they are not written in would be wrong for certain.
        (Some(guess), _) if guess.script() != Script::Latin => language(guess.lang(), 0.5),
        (Some(_), None) => language(Lang::Eng, 0.3),
        (_, Some(hint)) => language(hint, 0.4),
        (None, None) if letters > 0 => language(Lang::Eng, 0.3),
        (None, None) => Language { code: "und".to_owned(), confidence: 0.0 },
    }
}

fn language(lang: Lang, confidence: f32) -> Language {
    Language { code: iso_639_1(lang).to_owned(), confidence: confidence.clamp(0.0, 1.0) }
}

fn is_clear(guess: &Info, letters: usize) -> bool {
    let sole = guess.script().langs().len() == 1;
    sole || (letters >= MIN_LETTERS && guess.confidence() >= CLEAR)
}

/// Without addresses and codes, which are in no language.
fn prose(text: &str) -> String {
    let is_word = |word: &&str| !word.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '/' | '_' | '#'));
    text.split_whitespace().filter(is_word).collect::<Vec<_>>().join(" ")
}

fn parse_tag(tag: &str) -> Option<Lang> {
    let primary = tag.trim().split(['-', '_', ',', ';']).next()?.to_ascii_lowercase();
    let primary = if primary == "no" || primary == "nn" { "nb".to_owned() } else { primary };
    let known = Lang::all().iter().copied().find(|lang| iso_639_1(*lang) == primary);
    known.or_else(|| Lang::from_code(primary))
}

fn iso_639_1(lang: Lang) -> &'static str {
    match lang {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::detect;

    #[rstest]
    #[case("I ordered a lamp two weeks ago and it still has not been delivered", None, "en")]
    #[case("Ik heb twee weken geleden een lamp besteld en die is nog altijd niet geleverd", None, "nl")]
    #[case("J'ai commandé une lampe il y a deux semaines et je ne l'ai toujours pas reçue", Some("en"), "fr")]
    #[case("Ich habe vor zwei Wochen eine Lampe bestellt und sie ist noch nicht angekommen", None, "de")]
    #[case("ok thanks", None, "en")]
    #[case("ok thanks", Some("nl-BE"), "nl")]
    #[case("AW-10482", Some("fr"), "fr")]
    #[case("10482", Some("en_GB"), "en")]
    #[case("anna@example.com", None, "und")]
    #[case("👍", None, "und")]
    #[case("👍", Some("de"), "de")]
    #[case("", Some("??"), "und")]
    #[case("Где моя посылка, я жду уже две недели", Some("en"), "ru")]
    #[case("Де моє?", Some("uk"), "uk")]
    #[case("Πού είναι η παραγγελία μου;", Some("en"), "el")]
    #[case("注文はどこですか", None, "ja")]
    fn languages_are_told(#[case] text: &str, #[case] hint: Option<&str>, #[case] code: &str) {
        assert_eq!(detect(text, hint).code, code);
    }

    #[test]
    fn a_guess_without_ground_is_unsure() {
        assert!(detect("ok thanks", None).confidence < 0.5);
    }

    proptest! {
        #[test]
        fn any_text_has_a_language(text in ".{0,200}", hint in proptest::option::of(".{0,5}")) {
            let language = detect(&text, hint.as_deref());
            prop_assert!((0.0..=1.0).contains(&language.confidence));
            prop_assert!(language.code.len() == 2 || language.code == "und");
            prop_assert!(language.code != "und" || !text.chars().any(char::is_alphabetic) || text.contains(char::is_numeric) || text.contains(['@', '/', '_', '#']));
        }
    }
}
