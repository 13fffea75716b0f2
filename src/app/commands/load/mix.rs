//! What the customers write.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};

/// Questions as a shop gets them, of about 18 tokens.
const BUILT_IN: &str = include_str!("messages.txt");

/// Messages as JSON strings, ready to stand in a frame.
#[derive(Clone)]
pub struct Mix {
    messages: Arc<[String]>,
}

/// One customer's way through the mix, round and round.
pub struct Messages {
    messages: Arc<[String]>,
    next: usize,
}

impl Mix {
    pub fn built_in() -> Self {
        Self::of(BUILT_IN)
    }

    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let mix = Self::of(&text);
        if mix.messages.is_empty() {
            bail!("{} has no messages: write one a line", file.display());
        }
        Ok(mix)
    }

    fn of(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Self { messages: lines.map(|line| serde_json::Value::from(line).to_string()).collect() }
    }

    pub fn from(&self, first: usize) -> Messages {
        Messages { messages: Arc::clone(&self.messages), next: first % self.messages.len() }
    }

    /// The messages as they are, for benchmarks that must read the same.
    pub fn texts() -> impl Iterator<Item = &'static str> {
        BUILT_IN.lines()
    }
}

impl Messages {
    /// The next message, as a JSON string.
    pub fn next(&mut self) -> &str {
        let message = &self.messages[self.next];
        self.next = (self.next + 1) % self.messages.len();
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_round_from_where_it_starts() {
        let mix = Mix::of("one\n\n  two \"2\"\nthree\n");
        let mut messages = mix.from(4);
        let four: Vec<String> = (0..3).map(|_| messages.next().to_owned()).collect();
        assert_eq!(four, ["\"two \\\"2\\\"\"", "\"three\"", "\"one\""]);
    }

    #[test]
    fn forty_different_messages_are_built_in() {
        let texts: std::collections::BTreeSet<&str> = Mix::texts().collect();
        assert_eq!(texts.len(), 40);
        assert!(texts.iter().all(|text| !text.is_empty()));
    }
}
