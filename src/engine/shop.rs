//! What the bot knows of the shop, each part a whole value that is swapped as a whole:
//! intents, the index of articles ([`super::indexing`]), the index of products.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;

use super::Engine;
use super::indexing::Indexing;
use super::vectors::VectorCache;
use crate::base::home::Home;
use crate::domain::intent::IntentSpec;
use crate::nlu::training::read_intents;
use crate::nlu::training::shop::read_outside;
use crate::nlu::{EncodeError, Nlu, ProductName};
use crate::search::vectors::Row;
use crate::search::{Catalogue, CatalogueIndex, Knowledge, KnowledgeIndex, Synonyms};
use crate::store::StoreError;

/// Cheap to clone; all clones see a swap.
#[derive(Clone)]
pub struct Shop {
    pub(super) parts: Arc<Parts>,
}

pub(super) struct Parts {
    /// What the two below make together; a file goes before an intent of the console.
    intents: ArcSwap<IntentSet>,
    in_files: ArcSwap<IntentSet>,
    taught: ArcSwap<Vec<IntentSpec>>,
    /// Messages that none of them is for, as the files have them.
    outside: ArcSwap<Vec<String>>,
    pub(super) synonyms: ArcSwap<Synonyms>,
    pub(super) knowledge: Knowledge,
    pub(super) indexing: Indexing,
    catalogue: Catalogue,
    pub(super) vectors: VectorCache,
    products_version: AtomicI64,
}

/// Intents by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IntentSet(HashMap<String, IntentSpec>);

impl IntentSet {
    pub fn get(&self, name: &str) -> Option<&IntentSpec> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &IntentSpec> {
        self.0.values()
    }
}

impl FromIterator<IntentSpec> for IntentSet {
    fn from_iter<I: IntoIterator<Item = IntentSpec>>(specs: I) -> Self {
        Self(specs.into_iter().map(|spec| (spec.name.clone(), spec)).collect())
    }
}

#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Encode(#[from] crate::nlu::EncodeError),
    #[error(transparent)]
    Build(#[from] crate::search::knowledge::BuildError),
    #[error("rebuilding panicked")]
    Panicked,
}

impl Shop {
    /// Reads the intents; the indexes are empty until they are rebuilt. Vectors are kept
    /// in `data_dir`, so that a restart encodes only what is new.
    pub fn load(home: &Home, data_dir: &Path) -> Result<Self, crate::nlu::training::IntentsError> {
        let intents = read_set(&home.intents())?;
        Ok(Self {
            parts: Arc::new(Parts {
                intents: ArcSwap::from_pointee(intents.clone()),
                in_files: ArcSwap::from_pointee(intents),
                taught: ArcSwap::default(),
                outside: ArcSwap::from_pointee(read_outside(&home.models(), &home.intents())),
                synonyms: ArcSwap::from_pointee(read_synonyms(home)),
                knowledge: Knowledge::default(),
                indexing: Indexing::default(),
                catalogue: Catalogue::new(
                    CatalogueIndex::build(Vec::new(), None).expect("an index of nothing builds: this is a bug"),
                ),
                vectors: VectorCache::new(data_dir.join("vectors.cache")),
                products_version: AtomicI64::new(-1),
            }),
        })
    }

    pub fn intents(&self) -> Arc<IntentSet> {
        self.parts.intents.load_full()
    }

    pub fn knowledge(&self) -> Arc<KnowledgeIndex> {
        self.parts.knowledge.current()
    }

    pub fn catalogue(&self) -> Arc<CatalogueIndex> {
        self.parts.catalogue.current()
    }

    /// Reads the intents again; broken ones are named, and the old ones go on. Whether
    /// anything changed.
    pub fn reload_intents(&self, home: &Home) -> bool {
        self.parts.outside.store(Arc::new(read_outside(&home.models(), &home.intents())));
        match read_set(&home.intents()) {
            Ok(intents) if intents == **self.parts.in_files.load() => false,
            Ok(intents) => {
                self.parts.in_files.store(Arc::new(intents));
                self.join_intents();
                true
            }
            Err(error) => {
                tracing::warn!("{error}");
                false
            }
        }
    }

    /// Reads what customers' words mean again; whether anything changed.
    pub fn reload_synonyms(&self, home: &Home) -> bool {
        let synonyms = read_synonyms(home);
        let changed = synonyms != **self.parts.synonyms.load();
        self.parts.synonyms.store(Arc::new(synonyms));
        changed
    }

    /// The intents that were made in the console; whether anything changed.
    pub fn set_taught(&self, intents: Vec<IntentSpec>) -> bool {
        if intents == **self.parts.taught.load() {
            return false;
        }
        self.parts.taught.store(Arc::new(intents));
        self.join_intents();
        true
    }

    /// Whether a file of `intents/` has it, rather than the console alone.
    pub fn stands_in_files(&self, name: &str) -> bool {
        self.parts.in_files.load().get(name).is_some()
    }

    /// Messages that none of the intents is for, as the files have them.
    pub fn outside(&self) -> Vec<String> {
        Vec::clone(&self.parts.outside.load())
    }

    /// The texts' vectors; those that are known are not computed again. Blocks.
    pub(super) fn vectors_of(&self, nlu: &Nlu, texts: &[String]) -> Result<Vec<Row>, EncodeError> {
        self.parts.vectors.encode(nlu.encoder(), texts, |_| ())
    }

    fn join_intents(&self) {
        let taught = self.parts.taught.load();
        let in_files = self.parts.in_files.load();
        let both = taught.iter().chain(in_files.iter()).cloned();
        self.parts.intents.store(Arc::new(both.collect()));
    }
}

impl Engine {
    /// Rebuilds what has changed in the database since it was last read.
    pub async fn follow_versions(&self) -> Result<(), RebuildError> {
        let parts = &self.inner.shop.parts;
        let versions = self.inner.store.versions().await?;
        let version = |name: &str| versions.get(name).copied().unwrap_or_default();
        self.follow_articles_if(version("articles")).await?;
        if version("products") != parts.products_version.load(Ordering::Acquire) {
            self.rebuild_catalogue().await?;
        }
        self.follow_intents_if(version("intents")).await?;
        self.follow_model_if(version("model")).await;
        Ok(())
    }

    /// Indexes the database's products and swaps the index; a failure leaves the old one.
    pub async fn rebuild_catalogue(&self) -> Result<(), RebuildError> {
        let version = self.inner.store.version("products").await?;
        let products = self.inner.store.products().await?;
        let engine = self.clone();
        blocking(move || {
            let parts = &engine.inner.shop.parts;
            engine.inner.nlu.set_lexicon(products.iter().map(ProductName::from).collect());
            let texts: Vec<String> = products.iter().map(CatalogueIndex::text_of).collect();
            let vectors = parts.vectors.encode(engine.inner.nlu.encoder(), &texts, |_| ())?;
            let count = products.len();
            parts.catalogue.swap(CatalogueIndex::of_rows(products, &vectors)?);
            parts.products_version.store(version, Ordering::Release);
            tracing::info!(products = count, "catalogue indexed");
            Ok(())
        })
        .await
    }
}

/// A line that is wrong is told, and the others count.
fn read_synonyms(home: &Home) -> Synonyms {
    let (synonyms, problems) = Synonyms::read(&home.knowledge_base());
    for problem in problems {
        tracing::warn!("{problem}");
    }
    synonyms
}

fn read_set(folder: &Path) -> Result<IntentSet, crate::nlu::training::IntentsError> {
    Ok(read_intents(folder)?.into_iter().collect())
}

pub(super) async fn blocking(
    work: impl FnOnce() -> Result<(), RebuildError> + Send + 'static,
) -> Result<(), RebuildError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(RebuildError::Panicked))
}
