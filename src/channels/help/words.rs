//! The help centre's own words, language by language; what is shipped is one file of
//! `words/`. Another language reads the shop's articles among English words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::library::language_of;

const SHIPPED: [(&str, &str); 6] = [
    ("ar", include_str!("words/ar.toml")),
    ("de", include_str!("words/de.toml")),
    ("en", include_str!("words/en.toml")),
    ("es", include_str!("words/es.toml")),
    ("fr", include_str!("words/fr.toml")),
    ("nl", include_str!("words/nl.toml")),
];

static READ: LazyLock<BTreeMap<&'static str, Words>> = LazyLock::new(|| {
    let read = |(language, text): (&'static str, &str)| {
        (language, toml::from_str(text).expect("tests read every file: this is a bug"))
    };
    SHIPPED.into_iter().map(read).collect()
});

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What the language calls itself.
    pub name: String,
    pub help: String,
    pub question: String,
    /// `{shop}`.
    pub about: String,
    pub skip: String,
    pub search: String,
    pub search_button: String,
    pub slash_hint: String,
    pub language: String,
    pub where_you_are: String,
    /// `{n}` articles.
    pub all_of: String,
    pub other: String,
    pub also_in: String,
    pub on_this_page: String,
    pub updated: String,
    pub helpful: String,
    pub yes: String,
    pub no: String,
    pub thanks_yes: String,
    pub thanks_no: String,
    pub related: String,
    /// `{query}`.
    pub results: String,
    pub nothing: String,
    pub try_this: String,
    pub tips: Vec<String>,
    pub browse: String,
    pub all_articles: String,
    pub empty: String,
    pub empty_more: String,
    pub not_found: String,
    pub not_found_more: String,
    pub perhaps: String,
    pub unavailable: String,
    pub unavailable_more: String,
    pub later: String,
    pub more: String,
    /// What the search as one types says aloud: `{n}`.
    pub heard: String,
    pub months: [String; 12],
}

/// The words of a language, or English ones.
pub fn words(language: &str) -> &'static Words {
    READ.get(language_of(language)).unwrap_or(&READ["en"])
}

/// What a language calls itself; its code where it is not known here.
pub fn native_name(language: &str) -> String {
    READ.get(language_of(language)).map_or_else(|| language.to_uppercase(), |words| words.name.clone())
}

/// Which way a language is written.
pub fn direction(language: &str) -> &'static str {
    if matches!(language_of(language), "ar" | "fa" | "he" | "ur") { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_every_word() {
        for (language, words) in READ.iter() {
            assert!(!words.tips.is_empty(), "{language}");
            for (text, places) in [
                (&words.about, "{shop}"),
                (&words.all_of, "{n}"),
                (&words.results, "{query}"),
                (&words.nothing, "{query}"),
                (&words.heard, "{n}"),
                (&words.also_in, "{language}"),
                (&words.updated, "{date}"),
            ] {
                assert!(text.contains(places), "{language}: {text}");
            }
        }
        assert_eq!(words("pt").help, words("en").help);
        assert_eq!(native_name("pt"), "PT");
    }
}
