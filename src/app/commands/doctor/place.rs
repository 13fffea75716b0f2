//! Where the server runs: its configuration, its data directory, its port.

use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Finding;
use crate::base::config::Config;

const DATA: &str = "data";
const SERVER: &str = "server";
const MIB: u64 = 1 << 20;
/// Below this, SQLite may soon be unable to write its log.
const LITTLE_SPACE: u64 = 1024 * MIB;
const NO_SPACE: u64 = 100 * MIB;
const PATIENCE: Duration = Duration::from_secs(3);

/// The values were checked when they were read; what is left can only be known here.
pub(super) fn configuration(config: &Config) -> Vec<Finding> {
    const AREA: &str = "configuration";
    if let Err(error) = tracing_subscriber::EnvFilter::try_new(&config.log.level) {
        let message =
            format!("log.level = {} will not do ({error}): write error, warn, info or debug", config.log.level);
        return vec![Finding::fail(AREA, message)];
    }
    if !config.listen.ip().is_loopback() {
        let message = format!(
            "listens on {}, where other machines reach it without TLS: put a web server with a certificate before it",
            config.listen
        );
        return vec![Finding::warn(AREA, message)];
    }
    vec![Finding::ok(AREA, "every value will do")]
}

pub(super) async fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = vec![space(&config.data_dir)];
    findings.extend(data_dir(&config.data_dir));
    let running = is_locked(&config.data_dir);
    findings.push(port(config.listen, running).await);
    findings
}

fn space(data_dir: &Path) -> Finding {
    // The folder may not exist yet: then the disk is that of the one that will hold it.
    let absolute = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
    let existing = absolute.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    match fs4::available_space(existing) {
        Ok(free) => judge_space(free, existing),
        Err(error) => {
            Finding::warn(DATA, format!("how much space is left for {} cannot be told: {error}", existing.display()))
        }
    }
}

fn judge_space(free: u64, folder: &Path) -> Finding {
    let says = format!("{} MiB are free on the disk of {}", free / MIB, folder.display());
    if free < NO_SPACE {
        return Finding::fail(DATA, format!("{says}: make room, or messages cannot be kept"));
    }
    if free < LITTLE_SPACE {
        return Finding::warn(DATA, format!("{says}: make room before it is full"));
    }
    Finding::ok(DATA, says)
}

fn data_dir(folder: &Path) -> Vec<Finding> {
    let shown = folder.display();
    let Ok(metadata) = folder.metadata() else {
        return vec![Finding::ok(DATA, format!("{shown} does not exist yet: the first start makes it"))];
    };
    if !metadata.is_dir() {
        return vec![Finding::fail(DATA, format!("{shown} is not a folder: set RAPPORT_DATA_DIR to one"))];
    }
    if let Err(error) = tempfile_in(folder) {
        let message =
            format!("nothing can be written into {shown} ({error}): give it to the user that runs the server");
        return vec![Finding::fail(DATA, message)];
    }
    if metadata.permissions().mode() & 0o007 != 0 {
        let message =
            format!("every user of this machine can read {shown}, where conversations lie: `chmod 750 {shown}`");
        return vec![Finding::warn(DATA, message)];
    }
    vec![Finding::ok(DATA, format!("{shown} can be written"))]
}

/// Writes and removes a file, which tells more than permissions do.
fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join(".rapport-doctor");
    std::fs::write(&probe, b"probe")?;
    std::fs::remove_file(probe)
}

/// Whether a server holds the data directory.
fn is_locked(folder: &Path) -> bool {
    // The lock is let go at once, when the file is closed.
    File::open(folder.join("rapport.lock")).is_ok_and(|file| file.try_lock_shared().is_err())
}

async fn port(address: SocketAddr, running: bool) -> Finding {
    if running {
        return match tokio::time::timeout(PATIENCE, is_ready(address)).await {
            Ok(Ok(true)) => Finding::ok(SERVER, format!("runs and is ready on {address}")),
            Ok(Ok(false)) => Finding::warn(SERVER, format!("runs on {address}, but is not ready: look into its log")),
            Ok(Err(error)) => Finding::warn(
                SERVER,
                format!(
                    "holds the data directory, but does not answer on {address} ({error}): it is starting, or listens elsewhere"
                ),
            ),
            Err(_) => Finding::fail(
                SERVER,
                format!("holds the data directory, but is silent on {address}: look into its log"),
            ),
        };
    }
    match TcpListener::bind(address).await {
        Ok(_) => Finding::ok(SERVER, format!("does not run; {address} is free")),
        Err(error) => Finding::fail(
            SERVER,
            format!(
                "cannot listen on {address} ({error}): end the program that does, or set RAPPORT_LISTEN to another address"
            ),
        ),
    }
}

async fn is_ready(address: SocketAddr) -> std::io::Result<bool> {
    // A server on all addresses is reached by its own.
    let address = match address.ip() {
        ip if ip.is_unspecified() && ip.is_ipv4() => SocketAddr::from(([127, 0, 0, 1], address.port())),
        ip if ip.is_unspecified() => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, address.port())),
        _ => address,
    };
    let mut stream = TcpStream::connect(address).await?;
    stream
        .write_all(format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())
        .await?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200"))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use crate::app::lifecycle::DataDirLock;
    use rstest::rstest;

    #[rstest]
    #[case(5000, State::Ok)]
    #[case(500, State::Warn)]
    #[case(50, State::Fail)]
    fn judges_space(#[case] free: u64, #[case] state: State) {
        assert_eq!(judge_space(free * MIB, Path::new("/")).state, state);
    }

    #[test]
    fn a_data_directory_is_tried() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("var");
        assert_eq!(data_dir(&data)[0].state, State::Ok);
        std::fs::write(&data, "").unwrap();
        assert_eq!(data_dir(&data)[0].state, State::Fail);
        std::fs::remove_file(&data).unwrap();
        std::fs::create_dir(&data).unwrap();
        std::fs::set_permissions(&data, PermissionsExt::from_mode(0o755)).unwrap();
        assert_eq!(data_dir(&data)[0].state, State::Warn);
        std::fs::set_permissions(&data, PermissionsExt::from_mode(0o750)).unwrap();
        assert_eq!(data_dir(&data), [Finding::ok(DATA, format!("{} can be written", data.display()))]);
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0, "the probe is gone");
    }

    #[test]
    fn a_running_server_is_seen_and_not_disturbed() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_locked(folder.path()));
        let lock = DataDirLock::take(folder.path()).unwrap();
        assert!(is_locked(folder.path()) && is_locked(folder.path()));
        drop(lock);
        assert!(!is_locked(folder.path()));
        DataDirLock::take(folder.path()).expect("looking left no lock behind");
    }

    #[tokio::test]
    async fn a_port_in_use_is_told() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap();
        assert_eq!(port(address, false).await.state, State::Fail);
        drop(taken);
        assert_eq!(port(address, false).await.state, State::Ok);
        assert_eq!(port(address, true).await.state, State::Warn);
    }

    #[test]
    fn a_level_that_nobody_knows_fails() {
        let mut config = Config::default();
        assert_eq!(configuration(&config)[0].state, State::Ok);
        config.listen = ([0, 0, 0, 0], 8080).into();
        assert_eq!(configuration(&config)[0].state, State::Warn);
        config.log.level = "info,rapport=loud".into();
        assert_eq!(configuration(&config)[0].state, State::Fail);
    }
}
