//! What goes on beside the conversation: the folders are watched, other processes'
//! imports are noticed, counters are tidied.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use arc_swap::ArcSwap;
use notify::{RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::base::home::Home;
use crate::engine::Engine;
use crate::search::articles::read_folder;

/// An editor writes a file in several steps; this long after the last one it is read.
const SETTLE: Duration = Duration::from_millis(300);
/// How often another process's import is looked for.
const VERSIONS_EVERY: Duration = Duration::from_secs(1);
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// Brings the database's articles in step with the folder. Broken files are named and
/// left out; what they held before stays live.
pub(super) async fn import_articles(engine: &Engine, home: &Home) -> anyhow::Result<()> {
    let folder = home.knowledge_base();
    let (articles, problems) =
        tokio::task::spawn_blocking(move || read_folder(&folder)).await.context("reading articles panicked")?;
    for problem in &problems {
        tracing::warn!("{problem}");
    }
    let stem = |file: &Path| file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let broken: Vec<_> = problems.iter().filter_map(|problem| stem(&problem.file)).collect();
    let articles: Vec<_> = articles.into_iter().map(|read| read.article).collect();
    engine.store().sync_articles(&articles, &broken).await?;
    Ok(())
}

/// Where the shop's files are now: the console may move them to a new shop's folder.
#[derive(Clone)]
pub(super) struct Folders {
    home: Arc<ArcSwap<Home>>,
    moved: Arc<Notify>,
}

impl Folders {
    pub fn new(home: Home) -> Self {
        Self { home: Arc::new(ArcSwap::from_pointee(home)), moved: Arc::new(Notify::new()) }
    }

    pub fn home(&self) -> Home {
        Home::clone(&self.home.load())
    }

    /// From now on these are watched.
    pub fn move_to(&self, home: Home) {
        self.home.store(Arc::new(home));
        self.moved.notify_one();
    }
}

/// Starts everything; the handle ends it.
pub(super) fn start(
    engine: &Engine,
    folders: Folders,
    tidy_up: impl Fn() + Send + 'static,
    stopping: CancellationToken,
) -> JoinHandle<()> {
    let engine = engine.clone();
    tokio::spawn(async move {
        let touched = Arc::new(Notify::new());
        let mut home = folders.home();
        let mut _watchers = watch_folders(&home, &touched);
        let mut versions = tokio::time::interval(VERSIONS_EVERY);
        let mut tidy = tokio::time::interval(TIDY_EVERY);
        // Made once and waited for again and again: a change that was noticed must outlive
        // whatever else happens while it settles.
        let mut change = Box::pin(settled(touched.clone()));
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = folders.moved.notified() => {
                    home = folders.home();
                    _watchers = watch_folders(&home, &touched);
                }
                () = &mut change => {
                    change = Box::pin(settled(touched.clone()));
                    reload_folders(&engine, &home).await;
                }
                _ = versions.tick() => {
                    if let Err(error) = engine.follow_versions().await {
                        tracing::warn!(%error, "cannot bring the indexes up to date; the old ones go on");
                    }
                }
                _ = tidy.tick() => tidy_up(),
            }
        }
    })
}

fn watch_folders(home: &Home, touched: &Arc<Notify>) -> [Option<notify::RecommendedWatcher>; 4] {
    // A new shop has trained nothing and defined nothing, and what is not there cannot be
    // watched.
    for folder in [home.heads(), home.entities()] {
        let _cannot_be_watched = std::fs::create_dir_all(folder);
    }
    [home.knowledge_base(), home.intents(), home.entities(), home.heads()]
        .map(|folder| watch_folder(&folder, touched.clone()))
}

pub(super) async fn reload_folders(engine: &Engine, home: &Home) {
    if let Err(error) = import_articles(engine, home).await {
        tracing::warn!(error = format!("{error:#}"), "cannot import the knowledge base");
    }
    // Before the intents, which may need a type that is new.
    if let Err(error) = engine.nlu().reload_entities(home) {
        tracing::warn!(%error, "the shop's entity types cannot be used; the old ones go on");
    }
    let other_words = engine.shop().reload_synonyms(home);
    if (engine.shop().reload_intents(home) || other_words)
        && let Err(error) = engine.rebuild_knowledge().await
    {
        tracing::warn!(%error, "cannot index the knowledge base with the new intents and synonyms; the old index goes on");
    }
    if let Err(error) = engine.adopt_heads(home).await {
        tracing::warn!(%error, "the new heads cannot be used; the old ones go on");
    }
}

/// Waits for a change, and until changes have ended.
async fn settled(touched: Arc<Notify>) {
    touched.notified().await;
    while tokio::time::timeout(SETTLE, touched.notified()).await.is_ok() {}
}

/// Without a watcher (a folder that is missing, a system without inotify) the server
/// works; changes are live after a restart.
fn watch_folder(folder: &Path, touched: Arc<Notify>) -> Option<notify::RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        // Reading a file is an event as well; only changes count.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            touched.notify_one();
        }
    };
    let mut watcher = notify::recommended_watcher(tell).ok()?;
    match watcher.watch(folder, RecursiveMode::Recursive) {
        Ok(()) => Some(watcher),
        Err(error) => {
            tracing::debug!(folder = %folder.display(), %error, "not watched");
            None
        }
    }
}
