//! How the index of articles follows the database: only what was changed is read, cut and
//! indexed again, and customers' questions never wait for it.
//!
//! Words are indexed at once. Vectors that are kept from before come with them; the others
//! are made in the background, by a thread that gives way to everything else, behind the
//! messages that wait for the encoder. Until then words find the article.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::shop::{Parts, RebuildError, blocking};
use super::{Engine, Shop};
use crate::base::priority;
use crate::domain::article::Article;
use crate::nlu::Nlu;
use crate::search::KnowledgeIndex;
use crate::search::knowledge::{BuildError, Waiting, questions_of};
use crate::search::votes::Votes;
use crate::store::{self, StoreError};

/// How far the index is.
pub(super) struct Indexing {
    /// The version of the database's articles that it has.
    version: AtomicI64,
    /// The numbers of the versions of each article that it has, language by language.
    editions: tokio::sync::Mutex<HashMap<String, Vec<(String, i64)>>>,
    /// Held while a copy of the index is changed and swapped in.
    changing: Mutex<()>,
    /// Whether a thread makes vectors.
    encoding: AtomicBool,
    /// Rung when it has made some.
    learned: Notify,
    /// The readers' votes that it has, and when they were last looked at.
    votes: tokio::sync::Mutex<(Option<Instant>, HashMap<String, Votes>)>,
}

impl Default for Indexing {
    fn default() -> Self {
        Self {
            version: AtomicI64::new(-1),
            editions: tokio::sync::Mutex::default(),
            changing: Mutex::default(),
            encoding: AtomicBool::new(false),
            learned: Notify::new(),
            votes: tokio::sync::Mutex::default(),
        }
    }
}

/// How often the votes are counted.
const VOTES_EVERY: Duration = Duration::from_secs(60);
/// More changed articles than this are read all in one go.
const SINGLY: usize = 200;
/// Passages that get their vectors between two swaps of the index.
const GROUP: usize = 64;
/// What an editor waits for vectors at the most.
const PATIENCE: Duration = Duration::from_secs(2);
/// Passages whose vectors a start waits for: a minute's work at the most. Beyond that the
/// server begins by words alone.
const AWAITED: usize = 5_000;

impl Engine {
    /// Indexes articles if the database has a newer version of them.
    pub(super) async fn follow_articles_if(&self, version: i64) -> Result<(), RebuildError> {
        if version != self.indexing().version.load(Ordering::Acquire) {
            return self.rebuild_knowledge().await;
        }
        self.encode_in_background();
        self.follow_votes().await
    }

    /// Lets readers' votes move the order, now and then.
    async fn follow_votes(&self) -> Result<(), RebuildError> {
        let mut kept = self.indexing().votes.lock().await;
        if kept.0.is_some_and(|at| at.elapsed() < VOTES_EVERY) {
            return Ok(());
        }
        let stored = self.inner.store.votes_by_article().await?;
        let counted = |votes: store::Votes| Votes { helpful: votes.helpful, unhelpful: votes.unhelpful };
        let votes: HashMap<String, Votes> =
            stored.into_iter().map(|(article, votes)| (article, counted(votes))).collect();
        if votes != kept.1 {
            let engine = self.clone();
            let now = votes.clone();
            blocking(move || {
                engine.inner.shop.change_knowledge(|index, _| {
                    index.set_votes(&now);
                    Ok(())
                })?;
                Ok(())
            })
            .await?;
        }
        *kept = (Some(Instant::now()), votes);
        Ok(())
    }

    /// Brings the index in step with the database's articles, the intents' questions and the
    /// synonyms; a failure leaves the old one.
    pub async fn rebuild_knowledge(&self) -> Result<(), RebuildError> {
        self.index_changes().await?;
        self.encode_in_background();
        Ok(())
    }

    async fn index_changes(&self) -> Result<(), RebuildError> {
        let begun = Instant::now();
        let mut editions = self.indexing().editions.lock().await;
        // Read before the articles: a change in between is seen as newer next time.
        let version = self.inner.store.version("articles").await?;
        let now = grouped(self.inner.store.article_editions().await?);
        let changed = self.changed_articles(&editions, &now).await?;
        let count = changed.len();
        let engine = self.clone();
        blocking(move || {
            engine.inner.shop.change_knowledge(|index, parts| {
                index.set_synonyms(parts.synonyms.load().as_ref().clone());
                index.set_questions(questions_of(engine.inner.shop.intents().iter()));
                index.replace(changed)?;
                learn_known(index, parts, &engine.inner.nlu)
            })?;
            Ok(())
        })
        .await?;
        *editions = now;
        drop(editions);
        self.indexing().version.store(version, Ordering::Release);
        if count > 0 {
            let (passages, ms) = (self.inner.shop.knowledge().len(), begun.elapsed().as_millis());
            tracing::info!(changed = count, passages, ms, "knowledge base indexed");
        }
        Ok(())
    }

    /// As [`Engine::rebuild_knowledge`], for a start: with all vectors, unless they are so
    /// many that customers would wait for minutes.
    pub async fn begin_knowledge(&self) -> Result<(), RebuildError> {
        self.index_changes().await?;
        if self.inner.shop.knowledge().count_waiting() <= AWAITED {
            return self.encode_now().await;
        }
        tracing::info!("a large knowledge base: until its vectors are made, articles are found by their words");
        self.encode_in_background();
        Ok(())
    }

    /// As [`Engine::follow_versions`], for whoever has changed an article and is about to ask
    /// for it: with its vectors, unless they take long.
    pub(super) async fn follow_closely(&self) -> Result<(), RebuildError> {
        self.index_changes().await?;
        if self.inner.shop.knowledge().count_waiting() <= GROUP {
            self.encode_now().await?;
        }
        self.follow_versions().await
    }

    /// Makes what vectors are missing while the caller waits for them: not by the thread that
    /// gives way to everything else, which on a busy machine may take long.
    async fn encode_now(&self) -> Result<(), RebuildError> {
        if self.indexing().encoding.swap(true, Ordering::AcqRel) {
            let _later_then = tokio::time::timeout(PATIENCE, self.vectors_are_there()).await;
            return Ok(());
        }
        let engine = self.clone();
        let done = blocking(move || engine.encode_waiting()).await;
        self.indexing().encoding.store(false, Ordering::Release);
        self.indexing().learned.notify_waiters();
        done
    }

    /// Waits for the thread that makes vectors.
    async fn vectors_are_there(&self) {
        loop {
            let learned = self.indexing().learned.notified();
            let works = self.indexing().encoding.load(Ordering::Acquire);
            if !works || self.inner.shop.knowledge().count_waiting() == 0 {
                return;
            }
            learned.await;
        }
    }

    fn indexing(&self) -> &super::indexing::Indexing {
        &self.inner.shop.parts.indexing
    }

    /// Ids and all languages of what was changed; of what was removed the id alone.
    async fn changed_articles(
        &self,
        before: &HashMap<String, Vec<(String, i64)>>,
        now: &HashMap<String, Vec<(String, i64)>>,
    ) -> Result<Vec<(String, Vec<Article>)>, StoreError> {
        let gone = before.keys().filter(|id| !now.contains_key(*id)).map(|id| (id.clone(), Vec::new()));
        let mut changed: Vec<(String, Vec<Article>)> = gone.collect();
        let other: HashSet<&String> =
            now.iter().filter(|(id, at)| before.get(*id) != Some(at)).map(|(id, _)| id).collect();
        if other.len() > SINGLY {
            // Side by side in the order of the ids.
            for article in self.inner.store.articles().await?.into_iter().filter(|article| other.contains(&article.id))
            {
                match changed.last_mut() {
                    Some((id, languages)) if *id == article.id => languages.push(article),
                    _ => changed.push((article.id.clone(), vec![article])),
                }
            }
        } else {
            for id in other {
                changed.push((id.clone(), self.inner.store.articles_with_id(id).await?));
            }
        }
        Ok(changed)
    }

    /// Makes what vectors are missing, unless that is being done.
    fn encode_in_background(&self) {
        if self.inner.shop.knowledge().count_waiting() == 0 || self.indexing().encoding.swap(true, Ordering::AcqRel) {
            return;
        }
        let engine = self.clone();
        let work = move || {
            priority::give_way();
            let encoding = &engine.indexing().encoding;
            loop {
                let begun = Instant::now();
                let done = engine.encode_waiting();
                match &done {
                    Ok(()) => tracing::info!(ms = begun.elapsed().as_millis(), "the vectors of all articles are there"),
                    Err(error) => {
                        tracing::warn!(%error, "vectors are missing: until they are there, words find the articles")
                    }
                }
                encoding.store(false, Ordering::Release);
                engine.indexing().learned.notify_waiters();
                // What came in between found this thread at work.
                let is_more = engine.inner.shop.knowledge().count_waiting() > 0;
                if done.is_err() || !is_more || encoding.swap(true, Ordering::AcqRel) {
                    return;
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("vectors".into()).spawn(work) {
            tracing::warn!(%error, "vectors are made later: no thread can be started");
            self.indexing().encoding.store(false, Ordering::Release);
        }
    }

    /// Blocks until nothing waits for vectors.
    fn encode_waiting(&self) -> Result<(), RebuildError> {
        let mut last: Vec<Waiting> = Vec::new();
        loop {
            let waiting = self.inner.shop.knowledge().waiting(None, GROUP);
            // The same once more would be for ever.
            if waiting.is_empty() || waiting == last {
                return Ok(());
            }
            let texts: Vec<String> = waiting.iter().flat_map(|waiting| waiting.texts.clone()).collect();
            let rows = self.inner.shop.vectors_of(&self.inner.nlu, &texts)?;
            self.inner.shop.change_knowledge(|index, _| {
                let mut rows = rows.as_slice();
                for waiting in &waiting {
                    let (of_this, rest) = rows.split_at(waiting.texts.len());
                    index.learn(waiting, of_this)?;
                    rows = rest;
                }
                Ok(())
            })?;
            self.indexing().learned.notify_waiters();
            last = waiting;
        }
    }
}

impl Shop {
    /// Changes a copy of the index and swaps it in; one after the other.
    fn change_knowledge(
        &self,
        change: impl FnOnce(&mut KnowledgeIndex, &Parts) -> Result<(), BuildError>,
    ) -> Result<(), BuildError> {
        let _one_at_a_time = self.parts.indexing.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut index = KnowledgeIndex::clone(&self.knowledge());
        change(&mut index, &self.parts)?;
        self.parts.knowledge.swap(index);
        Ok(())
    }
}

/// Gives what is waiting the vectors that are kept from before.
fn learn_known(index: &mut KnowledgeIndex, parts: &Parts, nlu: &Nlu) -> Result<(), BuildError> {
    let mut group = index.waiting(None, GROUP);
    while let Some(last) = group.last().cloned() {
        for waiting in group {
            if let Some(rows) = parts.vectors.known(nlu.encoder(), &waiting.texts) {
                index.learn(&waiting, &rows)?;
            }
        }
        group = index.waiting(Some(&last), GROUP);
    }
    Ok(())
}

fn grouped(editions: Vec<(String, String, i64)>) -> HashMap<String, Vec<(String, i64)>> {
    let mut groups: HashMap<String, Vec<(String, i64)>> = HashMap::with_capacity(editions.len());
    for (id, locale, number) in editions {
        groups.entry(id).or_default().push((locale, number));
    }
    groups
}
