//! Words that customers use where the articles say something else: `Tokyo` for `Japan`.
//!
//! They stand in files beside the articles, one a language (`synonyms.en.txt`), a line each:
//! `tokyo, osaka = Japan`. A message is read with what its words mean: where no article has
//! the word, the meaning takes its place; otherwise it is added.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Words of one name, at the most: `new york city`.
const LONGEST: usize = 3;

/// The meanings of words, language by language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms(HashMap<String, Meanings>);

/// What words in lower case, single spaces between them, mean.
pub type Meanings = HashMap<String, String>;

impl Synonyms {
    /// Reads the files of a folder; what is wrong with a line is told, and the others count.
    pub fn read(folder: &Path) -> (Self, Vec<String>) {
        let (mut synonyms, mut problems) = (Self::default(), Vec::new());
        for (language, path) in files(folder) {
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    let (meanings, wrong) = parse(&text);
                    let told = wrong.into_iter().map(|(line, what)| format!("{}:{line}: {what}", path.display()));
                    problems.extend(told);
                    synonyms.0.insert(language, meanings);
                }
                Err(error) => problems.push(format!("{}: cannot be read: {error}", path.display())),
            }
        }
        (synonyms, problems)
    }

    pub fn of(&self, language: &str) -> Meanings {
        self.0.get(language).cloned().unwrap_or_default()
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: usize,
    /// In lower case, single spaces between the words of a name.
    pub words: Vec<String>,
    pub meaning: String,
}

/// The lines that mean something, and what is wrong with the others, by their numbers.
pub fn lines(text: &str) -> (Vec<Line>, Vec<(usize, String)>) {
    let (mut lines, mut wrong): (Vec<Line>, Vec<(usize, String)>) = (Vec::new(), Vec::new());
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let sides = line.split_once('=').map(|(words, meaning)| (words.trim(), meaning.trim()));
        let Some((words, meaning)) = sides.filter(|(words, meaning)| !words.is_empty() && !meaning.is_empty()) else {
            wrong.push((number, format!("`{line}` has no `words = meaning`")));
            continue;
        };
        let mut named = Vec::new();
        for word in words.split(',').map(plain).filter(|word| !word.is_empty()) {
            if word.split(' ').count() > LONGEST {
                wrong.push((number, format!("`{word}` has more than {LONGEST} words")));
                continue;
            }
            if let Some(first) = seen.insert(word.clone(), number) {
                wrong.push((number, format!("`{word}` stands in line {first} as well: this line counts, remove one")));
            }
            named.push(word);
        }
        lines.push(Line { number, words: named, meaning: meaning.to_owned() });
    }
    (lines, wrong)
}

/// The meanings, and what is wrong by line from 1.
pub fn parse(text: &str) -> (Meanings, Vec<(usize, String)>) {
    let (lines, wrong) = lines(text);
    let meanings =
        lines.into_iter().flat_map(|line| line.words.into_iter().map(move |word| (word, line.meaning.clone())));
    (meanings.collect(), wrong)
}

/// The file of each language in a folder.
pub fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let language = |entry: std::fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let language = name.strip_prefix("synonyms.")?.strip_suffix(".txt")?;
        Some((language.to_owned(), entry.path()))
    };
    let mut files: Vec<(String, PathBuf)> = entries.filter_map(language).collect();
    files.sort();
    files
}

/// The text with what its words mean, or `None` where they mean what they say. `is_used`
/// tells words that the articles have themselves.
pub fn spell_out(text: &str, meanings: &Meanings, is_used: impl Fn(&str) -> bool) -> Option<String> {
    if meanings.is_empty() {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut spelt: Vec<String> = Vec::with_capacity(words.len());
    let mut changed = false;
    let mut at = 0;
    while at < words.len() {
        let found = (1..=LONGEST.min(words.len() - at)).rev().find_map(|length| {
            let named = plain(&words[at..at + length].join(" "));
            meanings.get(&named).map(|meaning| (length, named, meaning))
        });
        let Some((length, named, meaning)) = found else {
            spelt.push(words[at].to_owned());
            at += 1;
            continue;
        };
        let said = words[at..at + length].join(" ");
        let after = said.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        let (name, mark) = said.split_at(after);
        spelt.push(match is_used(&named) {
            true => format!("{name} ({meaning}){mark}"),
            false => format!("{meaning}{mark}"),
        });
        changed = true;
        at += length;
    }
    changed.then(|| spelt.join(" "))
}

fn plain(words: &str) -> String {
    let bare = words.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase());
    bare.collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const FILE: &str =
        "# Places.\ntokyo, Osaka = Japan\nnew york = United States\nitaly = rest of the EU # not nearby\n";

    #[rstest]
    #[case("to Tokyo, for example?", Some("to Japan, for example?"))]
    #[case("post to New York?", Some("post to United States?"))]
    #[case("from Italy.", Some("from Italy (rest of the EU)."))]
    #[case("a new lamp", None)]
    #[case("", None)]
    fn words_are_read_with_what_they_mean(#[case] text: &str, #[case] expected: Option<&str>) {
        let (meanings, wrong) = parse(FILE);
        assert_eq!(wrong, []);
        assert_eq!(spell_out(text, &meanings, |word| word == "italy").as_deref(), expected);
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line() {
        let (meanings, wrong) = parse("a = b\nno meaning\n= x\none two three four = y\nc, A = d\n");
        assert_eq!(meanings.get("a").map(String::as_str), Some("d"));
        assert_eq!(meanings.len(), 2);
        assert_eq!(wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert!(wrong[3].1.contains("`a` stands in line 1 as well"), "{wrong:?}");
    }

    #[test]
    fn each_language_has_its_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("synonyms.en.txt"), FILE).unwrap();
        std::fs::write(folder.path().join("synonyms.nl.txt"), "oops\n").unwrap();
        std::fs::write(folder.path().join("article.md"), "").unwrap();
        let (synonyms, problems) = Synonyms::read(folder.path());
        assert_eq!(synonyms.of("en").len(), 4);
        assert!(synonyms.of("nl").is_empty() && synonyms.of("fr").is_empty());
        assert!(problems.len() == 1 && problems[0].contains("synonyms.nl.txt:1: `oops`"), "{problems:?}");
    }

    #[test]
    fn the_samples_file_is_right() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge-base");
        let (synonyms, problems) = Synonyms::read(&root);
        assert_eq!(problems, [""; 0]);
        assert_eq!(synonyms.of("en").get("tokyo").map(String::as_str), Some("Japan"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}", file in "\\PC{0,60}") {
            let (meanings, _) = parse(&file);
            spell_out(&text, &meanings, |_| true);
            spell_out(&text, &parse(FILE).0, |_| false);
        }
    }
}
