//! Start and stop: who may use the data directory, and how the process ends.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Turns in flight may take this long after a SIGTERM.
pub const DRAIN: Duration = Duration::from_secs(5);

/// The exclusive right to a data directory, as long as it lives. The operating system
/// takes it back when the process dies, however it dies.
pub struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    pub fn take(data_dir: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(data_dir)
            .with_context(|| format!("cannot make the data directory {}", data_dir.display()))?;
        let path = data_dir.join("rapport.lock");
        let file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("cannot write in the data directory {}", data_dir.display()))?;
        file.try_lock().map_err(|_| {
            anyhow::anyhow!(
                "another rapport uses the data directory {}: stop it, or set RAPPORT_DATA_DIR to another folder",
                data_dir.display()
            )
        })?;
        Ok(Self { _file: file })
    }
}

/// Cancels `stopping` at the first SIGTERM or Ctrl-C; a second one ends the process at once.
pub fn stop_on_signals(stopping: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
        stopping.cancel();
        tracing::info!("stopping: turns in flight are finished first; a second signal stops at once");
        tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
        std::process::exit(1);
    });
    Ok(())
}
