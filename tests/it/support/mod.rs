//! What every topic needs: a server, a customer, an agent, and a log that can be judged.

pub mod api;
pub mod browser;
pub mod cli;
pub mod console;
pub mod customer;
pub mod databases;
pub mod log;
pub mod pdf;
pub mod process;
pub mod scratch;
pub mod server;
pub mod shop;
pub mod smtp;
pub mod socket;

use std::time::Duration;

/// Long enough for a busy machine with two cores; a test that waits for something that
/// never comes fails after it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A client for HTTP, which needs a provider of cryptography before it is made.
pub fn http_client() -> reqwest::Client {
    rapport::base::outbound::install_tls();
    reqwest::Client::new()
}

/// Runs to the end, or fails with what was waited for.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(output) => output,
        Err(_) => panic!("waited {} s in vain for {what}", PATIENCE.as_secs()),
    }
}
