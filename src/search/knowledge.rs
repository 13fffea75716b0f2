//! The knowledge base as one searchable value, changed in a copy and swapped whole.

mod draft;
mod library;
mod shelf;
mod waiting;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arc_swap::ArcSwap;

use self::library::{Content, Entry, FREE, Library, Reading, Slot};
use self::shelf::Shelf;
use super::confidence::Evidence;
use super::fusion;
use super::lexical::WordScores;
use super::passages::Passage;
use super::synonyms::{self, Synonyms};
use super::vectors::{Probe, Row, Vectors, VectorsError};
use super::votes::{self, Votes};
use super::words;
use crate::domain::article::Article;
use crate::domain::intent::{self, IntentSpec};

pub use self::draft::Draft;
pub use self::waiting::Waiting;

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

/// A copy shares what is not changed in it, so that a change costs little and is seen as a
/// whole: readers keep the index with which they began.
#[derive(Clone, Default)]
pub struct KnowledgeIndex {
    library: Library,
    /// In the order of the library's languages.
    shelves: Vec<Arc<Shelf>>,
    /// `VIEWS` rows for each slot.
    views: Vectors,
    /// Of each slot: its sentences, steps and rows; none in a large collection.
    units: Vec<Option<Arc<Vectors>>>,
    /// Whether passages have vectors of their units.
    sentences: bool,
    questions: Questions,
    /// All that customers are known to ask, whether an article answers it or not.
    known: Arc<Vec<Question>>,
    synonyms: Arc<Synonyms>,
    /// What readers' votes add to the articles that have some.
    votes: Arc<HashMap<String, f32>>,
}

/// Questions that some article here answers.
#[derive(Clone, Default)]
struct Questions {
    asked: Vec<Question>,
    /// The articles that answer each, by their numbers.
    answers: Vec<Vec<u32>>,
    vectors: Vectors,
}

/// Texts that are encoded for each passage.
const VIEWS: usize = 2;

/// How much the article's known questions count in a passage's meaning.
const QUESTIONS: f32 = 1.0 / 3.0;

/// How much a passage's nearest sentence counts in its own nearness.
const SENTENCE: f32 = 0.4;

/// Units that have vectors, at the most: 24 MB. A collection beyond that is large enough
/// for its passages to be told apart as wholes.
const UNITS: usize = 60_000;

fn has_sentences(units: usize) -> bool {
    units <= UNITS
}

/// What a passage in another language than the customer's loses: little, since it may be
/// the only answer …
const FOREIGN: f32 = 0.1;
/// … and everything where its article stands in the customer's language as well.
const TRANSLATED: f32 = 2.0;

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

impl KnowledgeIndex {
    /// How many passages there are.
    pub fn len(&self) -> usize {
        self.library.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn has_vectors(&self) -> bool {
        !self.views.is_unknown()
    }

    /// Puts articles into the place of those with the same id, each in all its languages;
    /// without any the article goes. Passages that stay as they are keep their vectors.
    /// Whether anything changed.
    pub fn replace(&mut self, articles: Vec<(String, Vec<Article>)>) -> Result<bool, BuildError> {
        let contents = articles.into_iter().map(|(id, articles)| (id, Content::Articles(articles))).collect();
        self.put(contents)
    }

    /// Brings the index in step with all articles there are; whether anything changed.
    pub fn replace_all(&mut self, articles: Vec<Article>) -> Result<bool, BuildError> {
        let mut all = draft::by_id(articles, |article| &article.id);
        let here: HashSet<&str> = all.iter().map(|(id, _)| id.as_str()).collect();
        let gone: Vec<String> = self.library.ids().filter(|id| !here.contains(id)).map(str::to_owned).collect();
        all.extend(gone.into_iter().map(|id| (id, Vec::new())));
        self.replace(all)
    }

    fn put(&mut self, mut contents: Vec<(String, Content)>) -> Result<bool, BuildError> {
        contents.retain(|(id, content)| !self.library.has(id, content));
        if contents.is_empty() {
            return Ok(false);
        }
        let before = self.library.clone();
        let mut ids: Vec<&str> = contents.iter().map(|(id, _)| id.as_str()).collect();
        ids.sort_unstable();
        let are_new = ids.iter().any(|id| before.number(id).is_none());
        let mut rows: HashMap<Vec<String>, Vec<Row>> = HashMap::new();
        let mut gone: Vec<u32> = Vec::new();
        {
            let reading = before.reading();
            for id in ids {
                for slot in self.library.remove(id) {
                    if let (Some(passage), Some(known)) = (reading.passage(slot), self.rows_of(slot)) {
                        rows.insert(self.texts_of(&passage), known);
                    }
                    gone.push(slot);
                }
            }
        }
        let first = before.len() == 0;
        let removed = contents.iter().any(|(_, content)| content.is_nothing());
        let new = self.library.insert(contents);
        for slot in &gone {
            (0..VIEWS).for_each(|view| self.views.forget(VIEWS * *slot as usize + view));
            self.units[*slot as usize] = None;
        }
        self.views.resize(VIEWS * self.library.slots().len());
        self.units.resize(self.library.slots().len(), None);
        if first {
            self.sentences = self.library.len() <= UNITS && has_sentences(self.count_units());
        }
        self.change_shelves((&before, &gone), &new)?;
        if !rows.is_empty() {
            for slot in &new {
                let texts = self.library.reading().passage(*slot).map(|passage| self.texts_of(&passage));
                if let Some(known) = texts.and_then(|texts| rows.get(&texts)) {
                    self.set_rows(*slot, known)?;
                }
            }
        }
        if are_new || removed {
            self.set_questions(Vec::clone(&self.known));
        }
        Ok(true)
    }

    fn count_units(&self) -> usize {
        let reading = self.library.reading();
        let slots = 0..self.library.slots().len() as u32;
        slots.filter_map(|slot| reading.passage(slot)).map(|passage| passage.units.len()).sum()
    }

    fn change_shelves(&mut self, (before, gone): (&Library, &[u32]), new: &[u32]) -> Result<(), BuildError> {
        for (number, language) in self.library.languages().iter().enumerate() {
            let of = |library: &Library, slots: &[u32]| -> Vec<u32> {
                let is_in = |slot: &&u32| library.slots()[**slot as usize].language == number as u32;
                slots.iter().filter(is_in).copied().collect()
            };
            let (gone, new) = (of(before, gone), of(&self.library, new));
            if number == self.shelves.len() {
                let mut shelf = Shelf::new(language);
                shelf.meanings = self.synonyms.of(language);
                shelf.ask(&[], &self.questions.asked.iter().collect::<Vec<_>>());
                self.shelves.push(Arc::new(shelf));
            }
            if !gone.is_empty() || !new.is_empty() {
                Arc::make_mut(&mut self.shelves[number]).change((before, &gone), (&self.library, &new))?;
            }
        }
        Ok(())
    }

    /// What customers are known to ask; those that no article here answers change nothing
    /// until one does.
    pub fn set_questions(&mut self, questions: Vec<Question>) {
        let number = |id: &String| self.library.number(id);
        let answers = |question: &Question| question.articles.iter().filter_map(number).collect::<Vec<u32>>();
        let here = questions.iter().map(|question| (question, answers(question)));
        let (asked, answers): (Vec<Question>, Vec<Vec<u32>>) = here
            .filter(|(_, answers)| !answers.is_empty())
            .map(|(question, answers)| (question.clone(), answers))
            .unzip();
        self.known = Arc::new(questions);
        let before = std::mem::take(&mut self.questions);
        if before.asked == asked {
            self.questions = Questions { answers, ..before };
            return;
        }
        let there: HashMap<&str, usize> =
            before.asked.iter().enumerate().map(|(place, question)| (question.text.as_str(), place)).collect();
        let mut vectors = Vectors::default();
        vectors.resize(asked.len());
        for (place, question) in asked.iter().enumerate() {
            let known = there.get(question.text.as_str()).and_then(|place| before.vectors.get(*place));
            if let Some(Err(error)) = known.map(|row| vectors.set(place, &row)) {
                tracing::warn!(%error, "a question's vector is made anew");
            }
        }
        for shelf in &mut self.shelves {
            let (old, new): (Vec<&Question>, Vec<&Question>) = (before.asked.iter().collect(), asked.iter().collect());
            Arc::make_mut(shelf).ask(&old, &new);
        }
        self.questions = Questions { asked, answers, vectors };
    }

    /// Readers' votes, by article.
    pub fn set_votes(&mut self, votes: &HashMap<String, Votes>) {
        self.votes = Arc::new(votes.iter().map(|(article, votes)| (article.clone(), votes::bonus(*votes))).collect());
    }

    /// What customers' words mean.
    pub fn set_synonyms(&mut self, synonyms: Synonyms) {
        for shelf in &mut self.shelves {
            let meanings = synonyms.of(&shelf.language);
            if shelf.meanings != meanings {
                Arc::make_mut(shelf).meanings = meanings;
            }
        }
        self.synonyms = Arc::new(synonyms);
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

    fn shelf(&self, language: &str) -> Option<&Arc<Shelf>> {
        self.shelves.iter().find(|shelf| shelf.language == language)
    }

    /// The best passages, best first, at most `k`. By words alone, passages that share no
    /// word with the query are left out.
    pub fn search(&self, query: &Query<'_>, k: usize) -> Vec<PassageHit> {
        if k == 0 {
            return Vec::new();
        }
        let scores = self.score(query);
        let reading = self.library.reading();
        best(&scores.fused, k).into_iter().filter_map(|slot| self.hit(&scores, slot, &reading)).collect()
    }

    /// Scores every slot; one without a passage has nothing to hope for.
    fn score(&self, query: &Query<'_>) -> Scores {
        let mut scores = Scores { strange: 1.0, ..Scores::default() };
        self.score_words(query, &mut scores);
        let vector = query.vector.filter(|_| query.mode != Mode::Bm25 && self.has_vectors());
        if let Some(vector) = vector {
            self.score_meaning(vector, &mut scores);
            if let Some(own) = query.own {
                let own = self.score_units(&Probe::of(own)).0;
                scores.quoted = own.into_iter().zip(&scores.units).map(|(own, whole)| (own + whole) / 2.0).collect();
            }
        }
        (scores.fused, scores.absolute) = match (vector, query.mode) {
            (None, _) => (fusion::words_alone(&scores.words), Vec::new()),
            (Some(_), Mode::Dense) => (scores.meaning.clone(), scores.meaning.clone()),
            (Some(_), _) => {
                let (words, meaning) = (&scores.words, &scores.meaning);
                (fusion::fuse(words, meaning, self.len()), fusion::absolute(words, meaning))
            }
        };
        // Votes decide between neighbours; how sure an answer is they cannot tell. Scores by
        // words alone are larger by what would explain the whole query.
        let scale = if vector.is_some() { 1.0 } else { scores.words.full };
        for (article, bonus) in self.votes.iter() {
            for slot in self.library.entry(article).into_iter().flat_map(Entry::slots) {
                scores.fused[*slot as usize] += bonus * scale;
            }
        }
        for of_all in [&mut scores.fused, &mut scores.absolute] {
            if of_all.is_empty() {
                continue;
            }
            for (article, probability) in query.topics.into_iter().flatten() {
                for slot in self.library.entry(article).into_iter().flat_map(Entry::slots) {
                    of_all[*slot as usize] += fusion::pull(*probability);
                }
            }
            if let Some(locale) = query.locale {
                self.prefer(words::primary(locale), of_all);
            }
        }
        scores.find_leaders(self.library.slots());
        scores
    }

    fn score_words(&self, query: &Query<'_>, scores: &mut Scores) {
        scores.words.scores = vec![0.0; self.library.slots().len()];
        // What explains the whole query is judged in its own language: in another one
        // hardly a word is known.
        let own = query.locale.map(words::primary).filter(|language| self.shelf(language).is_some());
        for shelf in &self.shelves {
            let terms = shelf.words.terms(query.text);
            match shelf.words.score(&terms, &mut scores.words.scores) {
                Ok(full) => {
                    if own.is_none_or(|language| language == shelf.language) {
                        scores.words.full = scores.words.full.max(full);
                        scores.strange = scores.strange.min(shelf.strange(query.text));
                    }
                }
                // An index in memory does not fail; if it does, meaning alone still answers.
                Err(error) => tracing::error!(%error, "search by words failed"),
            }
        }
    }

    fn score_meaning(&self, vector: &[f32], scores: &mut Scores) {
        let probe = Probe::of(vector);
        let mut asked = vec![f32::NEG_INFINITY; self.library.entries()];
        for (cosine, articles) in self.questions.vectors.cosines(&probe).into_iter().zip(&self.questions.answers) {
            for article in articles {
                let best = &mut asked[*article as usize];
                *best = best.max(cosine);
            }
        }
        (scores.units, scores.unit_places) = self.score_units(&probe);
        let views = self.views.cosines(&probe);
        scores.meaning = vec![f32::NEG_INFINITY; self.library.slots().len()];
        for (slot, (of_passage, at)) in views.chunks_exact(VIEWS).zip(self.library.slots()).enumerate() {
            if at.entry == FREE {
                continue;
            }
            let nearest = |of: &[f32]| of.iter().copied().reduce(f32::max);
            let whole = match self.views.knows(VIEWS * slot) {
                true => nearest(of_passage).unwrap_or(0.0),
                false => fusion::guess(scores.words.share(slot)),
            };
            let own = match nearest(scores.units_of(&scores.units, slot)) {
                Some(sentence) => (1.0 - SENTENCE) * whole + SENTENCE * sentence,
                None => whole,
            };
            let question = asked[at.entry as usize];
            let question = if question > f32::NEG_INFINITY { question } else { own };
            scores.meaning[slot] = (1.0 - QUESTIONS) * own + QUESTIONS * question;
        }
    }

    /// The cosine of each unit, those of one slot side by side, and where each slot's begin.
    fn score_units(&self, probe: &Probe) -> (Vec<f32>, Vec<u32>) {
        let (mut units, mut places) = (Vec::new(), Vec::new());
        if self.sentences {
            places.reserve(self.units.len() + 1);
            places.push(0);
            for of_slot in &self.units {
                if let Some(of_slot) = of_slot {
                    units.extend(of_slot.cosines(probe));
                }
                places.push(units.len() as u32);
            }
        }
        (units, places)
    }

    fn prefer(&self, language: &str, scores: &mut [f32]) {
        let Some(own) = self.shelves.iter().position(|shelf| shelf.language == language) else { return };
        if self.shelves.len() == 1 {
            return;
        }
        let slots = self.library.slots();
        let mut translated = vec![false; self.library.entries()];
        for slot in slots.iter().filter(|slot| slot.entry != FREE && slot.language == own as u32) {
            translated[slot.entry as usize] = true;
        }
        for (slot, score) in slots.iter().zip(scores).filter(|(slot, _)| slot.entry != FREE) {
            if slot.language != own as u32 {
                *score -= if translated[slot.entry as usize] { TRANSLATED } else { FOREIGN };
            }
        }
    }

    fn hit(&self, scores: &Scores, slot: u32, reading: &Reading<'_>) -> Option<PassageHit> {
        let number = slot as usize;
        let units = scores.units_of(&scores.units, number);
        let quoted = if scores.quoted.is_empty() { units } else { scores.units_of(&scores.quoted, number) };
        let evidence = Evidence {
            by_meaning: !scores.meaning.is_empty(),
            score: scores.decisive(number),
            lead: scores.decisive(number) - scores.rival(self.library.slots()[number].entry),
            strange: scores.strange,
            sentence: units.iter().copied().reduce(f32::max),
        };
        Some(PassageHit {
            passage: reading.passage(slot)?,
            bm25: scores.words.scores[number],
            cosine: scores.meaning.get(number).copied().unwrap_or(0.0),
            score: scores.fused[number],
            confidence: evidence.probability(),
            evidence,
            units: quoted.to_vec(),
        })
    }
}

/// The places of the best scores, best first, at most `k`; of equals the first goes first.
fn best(scores: &[f32], k: usize) -> Vec<u32> {
    let mut best: Vec<u32> = Vec::with_capacity(2 * k);
    let before = |a: &u32, b: &u32| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b));
    let mut least = f32::NEG_INFINITY;
    for (place, score) in scores.iter().enumerate() {
        if *score > least {
            best.push(place as u32);
            if best.len() == 2 * k {
                best.select_nth_unstable_by(k - 1, before);
                best.truncate(k);
                least = scores[best[k - 1] as usize];
            }
        }
    }
    best.sort_unstable_by(before);
    best.truncate(k);
    best
}

/// Every passage's scores for one query.
#[derive(Default)]
struct Scores {
    words: WordScores,
    /// The share of the query that the shop has never used a word of.
    strange: f32,
    /// Empty where there are no vectors.
    meaning: Vec<f32>,
    /// The cosine of each unit of all passages.
    units: Vec<f32>,
    /// Where each slot's units begin, and where the last one's end; empty where none have vectors.
    unit_places: Vec<u32>,
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

    /// Those of one slot, out of the figures of all units.
    fn units_of<'a>(&self, figures: &'a [f32], slot: usize) -> &'a [f32] {
        let Some([from, to]) = self.unit_places.get(slot..slot + 2) else { return &[] };
        figures.get(*from as usize..*to as usize).unwrap_or_default()
    }

    fn find_leaders(&mut self, slots: &[Slot]) {
        self.leader = (FREE, 0.0);
        self.second = 0.0;
        for (number, slot) in slots.iter().enumerate() {
            let here = self.decisive(number);
            if here <= self.second {
                continue;
            }
            if here > self.leader.1 {
                if slot.entry != self.leader.0 {
                    self.second = self.leader.1;
                }
                self.leader = (slot.entry, here);
            } else if slot.entry != self.leader.0 {
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
        Self::new(KnowledgeIndex::default())
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
    fn votes_move_the_order_of_neighbours_alone() {
        let twin = |id: &str, body: &str| article(id, "Gift wrapping", body);
        let all = [
            twin("a", "We wrap gifts in paper."),
            twin("b", "We wrap gifts in paper."),
            article("c", "Opening hours", "We wrap up at six."),
        ];
        let draft = Draft::of_articles(&all);
        let vectors = encode(draft.texts());
        let mut index = draft.build(&vectors).unwrap();
        for mode in [Mode::Hybrid, Mode::Bm25] {
            index.set_votes(&HashMap::new());
            let before = search(&index, "wrap gifts", None, mode);
            assert_eq!(before[..2], ["a", "b"], "{mode:?}");
            let votes = |helpful| Votes { helpful, unhelpful: 0 };
            index.set_votes(&HashMap::from([("b".to_owned(), votes(9)), ("c".to_owned(), votes(1_000_000))]));
            assert_eq!(search(&index, "wrap gifts", None, mode)[..2], ["b", "a"], "{mode:?}");
        }
    }

    #[test]
    fn an_index_that_follows_changes_is_as_one_built_anew() {
        let mut all = articles();
        let mut index = index();
        let learn = |index: &mut KnowledgeIndex| {
            let waiting = index.waiting(None, usize::MAX);
            for one in &waiting {
                let rows: Vec<Row> = encode(&one.texts).iter().map(|vector| Row::of(vector)).collect();
                index.learn(one, &rows).unwrap();
            }
            waiting.len()
        };
        // One is changed, one is new, one goes.
        all[0].body = "Send the parcel back within ninety days.\n\n## Costs\nThe return is free.".into();
        all[2] = article("gifts", "Gift cards", "Pay with a gift card.");
        let before = index.clone();
        assert!(index.replace_all(all.clone()).unwrap());
        assert_eq!(index.count_waiting(), 2, "what stays as it is keeps its vectors");
        // Until its vectors are there words find it.
        assert_eq!(search(&index, "ninety", None, Mode::Hybrid)[0], "returns");
        assert_eq!(learn(&mut index), 2);
        assert!(!index.replace_all(all.clone()).unwrap());
        let draft = Draft::of_articles(&all);
        let vectors = encode(draft.texts());
        let anew = draft.build(&vectors).unwrap();
        assert_eq!(index.len(), anew.len());
        for text in ["ninety days", "pay with a gift card", "what does sending it back cost", "retour", "thirty"] {
            for mode in [Mode::Bm25, Mode::Dense, Mode::Hybrid] {
                let mut found = (search(&index, text, Some("en"), mode), search(&anew, text, Some("en"), mode));
                if mode == Mode::Dense {
                    // Equals go by their places, which differ.
                    found.0.sort();
                    found.1.sort();
                }
                assert_eq!(found.0, found.1, "{text} {mode:?}");
            }
        }
        assert_eq!(search(&before, "ninety", None, Mode::Bm25), [""; 0]);
        assert_eq!(search(&before, "thirty", None, Mode::Bm25), ["returns"]);
    }

    #[test]
    fn a_large_base_cuts_its_passages_when_they_are_found() {
        let sections: String = (0..1_200).map(|n| format!("\n\n## Part {n}\nIt is number{n} of all.")).collect();
        let all: Vec<Article> =
            (0..10).map(|n| article(&format!("a{n}"), "Many", &format!("Book{n}.{sections}"))).collect();
        let mut index = KnowledgeIndex::default();
        index.replace_all(all.clone()).unwrap();
        assert_eq!(index.len(), 12_010);
        assert_eq!(search(&index, "book7", None, Mode::Bm25)[0], "a7");
        let found = search(&index, "number1100", None, Mode::Bm25);
        assert!(found.iter().all(|id| id.ends_with("#part-1100")), "{found:?}");
        index.replace(vec![("a7".into(), Vec::new())]).unwrap();
        assert_eq!((index.len(), search(&index, "book7", None, Mode::Bm25).len()), (10_809, 0));
    }

    #[test]
    fn a_question_counts_from_when_its_article_is_there() {
        let mut index = KnowledgeIndex::default();
        let question = Question { text: "bananas".into(), articles: vec!["fruit".into()], language: String::new() };
        index.set_questions(vec![question]);
        index.replace_all(articles()).unwrap();
        assert!(index.questions.asked.is_empty());
        index.replace(vec![("fruit".into(), vec![article("fruit", "Fruit", "We sell none.")])]).unwrap();
        assert_eq!(index.questions.asked.len(), 1);
        assert_eq!(index.mend("banannas", "en", |_| false).as_deref(), Some("bananas"));
        index.replace(vec![("fruit".into(), Vec::new())]).unwrap();
        assert!(index.questions.asked.is_empty());
        assert_eq!(index.mend("banannas", "en", |_| false), None);
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
        assert!(before.is_empty());
        assert_eq!(knowledge.current().len(), 4);
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
