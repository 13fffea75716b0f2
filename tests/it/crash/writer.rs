//! A customer who writes at a steady pace, whatever becomes of the server.

use std::collections::BTreeSet;
use std::time::Duration;

use rapport::app::client::{Anomaly, Client, Options, Update};
use serde_json::Value;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::support::server::Server;
use crate::support::within;

const QUESTIONS: [&str; 5] = [
    "How long does delivery to Germany take?",
    "Hello there!",
    "I am looking for a warm blanket under 100 euros",
    "Can I pay with Klarna?",
    "Thank you very much",
];

pub struct Writer {
    progress: watch::Receiver<Progress>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Written>,
}

/// What a writer wrote, and what it was told.
#[derive(Default)]
pub struct Written {
    pub token: String,
    pub sent: Vec<Sent>,
    /// As the wire had them, with their `type`.
    pub events: Vec<Value>,
    pub anomalies: Vec<Anomaly>,
}

pub struct Sent {
    pub text: String,
    pub acknowledged: Option<i64>,
    client_msg_id: String,
}

/// Messages acknowledged, and messages answered, by their seq.
#[derive(Clone, Default)]
struct Progress {
    acknowledged: BTreeSet<i64>,
    answered: BTreeSet<i64>,
}

impl Writer {
    pub fn start(server: &Server, number: usize, every: Duration) -> Self {
        let client = Client::start(Options {
            address: server.address().parse().expect("the server's own address"),
            inbox: "demo".to_owned(),
            token: None,
            resume_after: 0,
            locale: None,
        });
        let (told, progress) = watch::channel(Progress::default());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(write(client, number, every, told, stopped));
        Self { progress, stop, task }
    }

    /// Waits until every message acknowledged up to now is answered.
    pub async fn all_acknowledged_are_answered(&self) {
        let acknowledged = self.progress.borrow().acknowledged.clone();
        let mut progress = self.progress.clone();
        within("the interrupted replies", async move {
            let done = progress.wait_for(|progress| acknowledged.is_subset(&progress.answered)).await;
            drop(done.expect("the writer goes on"));
        })
        .await;
    }

    /// Stops writing, and waits until everything sent is acknowledged and answered.
    pub async fn stop(self) -> Written {
        self.stop.send(()).expect("the writer goes on");
        within("the last replies", self.task).await.expect("the writer does not panic")
    }
}

async fn write(
    mut client: Client,
    number: usize,
    every: Duration,
    told: watch::Sender<Progress>,
    mut stopped: oneshot::Receiver<()>,
) -> Written {
    let mut written = Written::default();
    let mut writing = true;
    let mut ticks = tokio::time::interval(every);
    while writing || !is_settled(&written, &told.borrow()) {
        tokio::select! {
            _ = &mut stopped, if writing => writing = false,
            _ = ticks.tick(), if writing => {
                let text = format!("{} ({number}.{})", QUESTIONS[written.sent.len() % QUESTIONS.len()], written.sent.len());
                let client_msg_id = client.say(text.clone(), None).await;
                written.sent.push(Sent { text, acknowledged: None, client_msg_id });
            }
            update = client.next() => take_note(&mut written, &told, update.expect("the client goes on")),
        }
    }
    // Whatever else belongs to the last turn stands before this pong.
    client.ping().await;
    loop {
        match client.next().await.expect("the client goes on") {
            Update::Pong => break,
            update => take_note(&mut written, &told, update),
        }
    }
    client.close().await;
    written
}

fn is_settled(written: &Written, progress: &Progress) -> bool {
    written.sent.iter().all(|sent| sent.acknowledged.is_some_and(|seq| progress.answered.contains(&seq)))
}

fn take_note(written: &mut Written, told: &watch::Sender<Progress>, update: Update) {
    match update {
        Update::Welcome(welcome) => written.token = welcome.token,
        Update::Ack(ack) => {
            let sent = written.sent.iter_mut().find(|sent| sent.client_msg_id == ack.client_msg_id);
            let sent = sent.expect("only what was sent is acknowledged");
            let before = sent.acknowledged.replace(ack.seq);
            assert!(
                before.is_none_or(|before| before == ack.seq),
                "the same message, the same ack: {before:?}, {ack:?}"
            );
            told.send_modify(|progress| {
                progress.acknowledged.insert(ack.seq);
            });
        }
        Update::Event(event) => {
            if let Some(seq) = event.in_reply_to {
                told.send_modify(|progress| {
                    progress.answered.insert(seq);
                });
            }
            written.events.push(as_told(&event));
        }
        Update::Anomaly(anomaly) => written.anomalies.push(anomaly),
        Update::Error(error) => assert!(error.is_temporary(), "{error:?}"),
        Update::Gone(gone) => panic!("{gone}"),
        Update::Typing(_) | Update::Pong | Update::Lost { .. } => {}
    }
}

/// The event as it stands on the wire.
fn as_told(event: &rapport::app::client::Event) -> Value {
    let mut told = serde_json::json!({
        "type": "event", "seq": event.seq, "at": event.at, "author": event.author, "content": event.content,
    });
    if let Some(seq) = event.in_reply_to {
        told["in_reply_to"] = seq.into();
    }
    if let Some(turn) = &event.turn {
        told["turn"] = turn.clone().into();
    }
    told
}
