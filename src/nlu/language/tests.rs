//! Whole conversations' worth of short messages, and what speaks where words say nothing.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// `language<tab>message`, none of them in a list or in another test's data.
const MESSAGES: &str = include_str!("messages.tsv");

fn owned(languages: &[&str]) -> Vec<String> {
    languages.iter().map(|code| (*code).to_owned()).collect()
}

fn told(text: &str, languages: &[&str], hint: Option<&str>, earlier: &[&str]) -> String {
    detect(text, &Context { languages: &owned(languages), hint, earlier }).code
}

/// Alone, without a hint and without a conversation.
#[rstest]
#[case(&["en", "nl"], 0)]
#[case(&["en", "nl", "fr", "de"], 0)]
#[case(&["nl", "fr"], 0)]
#[case(&["en", "nl", "de", "fr", "es", "it", "pt"], 3)]
fn short_messages_are_told_apart(#[case] languages: &[&str], #[case] most_wrong: usize) {
    let lines: Vec<(&str, &str)> = MESSAGES.lines().filter_map(|line| line.split_once('\t')).collect();
    assert!(lines.len() >= 150);
    let own = lines.iter().filter(|(language, _)| languages.contains(language));
    let wrong: Vec<_> = own.filter(|(language, text)| told(text, languages, None, &[]) != *language).collect();
    assert!(wrong.len() <= most_wrong, "{wrong:?}");
}

#[test]
fn what_the_shop_does_not_have_is_told_as_what_it_is() {
    let lines = MESSAGES.lines().filter_map(|line| line.split_once('\t'));
    let foreign: Vec<(&str, &str)> = lines.filter(|(language, _)| !["en", "nl"].contains(language)).collect();
    let right = foreign.iter().filter(|(language, text)| told(text, &["en", "nl"], None, &[]) == *language).count();
    assert!(right * 10 >= foreign.len() * 8, "{right} of {}", foreign.len());
}

#[rstest]
#[case("I ordered a lamp two weeks ago and it still has not been delivered", &["en", "nl"], None, "en")]
#[case("Ik heb twee weken geleden een lamp besteld en die is nog altijd niet geleverd", &["en", "nl"], Some("en"), "nl")]
#[case("J'ai commandé une lampe il y a deux semaines", &["en"], Some("en"), "fr")]
#[case("Jag beställde en lampa för två veckor sedan och den har fortfarande inte kommit", &["en", "nl"], None, "sv")]
#[case("Jag beställde en lampa för två veckor sedan", &["en", "sv"], None, "sv")]
#[case("where is my parcel", &["en", "sv"], None, "en")]
#[case("var är mitt paket", &["en", "sv"], None, "sv")]
#[case("ok thanks", &["en", "nl"], Some("nl-BE"), "en")]
#[case("AW-10482", &["en", "fr"], Some("fr"), "fr")]
#[case("10482", &["nl", "en"], Some("en_GB"), "en")]
#[case("10482", &["nl", "en"], None, "nl")]
#[case("anna@example.com", &[], None, "und")]
#[case("👍", &[], None, "und")]
#[case("👍", &[], Some("de"), "de")]
#[case("", &[], Some("??"), "und")]
#[case("Где моя посылка, я жду уже две недели", &["en"], Some("en"), "ru")]
#[case("Де моє?", &["uk", "ru"], Some("uk"), "uk")]
#[case("Πού είναι η παραγγελία μου;", &["en"], None, "el")]
#[case("注文はどこですか", &["en"], None, "ja")]
fn languages_are_told(#[case] text: &str, #[case] languages: &[&str], #[case] hint: Option<&str>, #[case] code: &str) {
    assert_eq!(told(text, languages, hint, &[]), code);
}

#[test]
fn where_words_say_little_the_conversation_does() {
    let languages = ["en", "nl", "fr"];
    for text in ["ok", "merci", "super", "AW-10482", "👍"] {
        assert_eq!(told(text, &languages, None, &["waar is mijn pakje"]), "nl", "{text}");
        assert_eq!(told(text, &languages, None, &["où est mon colis ?"]), "fr", "{text}");
    }
    // A customer may change the language, whatever they and their browser spoke before.
    let dutch = ["waar is mijn pakje", "nr 10482", "merci alvast"];
    assert_eq!(told("my friend writes now, where is it", &languages, Some("nl-BE"), &dutch), "en");
    // One word of another language does not.
    assert_eq!(told("sorry", &languages, Some("nl-BE"), &dutch), "nl");
}

#[test]
fn a_guess_without_ground_is_unsure() {
    assert!(detect("hmm", &Context { languages: &owned(&["nl", "en"]), ..Context::default() }).confidence < 0.8);
    assert!(detect("10482", &Context { languages: &owned(&["nl", "en"]), ..Context::default() }).confidence < 0.6);
}

proptest! {
    #[test]
    fn any_text_has_a_language(text in ".{0,200}", hint in proptest::option::of(".{0,5}"), earlier in ".{0,50}") {
        let languages = owned(&["en", "nl", "sv"]);
        let context = Context { languages: &languages, hint: hint.as_deref(), earlier: &[&earlier] };
        let language = detect(&text, &context);
        prop_assert!((0.0..=1.0).contains(&language.confidence));
        prop_assert!(language.code.len() == 2);
    }
}
