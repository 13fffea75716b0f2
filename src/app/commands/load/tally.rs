//! What was measured, added up and told.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::Args;

/// Ten minutes; what takes longer counts as that.
const LONGEST_MICROS: u64 = 600_000_000;

/// Counts and times of all customers together.
pub struct Tally {
    pub connected: u64,
    pub sent: u64,
    pub acknowledged: u64,
    pub answered: u64,
    pub lost: u64,
    pub duplicated: u64,
    pub out_of_order: u64,
    errors: BTreeMap<String, u64>,
    connect: Histogram<u64>,
    ack: Histogram<u64>,
    answer: Histogram<u64>,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub struct Report {
    connections: usize,
    rate: f64,
    seconds: f64,
    connected: u64,
    sent: u64,
    acknowledged: u64,
    answered: u64,
    /// Answers a second, of messages that were due within the measured time.
    throughput: f64,
    connect_ms: Latency,
    ack_ms: Latency,
    answer_ms: Latency,
    errors: u64,
    error_codes: BTreeMap<String, u64>,
    lost: u64,
    duplicated: u64,
    out_of_order: u64,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Latency {
    p50: f64,
    p95: f64,
    p99: f64,
    max: f64,
}

impl Default for Tally {
    fn default() -> Self {
        let histogram =
            || Histogram::new_with_bounds(1, LONGEST_MICROS, 3).expect("the bounds are in order: this is a bug");
        Self {
            connected: 0,
            sent: 0,
            acknowledged: 0,
            answered: 0,
            lost: 0,
            duplicated: 0,
            out_of_order: 0,
            errors: BTreeMap::new(),
            connect: histogram(),
            ack: histogram(),
            answer: histogram(),
        }
    }
}

impl Tally {
    pub fn connected_in(&mut self, took: Duration) {
        self.connected += 1;
        self.connect.saturating_record(micros(took));
    }

    pub fn acknowledged_in(&mut self, took: Duration) {
        self.acknowledged += 1;
        self.ack.saturating_record(micros(took));
    }

    pub fn answered_in(&mut self, took: Duration) {
        self.answered += 1;
        self.answer.saturating_record(micros(took));
    }

    pub fn error(&mut self, code: &str) {
        match self.errors.get_mut(code) {
            Some(count) => *count += 1,
            None => drop(self.errors.insert(code.to_owned(), 1)),
        }
    }

    pub fn report(&self, args: &Args) -> Report {
        Report {
            connections: args.connections,
            rate: args.rate,
            seconds: args.seconds,
            connected: self.connected,
            sent: self.sent,
            acknowledged: self.acknowledged,
            answered: self.answered,
            throughput: if args.seconds > 0.0 { self.answered as f64 / args.seconds } else { 0.0 },
            connect_ms: Latency::of(&self.connect),
            ack_ms: Latency::of(&self.ack),
            answer_ms: Latency::of(&self.answer),
            errors: self.errors.values().sum(),
            error_codes: self.errors.clone(),
            lost: self.lost,
            duplicated: self.duplicated,
            out_of_order: self.out_of_order,
        }
    }
}

impl Latency {
    fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1000.0;
        Self { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: histogram.max() as f64 / 1000.0 }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<12}{:>10}{:>10}{:>10}{:>10}", "milliseconds", "p50", "p95", "p99", "max")?;
        for (name, times) in [("connect", self.connect_ms), ("ack", self.ack_ms), ("answer", self.answer_ms)] {
            writeln!(f, "{name:<12}{:>10.2}{:>10.2}{:>10.2}{:>10.2}", times.p50, times.p95, times.p99, times.max)?;
        }
        writeln!(
            f,
            "\n{} connected, {} sent, {} acknowledged, {} answered: {:.1} answers a second",
            self.connected, self.sent, self.acknowledged, self.answered, self.throughput
        )?;
        writeln!(
            f,
            "{} errors, {} lost, {} duplicated, {} out of order",
            self.errors, self.lost, self.duplicated, self.out_of_order
        )?;
        for (code, count) in &self.error_codes {
            writeln!(f, "  {code}: {count}")?;
        }
        Ok(())
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_percentiles_in_milliseconds() {
        let mut tally = Tally::default();
        for ms in 1..=100 {
            tally.answered_in(Duration::from_millis(ms));
        }
        let latency = Latency::of(&tally.answer);
        assert!((latency.p50 - 50.0).abs() < 0.1 && (latency.p99 - 99.0).abs() < 0.1, "{latency:?}");
        assert!((latency.max - 100.0).abs() < 0.1, "{latency:?}");
    }
}
