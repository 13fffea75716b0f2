//! Lines from standard input, without holding up the rest.

use std::io::{BufRead, IsTerminal};

use tokio::sync::mpsc;

pub struct Input {
    lines: mpsc::Receiver<String>,
    /// Whether a person types them: then they see what they typed, and may type at any time.
    pub typed: bool,
}

impl Input {
    /// Reads on a thread of its own: a blocked read of a terminal cannot be cancelled,
    /// and must not keep the runtime from ending.
    pub fn from_stdin() -> Self {
        let (sender, lines) = mpsc::channel(1);
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines() {
                let Ok(line) = line else { return };
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        Self { lines, typed: std::io::stdin().is_terminal() }
    }

    /// The next line with something in it, or none at the end.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            let line = self.lines.recv().await?;
            let line = line.trim();
            if !line.is_empty() {
                return Some(line.to_owned());
            }
        }
    }
}
