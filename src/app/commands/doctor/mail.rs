//! Mail: whether it is configured, and whether its server can be reached.

use std::time::Duration;

use tokio::net::TcpStream;

use super::Finding;
use crate::base::config::Config;
use crate::mail::Mailer;

const AREA: &str = "mail";
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn findings(config: &Config) -> Vec<Finding> {
    match Mailer::new(&config.mail) {
        Ok(None) => {
            let message = "not configured: colleagues who are not in the console hear of nobody who waits; set [mail]";
            vec![Finding::ok(AREA, message)]
        }
        Ok(Some(_)) if config.public_url.is_empty() => {
            let message = "links in mails lead to this machine only: set public_url to where the server is reached";
            vec![Finding::warn(AREA, message), reached(config).await]
        }
        Ok(Some(_)) => vec![reached(config).await],
        Err(error) => vec![Finding::fail(AREA, error.to_string())],
    }
}

async fn reached(config: &Config) -> Finding {
    let (host, port) = (config.mail.host.as_str(), config.mail.port());
    match tokio::time::timeout(PATIENCE, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Finding::ok(AREA, format!("the server {host}:{port} answers; the console can send a test")),
        Ok(Err(error)) => Finding::fail(AREA, format!("the server {host}:{port} cannot be reached: {error}")),
        Err(_) => {
            Finding::fail(AREA, format!("the server {host}:{port} does not answer within {} s", PATIENCE.as_secs()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::commands::doctor::State;

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named() {
        let mut config = Config::default();
        assert_eq!(findings(&config).await[0].state, State::Ok);
        config.mail.host = "127.0.0.1".into();
        config.mail.port = 1;
        config.mail.from = "chat@shop.example".into();
        config.public_url = "https://chat.shop.example".into();
        let found = findings(&config).await;
        assert_eq!(found[0].state, State::Fail);
        assert!(found[0].message.contains("127.0.0.1:1"), "{}", found[0].message);
    }
}
