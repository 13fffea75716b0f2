//! Logs on standard error, and the metrics' recorder.

mod masked;
mod panics;

use std::io::IsTerminal;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::base::config::{Log, LogFormat};

/// Latency buckets in seconds, from a cache hit to a customer's patience.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];

/// Starts logging; no line says anything personal, whoever logs it. A level that cannot be read is an error of the configuration.
pub fn start_logging(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.level)
        .map_err(|error| anyhow::anyhow!("log.level = {} will not do: {error}", log.level))?
        // At `trace` it spells out each message, a letter a line, which no mask can find.
        .add_directive("tokenizers=info".parse().expect("a fixed directive: this is a bug"));
    panics::mask();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(masked::Stderr::default)
        // A log that nobody reads any more is no reason to fail: without this, a line that
        // cannot be written panics where it was logged.
        .log_internal_errors(false);
    match log.format {
        LogFormat::Text => builder.with_target(false).with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Starts counting; the handle renders what `/metrics` shows.
pub fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?
        .install_recorder()?;
    metrics::describe_counter!("rapport_messages_accepted_total", "Customer messages committed to the log.");
    metrics::describe_counter!(
        "rapport_messages_throttled_total",
        "Frames refused for their rate; the sender was told."
    );
    metrics::describe_counter!("rapport_turns_total", "Turns finished, by their end.");
    metrics::describe_counter!("rapport_turn_failures_total", "Tries of a turn that failed and were repeated.");
    metrics::describe_counter!("rapport_turns_left_to_disk_total", "Turns that found the queue in memory full.");
    metrics::describe_counter!("rapport_tracks_lost_total", "Website events that could not be kept.");
    metrics::describe_counter!(
        "rapport_sockets_refused_total",
        "Sockets that were told why and closed, by the reason."
    );
    metrics::describe_counter!("rapport_errors_told_total", "Error frames sent, by their code.");
    metrics::describe_counter!("rapport_mails_total", "Tries to send a mail, by their end.");
    metrics::describe_counter!("rapport_consoles_reloaded_total", "Consoles that were too slow and told to reload.");
    metrics::describe_gauge!("rapport_consoles_open", "Console sockets open now.");
    metrics::describe_gauge!("rapport_sockets_open", "Customer sockets open now.");
    metrics::describe_histogram!(
        "rapport_model_swap_seconds",
        "From deciding on another model to its reading the next message."
    );
    metrics::describe_histogram!("rapport_turn_seconds", "From taking a turn up to its commit.");
    Ok(handle)
}
