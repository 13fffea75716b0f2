//! The thread that owns the model and works the queue off.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use super::bert::Occasion;
use super::queue::{Queue, Work};
use super::{EncodeError, Vector};

/// Starts the thread. `load` runs on it, so that the model never moves between threads;
/// when it gives none, the thread ends and the queue refuses everything.
pub(super) fn spawn<Load, Model>(queue: Arc<Queue>, load: Load) -> std::io::Result<JoinHandle<()>>
where
    Load: FnOnce() -> Option<Model> + Send + 'static,
    Model: Fn(&[Vec<u32>], Occasion) -> Vec<Vector>,
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

fn answer(work: Work, model: &impl Fn(&[Vec<u32>], Occasion) -> Vec<Vector>) {
    match work {
        Work::Live(jobs) => {
            let (batch, replies): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.tokens, job.reply)).unzip();
            let started = Instant::now();
            match run(model, &batch, Occasion::Live) {
                Ok(vectors) => {
                    metrics::histogram!("rapport_encoder_batch_size").record(batch.len() as f64);
                    metrics::histogram!("rapport_encoder_batch_seconds").record(started.elapsed().as_secs_f64());
                    for (reply, vector) in replies.into_iter().zip(vectors) {
                        // The asker may have left meanwhile, which is fine.
                        let _ = reply.send(Ok(vector));
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
            let _ = job.reply.send(run(model, &job.batch, Occasion::Bulk));
        }
    }
}

/// A model that panics fails its batch only: it keeps no state between runs.
fn run(
    model: &impl Fn(&[Vec<u32>], Occasion) -> Vec<Vector>,
    batch: &[Vec<u32>],
    occasion: Occasion,
) -> Result<Vec<Vector>, EncodeError> {
    match catch_unwind(AssertUnwindSafe(|| model(batch, occasion))) {
        Ok(vectors) if vectors.len() == batch.len() => Ok(vectors),
        Ok(vectors) => {
            tracing::error!(asked = batch.len(), got = vectors.len(), "the encoder gave the wrong number of vectors");
            Err(EncodeError::Unavailable)
        }
        Err(_) => {
            metrics::counter!("rapport_encoder_panics_total").increment(1);
            tracing::error!(batch = batch.len(), "the encoder panicked; this batch failed, the next is tried");
            Err(EncodeError::Unavailable)
        }
    }
}
