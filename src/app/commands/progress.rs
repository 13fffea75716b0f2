//! Progress bars on standard error, one per step; nothing where that is no terminal.

use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

/// Steps that follow each other; a new name begins a new bar.
#[derive(Default)]
pub struct Steps {
    current: Mutex<Option<(String, ProgressBar)>>,
}

const PARTS: u64 = 1000;

impl Steps {
    /// `share` of the step is done, from 0 to 1.
    pub fn show(&self, step: &str, share: f32) {
        let mut current = self.current.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if current.as_ref().is_none_or(|(name, _)| name != step) {
            if let Some((_, bar)) = current.take() {
                bar.finish();
            }
            let style = ProgressStyle::with_template("{msg:32} {bar:40} {percent:>3} %  {elapsed}");
            let bar = ProgressBar::new(PARTS).with_message(step.to_owned());
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            *current = Some((step.to_owned(), bar));
        }
        if let Some((_, bar)) = current.as_ref() {
            bar.set_position((share.clamp(0.0, 1.0) * PARTS as f32) as u64);
        }
    }

    pub fn finish(&self) {
        if let Some((_, bar)) = self.current.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take() {
            bar.finish();
        }
    }
}
