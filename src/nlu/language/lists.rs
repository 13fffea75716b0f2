//! What short messages are told apart by: for each language a list of its most usual words,
//! read letter by letter.
//!
//! A word is scored by its runs of two to four letters, beginning and end included, as a
//! naive Bayes classifier does it (Cavnar and Trenkle 1994 for the runs of letters). So
//! words that stand in no list, and misspelt ones, speak too; one that stands in a list
//! speaks more clearly.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// A further language is a further file here.
const LISTS: [(&str, &str); 7] = [
    ("en", include_str!("en.txt")),
    ("nl", include_str!("nl.txt")),
    ("de", include_str!("de.txt")),
    ("fr", include_str!("fr.txt")),
    ("es", include_str!("es.txt")),
    ("it", include_str!("it.txt")),
    ("pt", include_str!("pt.txt")),
];

pub const LISTED: usize = LISTS.len();

/// One number for each list.
pub type Scores = [f32; LISTED];

const SHORTEST: usize = 2;
const LONGEST: usize = 4;
/// Added to each count, so that what was never seen is not impossible.
const SMOOTHING: f32 = 0.2;
/// What one word may speak against a language at the most: a name must not outvote a sentence.
const MOST_AGAINST: f32 = -4.0;
/// What a language loses by not having a word that another has.
const NOT_LISTED: f32 = 2.0;
/// Words of a message that are read.
const WORDS: usize = 60;

struct Lists {
    words: HashMap<&'static str, [bool; LISTED]>,
    /// The logarithm of each run's probability, in each language.
    runs: HashMap<String, Scores>,
    /// The same of a run that was never seen.
    unseen: Scores,
}

static LISTS_READ: LazyLock<Lists> = LazyLock::new(Lists::read);

impl Lists {
    fn read() -> Self {
        let mut words: HashMap<&'static str, [bool; LISTED]> = HashMap::new();
        let mut counts: HashMap<String, [f32; LISTED]> = HashMap::new();
        let mut totals = [0.0f32; LISTED];
        for (number, (_, text)) in LISTS.iter().enumerate() {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let listed: HashSet<&'static str> = lines.flat_map(str::split_whitespace).collect();
            for word in listed {
                words.entry(word).or_default()[number] = true;
                runs_of(word, |run| {
                    counts.entry(run.to_owned()).or_default()[number] += 1.0;
                    totals[number] += 1.0;
                });
            }
        }
        let room = SMOOTHING * counts.len() as f32;
        let logarithm = |count: f32, number: usize| ((count + SMOOTHING) / (totals[number] + room)).ln();
        let runs = counts.into_iter().map(|(run, counts)| (run, std::array::from_fn(|n| logarithm(counts[n], n))));
        Self { words, runs: runs.collect(), unseen: std::array::from_fn(|number| logarithm(0.0, number)) }
    }
}

/// The number of a language's list.
pub fn number_of(code: &str) -> Option<usize> {
    LISTS.iter().position(|(listed, _)| *listed == code)
}

pub fn code_of(number: usize) -> &'static str {
    LISTS[number].0
}

/// How well a text's words fit those of the languages that are compared; the others get
/// minus infinity. Natural logarithms: a difference of 3 is one to twenty.
pub fn scores(words: &[String], compared: &[usize]) -> Scores {
    let mut scores = [f32::NEG_INFINITY; LISTED];
    compared.iter().for_each(|&number| scores[number] = 0.0);
    for word in words.iter().take(WORDS) {
        let fits = fit(word);
        let best = compared.iter().map(|&number| fits[number]).fold(f32::NEG_INFINITY, f32::max);
        let listed = LISTS_READ.words.get(word.as_str()).copied().unwrap_or_default();
        let somewhere = compared.iter().any(|&number| listed[number]);
        for &number in compared {
            scores[number] += (fits[number] - best).max(MOST_AGAINST);
            if somewhere && !listed[number] {
                scores[number] -= NOT_LISTED;
            }
        }
    }
    scores
}

/// The share of the words that stand in a language's list.
pub fn known_share(words: &[String], number: usize) -> f32 {
    let words = &words[..words.len().min(WORDS)];
    let known = words.iter().filter(|word| LISTS_READ.words.get(word.as_str()).is_some_and(|listed| listed[number]));
    known.count() as f32 / words.len().max(1) as f32
}

/// Whether a word stands in one of the lists.
pub fn is_listed(word: &str, among: &[usize]) -> bool {
    LISTS_READ.words.get(word).is_some_and(|listed| among.iter().any(|&number| listed[number]))
}

/// The mean over the word's runs, so that long words count no more than short ones.
fn fit(word: &str) -> Scores {
    let mut sum = [0.0; LISTED];
    let mut count = 0.0f32;
    runs_of(word, |run| {
        let of_run = LISTS_READ.runs.get(run).unwrap_or(&LISTS_READ.unseen);
        sum.iter_mut().zip(of_run).for_each(|(sum, log)| *sum += log);
        count += 1.0;
    });
    sum.map(|sum| sum / count.max(1.0))
}

fn runs_of(word: &str, mut each: impl FnMut(&str)) {
    let marked = format!("_{word}_");
    let starts: Vec<usize> = marked.char_indices().map(|(place, _)| place).chain([marked.len()]).collect();
    for length in SHORTEST..=LONGEST {
        for ends in starts.windows(length + 1) {
            each(&marked[ends[0]..ends[length]]);
        }
    }
}
