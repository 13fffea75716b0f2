//! `rapport load`: customers in numbers, over the customer socket, with a stop-watch.
//!
//! With a rate it is an open loop: a message leaves when it is due, whether or not the
//! ones before were answered, and latency counts from when it was due, so a server that
//! stalls cannot hide it. Without a rate it is a closed loop: each customer writes again
//! once they are answered, which shows what the server can do at that concurrency.
//!
//! It shares the machine with the server in our own benchmarks, so it is frugal: one
//! thread, frames made once, and of what comes in only the few fields that it needs.

mod customer;
mod light;
pub(super) mod mix;
mod tally;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use futures_util::{StreamExt, stream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::app::client::Address;

use customer::{Customer, Pace};
use mix::Mix;
use tally::{Report, Tally};

/// Customers that connect at the same time.
const CONNECTING: usize = 32;

/// Put load on a server: customers in numbers, with a stop-watch.
#[derive(Clone, Debug, Parser)]
pub struct Args {
    /// Customers, each with a socket of their own.
    #[arg(long, short, default_value_t = 10)]
    connections: usize,
    /// Messages a second, of all customers together; 0: each writes again once answered.
    #[arg(long, short, default_value_t = 0.0)]
    rate: f64,
    /// How long to write, in seconds; answers still due then are waited for.
    #[arg(long, short, default_value_t = 10.0)]
    seconds: f64,
    /// Seconds of the same before that which do not count.
    #[arg(long, default_value_t = 0.0)]
    warm_up: f64,
    /// Only hold the sockets open.
    #[arg(long, conflicts_with_all = ["rate", "messages", "script"])]
    idle: bool,
    /// Messages to draw from, one a line, instead of the 40 built in.
    #[arg(long)]
    messages: Option<PathBuf>,
    /// Every customer starts with the first message, rather than each with another.
    #[arg(long)]
    script: bool,
    /// The server's address.
    #[arg(long, default_value = "http://127.0.0.1:8080", env = "RAPPORT_URL")]
    url: Address,
    /// The inbox's public key.
    #[arg(long, default_value = "demo")]
    inbox: String,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    if args.connections == 0 {
        bail!("--connections 0 will not do: at least one customer is needed");
    }
    for (option, value) in [("--rate", args.rate), ("--seconds", args.seconds), ("--warm-up", args.warm_up)] {
        if !(value.is_finite() && value >= 0.0) {
            bail!("{option} {value} will not do: write a number from 0 up");
        }
    }
    let mix = match &args.messages {
        Some(file) => Mix::read(file)?,
        None => Mix::built_in(),
    };

    let json = args.json;
    // A thread of its own with a runtime of its own: the least that tokio can cost.
    let report = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(measure(args, mix))
    });
    let report = report.await.context("the load generator broke down")??;
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{report}");
    }
    Ok(())
}

async fn measure(args: Args, mix: Mix) -> anyhow::Result<Report> {
    let tally = Arc::new(Mutex::new(Tally::default()));
    let customers = connect_all(&args, &tally).await?;
    eprintln!("{} of {} customers are connected", customers.len(), args.connections);

    let mix = Arc::new(mix);
    let start = Instant::now();
    let counted_from = start + Duration::from_secs_f64(args.warm_up);
    let end = counted_from + Duration::from_secs_f64(args.seconds);
    let mut running = JoinSet::new();
    for customer in customers {
        let first = if args.script { 0 } else { customer.number() };
        let pace = pace(&args, start, customer.number());
        let messages = mix.from(first);
        running.spawn(customer.run(messages, pace, counted_from, end));
    }
    while let Some(finished) = running.join_next().await {
        finished.context("a customer broke down")?;
    }

    let tally = tally.lock().expect("no customer panicked: this is a bug");
    Ok(tally.report(&args))
}

fn pace(args: &Args, start: Instant, number: usize) -> Pace {
    if args.idle {
        return Pace::Silent;
    }
    if args.rate == 0.0 {
        return Pace::OnceAnswered;
    }
    let every = Duration::from_secs_f64(args.connections as f64 / args.rate);
    let offset = Duration::from_secs_f64(number as f64 / args.rate);
    Pace::Every { next: start + offset, every }
}

async fn connect_all(args: &Args, tally: &Arc<Mutex<Tally>>) -> anyhow::Result<Vec<Customer>> {
    let mut connecting = stream::iter(0..args.connections)
        .map(|number| Customer::connect(number, &args.url, &args.inbox, Arc::clone(tally)))
        .buffer_unordered(CONNECTING);
    let mut customers = Vec::with_capacity(args.connections);
    let mut last_failure = None;
    while let Some(connected) = connecting.next().await {
        match connected {
            Ok(customer) => customers.push(customer),
            Err(failure) => last_failure = Some(failure),
        }
    }
    match last_failure {
        Some(failure) if customers.is_empty() => Err(failure.context("no customer could connect")),
        _ => Ok(customers),
    }
}
