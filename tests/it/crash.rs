//! `kill -9` at random moments while customers write: nothing acknowledged is lost,
//! nothing is said twice, and everybody comes back by themselves.
//!
//! `RAPPORT_CRASHES` says how often (4 by default, 50 in the benchmark),
//! `RAPPORT_CRASH_SEED` repeats a run's moments.

mod chance;
mod writer;

use std::time::Duration;

use rapport::base::clock::Clock;

use crate::support::customer::Customer;
use crate::support::log;
use crate::support::server::Server;
use crate::support::within;
use chance::Chance;
use writer::Writer;

/// Together they write 20 messages a second.
const WRITERS: usize = 4;
const EVERY: Duration = Duration::from_millis(200);
/// How soon after the server is ready again an interrupted reply must stand in the log.
const REPLY_WITHIN: Duration = Duration::from_secs(5);
/// What a writer sends while the server is away comes at once when it is back.
const CONFIG: &str = "[limits]\nvisitor_rate = 10000\nvisitor_burst = 10000\naddress_rate = 10000";

/// A moment when the server was killed, and when it was ready again after that.
struct Crash {
    killed: jiff::Timestamp,
    ready: jiff::Timestamp,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_is_said_twice() {
    let crashes = setting("RAPPORT_CRASHES").unwrap_or(4);
    let clock = Clock::System;
    let seed = setting("RAPPORT_CRASH_SEED").unwrap_or_else(|| clock.now().as_microsecond() as u64);
    println!("{crashes} crashes; RAPPORT_CRASH_SEED={seed} repeats their moments");
    let mut chance = Chance::new(seed);

    let mut server = Server::configured(CONFIG).await;
    let writers: Vec<Writer> = (0..WRITERS).map(|number| Writer::start(&server, number, EVERY)).collect();
    let mut history = Vec::new();
    for _ in 0..crashes {
        // The one sleep that a test may have: the moment is what is being drawn.
        tokio::time::sleep(Duration::from_millis(chance.between(20, 1500))).await;
        server.kill().await;
        let killed = clock.now();
        server.start_again().await;
        history.push(Crash { killed, ready: clock.now() });
        if chance.between(0, 1) == 0 {
            // Otherwise the next crash may hit the recovery from this one.
            for writer in &writers {
                writer.all_acknowledged_are_answered().await;
            }
        }
    }

    let (mut messages, mut interrupted) = (0, 0);
    for writer in writers {
        let written = writer.stop().await;
        assert_eq!(written.anomalies, [], "no gaps and no repetitions over all resumptions");
        let log = Customer::back(&server, &written.token).await.events;
        log::check(&log);
        assert_eq!(log, written.events, "what was told piece by piece is the log");
        log::check_all_answered(&log);

        let told: Vec<&str> =
            log::messages(&log).iter().filter_map(|event| event["content"]["text"].as_str()).collect();
        let sent: Vec<&str> = written.sent.iter().map(|sent| sent.text.as_str()).collect();
        assert_eq!(told, sent, "every message once, in order");
        for sent in &written.sent {
            let seq = sent.acknowledged.expect("all were acknowledged in the end");
            assert_eq!(log[seq as usize - 1]["content"]["text"], sent.text.as_str(), "where its ack said");
        }
        messages += sent.len();
        interrupted += check_recovery(&log, &history);
    }
    println!("{messages} messages over {crashes} crashes; {interrupted} replies were interrupted, none was late");
}

/// Replies that a crash interrupted follow soon after the next start that lives long
/// enough; returns how many there were.
fn check_recovery(log: &[serde_json::Value], history: &[Crash]) -> usize {
    let at = |event: &serde_json::Value| {
        event["at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok()).expect("a time")
    };
    let mut interrupted = 0;
    for message in log::messages(log) {
        let reply = log.iter().find(|event| event["in_reply_to"] == message["seq"]).expect("it is answered");
        let Some(first) = history.iter().position(|crash| at(message) <= crash.killed && crash.killed <= at(reply))
        else {
            continue;
        };
        interrupted += 1;
        let long_enough = |index: usize| {
            let next = history.get(index + 1);
            next.is_none_or(|next| next.killed > history[index].ready + REPLY_WITHIN)
        };
        let start = (first..history.len()).find(|index| long_enough(*index)).expect("the last one lives on");
        let late = at(reply).duration_since(history[start].ready);
        assert!(late <= jiff::SignedDuration::try_from(REPLY_WITHIN).expect("it fits"), "{late:?} late: {message}");
    }
    interrupted
}

fn setting(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name}={value} is not a number")))
}

#[tokio::test]
async fn a_reply_that_a_crash_interrupted_follows_after_the_start() {
    let mut server = Server::configured(CONFIG).await;
    let mut ann = Customer::arrive(&server).await;
    let mut last = 0;
    for _ in 0..20 {
        last = ann.say("how long does delivery take?").await;
    }
    server.kill().await;
    server.start_again().await;
    let ready = Clock::System.now();

    let mut back = Customer::back(&server, &ann.token).await;
    within("the last reply", back.reply_to(last)).await;
    log::check(&back.events);
    assert_eq!(log::messages(&back.events).len(), 20, "every acknowledged message is there");
    log::check_all_answered(&back.events);
    let late = back.events.iter().filter_map(|event| event["at"].as_str()?.parse::<jiff::Timestamp>().ok());
    let late = late.max().expect("there are events").duration_since(ready);
    assert!(late < jiff::SignedDuration::from_secs(5), "{late:?} after it was ready");
}
