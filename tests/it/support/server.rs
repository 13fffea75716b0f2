//! The real server, on a free port, in a folder of its own.

mod vectors;

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::Mutex;
use std::time::Duration;

use super::cli::{BINARY, Cli};
use super::process::{Process, tied};
use super::scratch::Scratch;
use super::within;

/// A start loads the models, and the very first one reads the whole knowledge base.
const START: Duration = Duration::from_secs(180);

/// How a server is to be started.
#[derive(Clone, Default)]
pub struct Setup {
    /// The TOML configuration.
    pub config: String,
    /// A program that runs the server, for example strace; the server's own command follows.
    pub wrapper: Vec<OsString>,
    pub environment: Vec<(String, OsString)>,
    /// Where its data lies, if not in a folder of its own.
    pub data_dir: Option<PathBuf>,
}

pub struct Server {
    /// For example `http://127.0.0.1:40123`.
    pub url: String,
    process: Process,
    folder: Scratch,
    setup: Setup,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_as(Setup::default()).await
    }

    pub async fn configured(config: &str) -> Self {
        Self::start_as(Setup { config: config.to_owned(), ..Setup::default() }).await
    }

    pub async fn start_as(setup: Setup) -> Self {
        match Self::try_start(setup).await {
            Ok(server) => server,
            Err(log) => panic!("the server did not start:\n{log}"),
        }
    }

    /// The server, or what it said before it ended.
    pub async fn try_start(setup: Setup) -> Result<Self, String> {
        let folder = Scratch::new();
        folder.write("rapport.toml", &setup.config);
        let data_dir = data_dir(&folder, &setup);
        vectors::lend(&data_dir);
        let mut process = Process::start(command(&folder, &setup, "127.0.0.1:0"), &log_of(&folder));
        match process.line_starting("listening on ", START).await {
            Some(url) => {
                vectors::keep(&data_dir);
                Ok(Self { url, process, folder, setup })
            }
            None => {
                process.exited().await;
                Err(process.log())
            }
        }
    }

    /// A server that has taken its data directory and is still far from ready.
    pub async fn starting() -> Self {
        let (folder, setup) = (Scratch::new(), Setup::default());
        folder.write("rapport.toml", &setup.config);
        let process = Process::start(command(&folder, &setup, "127.0.0.1:0"), &log_of(&folder));
        let database = data_dir(&folder, &setup).join("rapport.db");
        within("the database is there", async {
            while !database.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        Self { url: String::new(), process, folder, setup }
    }

    /// One server for all tests of a topic, started by the first and alive until the end.
    /// Each test is a visitor of its own, so that they do not see each other.
    pub async fn shared(topic: &'static str) -> &'static Server {
        static SHARED: Mutex<Option<HashMap<&'static str, &'static tokio::sync::OnceCell<Server>>>> = Mutex::new(None);
        let cell = {
            let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let shared = shared.get_or_insert_with(HashMap::new);
            *shared.entry(topic).or_insert_with(|| Box::leak(Box::default()))
        };
        cell.get_or_init(Server::start).await
    }

    /// The same server again, on the same port and data, after it has ended.
    pub async fn start_again(&mut self) {
        assert!(self.process.has_exited(), "the old server must be gone first");
        let address = self.address().to_owned();
        let command = command(&self.folder, &self.setup, &address);
        self.process = Process::start(command, &log_of(&self.folder));
        if self.process.line_starting("listening on ", START).await.is_none() {
            panic!("the server did not start again:\n{}", self.process.log());
        }
    }

    /// As [`Server::start_again`], without waiting until it is ready.
    pub fn begin_again(&mut self) {
        assert!(self.process.has_exited(), "the old server must be gone first");
        self.process = Process::start(command(&self.folder, &self.setup, self.address()), &log_of(&self.folder));
    }

    /// Ends it as a power cut would, as far as a process can tell.
    pub async fn kill(&mut self) {
        self.process.signal("KILL");
        self.process.exited().await;
    }

    pub fn terminate(&self) {
        self.process.signal("TERM");
    }

    pub async fn exited(&self) -> ExitStatus {
        self.process.exited().await
    }

    pub fn pid(&self) -> u32 {
        self.process.pid
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").expect("the server tells an http address")
    }

    pub fn data_dir(&self) -> PathBuf {
        data_dir(&self.folder, &self.setup)
    }

    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The command line, in this server's shop.
    pub fn cli(&self) -> Cli {
        Cli::new()
            .env("RAPPORT_DATA_DIR", self.data_dir())
            .env("RAPPORT_CONFIG", self.folder.path().join("rapport.toml"))
    }
}

fn command(folder: &Scratch, setup: &Setup, listen: &str) -> Command {
    let words: Vec<OsString> = if setup.wrapper.is_empty() {
        tied(BINARY)
    } else {
        // The wrapper dies with us, and the server with the wrapper.
        tied(setup.wrapper[0].clone())
            .into_iter()
            .chain(setup.wrapper[1..].iter().cloned())
            .chain(tied(BINARY))
            .collect()
    };
    let mut command = Command::new(&words[0]);
    command
        .args(&words[1..])
        .arg("serve")
        .env("RAPPORT_LISTEN", listen)
        .env("RAPPORT_DATA_DIR", data_dir(folder, setup))
        .env("RAPPORT_CONFIG", folder.path().join("rapport.toml"))
        .env_remove("RAPPORT_DATABASE_URL")
        // Several servers on two cores: threads that spin while they wait starve the rest.
        .env("OMP_WAIT_POLICY", "PASSIVE");
    for (name, value) in &setup.environment {
        command.env(name, value);
    }
    command
}

fn data_dir(folder: &Scratch, setup: &Setup) -> PathBuf {
    setup.data_dir.clone().unwrap_or_else(|| folder.path().join("data"))
}

fn log_of(folder: &Scratch) -> PathBuf {
    Path::join(folder.path(), "serve.log")
}
