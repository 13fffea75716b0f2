//! A child process that cannot outlive the tests.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::within;

/// Whether `setpriv` can tie a child's life to ours; Debian's util-linux has it.
static CAN_TIE: LazyLock<bool> = LazyLock::new(|| {
    let tried = Command::new("setpriv").args(["--pdeathsig", "KILL", "true"]).status();
    tried.is_ok_and(|status| status.success())
});

/// A program with its arguments, tied to this process so that it dies with it.
pub fn tied(program: impl Into<OsString>) -> Vec<OsString> {
    let program = program.into();
    if *CAN_TIE {
        ["setpriv", "--pdeathsig", "KILL", "--"].map(OsString::from).into_iter().chain([program]).collect()
    } else {
        vec![program]
    }
}

pub struct Process {
    pub pid: u32,
    lines: mpsc::UnboundedReceiver<String>,
    exit: watch::Receiver<Option<ExitStatus>>,
    stderr: PathBuf,
}

impl Process {
    /// Starts it; its standard error goes to a file, its standard output is read by line.
    ///
    /// A thread of its own starts it and stays until it ends: Linux sends the parent's
    /// death signal when the *thread* that forked ends.
    pub fn start(mut command: Command, stderr: &Path) -> Self {
        let log = File::options().create(true).append(true).open(stderr).expect("the log can be written");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let (pid_sender, pid) = std::sync::mpsc::channel();
        let (line_sender, lines) = mpsc::unbounded_channel();
        let (exit_sender, exit) = watch::channel(None);
        std::thread::spawn(move || {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => panic!("cannot start {command:?}: {error}"),
            };
            let stdout = child.stdout.take().expect("it is piped");
            let _listener_gone = pid_sender.send(child.id());
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _nobody_reads_on = line_sender.send(line);
            }
            let status = child.wait().expect("it is our child");
            exit_sender.send_replace(Some(status));
        });
        let pid = pid.recv().expect("the child starts");
        Self { pid, lines, exit, stderr: stderr.to_owned() }
    }

    /// The next line of its standard output that starts so, without that start.
    /// None when it ended before.
    pub async fn line_starting(&mut self, start: &str, patience: Duration) -> Option<String> {
        let reading = async {
            while let Some(line) = self.lines.recv().await {
                if let Some(rest) = line.strip_prefix(start) {
                    return Some(rest.trim().to_owned());
                }
            }
            None
        };
        match tokio::time::timeout(patience, reading).await {
            Ok(line) => line,
            Err(_) => {
                panic!("waited {} s in vain for a line {start:?}; until then:\n{}", patience.as_secs(), self.log())
            }
        }
    }

    pub fn signal(&self, name: &str) {
        signal(self.pid, name);
    }

    pub fn has_exited(&self) -> bool {
        self.exit.borrow().is_some()
    }

    pub async fn exited(&self) -> ExitStatus {
        let mut exit = self.exit.clone();
        within("the process to end", async move {
            let status = exit.wait_for(Option::is_some).await.expect("its thread tells the end");
            status.expect("it was waited for")
        })
        .await
    }

    /// What it wrote to standard error.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.stderr).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let tail = lines[lines.len().saturating_sub(30)..].join("\n");
            eprintln!("--- the end of {}:\n{tail}\n---", self.stderr.display());
        }
        if !self.has_exited() {
            self.signal("KILL");
        }
    }
}

pub fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &pid.to_string()]).stderr(Stdio::null()).status();
    status.expect("`kill` can be run");
}
