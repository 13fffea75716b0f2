//! Wrong input is named: the file, the place in it, and what would do.

pub mod tampered_home;

use rstest::rstest;

use crate::support::api::Api;
use crate::support::cli::Cli;
use crate::support::customer::Customer;
use crate::support::scratch::Scratch;
use crate::support::server::{Server, Setup};
use crate::support::within;
use tampered_home::TamperedHome;

fn names(error: &str, parts: &[&str]) {
    for part in parts {
        assert!(error.contains(part), "{part:?} is missing in:\n{error}");
    }
}

#[rstest]
#[case::a_list_that_is_none("description: x\nexamples: 7\n", &["broken_one.yaml", "examples"])]
#[case::an_unknown_key("description: x\nexamples: [a, b]\nrepply: [hi]\n", &["broken_one.yaml", "repply"])]
#[case::no_yaml_at_all("description: 'open\nexamples:\n  - hi\n", &["broken_one.yaml", "line"])]
#[tokio::test]
async fn a_broken_intent_is_named_and_nothing_is_trained(#[case] yaml: &str, #[case] parts: &[&str]) {
    let home = TamperedHome::new();
    home.replace("intents/broken_one.yaml", yaml);
    let error = Cli::new().env("RAPPORT_HOME", home.path()).run(["train"]).await.error();
    names(&error, parts);
}

#[tokio::test]
async fn a_broken_article_is_named_by_the_lint() {
    let home = TamperedHome::new();
    home.replace("knowledge-base/broken-one.md", "---\ntitle: [unfinished\n---\n\nText.\n");
    home.replace("knowledge-base/untitled.md", "---\ntags: [a]\n---\n\nText.\n");
    let outcome = Cli::new().env("RAPPORT_HOME", home.path()).run(["kb", "check"]).await;
    assert!(!outcome.success, "{outcome:?}");
    names(&format!("{}{}", outcome.stdout, outcome.stderr), &["broken-one.md:", "untitled.md", "title"]);
}

#[tokio::test]
async fn a_broken_article_does_not_take_the_others_down() {
    let home = TamperedHome::new();
    let article = home.replace("knowledge-base/broken-one.md", "---\ntitle: [unfinished\n---\n\nText.\n");
    let environment = vec![("RAPPORT_HOME".to_owned(), home.path().into())];
    let server = Server::start_as(Setup { environment, ..Setup::default() }).await;
    names(&server.log(), &["broken-one.md"]);

    let mut ann = Customer::arrive(&server).await;
    let reply = ann.ask("Can I pay in three parts with Klarna?").await;
    assert!(reply.articles().contains(&"klarna"), "{reply:#?}");

    // Mended while the server runs, it is live by itself; and so is every change after it,
    // whatever else the server does at that moment.
    for price in ["nothing", "3 euros", "4 euros", "5 euros", "6 euros", "7 euros"] {
        let mended = format!(
            "---\ntitle: Zeppelin moorings\ntags: [zeppelin]\nlocale: en\nupdated: 2026-11-01\n---\n\n\
             You may moor your zeppelin at our mast in Ghent for a day. Mooring a zeppelin costs {price}.\n"
        );
        std::fs::write(&article, mended).expect("the scratch folder can be written");
        within("the new article to be live", async {
            loop {
                let reply = ann.ask("May I moor my zeppelin at your mast in Ghent?").await;
                let told = reply.events.iter().any(|event| event.to_string().contains(price));
                if told && reply.articles().contains(&"broken-one") {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        })
        .await;
    }
}

#[rstest]
#[case::a_price_in_words("AW-T1,Test lamp,lamps,EUR,AW-T1-A,cheap,3", &["products.csv:2:6", "price", "cheap"])]
#[case::a_price_with_a_comma("AW-T1,Test lamp,lamps,EUR,AW-T1-A,\"12,50\",3", &["products.csv:2:6", "price", "12,50"])]
#[case::a_stock_in_words("AW-T1,Test lamp,lamps,EUR,AW-T1-A,12.50,plenty", &["products.csv:2:7", "stock", "plenty"])]
#[case::a_missing_title("AW-T1,,lamps,EUR,AW-T1-A,12.50,3", &["products.csv:2", "title"])]
#[tokio::test]
async fn a_wrong_cell_of_a_csv_is_named_and_nothing_is_imported(#[case] row: &str, #[case] parts: &[&str]) {
    let folder = Scratch::new();
    let head = "product_sku,title,category,currency,variant_sku,price,stock";
    let good = "AW-T0,Good lamp,lamps,EUR,AW-T0-A,10.00,1";
    let file = folder.write("products.csv", &format!("{head}\n{row}\n{good}\n"));
    let cli = Cli::new().env("RAPPORT_DATA_DIR", folder.path().join("data"));
    let error = cli.run(["import".as_ref(), "products".as_ref(), file.as_os_str()]).await.error();
    names(&error, parts);
}

#[rstest]
#[case::json_lines("orders.jsonl", "{\"number\": \"AW-1\"}\n{broken\n", &["orders.jsonl:1", "orders.jsonl:2"])]
#[case::yaml("orders.yaml", "- number: AW-10001\n  email: [\n", &["orders.yaml:"])]
#[tokio::test]
async fn a_wrong_record_of_another_format_is_named(#[case] name: &str, #[case] text: &str, #[case] parts: &[&str]) {
    let folder = Scratch::new();
    let file = folder.write(name, text);
    let cli = Cli::new().env("RAPPORT_DATA_DIR", folder.path().join("data"));
    let error = cli.run(["import".as_ref(), "orders".as_ref(), file.as_os_str()]).await.error();
    names(&error, parts);
}

#[rstest]
#[case::an_unknown_key("[limits]\nvisitor_rte = 3\n", &["visitor_rte", "visitor_rate", "rapport.toml"])]
#[case::a_wrong_type("[limits]\nvisitor_rate = \"many\"\n", &["visitor_rate", "many", "rapport.toml"])]
#[case::out_of_range("[policy]\nanswer = 1.5\n", &["policy.answer", "1.5", "between 0 and 1"])]
#[case::no_zone("[shop]\ntime_zone = \"Mars/Base\"\n", &["shop.time_zone", "Mars/Base", "Europe/Brussels"])]
#[case::no_database("database_url = \"mysql://x\"\n", &["database_url", "sqlite:", "postgres:"])]
#[case::no_toml("listen 8080", &["rapport.toml", "line 1"])]
#[tokio::test]
async fn a_wrong_configuration_is_named(#[case] config: &str, #[case] parts: &[&str]) {
    let setup = Setup { config: config.to_owned(), ..Setup::default() };
    let log = Server::try_start(setup).await.err().expect("it must not start");
    names(&log, parts);
    assert!(!log.contains("panicked at"), "{log}");
}

#[rstest]
#[case("RAPPORT_LISTEN", "localhost", &["RAPPORT_LISTEN", "localhost", "127.0.0.1:8080"])]
#[case("RAPPORT_CONFIG", "/nowhere/rapport.toml", &["/nowhere/rapport.toml"])]
#[case("RAPPORT_DATA_DIR", "/proc/nowhere", &["/proc/nowhere"])]
#[case("RAPPORT_HOME", "/nowhere", &["RAPPORT_HOME"])]
#[tokio::test]
async fn a_wrong_variable_is_named(#[case] name: &str, #[case] value: &str, #[case] parts: &[&str]) {
    let environment = vec![(name.to_owned(), value.into())];
    let log = Server::try_start(Setup { environment, ..Setup::default() }).await.err().expect("it must not start");
    names(&log, parts);
    assert!(!log.contains("panicked at"), "{log}");
}

#[tokio::test]
async fn a_missing_model_file_is_named_with_the_way_to_get_it() {
    let home = TamperedHome::new();
    home.remove("models/encoder/model.safetensors");
    names(&refusal(&home).await, &["model.safetensors", "make setup"]);
}

#[tokio::test]
async fn a_model_file_with_the_wrong_hash_is_named() {
    let original = concat!(env!("CARGO_MANIFEST_DIR"), "/models/encoder/tokenizer.json");
    let mut bytes = std::fs::read(original).expect("set-up has fetched it");
    // Still valid, and of the same size, but not what was verified.
    let digit = bytes.iter().rposition(u8::is_ascii_digit).expect("there are numbers in it");
    bytes[digit] = if bytes[digit] == b'1' { b'2' } else { b'1' };
    let home = TamperedHome::new();
    home.replace("models/encoder/tokenizer.json", bytes);
    names(&refusal(&home).await, &["tokenizer.json", "sha256", "make setup"]);
}

#[tokio::test]
async fn a_model_file_cut_short_is_named() {
    let home = TamperedHome::new();
    home.replace("models/encoder/model.safetensors", "not weights");
    names(&refusal(&home).await, &["model.safetensors", "make setup"]);
}

async fn refusal(home: &TamperedHome) -> String {
    let environment = vec![("RAPPORT_HOME".to_owned(), home.path().into())];
    let log = Server::try_start(Setup { environment, ..Setup::default() }).await.err().expect("it must not start");
    assert!(!log.contains("panicked at"), "{log}");
    log
}

#[tokio::test]
async fn a_damaged_database_is_named_and_left_alone() {
    let data = Scratch::new();
    let file = data.write("rapport.db", &"this is no database ".repeat(400));
    let setup = Setup { data_dir: Some(data.path().to_owned()), ..Setup::default() };
    let log = Server::try_start(setup).await.err().expect("it must not start");
    names(&log, &["rapport.db"]);
    assert!(std::fs::read_to_string(file).is_ok_and(|text| text.starts_with("this is no database")), "left alone");
}

#[tokio::test]
async fn a_body_too_large_is_a_problem_document_and_not_a_crash() {
    let server = Server::shared("inputs").await;
    let agent = Api::with_role(server, "agent").await;
    let answer = agent.post("/v1/analyze", serde_json::json!({"text": "a".repeat(1 << 20)})).await;
    assert!([413, 422].contains(&answer.status.as_u16()), "{}: {}", answer.status, answer.text);
    assert_eq!(agent.get("/readyz").await.status.as_u16(), 200);
}
