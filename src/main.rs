//! The `rapport` binary: reads the command line and runs the command.

use clap::Parser;
use rapport::app::commands::Cli;

fn main() -> std::process::ExitCode {
    match Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("rapport: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
