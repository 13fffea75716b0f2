//! An acknowledgement is a promise: the disk has the message first.
//!
//! `kill -9` cannot show this, since the page cache outlives the process. The order of
//! system calls can: the message is written to the write-ahead log, `fdatasync` returns,
//! and only then the ack goes out.

use std::path::Path;

use crate::support::customer::Customer;
use crate::support::process::signal;
use crate::support::scratch::Scratch;
use crate::support::server::{Server, Setup};

const CALLS: &str = "trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg";

#[tokio::test]
async fn the_write_ahead_log_is_on_disk_before_each_ack() {
    let traceable = std::process::Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).status();
    if !traceable.is_ok_and(|status| status.success()) {
        println!("SKIPPED: strace is not there or may not trace (`make test` installs it)");
        return;
    }
    let folder = Scratch::new();
    let trace = folder.path().join("trace");
    let words = ["strace", "-f", "-y", "--seccomp-bpf", "-s", "8192", "-e", CALLS, "-e", "signal=none", "-o"];
    let wrapper = words.map(Into::into).into_iter().chain([trace.clone().into(), "--".into()]).collect();
    let server = Server::start_as(Setup { wrapper, ..Setup::default() }).await;

    let mut ann = Customer::arrive(&server).await;
    let mut markers = Vec::new();
    for number in 0..10 {
        let marker = format!("durable-marker-{number:03}");
        let ack = ann.send(serde_json::json!({"text": marker})).await;
        markers.push((marker, ack["client_msg_id"].as_str().expect("an ack has it").to_owned()));
    }
    // The traced server is the tracer's child; the tracer ends with it, its file complete.
    signal(child_of(server.pid()), "TERM");
    assert!(server.exited().await.success());

    let trace = Trace::read(&trace);
    for (marker, client_msg_id) in markers {
        let written =
            trace.position(0, |line| line.contains("-wal>") && line.contains("pwrite64") && line.contains(&marker));
        let written = written.unwrap_or_else(|| panic!("{marker} is written to the write-ahead log"));
        let synced = trace.position(written, |line| line.contains("-wal>") && is_sync(line) && line.ends_with("= 0"));
        let acknowledged =
            trace.position(0, |line| line.contains(r#"\"type\":\"ack\""#) && line.contains(&client_msg_id));
        let acknowledged = acknowledged.unwrap_or_else(|| panic!("the ack of {marker} is sent"));
        assert!(synced.is_some_and(|synced| synced < acknowledged), "{marker}: {written} {synced:?} {acknowledged}");
    }
}

fn is_sync(line: &str) -> bool {
    line.contains("fdatasync(") || line.contains("fsync(")
}

/// System calls of all threads: one that writes stands where it began, one that syncs
/// where it returned, so that the order shown is never better than the real one.
struct Trace {
    lines: Vec<String>,
}

impl Trace {
    fn read(file: &Path) -> Self {
        let text = String::from_utf8_lossy(&std::fs::read(file).expect("strace wrote it")).into_owned();
        let mut begun: std::collections::HashMap<&str, &str> = std::collections::HashMap::new();
        let mut lines = Vec::new();
        for line in text.lines() {
            let Some((thread, call)) = line.split_once(' ') else { continue };
            let call = call.trim();
            if let Some(start) = call.strip_suffix("<unfinished ...>") {
                begun.insert(thread, start);
                if !is_sync(start) {
                    lines.push(start.to_owned());
                }
            } else if let Some((_, end)) = call.split_once("resumed>") {
                let start = begun.remove(thread).unwrap_or_default();
                if is_sync(start) {
                    lines.push(format!("{start}{end}"));
                }
            } else {
                lines.push(call.to_owned());
            }
        }
        Self { lines }
    }

    fn position(&self, from: usize, fits: impl Fn(&str) -> bool) -> Option<usize> {
        self.lines.iter().skip(from).position(|line| fits(line.trim_end())).map(|position| position + from)
    }
}

fn child_of(pid: u32) -> u32 {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("the tracer lives");
    children.split_whitespace().next().and_then(|child| child.parse().ok()).expect("it has a child")
}
