//! The knowledge base as one searchable value, built whole and swapped whole.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::confidence::Evidence;
use super::fusion;
use super::lexical::{FieldSpec, LexicalIndex, WordScores};
use super::passages::{self, Passage};
use super::vectors::{Vectors, VectorsError};
use super::words::{self, Analyser};
use crate::domain::article::Article;

/// What is asked of the index.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    pub text: &'a str,
    /// Of any length; the index compares directions.
    pub vector: Option<&'a [f32]>,
    /// Passages in this language go before others; `None` knows no preference.
    pub locale: Option<&'a str>,
    pub mode: Mode,
}

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
    /// Of the view of the passage that is nearest; 0 without a vector.
    pub cosine: f32,
    /// What the order follows; comparable within one search only.
    pub score: f32,
    /// Calibrated probability that the passage answers the query.
    pub confidence: f32,
}

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the knowledge base cannot be indexed: {0}")]
    Words(#[from] tantivy::TantivyError),
    #[error("the knowledge base cannot be indexed: {0}")]
    Vectors(#[from] VectorsError),
}

/// Passages on their way into an index: what is to be encoded is known, the vectors are not.
pub struct Draft {
    passages: Vec<Arc<Passage>>,
    texts: Vec<String>,
    /// Which passage each text speaks for.
    owners: Vec<u32>,
}

pub struct KnowledgeIndex {
    passages: Vec<Arc<Passage>>,
    shelves: Vec<Shelf>,
    vectors: Vectors,
    owners: Vec<u32>,
}

/// The passages of one language.
struct Shelf {
    language: String,
    words: LexicalIndex,
    /// The passage of each row.
    passages: Vec<u32>,
}

/// The words of title and headings count again in the body, so that a query may find its
/// words spread over both; the extra weight is for titles that are questions.
const FIELDS: [FieldSpec; 2] = [FieldSpec { name: "heading", boost: 0.5 }, FieldSpec { name: "body", boost: 1.0 }];

/// What a passage in another language than the customer's loses.
const FOREIGN: f32 = 0.25;

impl Draft {
    pub fn of_articles<'a>(articles: impl IntoIterator<Item = &'a Article>) -> Self {
        Self::of_passages(articles.into_iter().flat_map(passages::split).collect())
    }

    pub fn of_passages(passages: Vec<Passage>) -> Self {
        let mut texts = Vec::new();
        let mut owners = Vec::new();
        for (number, passage) in passages.iter().enumerate() {
            let views = views(passage);
            owners.extend(std::iter::repeat_n(number as u32, views.len()));
            texts.extend(views);
        }
        Self { passages: passages.into_iter().map(Arc::new).collect(), texts, owners }
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
        let mut shelves: Vec<Shelf> = Vec::new();
        let mut languages: Vec<&str> = self.passages.iter().map(|passage| words::primary(&passage.locale)).collect();
        languages.sort_unstable();
        languages.dedup();
        for language in languages {
            let here: Vec<u32> = (0..self.passages.len() as u32)
                .filter(|number| words::primary(&self.passages[*number as usize].locale) == language)
                .collect();
            let rows: Vec<Vec<String>> = here.iter().map(|number| fields(&self.passages[*number as usize])).collect();
            let words = LexicalIndex::build(Analyser::new(language), &FIELDS, &rows)?;
            shelves.push(Shelf { language: language.to_owned(), words, passages: here });
        }
        Ok(KnowledgeIndex { vectors: Vectors::new(vectors)?, passages: self.passages, shelves, owners: self.owners })
    }
}

/// The texts whose vectors speak for a passage: all of it, and its headings alone, which
/// are the question that it answers.
fn views(passage: &Passage) -> Vec<String> {
    let headings = passage.heading_line();
    let whole = format!("{headings}\n{}", passage.text);
    vec![whole, headings]
}

fn fields(passage: &Passage) -> Vec<String> {
    let headings = passage.heading_line();
    let body = format!("{headings}\n{}\n{}", passage.tags.join(", "), passage.text);
    vec![headings, body]
}

impl KnowledgeIndex {
    /// Splits the articles, has their passages encoded, and builds.
    pub fn build<E: From<BuildError>>(
        articles: &[Article],
        encode: impl FnOnce(&[String]) -> Result<Vec<Vec<f32>>, E>,
    ) -> Result<Self, E> {
        let draft = Draft::of_articles(articles);
        let vectors = encode(draft.texts())?;
        Ok(draft.build(&vectors)?)
    }

    pub fn passages(&self) -> &[Arc<Passage>] {
        &self.passages
    }

    pub fn has_vectors(&self) -> bool {
        !self.vectors.is_empty()
    }

    /// The best passages, best first, at most `k`. Passages that share neither a word nor a
    /// direction with the query are left out.
    pub fn search(&self, query: &Query<'_>, k: usize) -> Vec<PassageHit> {
        let read = self.read(query);
        let mut order: Vec<u32> = (0..self.passages.len() as u32).filter(|n| read.fused[*n as usize] > f32::NEG_INFINITY).collect();
        let before = |a: &u32, b: &u32| read.fused[*b as usize].total_cmp(&read.fused[*a as usize]).then(a.cmp(b));
        if k == 0 {
            return Vec::new();
        }
        if order.len() > k {
            order.select_nth_unstable_by(k - 1, before);
            order.truncate(k);
        }
        order.sort_unstable_by(before);
        order.into_iter().map(|number| self.hit(&read, number as usize)).collect()
    }

    /// Scores every passage.
    fn read(&self, query: &Query<'_>) -> Reading {
        let count = self.passages.len();
        let wants_words = query.mode != Mode::Dense;
        let wants_vectors = query.mode != Mode::Bm25 && self.has_vectors();
        let mut reading = Reading { words: WordScores { scores: vec![0.0; count], bound: 0.0 }, ..Reading::default() };

        reading.coverage = vec![0.0; count];
        for shelf in &self.shelves {
            let terms = shelf.words.terms(query.text);
            let found = shelf.words.scores(&terms).unwrap_or_else(|error| {
                // An index in memory does not fail; if it does, meaning alone still answers.
                tracing::error!(%error, "search by words failed");
                WordScores { scores: vec![0.0; shelf.passages.len()], bound: 0.0 }
            });
            reading.words.bound = reading.words.bound.max(found.bound);
            for (row, number) in shelf.passages.iter().enumerate() {
                reading.words.scores[*number as usize] = found.scores[row];
                if found.scores[row] > 0.0 {
                    reading.coverage[*number as usize] = shelf.words.coverage(&terms, row);
                }
            }
        }
        reading.cosines = match query.vector.filter(|_| wants_vectors) {
            Some(vector) => self.best_view_cosines(vector),
            None => Vec::new(),
        };

        reading.fused = match (wants_words, reading.cosines.is_empty()) {
            (_, true) => fusion::words_alone(&reading.words),
            (false, false) => reading.cosines.clone(),
            (true, false) => fusion::fuse(&reading.words, &reading.cosines),
        };
        if let Some(locale) = query.locale {
            self.prefer(words::primary(locale), &mut reading.fused);
        }
        reading
    }

    /// The cosine of the query with the nearest view of each passage.
    fn best_view_cosines(&self, vector: &[f32]) -> Vec<f32> {
        let mut best = vec![-1.0f32; self.passages.len()];
        for (cosine, owner) in self.vectors.cosines(vector).into_iter().zip(&self.owners) {
            let place = &mut best[*owner as usize];
            *place = place.max(cosine);
        }
        best
    }

    fn prefer(&self, language: &str, fused: &mut [f32]) {
        if !self.shelves.iter().any(|shelf| shelf.language == language) {
            return;
        }
        for shelf in self.shelves.iter().filter(|shelf| shelf.language != language) {
            for number in &shelf.passages {
                fused[*number as usize] -= FOREIGN;
            }
        }
    }

    fn hit(&self, reading: &Reading, number: usize) -> PassageHit {
        let passage = Arc::clone(&self.passages[number]);
        let evidence = self.evidence(reading, number);
        PassageHit {
            bm25: reading.words.scores[number],
            cosine: reading.cosines.get(number).copied().unwrap_or(0.0),
            score: reading.fused[number],
            confidence: evidence.probability(),
            passage,
        }
    }

    fn evidence(&self, reading: &Reading, number: usize) -> Evidence {
        let article = &self.passages[number].article;
        let others = (0..self.passages.len()).filter(|other| self.passages[*other].article != *article);
        let rival = others.map(|other| reading.cosines.get(other).copied().unwrap_or(0.0)).fold(0.0f32, f32::max);
        let bound = reading.words.bound;
        Evidence {
            cosine: reading.cosines.get(number).copied(),
            margin: reading.cosines.get(number).map_or(0.0, |cosine| cosine - rival),
            words: if bound > 0.0 { reading.words.scores[number] / bound } else { 0.0 },
            coverage: reading.coverage[number],
        }
    }
}

/// Every passage's scores for one query.
#[derive(Default)]
struct Reading {
    words: WordScores,
    coverage: Vec<f32>,
    /// Empty where there are no vectors.
    cosines: Vec<f32>,
    fused: Vec<f32>,
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
