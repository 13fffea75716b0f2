//! Reading a PDF file in a process of its own, with an end to its time and its memory.
//!
//! The program starts itself with a hidden command, gives it the file on standard input and
//! gets the page, or what is wrong, as one JSON object.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::{PdfError, read};
use crate::sources::Page;

/// The hidden command.
pub const COMMAND: &str = "read-pdf";
const PATIENCE: Duration = Duration::from_secs(30);
/// Beside what the program itself takes.
const MEMORY: u64 = 768 << 20;
/// The largest file that is read at all.
pub const LONGEST: usize = 50 << 20;
const LONGEST_ANSWER: u64 = 32 << 20;

/// Reads a file in another process.
pub async fn read_apart(bytes: &[u8]) -> Result<Page, PdfError> {
    let mut child = Command::new(own_program())
        .arg(COMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| PdfError::NoProcess(error.to_string()))?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let stdout = child.stdout.take().expect("it is piped");
    let mut answer = Vec::new();
    let talk = async {
        let give = async {
            // It may have seen enough, and have closed its end.
            let _gone = stdin.write_all(bytes).await;
            drop(stdin);
        };
        let take = async { stdout.take(LONGEST_ANSWER).read_to_end(&mut answer).await };
        let ((), read) = tokio::join!(give, take);
        read
    };
    match tokio::time::timeout(PATIENCE, talk).await {
        // Dropping the child kills it.
        Err(_) => Err(PdfError::Slow(PATIENCE.as_secs())),
        // The library may have printed something before.
        Ok(_) => {
            let last = answer.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            serde_json::from_slice(last).unwrap_or(Err(PdfError::Crashed))
        }
    }
}

/// The hidden command: reads standard input, answers on standard output.
pub fn serve() -> std::io::Result<()> {
    limit_memory();
    // What the library has to say about a broken file is told in the answer.
    std::panic::set_hook(Box::new(|_| {}));
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    let page = std::panic::catch_unwind(|| read(&bytes))
        .unwrap_or_else(|panic| Err(PdfError::Broken(what_was_said(panic.as_ref()))));
    let mut answer = vec![b'\n'];
    serde_json::to_writer(&mut answer, &page)?;
    std::io::stdout().lock().write_all(&answer)
}

fn what_was_said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    match text.lines().next().unwrap_or_default().trim() {
        "" => "its parts do not fit together".into(),
        line => line.chars().take(120).collect(),
    }
}

/// The program that runs, also after an update has replaced its file.
fn own_program() -> PathBuf {
    let linux = PathBuf::from("/proc/self/exe");
    if linux.exists() { linux } else { std::env::current_exe().unwrap_or_else(|_| "rapport".into()) }
}

/// From here on, this process may take so much more memory than it has.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the standard library has no call for a process's limits")]
fn limit_memory() {
    // Kilobytes of address space, the libraries' included.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size =
        status.lines().find_map(|line| line.strip_prefix("VmSize:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    let Some(size) = size else { return };
    let most = size * 1024 + MEMORY;
    let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: it reads the numbers that it is given a pointer to, which lives until it returns.
    let done = unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
    if done != 0 {
        tracing::debug!(error = %std::io::Error::last_os_error(), "memory is not limited");
    }
}

/// Elsewhere the time alone is limited.
#[cfg(not(target_os = "linux"))]
fn limit_memory() {
    let _nowhere = MEMORY;
}
