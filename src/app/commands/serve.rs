//! `rapport serve`: the server.

use clap::Parser;

use crate::app::serve;
use crate::base::config::Config;
use crate::base::home::Home;

/// Serve the shop's chat.
#[derive(Debug, Parser)]
pub struct Args {}

pub async fn run(_: Args, config: Config, home: Home) -> anyhow::Result<()> {
    serve::serve(config, home).await
}
