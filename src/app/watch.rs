//! What goes on beside the conversation: the folders are watched, other processes'
//! imports are noticed, counters are tidied.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use notify::{RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::base::home::Home;
use crate::channels::widget::Widget;
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

/// Starts everything; the handle ends it.
pub(super) fn start(engine: &Engine, home: &Home, widget: &Widget, stopping: CancellationToken) -> JoinHandle<()> {
    let (engine, home, widget) = (engine.clone(), home.clone(), widget.clone());
    tokio::spawn(async move {
        let touched = Arc::new(Notify::new());
        let _watchers = [
            watch_folder(&home.knowledge_base(), touched.clone()),
            watch_folder(&home.intents(), touched.clone()),
            watch_folder(&home.models().join("heads"), touched.clone()),
        ];
        let mut versions = tokio::time::interval(VERSIONS_EVERY);
        let mut tidy = tokio::time::interval(TIDY_EVERY);
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = settled(&touched) => reload_folders(&engine, &home).await,
                _ = versions.tick() => {
                    if let Err(error) = engine.follow_versions().await {
                        tracing::warn!(%error, "cannot bring the indexes up to date; the old ones go on");
                    }
                }
                _ = tidy.tick() => widget.tidy(),
            }
        }
    })
}

async fn reload_folders(engine: &Engine, home: &Home) {
    if let Err(error) = import_articles(engine, home).await {
        tracing::warn!(error = format!("{error:#}"), "cannot import the knowledge base");
    }
    if engine.shop().reload_intents(home)
        && let Err(error) = engine.rebuild_knowledge().await
    {
        tracing::warn!(%error, "cannot index the knowledge base with the new intents; the old index goes on");
    }
    if let Err(error) = engine.nlu().reload_heads() {
        tracing::warn!(%error, "the new heads cannot be used; the old ones go on");
    }
}

/// Waits for a change, and until changes have ended.
async fn settled(touched: &Notify) {
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
