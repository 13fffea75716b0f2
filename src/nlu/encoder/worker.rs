//! The thread that owns the model and works the queue off.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use super::bert::Occasion;
use super::queue::{Queue, Work};
use super::{EncodeError, Encoding, Wanted};

/// Starts the thread. `load` runs on it, so that the model never moves between threads;
/// when it gives none, the thread ends and the queue refuses everything.
pub(super) fn spawn<Load, Model>(queue: Arc<Queue>, load: Load) -> std::io::Result<JoinHandle<()>>
where
    Load: FnOnce() -> Option<Model> + Send + 'static,
    Model: Fn(&[Vec<u32>], &Wanted, Occasion) -> Vec<Encoding>,
{
    std::thread::Builder::new().name("encoder".to_owned()).spawn(move || {
        // Whatever ends this thread, nobody may go on waiting for it.
        let queue = CloseOnDrop(queue);
        let Some(model) = load() else { return };
        while let Some(work) = queue.0.next() {
            answer(work, &model);
        }
    })
}

struct CloseOnDrop(Arc<Queue>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn answer(work: Work, model: &impl Fn(&[Vec<u32>], &Wanted, Occasion) -> Vec<Encoding>) {
    match work {
        Work::Live(jobs) => {
            let wanted = jobs.first().map(|job| job.wanted.clone()).unwrap_or_default();
            let (batch, replies): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.tokens, job.reply)).unzip();
            let started = Instant::now();
            match run(model, &batch, &wanted, Occasion::Live) {
                Ok(encodings) => {
                    metrics::histogram!("rapport_encoder_batch_size").record(batch.len() as f64);
                    metrics::histogram!("rapport_encoder_batch_seconds").record(started.elapsed().as_secs_f64());
                    for (reply, encoding) in replies.into_iter().zip(encodings) {
                        // The asker may have left meanwhile, which is fine.
                        let _ = reply.send(Ok(encoding));
                    }
                }
                Err(error) => {
                    for reply in replies {
                        let _ = reply.send(Err(error));
                    }
                }
            }
        }
        Work::Bulk(job) => {
            let _ = job.reply.send(run(model, &job.batch, &job.wanted, Occasion::Bulk));
        }
    }
}

/// A model that panics fails its batch only: it keeps no state between runs.
fn run(
    model: &impl Fn(&[Vec<u32>], &Wanted, Occasion) -> Vec<Encoding>,
    batch: &[Vec<u32>],
    wanted: &Wanted,
    occasion: Occasion,
) -> Result<Vec<Encoding>, EncodeError> {
    match catch_unwind(AssertUnwindSafe(|| model(batch, wanted, occasion))) {
        Ok(encodings) if encodings.len() == batch.len() => Ok(encodings),
        Ok(encodings) => {
            tracing::error!(asked = batch.len(), got = encodings.len(), "the encoder gave the wrong number of vectors");
            Err(EncodeError::Unavailable)
        }
        Err(_) => {
            metrics::counter!("rapport_encoder_panics_total").increment(1);
            tracing::error!(batch = batch.len(), "the encoder panicked; this batch failed, the next is tried");
            Err(EncodeError::Unavailable)
        }
    }
}
