//! Search by words: BM25 in a tantivy index in memory, tolerant of typos.
//!
//! It scores every row that shares a word with the query, since the fusion with meaning
//! needs each row's score and not only the best ones.

use std::collections::HashMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, WhitespaceTokenizer};
use tantivy::{DocId, Index, ReloadPolicy, Score, Searcher, SegmentOrdinal, SegmentReader, TantivyDocument, Term};

use super::typos::Vocabulary;
use super::words::{Analyser, Word};

/// A field of the indexed texts and what a match in it is worth.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    pub name: &'static str,
    pub boost: f32,
}

/// An index of rows, each a text for every field.
pub struct LexicalIndex {
    analyser: Analyser,
    searcher: Searcher,
    fields: Vec<(Field, f32)>,
    rows: usize,
    vocabulary: Vocabulary,
    stems: HashMap<String, u32>,
    /// In how many rows each stem occurs.
    row_counts: Vec<u32>,
}

/// A query as it is searched: stems with their weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    terms: Vec<WeighedTerm>,
}

#[derive(Clone, Debug, PartialEq)]
struct WeighedTerm {
    stem: String,
    /// Its number in the index; `None` where no row has it.
    id: Option<u32>,
    weight: f32,
    idf: f32,
}

/// BM25 of every row, 0 where it shares no word with the query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordScores {
    pub scores: Vec<f32>,
    /// What a row would reach that explains all of the query, or its eight rarest words.
    pub full: f32,
}

impl WordScores {
    /// How much of the query each row explains: about 0 to 1, comparable between queries.
    pub fn share(&self, row: usize) -> f32 {
        if self.full > 0.0 { self.scores[row] / self.full } else { 0.0 }
    }
}

/// Room for the writer while the index is built; tantivy wants 15 MB at the least.
const WRITER_BYTES: usize = 60_000_000;
const ROW: &str = "row";
const TOKENIZER: &str = "stems";
/// tantivy's own constant, needed for the most that a word can add.
const K1: f32 = 1.2;
/// No passage explains every word of a long message: so many of the rarest are all that can be asked.
const EXPLAINED: usize = 8;

impl LexicalIndex {
    /// `rows[i][f]` is row i's text for field f.
    pub fn build(analyser: Analyser, fields: &[FieldSpec], rows: &[Vec<String>]) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(true);
        let options = TextOptions::default().set_indexing_options(indexing);
        let handles: Vec<(Field, f32)> =
            fields.iter().map(|spec| (schema.add_text_field(spec.name, options.clone()), spec.boost)).collect();
        let row_field = schema.add_u64_field(ROW, FAST);
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register(TOKENIZER, TextAnalyzer::from(WhitespaceTokenizer::default()));

        let mut vocabulary = Vocabulary::default();
        let mut stems: HashMap<String, u32> = HashMap::new();
        let mut row_counts: Vec<u32> = Vec::new();
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER_BYTES)?;
        for (row, texts) in rows.iter().enumerate() {
            let mut document = TantivyDocument::default();
            document.add_u64(row_field, row as u64);
            let mut of_row: Vec<u32> = Vec::new();
            for ((field, _), text) in handles.iter().zip(texts) {
                let mut indexed = String::with_capacity(text.len());
                for Word { surface, stem } in analyser.words(text) {
                    indexed.push_str(&stem);
                    indexed.push(' ');
                    vocabulary.insert(&surface);
                    let next = stems.len() as u32;
                    let id = *stems.entry(stem).or_insert(next);
                    if id == next {
                        row_counts.push(0);
                    }
                    of_row.push(id);
                }
                document.add_text(*field, indexed);
            }
            of_row.sort_unstable();
            of_row.dedup();
            for id in &of_row {
                row_counts[*id as usize] += 1;
            }
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let searcher = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?.searcher();
        Ok(Self { analyser, searcher, fields: handles, rows: rows.len(), vocabulary, stems, row_counts })
    }

    /// Reads a query; words that no row has are taken for the nearest that some row has.
    pub fn terms(&self, text: &str) -> Terms {
        let mut terms = Terms::default();
        let words = self.analyser.words(text);
        let mut index = 0;
        while let Some(word) = words.get(index) {
            index += 1;
            if self.stems.contains_key(&word.stem) {
                self.add(&mut terms, &word.stem, 1.0);
                continue;
            }
            // `news letter` for `newsletter`.
            let joined = words.get(index).map(|next| format!("{}{}", word.surface, next.surface));
            if let Some(joined) = joined.filter(|joined| self.vocabulary.contains(joined)) {
                for Word { stem, .. } in self.analyser.words(&joined) {
                    self.add(&mut terms, &stem, 0.9);
                }
                continue;
            }
            match self.vocabulary.correct(&word.surface) {
                Some(correction) => {
                    for Word { stem, .. } in correction.words.iter().flat_map(|word| self.analyser.words(word)) {
                        self.add(&mut terms, &stem, correction.weight);
                    }
                }
                None => self.add(&mut terms, &word.stem, 1.0),
            }
        }
        terms
    }

    /// BM25 of every row.
    pub fn scores(&self, terms: &Terms) -> tantivy::Result<WordScores> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::with_capacity(terms.terms.len() * self.fields.len());
        let boosts: f32 = self.fields.iter().map(|(_, boost)| boost).sum();
        let mut most: Vec<f32> = terms.terms.iter().map(|term| term.weight * term.idf * (K1 + 1.0) * boosts).collect();
        most.sort_unstable_by(|a, b| b.total_cmp(a));
        let full = most.iter().take(EXPLAINED).sum();
        for term in &terms.terms {
            if term.id.is_none() {
                continue;
            }
            for (field, boost) in &self.fields {
                let query = TermQuery::new(Term::from_field_text(*field, &term.stem), IndexRecordOption::WithFreqs);
                clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(query), boost * term.weight))));
            }
        }
        if clauses.is_empty() {
            return Ok(WordScores { scores: vec![0.0; self.rows], full });
        }
        let scores = self.searcher.search(&BooleanQuery::new(clauses), &EveryScore { rows: self.rows })?;
        Ok(WordScores { scores, full })
    }

    /// Whether some row has the word.
    pub fn has(&self, word: &Word) -> bool {
        self.stems.contains_key(&word.stem)
    }

    /// Whether some row has the word, or one that it may be misspelt for.
    pub fn knows(&self, word: &Word) -> bool {
        self.has(word) || self.vocabulary.correct(&word.surface).is_some()
    }

    /// Whether some row has one of the query's words.
    pub fn knows_any(&self, terms: &Terms) -> bool {
        terms.terms.iter().any(|term| term.id.is_some())
    }

    pub fn analyser(&self) -> &Analyser {
        &self.analyser
    }

    fn add(&self, terms: &mut Terms, stem: &str, weight: f32) {
        if let Some(term) = terms.terms.iter_mut().find(|term| term.stem == stem) {
            term.weight = term.weight.max(weight);
            return;
        }
        let id = self.stems.get(stem).copied();
        let in_rows = id.map_or(0, |id| self.row_counts[id as usize]) as f32;
        // The same formula as BM25's; an unknown word is as rare as can be.
        let idf = (1.0 + (self.rows as f32 - in_rows + 0.5) / (in_rows + 0.5)).ln();
        terms.terms.push(WeighedTerm { stem: stem.to_owned(), id, weight, idf });
    }
}

impl Terms {
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub fn stems(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| term.stem.as_str())
    }
}

/// Collects the score of every row that matches.
struct EveryScore {
    rows: usize,
}

struct SegmentScores {
    row: Column<u64>,
    scores: Vec<(u32, f32)>,
}

impl Collector for EveryScore {
    type Fruit = Vec<f32>;
    type Child = SegmentScores;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentScores> {
        Ok(SegmentScores { row: segment.fast_fields().u64(ROW)?, scores: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Vec<(u32, f32)>>) -> tantivy::Result<Vec<f32>> {
        let mut scores = vec![0.0; self.rows];
        for (row, score) in segments.into_iter().flatten() {
            scores[row as usize] = score;
        }
        Ok(scores)
    }
}

impl SegmentCollector for SegmentScores {
    type Fruit = Vec<(u32, f32)>;

    fn collect(&mut self, document: DocId, score: Score) {
        if let Some(row) = self.row.first(document) {
            self.scores.push((row as u32, score));
        }
    }

    fn harvest(self) -> Vec<(u32, f32)> {
        self.scores
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIELDS: [FieldSpec; 2] = [FieldSpec { name: "title", boost: 1.0 }, FieldSpec { name: "body", boost: 1.0 }];

    fn index(rows: &[(&str, &str)]) -> LexicalIndex {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|(title, body)| vec![(*title).to_owned(), (*body).to_owned()]).collect();
        LexicalIndex::build(Analyser::new("en"), &FIELDS, &rows).unwrap()
    }

    fn shop() -> LexicalIndex {
        index(&[
            ("Returning things", "Send the parcel back within thirty days."),
            ("Paying", "Pay by card, by bank transfer or with a gift card."),
            ("Newsletter", "Ten percent off the first order."),
        ])
    }

    fn best(index: &LexicalIndex, query: &str) -> Option<usize> {
        let found = index.scores(&index.terms(query)).unwrap();
        assert!(found.scores.iter().all(|score| *score <= found.full), "{found:?}");
        let best = (0..found.scores.len()).max_by(|a, b| found.scores[*a].total_cmp(&found.scores[*b]))?;
        (found.scores[best] > 0.0).then_some(best)
    }

    #[test]
    fn finds_by_words_whatever_their_ending() {
        let index = shop();
        assert_eq!(best(&index, "how do I return it"), Some(0));
        assert_eq!(best(&index, "paying with cards"), Some(1));
        assert_eq!(best(&index, "weather tomorrow"), None);
        assert_eq!(best(&index, ""), None);
    }

    #[test]
    fn typos_and_words_run_together_are_forgiven() {
        let index = shop();
        assert_eq!(best(&index, "retruning"), Some(0));
        assert_eq!(best(&index, "a giftcard"), Some(1));
        assert_eq!(best(&index, "your news leter"), None);
        assert_eq!(best(&index, "your news letter"), Some(2));
    }

    #[test]
    fn an_empty_index_finds_nothing() {
        let index = index(&[]);
        assert_eq!(best(&index, "return"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn never_panics(query in "\\PC{0,80}", body in "\\PC{0,80}") {
            let index = index(&[("Title", &body), ("", "")]);
            let terms = index.terms(&query);
            let found = index.scores(&terms).unwrap();
            prop_assert_eq!(found.scores.len(), 2);
            prop_assert!(found.scores.iter().all(|score| *score >= 0.0));
        }
    }
}
