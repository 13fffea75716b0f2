//! Words of a text as they are indexed: lower case, without accents, stop words or endings.

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer,
};

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// Lower case, without accents.
    pub surface: String,
    /// What is indexed.
    pub stem: String,
}

/// Reads words in the manner of one language.
#[derive(Clone)]
pub struct Analyser {
    surfaces: TextAnalyzer,
    stems: TextAnalyzer,
}

/// Longer tokens are no words.
const LONGEST: usize = 40;

impl Analyser {
    /// For a locale such as `en` or `nl-BE`; a language without a stemmer keeps its endings.
    pub fn new(locale: &str) -> Self {
        let language = language_of(locale);
        let mut surfaces = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(RemoveLongFilter::limit(LONGEST))
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter)
            .dynamic();
        if let Some(stop_words) = language.and_then(stop_words) {
            surfaces = surfaces.filter_dynamic(stop_words);
        }
        let surfaces = surfaces.build();
        let stems = match language {
            Some(language) => TextAnalyzer::builder(SimpleTokenizer::default()).filter(Stemmer::new(language)).build(),
            None => TextAnalyzer::builder(SimpleTokenizer::default()).build(),
        };
        Self { surfaces, stems }
    }

    /// The words in order, stop words left out.
    pub fn words(&self, text: &str) -> Vec<Word> {
        let mut surfaces = self.surfaces.clone();
        let mut stems = self.stems.clone();
        let mut words = Vec::new();
        let mut stream = surfaces.token_stream(text);
        while let Some(token) = stream.next() {
            let surface = token.text.clone();
            let mut stem = String::new();
            stems.token_stream(&surface).process(&mut |token| stem.push_str(&token.text));
            if !stem.is_empty() {
                words.push(Word { surface, stem });
            }
        }
        words
    }

    /// The stems in order, joined by spaces: the form in which texts are indexed.
    pub fn indexed(&self, text: &str) -> String {
        let mut joined = String::with_capacity(text.len());
        for word in self.words(text) {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(&word.stem);
        }
        joined
    }
}

/// The language before the region: `nl` of `nl-BE`.
pub fn primary(locale: &str) -> &str {
    locale.split('-').next().unwrap_or(locale)
}

fn language_of(locale: &str) -> Option<Language> {
    Some(match primary(locale) {
        "ar" => Language::Arabic,
        "da" => Language::Danish,
        "de" => Language::German,
        "el" => Language::Greek,
        "en" => Language::English,
        "es" => Language::Spanish,
        "fi" => Language::Finnish,
        "fr" => Language::French,
        "hu" => Language::Hungarian,
        "it" => Language::Italian,
        "nb" | "nn" | "no" => Language::Norwegian,
        "nl" => Language::Dutch,
        "pt" => Language::Portuguese,
        "ro" => Language::Romanian,
        "ru" => Language::Russian,
        "sv" => Language::Swedish,
        "ta" => Language::Tamil,
        "tr" => Language::Turkish,
        _ => return None,
    })
}

fn stop_words(language: Language) -> Option<StopWordFilter> {
    match language {
        Language::English => Some(StopWordFilter::remove(ENGLISH.split_whitespace().map(str::to_owned))),
        other => StopWordFilter::new(other),
    }
}

/// tantivy's English list has no pronouns and question words, of which customers' messages
/// are full: grammar only, nothing that could name a thing. Also what `I'm`, `don't` and
/// `we've` fall into when cut at the apostrophe.
const ENGLISH: &str = "a an the and or but if then than so as of at by for from in into on onto to with without about \
    over under up down out off above below between through during before after again once \
    i me my mine myself we us our ours you your yours yourself he him his she her hers it its they them their theirs \
    this that these those there here who whom whose which what when where why how \
    am is are was were be been being do does did doing done have has had having will would shall should can could may might must \
    not no nor only own same too very just also any some such each few more most other all both \
    s t d ll m o re ve don doesn didn isn aren wasn weren hasn haven hadn won wouldn shouldn couldn ain cannot \
    hi hello hey please thanks thank ok okay";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stems(locale: &str, text: &str) -> Vec<String> {
        Analyser::new(locale).words(text).into_iter().map(|word| word.stem).collect()
    }

    #[test]
    fn english_words_lose_case_accents_endings_and_stop_words() {
        assert_eq!(stems("en-GB", "How do I return the Shoes I'm wearing? Café!"), ["return", "shoe", "wear", "cafe"]);
    }

    #[test]
    fn each_language_has_its_own_endings() {
        assert_eq!(stems("nl", "de schoenen"), ["schoen"]);
        assert_eq!(stems("xx", "de schoenen"), ["de", "schoenen"]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,100}") {
            for locale in ["en", "nl", "el", "", "-"] {
                let words = Analyser::new(locale).words(&text);
                prop_assert!(words.iter().all(|word| !word.stem.is_empty()));
            }
        }
    }
}
