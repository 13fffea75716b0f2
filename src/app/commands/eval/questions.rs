//! Files of labelled questions: what customers ask, and what answers it.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use clap::ValueEnum;

use crate::base::markdown;

/// Which half of a file: one is for tuning, the other one is kept from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Half {
    Tune,
    HeldOut,
    All,
}

/// A question with its label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    pub text: String,
    /// What the customer asked before it; empty where it opens the conversation.
    pub before: String,
    /// The article, or several divided by `|`; `-` where none answers.
    pub expected: String,
    /// A piece of the sentence that answers, or several divided by `|` of which one is
    /// enough. `…` stands for what may come between, as in a row of a table.
    pub sentence: String,
    pub kind: String,
    pub half: String,
}

impl Question {
    pub fn is_of(&self, half: Half) -> bool {
        match half {
            Half::All => true,
            Half::Tune => self.half == "tune",
            // A file without halves was not tuned on.
            Half::HeldOut => self.half != "tune",
        }
    }

    pub fn is_answerable(&self) -> bool {
        self.expected != "-"
    }

    pub fn is_answered_by(&self, article: &str) -> bool {
        self.is_answerable() && self.expected.split('|').any(|expected| expected.trim() == article)
    }

    /// Whether the answer, which is Markdown, has the sentence. Without a label any answer
    /// of the right article will do.
    pub fn is_answered_in(&self, answer: &str) -> bool {
        let answer = bare(&markdown::plain(answer));
        self.sentence.is_empty() || self.sentence.split('|').any(|sentence| has(&answer, sentence))
    }
}

fn has(answer: &str, sentence: &str) -> bool {
    let mut rest = answer;
    for piece in sentence.split('…').map(bare) {
        let Some(at) = rest.find(&piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    true
}

/// Lower case, without colons, single spaces: a row is written with colons and a table without.
fn bare(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(|word| word.replace(':', "").to_lowercase()).collect();
    words.join(" ")
}

/// Columns of a file whose first line does not name them.
const USUAL: [&str; 3] = ["question", "article", "kind"];

/// Reads a file; its first line names the columns, or is the first question.
pub fn read_questions(path: &Path) -> anyhow::Result<Vec<Question>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).peekable();
    let Some((_, first)) = lines.peek() else { bail!("{} is empty", path.display()) };
    let mut names: Vec<&str> = first.split('\t').map(str::trim).collect();
    if names.contains(&"question") {
        lines.next();
    } else {
        names = USUAL.into_iter().take(names.len()).collect();
    }
    for wanted in ["question", "article"] {
        ensure!(
            names.contains(&wanted),
            "{}:1: there is no column `{wanted}`; the first line names them",
            path.display()
        );
    }
    let mut questions = Vec::new();
    for (number, line) in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        ensure!(
            cells.len() == names.len(),
            "{}:{}: {} columns; the first line names {}",
            path.display(),
            number + 1,
            cells.len(),
            names.len()
        );
        let mut question = Question::default();
        for (name, cell) in names.iter().zip(cells) {
            let cell = cell.trim().to_owned();
            match *name {
                "question" => question.text = cell,
                "before" => question.before = cell,
                "article" => question.expected = cell,
                "sentence" => question.sentence = cell,
                "kind" => question.kind = cell,
                "half" => question.half = cell,
                other => bail!("{}:1: the column `{other}` is not known", path.display()),
            }
        }
        questions.push(question);
    }
    ensure!(!questions.is_empty(), "{}: there are no questions", path.display());
    Ok(questions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Vec<Question>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q.tsv");
        std::fs::write(&path, text).unwrap();
        read_questions(&path)
    }

    #[test]
    fn columns_are_found_by_their_names() {
        let read = read("half\tquestion\tarticle\ntune\thow?\ta|b\nheld-out\twhy?\t-\n").unwrap();
        assert!(read[0].is_of(Half::Tune) && !read[0].is_of(Half::HeldOut) && read[0].is_of(Half::All));
        assert!(read[0].is_answered_by("b") && !read[0].is_answered_by("c"));
        assert!(!read[1].is_answerable() && !read[1].is_answered_by("-"));
    }

    #[test]
    fn a_sentence_is_found_whatever_its_marks() {
        let question = |sentence: &str| Question { sentence: sentence.into(), ..Question::default() };
        let answer = "Open **Orders**.\n\n- **Spain**: Days 3-5, Cost: 7 EUR";
        assert!(question("open orders").is_answered_in(answer));
        assert!(question("nothing|Spain … 7 EUR").is_answered_in(answer));
        assert!(!question("7 EUR … Spain").is_answered_in(answer));
        assert!(question("").is_answered_in(answer));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let told = |text: &str| format!("{:#}", read(text).unwrap_err());
        assert!(told("").contains("is empty"));
        assert!(told("question\tkind\nx\ty\n").contains("no column `article`"));
        assert!(told("question\tarticle\nx\n").contains(":2: 1 columns"));
        assert!(told("question\tarticle\tcolour\nx\ty\tz\n").contains("`colour` is not known"));
        assert!(told("question\tarticle\n").contains("no questions"));
    }

    #[test]
    fn a_plain_list_needs_no_heading() {
        let read = read("how?\ta\tplain\nwhy?\t-\tplain\n").unwrap();
        assert_eq!(read.len(), 2);
        assert!(read[0].is_answered_by("a") && read[0].is_of(Half::HeldOut));
    }

    /// Every label is of an article that exists, and stands there word for word.
    #[test]
    fn the_samples_labels_are_true() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let questions = read_questions(&root.join("tests/data/answers.tsv")).unwrap();
        assert_eq!(questions.len(), 300);
        assert_eq!(questions.iter().filter(|question| !question.is_answerable()).count(), 100);
        let (articles, _) = crate::search::articles::read_folder(&root.join("knowledge-base"));
        for question in questions.iter().filter(|question| question.is_answerable()) {
            let texts: Vec<String> = articles
                .iter()
                .filter(|read| question.is_answered_by(&read.article.id) && read.article.locale.starts_with("en"))
                .flat_map(|read| crate::search::passages::split(&read.article))
                .map(|passage| bare(&passage.text))
                .collect();
            for sentence in question.sentence.split('|') {
                assert!(texts.iter().any(|text| has(text, sentence)), "{}: {sentence}", question.text);
            }
        }
    }
}
