//! Knowledge from elsewhere: files and a website are imported, what cannot be read is told,
//! and a running server answers from what changed.

mod site;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::api::Api;
use crate::support::cli::Cli;
use crate::support::customer::Customer;
use crate::support::pdf;
use crate::support::scratch::Scratch;
use crate::support::server::{Server, Setup};
use crate::support::within;
use site::Site;

/// What an article may take from its change to its first answer.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Of `rapport import articles --json`.
async fn import(cli: Cli, arguments: &[&str]) -> Value {
    let arguments = ["import", "articles", "--json"].into_iter().chain(arguments.iter().copied());
    serde_json::from_str(&cli.patience(Duration::from_secs(120)).run(arguments).await.out()).expect("one JSON object")
}

fn notes(imported: &Value) -> String {
    let notes = imported["notes"].as_array().expect("a list").iter();
    notes.map(|note| note.as_str().expect("a text")).collect::<Vec<_>>().join("\n")
}

fn tells(imported: &Value, parts: &[&str]) {
    let notes = notes(imported);
    for part in parts {
        assert!(notes.contains(part), "{part:?} is missing in:\n{notes}");
    }
}

#[tokio::test]
async fn a_website_becomes_articles_and_what_cannot_be_read_is_told() {
    let site = Site::start().await;
    let server = Server::configured("[network]\nprivate_hosts = [\"127.0.0.1\"]\n").await;
    let first = import(server.cli(), &[&site.url, "--category", "From the site"]).await;
    assert_eq!(first["counts"]["new"], 3, "{first:#}");
    let at = |path: &str, why: &str| format!("skipped {}{path}: {why}", site.url);
    tells(
        &first,
        &[
            &at("/huge", "it has more than 5 MB"),
            &at("/huge-and-silent", "it has more than 5 MB"),
            &at("/inside", "10.0.0.1 is an address of the private network"),
            &at("/by-name", "it is on localhost, which is none of the hosts that are read"),
            &at("/endless", "it redirects more than 5 times"),
            &at("/circle", "it redirects more than 5 times"),
            &at("/account/orders", "robots.txt asks that it is not read"),
            &at("/wrong-encoding", "it says that it is UTF-8, and is not (line 2)"),
            &at("/picture.png", "it is image/png: HTML and PDF are read"),
            &at("/locked.pdf", "it is protected by a password"),
            &at("/scan.pdf", "it has no text, only pictures of text"),
            &at("/broken.pdf", "it is broken"),
            &at("/categories", "it says nothing of its own"),
            &at("/nowhere", "it is gone (the site answers 404)"),
            &at("/fr/cadeau", "it says that its language is `fr`"),
            "of the pages that it lists, 1 on other hosts",
        ],
    );
    assert!(site.sent() < 40 << 20, "a page that is too long was fetched to {} bytes", site.sent());
    assert!(site.agents().iter().all(|agent| agent.starts_with("Rapport/")), "{:?}", site.agents());
    assert!(!site.asked("/linked-only"), "links are not followed");
    assert!(!site.asked("/account/orders"), "what robots.txt forbids is not fetched");

    let api = Api::with_role(&server, "agent").await;
    let article = api.get("/v1/articles/how-much-is-a-mooring").await.ok();
    assert_eq!(
        (article["title"].as_str(), article["category"].as_str()),
        (Some("How much is a mooring?"), Some("From the site"))
    );
    let body = article["body"].as_str().expect("a text");
    assert!(body.contains("costs **40 euros** a night") && !body.contains("cookies"), "{body}");
    let warranty = api.get("/v1/articles/warranty-terms").await.ok();
    assert!(warranty["body"].as_str().is_some_and(|body| body.contains("## How do I claim it?")), "{warranty:#}");
    assert_eq!(api.get("/v1/articles/café-hours").await.ok()["title"], "Café hours", "Latin letters are read");

    // Nothing changed: nothing is fetched again that says so, and there is no new version.
    let second = import(server.cli(), &[&site.url, "--category", "From the site"]).await;
    assert_eq!(
        (&second["counts"]["new"], &second["counts"]["changed"], &second["counts"]["unchanged"]),
        (&0.into(), &0.into(), &3.into()),
        "{second:#}"
    );
    assert!(site.unchanged() >= 1, "pages with an ETag are asked for conditionally");

    // A changed page is a new version, and answered from at once.
    site.change();
    let third = import(server.cli(), &[&site.url, "--category", "From the site"]).await;
    let imported_at = Instant::now();
    assert_eq!(third["counts"]["changed"], 1, "{third:#}");
    let answers = async {
        loop {
            let reply = Customer::arrive(&server).await.ask("How much is a mooring for my zeppelin?").await;
            if reply.of_type("answer").iter().any(|answer| answer["text"].to_string().contains("55")) {
                return;
            }
        }
    };
    within("the changed page is answered from", answers).await;
    assert!(imported_at.elapsed() < AT_ONCE, "answered after {:?}", imported_at.elapsed());

    // What a person edits stays; what disappears is told.
    let words =
        serde_json::json!({"title": "How much is a mooring?", "body": "Ask us: it depends on the wind.", "version": 2});
    api.send(api.request(reqwest::Method::PUT, "/v1/articles/how-much-is-a-mooring").json(&words)).await.ok();
    site.change();
    site.remove("/cafe");
    let fourth = import(server.cli(), &[&site.url, "--category", "From the site"]).await;
    tells(
        &fourth,
        &[
            "has edited its article `how-much-is-a-mooring` in the console",
            "/cafe is gone from the website; its article `café-hours` stays",
        ],
    );
    assert_eq!(api.get("/v1/articles/how-much-is-a-mooring").await.ok()["version"], 3, "it stays");
    let fifth = import(server.cli(), &[&site.url, "--overwrite", "--path", "/help/"]).await;
    assert_eq!(fifth["counts"]["changed"], 1, "{fifth:#}");
}

#[tokio::test]
async fn files_become_articles_and_bad_ones_are_told() {
    let server = Server::configured("").await;
    let folder = Scratch::new();
    folder.write("site/mooring.html", &site::mooring(40));
    folder.write("site/empty.html", "<h1>Nothing here</h1>");
    folder.write("faq.csv", "question,answer\nDo you moor zeppelins?,\"Yes, in Ghent.\"\n");
    for (name, bytes) in [
        ("mast-terms.pdf", pdf::warranty()),
        ("warranty.pdf", pdf::warranty()),
        ("locked.pdf", pdf::locked("secret")),
        ("scan.pdf", pdf::scan()),
    ] {
        std::fs::write(folder.path().join(name), bytes).expect("the scratch folder can be written");
    }
    let path = folder.path().to_str().expect("a path of UTF-8").to_owned();
    let first = import(server.cli(), &[&path]).await;
    assert_eq!((&first["counts"]["new"], &first["counts"]["skipped"]), (&3.into(), &4.into()), "{first:#}");
    tells(
        &first,
        &[
            "locked.pdf: it is protected by a password",
            "scan.pdf: it has no text",
            "warranty.pdf: `warranty` is an article of the folder",
            "empty.html: it says nothing",
        ],
    );
    let api = Api::with_role(&server, "agent").await;
    assert_eq!(api.get("/v1/articles/mast-terms").await.ok()["title"], "Warranty terms");

    folder.write("site/mooring.html", &site::mooring(55));
    std::fs::remove_file(folder.path().join("faq.csv")).expect("it is there");
    let second = import(server.cli(), &[&path]).await;
    assert_eq!((&second["counts"]["changed"], &second["counts"]["unchanged"]), (&1.into(), &1.into()), "{second:#}");
    tells(&second, &["faq.csv#do-you-moor-zeppelins is no longer in"]);

    let locked = folder.path().join("locked.pdf");
    let alone = server.cli().run(["import", "articles", locked.to_str().expect("UTF-8")]).await.error();
    assert!(alone.contains("nothing was imported") && alone.contains("save it without one"), "{alone}");
    folder.write("bad.csv", "question,answer\nWhy?,Because, well.\n");
    let bad = folder.path().join("bad.csv");
    let bad = server.cli().run(["import", "articles", bad.to_str().expect("UTF-8")]).await.error();
    assert!(bad.contains("bad.csv:2: the row has 3 cells"), "{bad}");
}

#[tokio::test]
async fn a_website_of_the_configuration_is_read_by_the_server_and_gone_on_with_after_a_kill() {
    let site = Site::start().await;
    let config = format!(
        "[network]\nprivate_hosts = [\"127.0.0.1\"]\n[[knowledge.websites]]\naddress = \"{}/sitemap.xml\"\npaths = [\"/help/\", \"/cafe\", \"/many/\"]\n",
        site.url
    );
    site.list_many(120);
    let mut server = Server::start_as(Setup { config, ..Setup::default() }).await;
    within("some pages are fetched", async {
        while site.count("/many/") < 40 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    server.kill().await;
    let fetched = site.count("/many/");
    server.start_again().await;
    within("the website is read", async {
        while !server.log().contains("a website was read") {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    let again = site.count("/many/") - fetched;
    assert!(again < 120, "what was written before the kill is not fetched again: {fetched} before, {again} after");
    let reply = Customer::arrive(&server).await.ask("How much is a mooring for my zeppelin?").await;
    assert_eq!(reply.articles().first(), Some(&"how-much-is-a-mooring"), "{reply:#?}");
}

#[tokio::test]
async fn a_site_that_cannot_be_read_says_why() {
    let site = Site::start().await;
    let server = Server::configured("[network]\nprivate_hosts = [\"127.0.0.1\"]\n").await;
    let error = async |arguments: &[&str]| {
        let arguments = ["import", "articles"].into_iter().chain(arguments.iter().copied());
        server.cli().run(arguments).await.error()
    };
    let map = |path: &str| format!("{}{path}", site.url);
    let none = error(&[&map("/no-map.xml")]).await;
    assert!(none.contains("begins with <html>"), "{none}");
    let deep = error(&[&map("/endless-index.xml")]).await;
    assert!(deep.contains("three deep"), "{deep}");
    let nothing = error(&[&site.url, "--path", "/nothing/"]).await;
    assert!(nothing.contains("lists no page"), "{nothing}");
    let inside = error(&["http://10.1.2.3/"]).await;
    assert!(inside.contains("10.1.2.3 is an address of the private network"), "{inside}");
}
