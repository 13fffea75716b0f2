//! The knowledge base as one searchable value, built whole and swapped whole.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::confidence::Evidence;
use super::fusion;
use super::lexical::{FieldSpec, LexicalIndex, WordScores};
use super::passages::{self, Passage};
use super::spelling::Speller;
use super::synonyms::{self, Meanings, Synonyms};
use super::vectors::{Vectors, VectorsError};
use super::words::{self, Analyser};
use crate::domain::article::Article;
use crate::domain::intent::{self, IntentSpec};

/// What is asked of the index.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    pub text: &'a str,
    /// Of any length; the index compares directions.
    pub vector: Option<&'a [f32]>,
    /// Passages in this language go before others; `None` knows no preference.
    pub locale: Option<&'a str>,
    pub mode: Mode,
    /// What the message is about, as far as it is known from elsewhere.
    pub topics: Option<&'a Topics>,
    /// The vector of a follow-up's own words, without its subject: which sentences answer
    /// is told by these as well.
    pub own: Option<&'a [f32]>,
}

/// For each article that some intent names, the probability that one of those intents is
/// meant. An article that no intent names is not in it.
pub type Topics = HashMap<String, f32>;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    Bm25,
    Dense,
    /// Both; by words alone where the query has no vector.
    #[default]
    Hybrid,
}

/// A passage found.
#[derive(Clone, Debug)]
pub struct PassageHit {
    pub passage: Arc<Passage>,
    /// 0 where no word is shared.
    pub bm25: f32,
    /// How near it is in meaning, its article's known questions included; 0 without a vector.
    pub cosine: f32,
    /// What the order follows; comparable within one search only.
    pub score: f32,
    /// Calibrated probability that the passage answers the query.
    pub confidence: f32,
    /// What the confidence was read from.
    pub evidence: Evidence,
    /// How near each of the passage's units is; empty where they have no vectors.
    pub units: Vec<f32>,
}

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the knowledge base cannot be indexed: {0}")]
    Words(#[from] tantivy::TantivyError),
    #[error("the knowledge base cannot be indexed: {0}")]
    Vectors(#[from] VectorsError),
}

/// A question that customers ask, and the articles that answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub text: String,
    pub articles: Vec<String>,
    /// Of the question; empty where it is that of the intent's own file.
    pub language: String,
}

/// Passages on their way into an index: what is to be encoded is known, the vectors are not.
pub struct Draft {
    passages: Vec<Arc<Passage>>,
    questions: Vec<Question>,
    /// First the views of each passage, then the units of all, then the questions.
    texts: Vec<String>,
    /// How many texts are units.
    units: usize,
    synonyms: Synonyms,
}

pub struct KnowledgeIndex {
    passages: Vec<Arc<Passage>>,
    /// The number of each passage's article.
    article_of: Vec<u32>,
    articles: usize,
    shelves: Vec<Shelf>,
    /// `VIEWS` rows for each passage.
    views: Vectors,
    /// Sentences, steps and rows, those of a passage side by side; none in a large collection.
    units: Vectors,
    /// Where each passage's units begin, and where the last one's end.
    unit_places: Vec<u32>,
    questions: Vectors,
    /// The articles that answer each question.
    answers: Vec<Vec<u32>>,
}

/// The passages of one language.
struct Shelf {
    language: String,
    words: LexicalIndex,
    speller: Speller,
    /// The stems of the questions that are known.
    asked: HashSet<String>,
    meanings: Meanings,
    /// The passage of each row.
    passages: Vec<u32>,
}

/// The words of headings and tags stand in the body as well, so that a query may find its
/// words spread over both; a match in them counts a little more.
const FIELDS: [FieldSpec; 2] = [FieldSpec { name: "heading", boost: 0.15 }, FieldSpec { name: "body", boost: 1.0 }];

/// Texts that are encoded for each passage.
const VIEWS: usize = 2;

/// How much the article's known questions count in a passage's meaning.
const QUESTIONS: f32 = 1.0 / 3.0;

/// How much a passage's nearest sentence counts in its own nearness.
const SENTENCE: f32 = 0.4;

/// Units that have vectors, at the most: 30 MB. A collection beyond that is large enough
/// for its passages to be told apart as wholes.
const UNITS: usize = 20_000;

/// What a passage in another language than the customer's loses: little, since it may be
/// the only answer …
const FOREIGN: f32 = 0.1;
/// … and everything where its article stands in the customer's language as well.
const TRANSLATED: f32 = 2.0;

impl Draft {
    pub fn of_articles<'a>(articles: impl IntoIterator<Item = &'a Article>) -> Self {
        let mut seen: HashSet<&str> = HashSet::new();
        let split = |article: &'a Article| {
            // The first of an article's languages is the one that its address leads to.
            let translated = !seen.insert(&article.id);
            let mut passages = passages::split(article);
            if translated {
                passages.iter_mut().for_each(Passage::address_its_locale);
            }
            passages
        };
        Self::of_passages(articles.into_iter().flat_map(split).collect())
    }

    pub fn of_passages(passages: Vec<Passage>) -> Self {
        let mut texts: Vec<String> = passages.iter().flat_map(views).collect();
        let views = texts.len();
        if passages.iter().map(|passage| passage.units.len()).sum::<usize>() <= UNITS {
            texts.extend(passages.iter().flat_map(unit_texts));
        }
        let units = texts.len() - views;
        Self {
            passages: passages.into_iter().map(Arc::new).collect(),
            questions: Vec::new(),
            texts,
            units,
            synonyms: Synonyms::default(),
        }
    }

    /// Adds what customers are known to ask; questions whose articles are not in the draft
    /// change nothing.
    pub fn with_questions(mut self, questions: impl IntoIterator<Item = Question>) -> Self {
        for question in questions {
            let is_here = |article: &String| self.passages.iter().any(|passage| passage.article == *article);
            if question.articles.iter().any(is_here) {
                self.texts.push(question.text.clone());
                self.questions.push(question);
            }
        }
        self
    }

    /// Lets messages be read with what their words mean.
    pub fn with_synonyms(mut self, synonyms: Synonyms) -> Self {
        self.synonyms = synonyms;
        self
    }

    /// What the encoder is to read, in the order in which `build` wants the vectors.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// With no vectors at all the index searches by words alone.
    pub fn build(self, vectors: &[Vec<f32>]) -> Result<KnowledgeIndex, BuildError> {
        if !vectors.is_empty() && vectors.len() != self.texts.len() {
            return Err(VectorsError::Count { wanted: self.texts.len(), got: vectors.len() }.into());
        }
        let mut shelves = shelves(&self.passages, &self.questions)?;
        for shelf in &mut shelves {
            shelf.meanings = self.synonyms.of(&shelf.language);
        }
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut article_of = Vec::with_capacity(self.passages.len());
        for passage in &self.passages {
            let next = numbers.len() as u32;
            article_of.push(*numbers.entry(passage.article.as_str()).or_insert(next));
        }
        let known = |articles: &[String]| articles.iter().filter_map(|id| numbers.get(id.as_str()).copied()).collect();
        let answers = self.questions.iter().map(|question| known(&question.articles)).collect();
        let articles = numbers.len();
        let (views, rest) = vectors.split_at(vectors.len().min(VIEWS * self.passages.len()));
        let (units, questions) = rest.split_at(rest.len().min(self.units));
        let mut unit_places = vec![0];
        for passage in &self.passages {
            let of_passage = if units.is_empty() { 0 } else { passage.units.len() as u32 };
            unit_places.push(unit_places.last().copied().unwrap_or_default() + of_passage);
        }
        Ok(KnowledgeIndex {
            views: Vectors::new(views)?,
            units: Vectors::new(units)?,
            questions: Vectors::new(questions)?,
            passages: self.passages,
            article_of,
            articles,
            shelves,
            unit_places,
            answers,
        })
    }
}

/// The examples of intents that name the articles which usually cover them.
pub fn questions_of<'a>(intents: impl IntoIterator<Item = &'a IntentSpec>) -> Vec<Question> {
    let answered = intents.into_iter().filter(|intent| !intent.articles.is_empty());
    answered
        .flat_map(|intent| {
            let question = move |language: &str, example: &String| Question {
                text: intent::plain(example),
                articles: intent.articles.clone(),
                language: language.to_owned(),
            };
            let own: Vec<Question> = intent.examples.iter().map(|example| question("", example)).collect();
            let translated = intent.translations.iter().flat_map(move |(language, translation)| {
                translation.examples.iter().map(move |example| question(language, example)).collect::<Vec<_>>()
            });
            own.into_iter().chain(translated)
        })
        .collect()
}

/// The texts whose vectors speak for a passage: all of it, and its headings alone, which
/// are the question that it answers. Tags are in customers' words, so both have them.
fn views(passage: &Passage) -> [String; VIEWS] {
    let headings = passage.heading_line();
    if passage.tags.is_empty() {
        return [format!("{headings}\n{}", passage.text), headings];
    }
    let tags = passage.tags.join(", ");
    [format!("{headings}\n{}\n{tags}", passage.text), format!("{headings} ({tags})")]
}

/// A sentence under its heading: "It costs 9.95 EUR" alone says nothing.
fn unit_texts(passage: &Passage) -> impl Iterator<Item = String> + '_ {
    passage.units.iter().map(|unit| format!("{}: {}", passage.section(), unit.text))
}

fn fields(passage: &Passage) -> Vec<String> {
    let headings = format!("{}\n{}", passage.heading_line(), passage.tags.join(", "));
    let body = format!("{headings}\n{}", passage.text);
    vec![headings, body]
}

fn shelves(passages: &[Arc<Passage>], questions: &[Question]) -> Result<Vec<Shelf>, BuildError> {
    let mut languages: Vec<&str> = passages.iter().map(|passage| words::primary(&passage.locale)).collect();
    languages.sort_unstable();
    languages.dedup();
    let mut shelves = Vec::with_capacity(languages.len());
    for language in languages {
        let here: Vec<u32> = (0..passages.len() as u32)
            .filter(|number| words::primary(&passages[*number as usize].locale) == language)
            .collect();
        let rows: Vec<Vec<String>> = here.iter().map(|number| fields(&passages[*number as usize])).collect();
        let words = LexicalIndex::build(Analyser::new(language), &FIELDS, &rows)?;
        let mut speller = Speller::of(language);
        rows.iter().flatten().for_each(|text| speller.learn(text));
        // Words of another language would be taken for right ones.
        let ours = |question: &&Question| question.language.is_empty() || question.language == language;
        let mut asked = HashSet::new();
        for question in questions.iter().filter(ours) {
            speller.learn(&question.text);
            asked.extend(words.analyser().words(&question.text).into_iter().map(|word| word.stem));
        }
        shelves.push(Shelf {
            language: language.to_owned(),
            words,
            speller,
            asked,
            meanings: Meanings::new(),
            passages: here,
        });
    }
    Ok(shelves)
}

impl Shelf {
    /// Whether its passages have all the words.
    fn uses(&self, text: &str) -> bool {
        self.words.analyser().words(text).iter().all(|word| self.words.has(word))
    }

    /// The share of a text's words that stand in no passage and no known question, not even
    /// misspelt.
    fn strange(&self, text: &str) -> f32 {
        let words = self.words.analyser().words(text);
        let strange = words.iter().filter(|word| !self.asked.contains(&word.stem) && !self.words.knows(word));
        strange.count() as f32 / words.len().max(1) as f32
    }
}

impl KnowledgeIndex {
    pub fn passages(&self) -> &[Arc<Passage>] {
        &self.passages
    }

    pub fn has_vectors(&self) -> bool {
        !self.views.is_empty()
    }

    /// A message in `locale` with its misspelt words mended and those that articles do not use
    /// spelt out, where there are any; `is_word` tells words that are right although no
    /// article has them.
    pub fn mend(&self, text: &str, locale: &str, is_word: impl Fn(&str) -> bool) -> Option<String> {
        let shelf = self.shelf(words::primary(locale))?;
        let spelt = synonyms::spell_out(text, &shelf.meanings, |word| shelf.uses(word));
        let mended = shelf.speller.mend(spelt.as_deref().unwrap_or(text), is_word);
        mended.or(spelt)
    }

    fn shelf(&self, language: &str) -> Option<&Shelf> {
        self.shelves.iter().find(|shelf| shelf.language == language)
    }

    /// The best passages, best first, at most `k`. By words alone, passages that share no
    /// word with the query are left out.
    pub fn search(&self, query: &Query<'_>, k: usize) -> Vec<PassageHit> {
        if k == 0 {
            return Vec::new();
        }
        let scores = self.score(query);
        let fused = &scores.fused;
        let mut order: Vec<u32> =
            (0..self.passages.len() as u32).filter(|number| fused[*number as usize] > f32::NEG_INFINITY).collect();
        let before = |a: &u32, b: &u32| fused[*b as usize].total_cmp(&fused[*a as usize]).then(a.cmp(b));
        if order.len() > k {
            order.select_nth_unstable_by(k - 1, before);
            order.truncate(k);
        }
        order.sort_unstable_by(before);
        order.into_iter().map(|number| self.hit(&scores, number as usize)).collect()
    }

    /// Scores every passage.
    fn score(&self, query: &Query<'_>) -> Scores {
        let mut scores = Scores { strange: 1.0, ..Scores::default() };
        self.score_words(query, &mut scores);
        let vector = query.vector.filter(|_| query.mode != Mode::Bm25 && self.has_vectors());
        if let Some(vector) = vector {
            self.score_meaning(vector, &mut scores);
            if let Some(own) = query.own {
                let both = self.units.cosines(own).into_iter().zip(&scores.units);
                scores.quoted = both.map(|(own, whole)| (own + whole) / 2.0).collect();
            }
        }
        (scores.fused, scores.absolute) = match (vector, query.mode) {
            (None, _) => (fusion::words_alone(&scores.words), Vec::new()),
            (Some(_), Mode::Dense) => (scores.meaning.clone(), scores.meaning.clone()),
            (Some(_), _) => {
                let (words, meaning) = (&scores.words, &scores.meaning);
                (fusion::fuse(words, meaning), fusion::absolute(words, meaning))
            }
        };
        for of_all in [&mut scores.fused, &mut scores.absolute] {
            if let Some(topics) = query.topics {
                fusion::pull(of_all, self.passages.iter().map(|passage| topics.get(&passage.article).copied()));
            }
            if let Some(locale) = query.locale {
                self.prefer(words::primary(locale), of_all);
            }
        }
        scores.find_leaders(&self.article_of);
        scores
    }

    fn score_words(&self, query: &Query<'_>, scores: &mut Scores) {
        scores.words.scores = vec![0.0; self.passages.len()];
        // What explains the whole query is judged in its own language: in another one
        // hardly a word is known.
        let own = query.locale.map(words::primary).filter(|language| self.shelf(language).is_some());
        for shelf in &self.shelves {
            let terms = shelf.words.terms(query.text);
            match shelf.words.scores(&terms) {
                Ok(found) => {
                    if own.is_none_or(|language| language == shelf.language) {
                        scores.words.full = scores.words.full.max(found.full);
                        scores.strange = scores.strange.min(shelf.strange(query.text));
                    }
                    for (number, score) in shelf.passages.iter().zip(found.scores) {
                        scores.words.scores[*number as usize] = score;
                    }
                }
                // An index in memory does not fail; if it does, meaning alone still answers.
                Err(error) => tracing::error!(%error, "search by words failed"),
            }
        }
    }

    fn score_meaning(&self, vector: &[f32], scores: &mut Scores) {
        let mut asked = vec![f32::NEG_INFINITY; self.articles];
        for (cosine, articles) in self.questions.cosines(vector).into_iter().zip(&self.answers) {
            for article in articles {
                let best = &mut asked[*article as usize];
                *best = best.max(cosine);
            }
        }
        scores.units = self.units.cosines(vector);
        let views = self.views.cosines(vector);
        for (number, (of_passage, article)) in views.chunks_exact(VIEWS).zip(&self.article_of).enumerate() {
            let nearest = |of: &[f32]| of.iter().copied().reduce(f32::max);
            let whole = nearest(of_passage).unwrap_or(0.0);
            let own = match nearest(self.units_of(&scores.units, number)) {
                Some(sentence) => (1.0 - SENTENCE) * whole + SENTENCE * sentence,
                None => whole,
            };
            let question = asked[*article as usize];
            let question = if question > f32::NEG_INFINITY { question } else { own };
            scores.meaning.push((1.0 - QUESTIONS) * own + QUESTIONS * question);
        }
    }

    /// Those of one passage, out of the figures of all units.
    fn units_of<'a>(&self, figures: &'a [f32], number: usize) -> &'a [f32] {
        let range = self.unit_places[number] as usize..self.unit_places[number + 1] as usize;
        figures.get(range).unwrap_or_default()
    }

    fn prefer(&self, language: &str, scores: &mut [f32]) {
        if scores.is_empty() {
            return;
        }
        let Some(own) = self.shelf(language) else { return };
        let mut translated = vec![false; self.articles];
        for number in &own.passages {
            translated[self.article_of[*number as usize] as usize] = true;
        }
        for shelf in self.shelves.iter().filter(|shelf| shelf.language != language) {
            for number in &shelf.passages {
                let known = translated[self.article_of[*number as usize] as usize];
                scores[*number as usize] -= if known { TRANSLATED } else { FOREIGN };
            }
        }
    }

    fn hit(&self, scores: &Scores, number: usize) -> PassageHit {
        let units = self.units_of(&scores.units, number);
        let quoted = if scores.quoted.is_empty() { units } else { self.units_of(&scores.quoted, number) };
        let evidence = Evidence {
            by_meaning: !scores.meaning.is_empty(),
            score: scores.decisive(number),
            lead: scores.decisive(number) - scores.rival(self.article_of[number]),
            strange: scores.strange,
            sentence: units.iter().copied().reduce(f32::max),
        };
        PassageHit {
            passage: Arc::clone(&self.passages[number]),
            bm25: scores.words.scores[number],
            cosine: scores.meaning.get(number).copied().unwrap_or(0.0),
            score: scores.fused[number],
            confidence: evidence.probability(),
            evidence,
            units: quoted.to_vec(),
        }
    }
}

/// Every passage's scores for one query.
#[derive(Default)]
struct Scores {
    words: WordScores,
    /// The share of the query's words that the shop has never used.
    strange: f32,
    /// Empty where there are no vectors.
    meaning: Vec<f32>,
    /// The cosine of each unit of all passages.
    units: Vec<f32>,
    /// The same with the say of a follow-up's own words; empty where there are none.
    quoted: Vec<f32>,
    /// What the order follows.
    fused: Vec<f32>,
    /// What confidence is read from; empty where there are no vectors.
    absolute: Vec<f32>,
    /// The article that leads, and with what; then the next article.
    leader: (u32, f32),
    second: f32,
}

impl Scores {
    /// What the confidence is read from: a scale that means the same for every query.
    fn decisive(&self, number: usize) -> f32 {
        if self.absolute.is_empty() { self.words.share(number) } else { self.absolute[number] }
    }

    fn find_leaders(&mut self, article_of: &[u32]) {
        self.leader = (u32::MAX, 0.0);
        self.second = 0.0;
        for (number, article) in article_of.iter().enumerate() {
            let here = self.decisive(number);
            if here > self.leader.1 {
                if *article != self.leader.0 {
                    self.second = self.leader.1;
                }
                self.leader = (*article, here);
            } else if *article != self.leader.0 && here > self.second {
                self.second = here;
            }
        }
    }

    /// How far the best passage of any other article is.
    fn rival(&self, article: u32) -> f32 {
        if article == self.leader.0 { self.second } else { self.leader.1 }
    }
}

/// The knowledge base that is searched now; readers keep what they began with.
pub struct Knowledge(ArcSwap<KnowledgeIndex>);

impl Knowledge {
    pub fn new(index: KnowledgeIndex) -> Self {
        Self(ArcSwap::from_pointee(index))
    }

    pub fn swap(&self, index: KnowledgeIndex) {
        self.0.store(Arc::new(index));
    }

    pub fn current(&self) -> Arc<KnowledgeIndex> {
        self.0.load_full()
    }
}

impl Default for Knowledge {
    /// Nothing is known yet.
    fn default() -> Self {
        let empty = Draft::of_passages(Vec::new()).build(&[]);
        Self::new(empty.expect("an empty index builds in memory: this is a bug"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::passages::tests::article;
    use proptest::prelude::*;

    fn articles() -> Vec<Article> {
        let mut dutch = article("retour", "Retourneren", "Stuur het pakket binnen dertig dagen terug.");
        dutch.locale = "nl-BE".into();
        vec![
            article(
                "returns",
                "How to return",
                "Send the parcel back within thirty days.\n\n## Costs\nThe return is free.",
            ),
            article("klarna", "Paying with Klarna", "Pay in three parts."),
            dutch,
        ]
    }

    /// A stand-in for the encoder: a direction for each topic.
    fn encode(texts: &[String]) -> Vec<Vec<f32>> {
        texts.iter().map(|text| vector(text)).collect()
    }

    fn vector(text: &str) -> Vec<f32> {
        let text = text.to_lowercase();
        let has = |words: &[&str]| f32::from(u8::from(words.iter().any(|word| text.contains(word))));
        vec![
            has(&["return", "send", "back", "bring", "retour"]),
            has(&["klarna", "pay", "instal"]),
            has(&["cost", "free", "price"]),
            0.1,
        ]
    }

    fn index() -> KnowledgeIndex {
        let draft = Draft::of_articles(&articles());
        let vectors = encode(draft.texts());
        draft.build(&vectors).unwrap()
    }

    fn search(index: &KnowledgeIndex, text: &str, locale: Option<&str>, mode: Mode) -> Vec<String> {
        let vector = vector(text);
        let query = Query { text, vector: Some(&vector), locale, mode, topics: None, own: None };
        index.search(&query, 9).into_iter().map(|hit| hit.passage.id.clone()).collect()
    }

    #[test]
    fn words_find_what_was_written_and_meaning_what_was_meant() {
        let index = index();
        assert_eq!(search(&index, "thirty", None, Mode::Bm25), ["returns"]);
        assert_eq!(search(&index, "bring it", None, Mode::Bm25), [""; 0]);
        assert_eq!(search(&index, "bring it", Some("en"), Mode::Dense)[0], "returns");
        assert_eq!(search(&index, "instalments", Some("en"), Mode::Hybrid)[0], "klarna");
        assert_eq!(search(&index, "what does sending it back cost", Some("en"), Mode::Hybrid)[0], "returns#costs");
    }

    #[test]
    fn the_customers_language_goes_first() {
        let index = index();
        assert_eq!(search(&index, "return retour", Some("nl"), Mode::Hybrid)[0], "retour");
        assert_eq!(search(&index, "return retour", Some("en-GB"), Mode::Hybrid)[0], "returns");
        // A language without articles has no preference.
        assert_eq!(search(&index, "klarna", Some("fr"), Mode::Hybrid)[0], "klarna");
    }

    #[test]
    fn known_questions_lead_to_their_articles() {
        let draft = Draft::of_articles(&articles()).with_questions([
            Question { text: "do you sell bananas".into(), articles: vec!["nowhere".into()], language: String::new() },
            Question {
                text: "the price of three parts".into(),
                articles: vec!["klarna".into()],
                language: String::new(),
            },
        ]);
        assert_eq!(draft.texts().len(), 4 * VIEWS + 4 + 1);
        let vectors = encode(draft.texts());
        let with = draft.build(&vectors).unwrap();
        let vector = vector("price");
        let query =
            Query { text: "zzz", vector: Some(&vector), locale: None, mode: Mode::Hybrid, topics: None, own: None };
        let meaning = |index: &KnowledgeIndex| {
            index.search(&query, 9).iter().find(|hit| hit.passage.id == "klarna").unwrap().cosine
        };
        assert!(meaning(&with) > meaning(&index()));
    }

    #[test]
    fn examples_of_intents_are_questions_without_their_marks() {
        let intent = IntentSpec {
            examples: vec!["where is [AW-10482](order_number)?".into(), "odd [ ] (one".into()],
            articles: vec!["track".into()],
            ..IntentSpec::default()
        };
        let texts: Vec<String> =
            questions_of([&intent, &IntentSpec::default()]).into_iter().map(|question| question.text).collect();
        assert_eq!(texts, ["where is AW-10482?", "odd [ ] (one"]);
    }

    #[test]
    fn the_lead_is_over_other_articles() {
        let index = index();
        let vector = vector("send it back for free");
        let hits = index.search(
            &Query {
                text: "send back free",
                vector: Some(&vector),
                locale: Some("en"),
                mode: Mode::Hybrid,
                topics: None,
                own: None,
            },
            4,
        );
        assert_eq!(hits[0].passage.article, "returns");
        assert!(hits[0].evidence.lead > 0.0);
        assert!(hits.iter().find(|hit| hit.passage.article == "klarna").unwrap().evidence.lead < 0.0);
    }

    #[test]
    fn the_topic_pulls_its_articles() {
        let (index, vector) = (index(), vector("price"));
        let topics = Topics::from([("klarna".to_owned(), 0.9), ("returns".to_owned(), 0.05)]);
        let query = |topics| Query {
            text: "zzz",
            vector: Some(&vector),
            locale: Some("en"),
            mode: Mode::Hybrid,
            topics,
            own: None,
        };
        let score = |topics| {
            let hits = index.search(&query(topics), 4);
            hits.iter().find(|hit| hit.passage.article == "klarna").map(|hit| (hit.score, hit.confidence)).unwrap()
        };
        let (before, after) = (score(None), score(Some(&topics)));
        assert!(after.0 > before.0 && after.1 > before.1, "{before:?} {after:?}");
    }

    #[test]
    fn without_vectors_words_answer() {
        let index = Draft::of_articles(&articles()).build(&[]).unwrap();
        assert!(!index.has_vectors());
        assert_eq!(search(&index, "klarna parts", None, Mode::Hybrid), ["klarna"]);
        assert!(Draft::of_articles(&articles()).build(&[vec![1.0]]).is_err());
    }

    #[test]
    fn a_swap_is_seen_at_once_and_readers_keep_what_they_have() {
        let knowledge = Knowledge::default();
        let before = knowledge.current();
        knowledge.swap(index());
        assert!(before.passages().is_empty());
        assert_eq!(knowledge.current().passages().len(), 4);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn never_panics(body in "\\PC{0,200}", text in "\\PC{0,80}", numbers in prop::collection::vec(proptest::num::f32::ANY, 0..6), k in 0usize..5) {
            let draft = Draft::of_articles(&[article("a", "Title", &body), article("b", &text, "Text.")]);
            let vectors = encode(draft.texts());
            let index = draft.build(&vectors).unwrap();
            for mode in [Mode::Bm25, Mode::Dense, Mode::Hybrid] {
                let hits = index.search(&Query { text: &text, vector: Some(&numbers), locale: Some("en"), mode, topics: None, own: None }, k);
                prop_assert!(hits.len() <= k);
                prop_assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.confidence)));
            }
        }
    }
}
