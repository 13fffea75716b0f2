//! What an index has no vectors of yet, and how it gets them.
//!
//! Nothing waits for vectors: until they are there a passage is found by its words.

use super::library::FREE;
use super::{BuildError, KnowledgeIndex, VIEWS};
use crate::search::passages::Passage;
use crate::search::vectors::{Row, Vectors, VectorsError};

/// A passage or a question without vectors, and the texts that are to be encoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    place: Place,
    pub texts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Passage(u32),
    Question(usize),
}

/// The texts whose vectors speak for a passage: all of it, and its headings alone, which
/// are the question that it answers. Tags are in customers' words, so both have them.
pub(super) fn views(passage: &Passage) -> [String; VIEWS] {
    let headings = passage.heading_line();
    if passage.tags.is_empty() {
        return [format!("{headings}\n{}", passage.text), headings];
    }
    let tags = passage.tags.join(", ");
    [format!("{headings}\n{}\n{tags}", passage.text), format!("{headings} ({tags})")]
}

/// A sentence under its heading: "It costs 9.95 EUR" alone says nothing.
pub(super) fn unit_texts(passage: &Passage) -> impl Iterator<Item = String> + '_ {
    passage.units.iter().map(|unit| format!("{}: {}", passage.section(), unit.text))
}

impl KnowledgeIndex {
    /// What has no vectors yet, so much at the most; what comes after one of them, if asked.
    pub fn waiting(&self, after: Option<&Waiting>, most: usize) -> Vec<Waiting> {
        let (question, slot) = match after.map(|waiting| waiting.place) {
            None => (0, 0),
            Some(Place::Question(place)) => (place + 1, 0),
            Some(Place::Passage(slot)) => (usize::MAX, slot as usize + 1),
        };
        let reading = self.library.reading();
        let slots = self.library.slots().iter().enumerate().skip(slot);
        let passages =
            slots.filter(|(slot, at)| at.entry != FREE && !self.views.knows(VIEWS * slot)).filter_map(|(slot, _)| {
                let texts = self.texts_of(&*reading.passage(slot as u32)?);
                Some(Waiting { place: Place::Passage(slot as u32), texts })
            });
        let questions = self.questions.asked.iter().enumerate().skip(question);
        let questions = questions
            .filter(|(place, _)| !self.questions.vectors.knows(*place))
            .map(|(place, question)| Waiting { place: Place::Question(place), texts: vec![question.text.clone()] });
        questions.chain(passages).take(most).collect()
    }

    /// How many passages and questions have no vectors yet.
    pub fn count_waiting(&self) -> usize {
        let slots = self.library.slots().iter().enumerate();
        let passages = slots.filter(|(slot, at)| at.entry != FREE && !self.views.knows(VIEWS * slot)).count();
        let questions = 0..self.questions.asked.len();
        passages + questions.filter(|place| !self.questions.vectors.knows(*place)).count()
    }

    /// Takes in the vectors of what was waiting; whatever has changed since is left alone.
    pub fn learn(&mut self, waiting: &Waiting, rows: &[Row]) -> Result<(), BuildError> {
        if rows.len() != waiting.texts.len() {
            return Err(VectorsError::Count { wanted: waiting.texts.len(), got: rows.len() }.into());
        }
        match waiting.place {
            Place::Question(place) => {
                if self.questions.asked.get(place).is_some_and(|question| question.text == waiting.texts[0]) {
                    self.questions.vectors.set(place, &rows[0])?;
                }
            }
            Place::Passage(slot) => {
                let Some(passage) = self.library.reading().passage(slot) else { return Ok(()) };
                if self.texts_of(&passage) == waiting.texts {
                    self.set_rows(slot, rows)?;
                }
            }
        }
        Ok(())
    }

    /// The rows of a passage's texts: its views, then its sentences where those have vectors.
    pub(super) fn set_rows(&mut self, slot: u32, rows: &[Row]) -> Result<(), VectorsError> {
        let (views, units) = rows.split_at(VIEWS.min(rows.len()));
        for (place, row) in views.iter().enumerate() {
            self.views.set(VIEWS * slot as usize + place, row)?;
        }
        if !units.is_empty() {
            self.units[slot as usize] = Some(Vectors::of_rows(units)?.into());
        }
        Ok(())
    }

    /// Those that `set_rows` got; `None` while they are not there.
    pub(super) fn rows_of(&self, slot: u32) -> Option<Vec<Row>> {
        let views = (0..VIEWS).map(|view| self.views.get(VIEWS * slot as usize + view));
        let mut rows = views.collect::<Option<Vec<Row>>>()?;
        if let Some(units) = &self.units[slot as usize] {
            rows.extend((0..units.len()).filter_map(|place| units.get(place)));
        }
        Some(rows)
    }

    pub(super) fn texts_of(&self, passage: &Passage) -> Vec<String> {
        let mut texts: Vec<String> = views(passage).into();
        if self.sentences {
            texts.extend(unit_texts(passage));
        }
        texts
    }
}
