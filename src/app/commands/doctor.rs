//! `rapport doctor`: looks at everything that a shop's server stands on, and says what to
//! mend. It changes nothing.

mod channels;
mod database;
mod machine;
mod mail;
mod models;
mod place;
mod shop;

use anyhow::bail;
use clap::Args as ClapArgs;
use serde::Serialize;
use serde_json::json;

use crate::app::output;
use crate::base::clock::Clock;
use crate::base::config::{Config, ConfigError};
use crate::base::home::{Home, HomeNotFound};

/// Check the machine, the models, the configuration, the database and the shop's files.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Print one JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

/// What was looked at, and how it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Finding {
    state: State,
    area: &'static str,
    /// What was found; where it is not well, also what to mend.
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    /// The server works, but not as well as it could.
    Warn,
    /// The server does not start, or would lose something.
    Fail,
}

impl Finding {
    fn ok(area: &'static str, message: impl Into<String>) -> Self {
        Self { state: State::Ok, area, message: message.into() }
    }

    fn warn(area: &'static str, message: impl Into<String>) -> Self {
        Self { state: State::Warn, area, message: message.into() }
    }

    fn fail(area: &'static str, message: impl Into<String>) -> Self {
        Self { state: State::Fail, area, message: message.into() }
    }
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Fail => "fail",
        }
    }
}

/// Takes the configuration and the home as they were found: a doctor is called when
/// something is wrong with them.
pub async fn run(
    args: Args,
    config: Result<Config, ConfigError>,
    home: Result<Home, HomeNotFound>,
) -> anyhow::Result<()> {
    let mut findings = machine::findings();
    match &config {
        Ok(config) => {
            findings.extend(place::configuration(config));
            findings.extend(place::findings(config).await);
            findings.extend(machine::clock(config, &Clock::System));
            let database = database::findings(config).await;
            let up_to_date = database.iter().all(|finding| finding.state == State::Ok);
            findings.extend(database);
            findings.extend(channels::findings(config, up_to_date).await);
            findings.extend(mail::findings(config).await);
        }
        Err(error) => findings.push(Finding::fail("configuration", error.to_string())),
    }
    match home {
        Ok(home) => {
            let languages = config.as_ref().map_or_else(|_| Vec::new(), |config| config.shop.languages());
            let home = match &config {
                Ok(config) => home.with_shop_of(&config.data_dir).with_encoder(&config.model.encoder),
                Err(_) => home,
            };
            // Hashing and parsing take a second or so.
            let (models, shop) = tokio::task::spawn_blocking(move || {
                (models::findings(&home, &languages), shop::findings(&home, &languages))
            })
            .await?;
            findings.extend(models);
            findings.extend(shop);
        }
        Err(error) => findings.push(Finding::fail("models", error.to_string())),
    }
    tell(&args, &findings)
}

fn tell(args: &Args, findings: &[Finding]) -> anyhow::Result<()> {
    let fails = findings.iter().filter(|finding| finding.state == State::Fail).count();
    if args.json {
        output::json(&json!({ "ok": fails == 0, "checks": findings }))?;
    } else {
        let width = findings.iter().map(|finding| finding.area.len()).max().unwrap_or(0);
        for Finding { state, area, message } in findings {
            // Further lines of a message stand below its first.
            let message = message.replace('\n', &format!("\n{:1$}", "", width + 8));
            output::line(format!("{:<4}  {area:<width$}  {message}", state.as_str()))?;
        }
    }
    match fails {
        0 => Ok(()),
        1 => bail!("1 check failed: mend what it names"),
        fails => bail!("{fails} checks failed: mend what they name"),
    }
}
