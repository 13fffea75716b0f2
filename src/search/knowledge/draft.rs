//! A whole index at once: what is to be encoded is told first, the vectors come after.

use std::collections::HashMap;

use super::library::{self, Content};
use super::waiting::{unit_texts, views};
use super::{BuildError, KnowledgeIndex, Question};
use crate::domain::article::Article;
use crate::search::passages::Passage;
use crate::search::synonyms::Synonyms;
use crate::search::vectors::{Row, VectorsError};

/// Passages on their way into an index.
pub struct Draft {
    articles: Vec<(String, Content)>,
    questions: Vec<Question>,
    synonyms: Synonyms,
    /// In the order in which the index asks for them.
    texts: Vec<String>,
}

impl Draft {
    /// The first of an article's languages is the one that its address leads to.
    pub fn of_articles<'a>(articles: impl IntoIterator<Item = &'a Article>) -> Self {
        let contents = by_id(articles.into_iter().cloned(), |article| &article.id);
        let passages = contents.iter().flat_map(|(_, articles)| library::cut(articles));
        let texts = texts(passages.collect::<Vec<_>>().iter());
        let articles = contents.into_iter().map(|(id, articles)| (id, Content::Articles(articles))).collect();
        Self { articles, questions: Vec::new(), synonyms: Synonyms::default(), texts }
    }

    pub fn of_passages(passages: Vec<Passage>) -> Self {
        let contents = by_id(passages, |passage| &passage.article);
        let texts = texts(contents.iter().flat_map(|(_, passages)| passages));
        let articles = contents.into_iter().map(|(id, passages)| (id, Content::Passages(passages))).collect();
        Self { articles, questions: Vec::new(), synonyms: Synonyms::default(), texts }
    }

    /// Adds what customers are known to ask; questions whose articles are not in the draft
    /// change nothing.
    pub fn with_questions(mut self, questions: impl IntoIterator<Item = Question>) -> Self {
        for question in questions {
            let is_here = |article: &String| self.articles.iter().any(|(id, _)| id == article);
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
        let mut index = KnowledgeIndex::default();
        index.set_synonyms(self.synonyms);
        index.set_questions(self.questions);
        index.put(self.articles)?;
        if !vectors.is_empty() {
            let known: HashMap<&str, &Vec<f32>> = self.texts.iter().map(String::as_str).zip(vectors).collect();
            for waiting in index.waiting(None, usize::MAX) {
                let rows: Vec<Row> = waiting.texts.iter().map(|text| Row::of(known[text.as_str()])).collect();
                index.learn(&waiting, &rows)?;
            }
        }
        Ok(index)
    }
}

/// Things that belong together side by side, in the order in which the first of each comes.
pub(super) fn by_id<T>(all: impl IntoIterator<Item = T>, id: impl Fn(&T) -> &String) -> Vec<(String, Vec<T>)> {
    let mut groups: Vec<(String, Vec<T>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for one in all {
        match places.get(id(&one)) {
            Some(place) => groups[*place].1.push(one),
            None => {
                places.insert(id(&one).clone(), groups.len());
                groups.push((id(&one).clone(), vec![one]));
            }
        }
    }
    groups
}

fn texts<'a>(passages: impl Iterator<Item = &'a Passage> + Clone) -> Vec<String> {
    let mut texts: Vec<String> = passages.clone().flat_map(views).collect();
    if super::has_sentences(passages.clone().map(|passage| passage.units.len()).sum()) {
        texts.extend(passages.flat_map(unit_texts));
    }
    texts
}
