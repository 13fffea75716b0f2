//! Search by words: BM25 over tantivy indexes in memory, tolerant of typos.
//!
//! It scores every row that shares a word with the query, since the fusion with meaning
//! needs each row's score and not only the best ones. Postings are read term by term into
//! one array: that costs a third of tantivy's own union of scorers, and gives the same.
//!
//! An index changes by parts that do not: rows that go are crossed out, rows that come make
//! a part of their own, together with all parts that are no larger. So an edit costs little
//! in a large base, and there are never many parts.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tantivy::directory::RamDirectory;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager, WhitespaceTokenizer};
use tantivy::{Index, ReloadPolicy, Searcher, TantivyDocument, Term};

use super::typos::Vocabulary;
use super::words::{Analyser, Word};

/// A field of the indexed texts and what a match in it is worth.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    pub name: &'static str,
    pub boost: f32,
}

/// An index of rows, each a text for every field. A copy shares its parts.
#[derive(Clone)]
pub struct LexicalIndex {
    analyser: Analyser,
    fields: Vec<FieldSpec>,
    parts: Vec<Part>,
    words: Arc<Words>,
    /// Rows that are there.
    rows: usize,
}

/// What rows go and come, by their numbers, and what they say.
pub struct Change<'a> {
    pub gone: &'a [u32],
    pub new: &'a [u32],
    /// The text of every field of a row before the change.
    pub before: &'a dyn Fn(u32) -> Vec<String>,
    /// The same after it, of new rows and of those that stay; each is asked for once.
    pub after: &'a dyn Fn(u32) -> Vec<String>,
}

/// Some rows, in a tantivy index that never changes.
#[derive(Clone)]
struct Part {
    searcher: Searcher,
    /// The number of each document; `GONE` where it is crossed out.
    rows: Arc<Vec<u32>>,
    here: usize,
}

/// Words in more rows than this are as frequent as they were, whatever was crossed out.
const RARE: usize = 1_000;

impl Part {
    /// In how many rows that are here a word occurs.
    fn matches(&self, postings: &BlockSegmentPostings) -> usize {
        let all = postings.doc_freq() as usize;
        if self.here == self.rows.len() || all > RARE {
            return all;
        }
        let mut postings = postings.clone();
        let mut here = 0;
        while postings.block_len() > 0 {
            here += postings.docs().iter().filter(|document| self.rows[**document as usize] != GONE).count();
            postings.advance();
        }
        here
    }
}

/// What words all rows use.
#[derive(Clone, Default)]
struct Words {
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
    is_known: bool,
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

/// tantivy's own constants.
const K1: f32 = 1.2;
const B: f32 = 0.75;
/// No passage explains every word of a long message: so many of the rarest are all that can be asked.
const EXPLAINED: usize = 8;

const TOKENIZER: &str = "stems";
/// What tantivy may take to write a part; it only says when that is exceeded.
const WRITER_BYTES: usize = 60_000_000;
const GONE: u32 = u32::MAX;
/// Rows of a part at the most when many come at once: writing one takes memory.
const LARGEST: usize = 25_000;
/// Parts of so few rows are joined whenever something changes.
const SMALL: usize = 256;

impl LexicalIndex {
    pub fn new(analyser: Analyser, fields: &[FieldSpec]) -> Self {
        Self { analyser, fields: fields.to_vec(), parts: Vec::new(), words: Arc::default(), rows: 0 }
    }

    /// `rows[i][f]` is row i's text for field f.
    pub fn build(analyser: Analyser, fields: &[FieldSpec], rows: &[Vec<String>]) -> tantivy::Result<Self> {
        let mut index = Self::new(analyser, fields);
        let numbers: Vec<u32> = (0..rows.len() as u32).collect();
        let text = |row: u32| rows[row as usize].clone();
        index.change(&Change { gone: &[], new: &numbers, before: &text, after: &text })?;
        Ok(index)
    }

    pub fn change(&mut self, change: &Change<'_>) -> tantivy::Result<()> {
        for row in change.gone {
            let read = self.read((change.before)(*row));
            Arc::make_mut(&mut self.words).forget(&read);
        }
        self.cross_out(change.gone);
        self.rows = self.rows - change.gone.len() + change.new.len();
        // Parts that are no larger than what comes are joined with it.
        let mut joined: Vec<u32> = Vec::new();
        self.parts.sort_by_key(|part| std::cmp::Reverse(part.here));
        while let Some(smallest) = self.parts.last() {
            let size = joined.len() + change.new.len();
            let is_alone = joined.is_empty() && change.new.is_empty();
            if smallest.here > 0 && (is_alone || smallest.here > size.max(SMALL)) {
                break;
            }
            joined.extend(smallest.rows.iter().filter(|row| **row != GONE));
            self.parts.pop();
        }
        let new: HashSet<u32> = change.new.iter().copied().collect();
        joined.extend(change.new);
        for rows in joined.chunks(LARGEST) {
            let mut part = PartWriter::new(&self.fields)?;
            for row in rows {
                let read = self.read((change.after)(*row));
                if new.contains(row) {
                    Arc::make_mut(&mut self.words).learn(&read);
                }
                part.add(&read)?;
            }
            self.parts.push(part.finish(rows.to_vec())?);
        }
        Ok(())
    }

    fn read(&self, texts: Vec<String>) -> Vec<Vec<Word>> {
        texts.iter().map(|text| self.analyser.words(text)).collect()
    }

    fn cross_out(&mut self, gone: &[u32]) {
        if gone.is_empty() {
            return;
        }
        let gone: HashSet<u32> = gone.iter().copied().collect();
        for part in &mut self.parts {
            let lost = part.rows.iter().filter(|row| gone.contains(row)).count();
            if lost > 0 {
                part.here -= lost;
                for row in Arc::make_mut(&mut part.rows).iter_mut().filter(|row| gone.contains(row)) {
                    *row = GONE;
                }
            }
        }
    }

    /// Reads a query; words that no row has are taken for the nearest that some row has.
    pub fn terms(&self, text: &str) -> Terms {
        let mut terms = Terms::default();
        let words = self.analyser.words(text);
        let mut index = 0;
        while let Some(word) = words.get(index) {
            index += 1;
            if self.words.has(&word.stem) {
                self.add(&mut terms, &word.stem, 1.0);
                continue;
            }
            // `news letter` for `newsletter`.
            let joined = words.get(index).map(|next| format!("{}{}", word.surface, next.surface));
            if let Some(joined) = joined.filter(|joined| self.words.vocabulary.contains(joined)) {
                for Word { stem, .. } in self.analyser.words(&joined) {
                    self.add(&mut terms, &stem, 0.9);
                }
                continue;
            }
            match self.words.vocabulary.correct(&word.surface) {
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
        let last = self.parts.iter().flat_map(|part| part.rows.iter()).filter(|row| **row != GONE).max();
        let mut scores = vec![0.0; last.map_or(0, |row| *row as usize + 1)];
        let full = self.score(terms, &mut scores)?;
        Ok(WordScores { scores, full })
    }

    /// Adds BM25 to every row's place; the most that a row could reach.
    pub fn score(&self, terms: &Terms, scores: &mut [f32]) -> tantivy::Result<f32> {
        let boosts: f32 = self.fields.iter().map(|field| field.boost).sum();
        let mut most: Vec<f32> = terms.terms.iter().map(|term| term.weight * term.idf * (K1 + 1.0) * boosts).collect();
        most.sort_unstable_by(|a, b| b.total_cmp(a));
        for (number, spec) in self.fields.iter().enumerate() {
            self.score_field(Field::from_field_id(number as u32), spec.boost, terms, scores)?;
        }
        Ok(most.iter().take(EXPLAINED).sum())
    }

    /// BM25 as tantivy computes it, over all parts as if they were one.
    fn score_field(&self, field: Field, boost: f32, terms: &Terms, scores: &mut [f32]) -> tantivy::Result<()> {
        let mut parts = Vec::with_capacity(self.parts.len());
        let (mut documents, mut rows, mut tokens) = (0u64, 0usize, 0u64);
        for part in &self.parts {
            rows += part.here;
            for segment in part.searcher.segment_readers() {
                let postings = segment.inverted_index(field)?;
                documents += u64::from(segment.max_doc());
                tokens += postings.total_num_tokens();
                parts.push((postings, segment.get_fieldnorms_reader(field)?, part));
            }
        }
        let average = tokens as f32 / documents as f32;
        let lengths: [f32; 256] =
            std::array::from_fn(|id| K1 * (1.0 - B + B * FieldNormReader::id_to_fieldnorm(id as u8) as f32 / average));
        for term in terms.terms.iter().filter(|term| term.is_known) {
            let key = Term::from_field_text(field, &term.stem);
            let mut found = Vec::with_capacity(parts.len());
            let mut matches = 0usize;
            for (postings, norms, part) in &parts {
                if let Some(info) = postings.get_term_info(&key)? {
                    let block = postings.read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
                    matches += part.matches(&block);
                    found.push((block, norms, &part.rows));
                }
            }
            let worth = boost * term.weight * (K1 + 1.0) * idf(rows as f32, matches.min(rows) as f32);
            for (block, norms, rows) in found {
                add(block, scores, |document, frequency| {
                    let length = lengths[usize::from(norms.fieldnorm_id(document))];
                    (rows[document as usize], worth * frequency / (frequency + length))
                });
            }
        }
        Ok(())
    }

    /// Whether some row has the word.
    pub fn has(&self, word: &Word) -> bool {
        self.words.has(&word.stem)
    }

    /// How rare a word is among the rows, and so how much it tells.
    pub fn idf(&self, word: &Word) -> f32 {
        idf(self.rows as f32, self.words.rows_with(&word.stem) as f32)
    }

    /// Whether some row has one of the query's words.
    pub fn knows_any(&self, terms: &Terms) -> bool {
        terms.terms.iter().any(|term| term.is_known)
    }

    pub fn analyser(&self) -> &Analyser {
        &self.analyser
    }

    fn add(&self, terms: &mut Terms, stem: &str, weight: f32) {
        if let Some(term) = terms.terms.iter_mut().find(|term| term.stem == stem) {
            term.weight = term.weight.max(weight);
            return;
        }
        let in_rows = self.words.rows_with(stem);
        // An unknown word is as rare as can be.
        let idf = idf(self.rows as f32, in_rows as f32);
        terms.terms.push(WeighedTerm { stem: stem.to_owned(), is_known: in_rows > 0, weight, idf });
    }
}

impl Words {
    fn learn(&mut self, row: &[Vec<Word>]) {
        for word in row.iter().flatten() {
            self.vocabulary.insert(&word.surface);
        }
        for stem in stems_of(row) {
            let next = self.row_counts.len() as u32;
            let id = match self.stems.get(stem) {
                Some(id) => *id,
                None => {
                    self.stems.insert(stem.to_owned(), next);
                    self.row_counts.push(0);
                    next
                }
            };
            self.row_counts[id as usize] += 1;
        }
    }

    fn forget(&mut self, row: &[Vec<Word>]) {
        for word in row.iter().flatten() {
            self.vocabulary.forget(&word.surface);
        }
        for stem in stems_of(row) {
            if let Some(id) = self.stems.get(stem) {
                let count = &mut self.row_counts[*id as usize];
                *count = count.saturating_sub(1);
            }
        }
    }

    fn rows_with(&self, stem: &str) -> u32 {
        self.stems.get(stem).map_or(0, |id| self.row_counts[*id as usize])
    }

    fn has(&self, stem: &str) -> bool {
        self.rows_with(stem) > 0
    }
}

/// Each stem of a row once.
fn stems_of(row: &[Vec<Word>]) -> HashSet<&str> {
    row.iter().flatten().map(|word| word.stem.as_str()).collect()
}

/// How rare a word is, by BM25.
fn idf(rows: f32, with_it: f32) -> f32 {
    (1.0 + (rows - with_it + 0.5) / (with_it + 0.5)).ln()
}

/// Adds up what each document of a list of postings is worth, in its row's place.
fn add(mut block: BlockSegmentPostings, scores: &mut [f32], worth: impl Fn(u32, f32) -> (u32, f32)) {
    while block.block_len() > 0 {
        for (document, frequency) in block.docs().iter().zip(block.freqs()) {
            let (row, worth) = worth(*document, *frequency as f32);
            if let Some(score) = scores.get_mut(row as usize) {
                *score += worth;
            }
        }
        block.advance();
    }
}

/// Writes the one segment of a part.
struct PartWriter {
    fields: Vec<Field>,
    writer: tantivy::SingleSegmentIndexWriter<TantivyDocument>,
}

impl PartWriter {
    fn new(fields: &[FieldSpec]) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(true);
        let options = TextOptions::default().set_indexing_options(indexing);
        let fields = fields.iter().map(|spec| schema.add_text_field(spec.name, options.clone())).collect();
        let tokenizers = TokenizerManager::new();
        tokenizers.register(TOKENIZER, TextAnalyzer::from(WhitespaceTokenizer::default()));
        let index = Index::builder().schema(schema.build()).tokenizers(tokenizers);
        let writer = index.single_segment_index_writer(RamDirectory::create(), WRITER_BYTES)?;
        Ok(Self { fields, writer })
    }

    fn add(&mut self, row: &[Vec<Word>]) -> tantivy::Result<()> {
        let mut document = TantivyDocument::default();
        for (field, words) in self.fields.iter().zip(row) {
            let mut stems = String::new();
            for word in words {
                stems.push_str(&word.stem);
                stems.push(' ');
            }
            document.add_text(*field, stems);
        }
        self.writer.add_document(document)
    }

    /// `rows` are the numbers of what was added, in its order.
    fn finish(self, rows: Vec<u32>) -> tantivy::Result<Part> {
        let index = self.writer.finalize()?;
        let searcher = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?.searcher();
        let here = rows.len();
        Ok(Part { searcher, rows: Arc::new(rows), here })
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
    fn an_index_that_has_changed_is_as_one_built_anew() {
        let texts = |row: u32, edition: u32| {
            vec![
                format!("Title {row}"),
                format!("about thing{row} edition{edition} parcel{}", " often".repeat(row as usize % 3)),
            ]
        };
        let all: Vec<u32> = (0..600).collect();
        let before = |row: u32| texts(row, 0);
        let mut index = LexicalIndex::new(Analyser::new("en"), &FIELDS);
        index.change(&Change { gone: &[], new: &all, before: &before, after: &before }).unwrap();
        // Some rows go, some come back with other words, one after the other.
        let mut edition = vec![Some(0); all.len()];
        for (step, row) in [3u32, 77, 3, 500, 12, 77].into_iter().enumerate() {
            let old = edition.clone();
            edition[row as usize] = Some(step as u32 + 1);
            let new = edition.clone();
            let before = |row: u32| texts(row, old[row as usize].unwrap());
            let after = |row: u32| texts(row, new[row as usize].unwrap());
            index.change(&Change { gone: &[row], new: &[row], before: &before, after: &after }).unwrap();
        }
        assert!(index.parts.len() <= 2, "{}", index.parts.len());
        assert_eq!(index.rows, 600);
        assert_eq!(best(&index, "edition6"), Some(77));
        assert_eq!(best(&index, "edition2"), None);
        let rows: Vec<Vec<String>> = all.iter().map(|row| texts(*row, edition[*row as usize].unwrap())).collect();
        let anew = LexicalIndex::build(Analyser::new("en"), &FIELDS, &rows).unwrap();
        for query in ["thing12 parcel", "often parcel edition5", "titel 500"] {
            let (terms, same) = (index.terms(query), anew.terms(query));
            assert_eq!(terms, same);
            let (changed, built) = (index.scores(&terms).unwrap(), anew.scores(&same).unwrap());
            // The average length of a row still has what is crossed out in it.
            let far = |(a, b): (&f32, &f32)| (a - b).abs() > 0.01 * built.full;
            assert!(!changed.scores.iter().zip(&built.scores).any(far), "{query}");
        }
    }

    #[test]
    fn a_row_that_goes_is_found_no_more() {
        let mut index = shop();
        let text = |_: u32| vec!["Paying".to_owned(), "Pay by card, by bank transfer or with a gift card.".to_owned()];
        index.change(&Change { gone: &[1], new: &[], before: &text, after: &text }).unwrap();
        assert_eq!(best(&index, "paying with cards"), None);
        assert_eq!(best(&index, "send the parcel"), Some(0));
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
