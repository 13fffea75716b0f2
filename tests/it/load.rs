//! `rapport load`, and with it a small load test.

use serde_json::Value;

use crate::support::cli::Cli;
use crate::support::server::Server;

const GENEROUS: &str = "[limits]\nvisitor_rate = 10000\nvisitor_burst = 10000\naddress_rate = 10000";

async fn load(server: &Server, arguments: &[&str]) -> Value {
    let printed = Cli::new().run(["load", "--json", "--url", &server.url].iter().chain(arguments)).await.out();
    serde_json::from_str(&printed).expect("exactly one JSON object")
}

fn is_clean(report: &Value) {
    for count in ["errors", "lost", "duplicated", "out_of_order"] {
        assert_eq!(report[count], 0, "{count}: {report}");
    }
    assert_eq!(report["sent"], report["acknowledged"], "{report}");
    assert_eq!(report["sent"], report["answered"], "{report}");
    for times in ["connect_ms", "ack_ms", "answer_ms"] {
        let times = ["p50", "p95", "p99", "max"].map(|quantile| report[times][quantile].as_f64().expect("a time"));
        assert!(times[0] > 0.0 && times.is_sorted(), "{report}");
    }
}

#[tokio::test]
async fn an_open_loop_keeps_its_rate() {
    let server = Server::shared("load").await;
    let report = load(server, &["--connections", "5", "--rate", "10", "--seconds", "3"]).await;
    assert_eq!(report["connected"], 5, "{report}");
    assert_eq!(report["sent"], 30, "{report}");
    is_clean(&report);
}

#[tokio::test]
async fn a_closed_loop_writes_again_once_answered() {
    let server = Server::configured(GENEROUS).await;
    let report = load(&server, &["--connections", "8", "--rate", "0", "--seconds", "3"]).await;
    assert!(report["sent"].as_u64().is_some_and(|sent| sent >= 8), "{report}");
    is_clean(&report);
}

#[tokio::test]
async fn idle_customers_only_stay() {
    let server = Server::shared("load").await;
    let report = load(server, &["--connections", "50", "--idle", "--seconds", "1"]).await;
    assert_eq!((report["connected"].as_u64(), report["sent"].as_u64()), (Some(50), Some(0)), "{report}");
    assert_eq!(report["errors"], 0, "{report}");
}

#[tokio::test]
async fn refusals_are_counted_as_errors_and_not_as_losses() {
    let server = Server::configured("[limits]\nvisitor_rate = 1\nvisitor_burst = 1").await;
    let report = load(&server, &["--connections", "1", "--rate", "20", "--seconds", "1"]).await;
    assert!(report["error_codes"]["rate_limited"].as_u64().is_some_and(|count| count > 0), "{report}");
    assert_eq!(report["lost"], 0, "{report}");
}

#[tokio::test]
async fn nobody_at_the_other_end_is_told() {
    let error = Cli::new().run(["load", "--url", "http://127.0.0.1:9", "--seconds", "1"]).await.error();
    assert!(error.contains("http://127.0.0.1:9") && error.contains("running"), "{error}");
}
