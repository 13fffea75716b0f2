//! The articles of an index and the places of their passages.
//!
//! A passage has a slot, a number that it keeps while its article stays as it is; another
//! passage may get it later. Whatever is known of passages (vectors, scores) goes by slots.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::article::Article;
use crate::search::passages::{self, Passage};
use crate::search::words::primary;

/// Cheap to copy: entries are shared.
#[derive(Clone, Default)]
pub(super) struct Library {
    entries: Vec<Option<Arc<Entry>>>,
    by_id: Arc<HashMap<Arc<str>, u32>>,
    slots: Vec<Slot>,
    languages: Vec<String>,
    /// Slots in use.
    passages: usize,
}

/// An article in all its languages.
pub(super) struct Entry {
    id: Arc<str>,
    articles: Vec<Article>,
    /// Whether the passages are at hand; a large base cuts them from its articles when they
    /// are found, which keeps their texts in memory once and not three times.
    kept: Option<Vec<Arc<Passage>>>,
    /// In the order of the passages.
    slots: Vec<u32>,
}

/// What an article becomes.
pub(super) enum Content {
    /// Its languages, the one that its address leads to first; none where it is removed.
    Articles(Vec<Article>),
    /// Passages that were cut elsewhere.
    Passages(Vec<Passage>),
}

impl Content {
    pub fn is_nothing(&self) -> bool {
        match self {
            Content::Articles(articles) => articles.is_empty(),
            Content::Passages(passages) => passages.is_empty(),
        }
    }
}

#[derive(Clone, Copy, Default)]
pub(super) struct Slot {
    /// The number of its entry; `FREE` where there is no passage.
    pub entry: u32,
    place: u32,
    /// Its place among the languages.
    pub language: u32,
}

pub(super) const FREE: u32 = u32::MAX;

/// Passages up to which they are all kept at hand.
const KEPT: usize = 10_000;

impl Entry {
    pub fn slots(&self) -> &[u32] {
        &self.slots
    }

    fn passages(&self) -> Vec<Arc<Passage>> {
        match &self.kept {
            Some(passages) => passages.clone(),
            None => cut(&self.articles).into_iter().map(Arc::new).collect(),
        }
    }
}

/// The passages of an article in all its languages. Those of a language that its address
/// does not lead to are addressed with theirs.
pub(super) fn cut(articles: &[Article]) -> Vec<Passage> {
    let mut all = Vec::new();
    for (place, article) in articles.iter().enumerate() {
        let mut passages = passages::split(article);
        if place > 0 {
            passages.iter_mut().for_each(Passage::address_its_locale);
        }
        all.extend(passages);
    }
    all
}

impl Library {
    /// How many passages there are.
    pub fn len(&self) -> usize {
        self.passages
    }

    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// Numbers of entries are below this.
    pub fn entries(&self) -> usize {
        self.entries.len()
    }

    pub fn number(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries[self.number(id)? as usize].as_deref()
    }

    /// Whether an article stands here in just these words.
    pub fn has(&self, id: &str, content: &Content) -> bool {
        let Content::Articles(articles) = content else { return false };
        self.entry(id).map_or(articles.is_empty(), |entry| entry.articles == *articles)
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(|id| &**id)
    }

    pub fn reading(&self) -> Reading<'_> {
        Reading { library: self, last: RefCell::default() }
    }

    /// Takes an article out; the slots that are free now.
    pub fn remove(&mut self, id: &str) -> Vec<u32> {
        let Some(number) = Arc::make_mut(&mut self.by_id).remove(id) else { return Vec::new() };
        let Some(entry) = self.entries[number as usize].take() else { return Vec::new() };
        for slot in &entry.slots {
            self.slots[*slot as usize].entry = FREE;
        }
        self.passages -= entry.slots.len();
        entry.slots.clone()
    }

    /// Puts articles in that are not there, into slots that are free.
    pub fn insert(&mut self, new: Vec<(String, Content)>) -> Vec<u32> {
        let mut free: Vec<u32> = (0..self.slots.len() as u32).filter(|slot| self.is_free(*slot)).rev().collect();
        let mut vacant: Vec<u32> =
            (0..self.entries.len() as u32).filter(|number| self.is_vacant(*number)).rev().collect();
        let mut taken = Vec::new();
        for (id, content) in new {
            let (passages, articles) = match content {
                Content::Articles(articles) => (cut(&articles), articles),
                Content::Passages(passages) => (passages, Vec::new()),
            };
            if passages.is_empty() {
                continue;
            }
            let number = vacant.pop().unwrap_or_else(|| {
                self.entries.push(None);
                self.entries.len() as u32 - 1
            });
            let mut slots = Vec::with_capacity(passages.len());
            for (place, passage) in passages.iter().enumerate() {
                let slot = free.pop().unwrap_or_else(|| {
                    self.slots.push(Slot::default());
                    self.slots.len() as u32 - 1
                });
                let language = self.language(primary(&passage.locale));
                self.slots[slot as usize] = Slot { entry: number, place: place as u32, language };
                slots.push(slot);
            }
            self.passages += slots.len();
            taken.extend(&slots);
            let keeps = articles.is_empty() || self.passages <= KEPT;
            let kept = keeps.then(|| passages.into_iter().map(Arc::new).collect());
            let id: Arc<str> = id.into();
            Arc::make_mut(&mut self.by_id).insert(Arc::clone(&id), number);
            self.entries[number as usize] = Some(Arc::new(Entry { id, articles, kept, slots }));
        }
        if self.passages > KEPT {
            self.let_go();
        }
        taken
    }

    /// A base that has become large keeps no passages that it can cut again.
    fn let_go(&mut self) {
        for entry in self.entries.iter_mut().flatten() {
            if entry.kept.is_some() && !entry.articles.is_empty() {
                let (id, articles, slots) = (Arc::clone(&entry.id), entry.articles.clone(), entry.slots.clone());
                *entry = Arc::new(Entry { id, articles, kept: None, slots });
            }
        }
    }

    fn is_free(&self, slot: u32) -> bool {
        self.slots[slot as usize].entry == FREE
    }

    fn is_vacant(&self, number: u32) -> bool {
        self.entries[number as usize].is_none()
    }

    fn language(&mut self, language: &str) -> u32 {
        let place = self.languages.iter().position(|known| known == language).unwrap_or_else(|| {
            self.languages.push(language.to_owned());
            self.languages.len() - 1
        });
        place as u32
    }
}

/// Reads passages, those of one article side by side without cutting it twice.
pub(super) struct Reading<'a> {
    library: &'a Library,
    last: RefCell<(u32, Vec<Arc<Passage>>)>,
}

impl Reading<'_> {
    /// `None` where the slot is free.
    pub fn passage(&self, slot: u32) -> Option<Arc<Passage>> {
        let Slot { entry, place, .. } = *self.library.slots.get(slot as usize)?;
        let found = self.library.entries.get(entry as usize)?.as_deref()?;
        if let Some(kept) = &found.kept {
            return kept.get(place as usize).cloned();
        }
        let mut last = self.last.borrow_mut();
        if last.1.is_empty() || last.0 != entry {
            *last = (entry, found.passages());
        }
        last.1.get(place as usize).cloned()
    }
}
