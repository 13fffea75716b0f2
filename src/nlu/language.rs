//! Which language a message is written in, among those in which the shop answers.
//!
//! Chat messages are short, and trigrams of four words guess wrongly as often as not. So
//! words decide ([`lists`]), and where they say little (`ok`, `merci`, `10482`), what the
//! customer wrote before, what the channel says of them (a browser's language), and last
//! the shop's own language. A message that is clearly in a language that the shop does not
//! have is told as what it is.

mod codes;
mod lists;

use std::sync::LazyLock;

use whatlang::{Detector, Info, Lang, Script};

pub use codes::language_of;

use crate::domain::analysis::Language;
use codes::{iso_639_1, whatlang_of};

/// Trigrams of fewer letters than this are noise, in scripts that many languages share.
const MIN_LETTERS: usize = 24;
/// Beyond this nothing is learnt, and a huge message must not cost milliseconds.
const MAX_BYTES: usize = 2_000;

/// From how sure a guess by trigrams is taken, where there is no list of words to go by.
const CLEAR: f64 = 0.5;
/// A language without a list that the shop does not have needs more.
const VERY_CLEAR: f64 = 0.9;
/// With a smaller share of listed words than this, a text is hardly in the list's language.
const HARDLY: f32 = 0.35;

/// How much better a language of which the shop has nothing must fit: one to twenty.
const FOREIGN: f32 = 3.0;
/// What speaks for the shop's own language, and for the one that the channel tells.
const OWN: f32 = 0.3;
const TOLD: f32 = 0.9;
/// What the customer's last message speaks for its language at the most, and how that
/// fades with each message before.
const BEFORE: f32 = 2.0;
const FADE: f32 = 0.6;
const EARLIER: usize = 3;
/// What a word that a list has speaks against a language that has none, and the other way.
const LISTED_ELSEWHERE: f32 = 2.0;
const LISTED_NOWHERE: f32 = 0.5;

/// What is known of a message's language before it is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The languages in which the shop answers, its own first.
    pub languages: &'a [String],
    /// A language tag of the customer's (`nl`, `en-GB`); one that cannot be read counts as none.
    pub hint: Option<&'a str>,
    /// What the customer wrote before, oldest first.
    pub earlier: &'a [&'a str],
}

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

/// The answer is `und` only for a text without letters, without a hint and without a shop.
pub fn detect(text: &str, context: &Context<'_>) -> Language {
    let Some(candidates) = Candidates::of(context) else {
        return Language { code: "und".to_owned(), confidence: 0.0 };
    };
    let text = &text[..text.floor_char_boundary(MAX_BYTES)];
    let words = words(text);
    if words.is_empty() {
        return candidates.likeliest(&vec![0.0; candidates.codes.len()]);
    }
    let prose = words.join(" ");
    if let Some(other) = candidates.in_another_script(&prose) {
        return other;
    }
    let guess = DETECTOR.detect(&prose).filter(|guess| is_clear(guess, &prose, VERY_CLEAR));
    if let Some(foreign) = candidates.foreign(&words, guess) {
        return foreign;
    }
    candidates.likeliest(&candidates.evidence(&words, &prose))
}

/// The languages that a message may be in, and what spoke for each before it was read.
struct Candidates {
    codes: Vec<String>,
    before: Vec<f32>,
}

impl Candidates {
    fn of(context: &Context<'_>) -> Option<Self> {
        let mut codes: Vec<String> = Vec::new();
        for code in context.languages.iter().filter_map(|tag| language_of(tag)) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        let hint = context.hint.and_then(language_of);
        if codes.is_empty() {
            codes.extend(hint.clone());
        }
        let mut before: Vec<f32> =
            codes.iter().map(|code| if hint.as_ref() == Some(code) { TOLD } else { 0.0 }).collect();
        *before.first_mut()? += OWN;
        let mut candidates = Self { codes, before };
        let mut weight = 1.0;
        for text in context.earlier.iter().rev().take(EARLIER) {
            let words = words(&text[..text.floor_char_boundary(MAX_BYTES)]);
            let evidence = candidates.evidence(&words, &words.join(" "));
            let best = evidence.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            for (before, evidence) in candidates.before.iter_mut().zip(evidence) {
                *before += weight * (evidence - best).max(-BEFORE);
            }
            weight *= FADE;
        }
        Some(candidates)
    }

    /// What the words say for each language, as logarithms.
    fn evidence(&self, words: &[String], prose: &str) -> Vec<f32> {
        let numbers: Vec<Option<usize>> = self.codes.iter().map(|code| lists::number_of(code)).collect();
        let listed: Vec<usize> = numbers.iter().copied().flatten().collect();
        let scores = lists::scores(words, &listed);
        let unknown = words.iter().filter(|word| !lists::is_listed(word, &listed)).count() as f32;
        let known = words.len() as f32 - unknown;
        let best = listed.iter().map(|&number| scores[number]).fold(f32::NEG_INFINITY, f32::max);
        // Where all have lists, this speaks of none of them.
        let guess = if listed.len() < self.codes.len() { self.guess(prose) } else { None };
        let clear = |code: &str| if guess.as_deref() == Some(code) { FOREIGN } else { 0.0 };
        let of = |(code, number): (&String, Option<usize>)| match number {
            Some(number) if listed.len() == self.codes.len() => scores[number],
            Some(number) => scores[number] - LISTED_NOWHERE * unknown,
            None if best.is_finite() => best - LISTED_ELSEWHERE * known + clear(code),
            None => clear(code),
        };
        self.codes.iter().zip(numbers).map(of).collect()
    }

    /// What trigrams say, where there are letters enough for them.
    fn guess(&self, prose: &str) -> Option<String> {
        let all: Vec<Lang> = self.codes.iter().filter_map(|code| whatlang_of(code)).collect();
        let guess = Detector::with_allowlist(all).detect(prose)?;
        is_clear(&guess, prose, CLEAR).then(|| iso_639_1(guess.lang()).to_owned())
    }

    /// A text in a script in which none of the languages, or not all, are written.
    fn in_another_script(&self, prose: &str) -> Option<Language> {
        let script = whatlang::detect_script(prose).filter(|script| *script != Script::Latin)?;
        let here: Vec<usize> = (0..self.codes.len())
            .filter(|&place| whatlang_of(&self.codes[place]).is_some_and(|lang| script.langs().contains(&lang)))
            .collect();
        if let [only] = here.as_slice() {
            return Some(language(&self.codes[*only], 0.8));
        }
        let guess = match here.as_slice() {
            [] => DETECTOR.detect(prose)?,
            some => {
                let langs = some.iter().filter_map(|&place| whatlang_of(&self.codes[place]));
                Detector::with_allowlist(langs.collect()).detect(prose)?
            }
        };
        Some(language(iso_639_1(guess.lang()), (guess.confidence() as f32).max(0.5)))
    }

    /// A language that the shop does not have, where a text is clearly in it.
    fn foreign(&self, words: &[String], guess: Option<Info>) -> Option<Language> {
        let own: Vec<usize> = self.codes.iter().filter_map(|code| lists::number_of(code)).collect();
        let all: Vec<usize> = (0..lists::LISTED).collect();
        let scores = lists::scores(words, &all);
        let best = all.iter().copied().max_by(|&a, &b| scores[a].total_cmp(&scores[b]))?;
        let of_own = own.iter().map(|&number| scores[number]).fold(f32::NEG_INFINITY, f32::max);
        let unlisted = own.len() < self.codes.len();
        let fits = !unlisted || lists::known_share(words, best) >= HARDLY;
        if !own.contains(&best) && fits && scores[best] - of_own >= FOREIGN {
            return Some(language(lists::code_of(best), 1.0 - (of_own - scores[best]).exp()));
        }
        // A language of which there is no list at all.
        let guess = guess?;
        let code = iso_639_1(guess.lang());
        let known = all.iter().map(|&number| lists::known_share(words, number)).fold(0.0, f32::max);
        let elsewhere = lists::number_of(code).is_none() && !self.codes.iter().any(|own| own == code);
        (elsewhere && known < HARDLY).then(|| language(code, guess.confidence() as f32))
    }

    fn likeliest(&self, evidence: &[f32]) -> Language {
        let sums: Vec<f32> = self.before.iter().zip(evidence).map(|(before, evidence)| before + evidence).collect();
        let most = sums.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f32 = sums.iter().map(|sum| (sum - most).exp()).sum();
        // The first of equals: the shop's own language.
        let place = sums.iter().position(|sum| *sum >= most).unwrap_or(0);
        language(&self.codes[place], 1.0 / total)
    }
}

fn language(code: &str, confidence: f32) -> Language {
    Language { code: code.to_owned(), confidence: confidence.clamp(0.0, 1.0) }
}

fn is_clear(guess: &Info, prose: &str, least: f64) -> bool {
    let letters = prose.chars().filter(|character| character.is_alphabetic()).count();
    guess.script().langs().len() == 1 || (letters >= MIN_LETTERS && guess.confidence() >= least)
}

/// Small letters and apostrophes, without addresses and codes, which are in no language.
fn words(text: &str) -> Vec<String> {
    let prose = |word: &&str| !word.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '/' | '_' | '#'));
    let parts = text.split_whitespace().filter(prose).flat_map(|word| {
        let letter = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’');
        word.split(move |c: char| !letter(c))
    });
    let words = parts.map(|word| word.trim_matches(['\'', '’']).to_lowercase().replace('’', "'"));
    words.filter(|word| word.chars().any(char::is_alphabetic)).collect()
}

#[cfg(test)]
mod tests;
