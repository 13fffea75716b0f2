//! The command line, run to its end.

use std::ffi::{OsStr, OsString};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::PATIENCE;

pub const BINARY: &str = env!("CARGO_BIN_EXE_rapport");

pub struct Cli {
    environment: Vec<(OsString, OsString)>,
    input: String,
    patience: Duration,
}

impl Default for Cli {
    fn default() -> Self {
        Self { environment: Vec::new(), input: String::new(), patience: PATIENCE }
    }
}

/// What a command said and how it ended.
#[derive(Debug)]
pub struct Outcome {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Cli {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// What it reads on standard input.
    pub fn input(mut self, text: &str) -> Self {
        self.input = text.to_owned();
        self
    }

    /// For one that works longer than others.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub async fn run<S: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = S>) -> Outcome {
        let mut command = Command::new(BINARY);
        command.args(arguments).env_remove("RAPPORT_CONFIG").env_remove("RAPPORT_DATA_DIR");
        command.envs(self.environment).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary can be run");
        let mut stdin = child.stdin.take().expect("it is piped");
        let input = self.input;
        let feed = tokio::spawn(async move {
            // A command may end before it has read everything.
            let _ = stdin.write_all(input.as_bytes()).await;
        });
        let ended = tokio::time::timeout(self.patience, child.wait_with_output()).await;
        let ended =
            ended.unwrap_or_else(|_| panic!("waited {} s in vain for the command to end", self.patience.as_secs()));
        let output = ended.expect("it ran");
        feed.await.expect("feeding does not panic");
        Outcome {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Outcome {
    /// Standard output of a command that must succeed.
    pub fn out(self) -> String {
        assert!(self.success, "the command failed:\n{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Standard error of a command that must fail, and must not panic.
    pub fn error(self) -> String {
        assert!(!self.success, "the command was expected to fail, and said:\n{}{}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("panicked at"), "{}", self.stderr);
        self.stderr
    }
}
