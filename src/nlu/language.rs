//! Which language a message is in; cautious, since "ok" is a word of many.

use whatlang::Lang;

use crate::domain::analysis::Language;

/// Fewer letters than this say little: then the customer's own setting decides.
const ENOUGH_LETTERS: usize = 24;

/// The language of the text; where it is too short to tell, the likely one.
///
/// `likely` is a locale such as `en` or `nl-BE`: the customer's, or else the shop's.
pub fn of(text: &str, likely: Option<&str>) -> Language {
    let text = &text[..text.floor_char_boundary(1000)];
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let likely = likely.and_then(code_of_locale);
    let Some(info) = whatlang::detect(text) else {
        return Language { confidence: if likely.is_some() { 0.5 } else { 0.0 }, code: likely.unwrap_or("und".into()) };
    };
    let seen = code(info.lang());
    // A script of one language needs no length; Latin letters do.
    let own_script = !matches!(info.script(), whatlang::Script::Latin | whatlang::Script::Cyrillic | whatlang::Script::Arabic);
    let sure = own_script || (letters >= ENOUGH_LETTERS && info.is_reliable());
    match (sure, likely) {
        (true, _) => Language { code: seen.to_owned(), confidence: info.confidence() as f32 },
        (false, Some(likely)) => {
            let confidence = if likely == seen { 0.9 } else { 0.6 };
            Language { code: likely, confidence }
        }
        (false, None) if letters >= ENOUGH_LETTERS => {
            Language { code: seen.to_owned(), confidence: info.confidence() as f32 }
        }
        (false, None) => Language { code: "und".to_owned(), confidence: 0.0 },
    }
}

fn code_of_locale(locale: &str) -> Option<String> {
    let code = locale.split(['-', '_']).next()?.to_lowercase();
    let plausible = (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
    plausible.then_some(code)
}

/// ISO 639-1 where there is one; whatlang tells ISO 639-3.
fn code(language: Lang) -> &'static str {
    match language {
        Lang::Eng => "en", Lang::Nld => "nl", Lang::Fra => "fr", Lang::Deu => "de", Lang::Spa => "es",
        Lang::Ita => "it", Lang::Por => "pt", Lang::Pol => "pl", Lang::Swe => "sv", Lang::Dan => "da",
        Lang::Nob => "nb", Lang::Fin => "fi", Lang::Ces => "cs", Lang::Slk => "sk", Lang::Slv => "sl",
        Lang::Hun => "hu", Lang::Ron => "ro", Lang::Bul => "bg", Lang::Ell => "el", Lang::Hrv => "hr",
        Lang::Srp => "sr", Lang::Lit => "lt", Lang::Lav => "lv", Lang::Est => "et", Lang::Rus => "ru",
        Lang::Ukr => "uk", Lang::Tur => "tr", Lang::Ara => "ar", Lang::Heb => "he", Lang::Hin => "hi",
        Lang::Jpn => "ja", Lang::Kor => "ko", Lang::Cmn => "zh", Lang::Tha => "th", Lang::Vie => "vi",
        Lang::Ind => "id", Lang::Cat => "ca", Lang::Afr => "af", Lang::Lat => "la", Lang::Epo => "eo",
        Lang::Pes => "fa", Lang::Urd => "ur", Lang::Ben => "bn", Lang::Tam => "ta", Lang::Tel => "te",
        Lang::Bel => "be", Lang::Mkd => "mk", Lang::Kat => "ka", Lang::Hye => "hy", Lang::Aze => "az",
        other => other.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Where is my parcel? It should have been here on Monday.", None, "en")]
    #[case("Waar blijft mijn pakje? Het had maandag moeten komen.", Some("en"), "nl")]
    #[case("Wo bleibt mein Paket? Es hätte am Montag kommen sollen.", Some("en"), "de")]
    #[case("hi", Some("nl-BE"), "nl")]
    #[case("ok thanks", Some("en"), "en")]
    #[case("hola", None, "und")]
    #[case("こんにちは、荷物はどこですか", Some("en"), "ja")]
    #[case("😡😡", Some("en"), "en")]
    #[case("", None, "und")]
    fn languages(#[case] text: &str, #[case] likely: Option<&str>, #[case] expected: &str) {
        assert_eq!(of(text, likely).code, expected);
    }
}
