//! Signing in to the console: the first owner, invitations, sessions, resets, and
//! requests from elsewhere.

use reqwest::Method;
use serde_json::json;

use crate::support::api::Api;
use crate::support::browser::{Browser, setup_token};
use crate::support::console::Console;
use crate::support::server::Server;

#[tokio::test]
async fn the_first_owner_invites_colleagues_and_a_lost_password_is_reset() {
    let server = Server::start().await;
    let token = setup_token(&server);
    let mut anybody = Browser::new(&server);
    assert_eq!(anybody.get("/v1/session").await.ok()["setup"], true);
    assert_eq!(anybody.get(&format!("/v1/links/{token}")).await.ok()["kind"], "setup");
    let short = json!({"name": "Eva", "email": "eva@shop.example", "password": "short"});
    anybody.post(&format!("/v1/links/{token}"), short).await.problem(422);

    let mut eva = Browser::owner(&server).await;
    let me = eva.get("/v1/me").await.ok();
    assert_eq!((me["role"].as_str(), me["email"].as_str()), (Some("owner"), Some("eva@shop.example")));
    anybody.get(&format!("/v1/links/{token}")).await.problem(404);
    let session = anybody.get("/v1/session").await.ok();
    assert_eq!((session["setup"].as_bool(), session["agent"].is_null()), (Some(false), true));

    // A colleague comes by an invitation, once.
    let invite = json!({"email": "Noor@Shop.example", "role": "agent"});
    let link = eva.post("/v1/invitations", invite).await.ok();
    assert_eq!(link["mailed"], false, "no mail is configured");
    let url = link["url"].as_str().expect("a link");
    assert!(url.starts_with("http://") && url.contains("/console/#/join/"), "{url}");
    let path = format!("/v1/links/{}", url.rsplit('/').next().expect("a token"));
    assert_eq!(eva.get("/v1/invitations").await.ok()["items"][0]["email"], "noor@shop.example");
    let mut noor = Browser::new(&server);
    noor.post(&path, json!({"name": "Noor", "password": "another few words"})).await.ok();
    noor.post(&path, json!({"name": "Noor", "password": "another few words"})).await.problem(404);
    let noor_id = noor.get("/v1/me").await.ok()["id"].as_str().expect("an id").to_owned();
    noor.post("/v1/invitations", json!({"email": "x@shop.example", "role": "agent"})).await.problem(403);
    let staff = noor.get("/v1/agents").await.ok();
    assert_eq!(staff["items"].as_array().map(Vec::len), Some(2), "{staff}");
    assert!(staff["items"].as_array().is_some_and(|all| all.iter().all(|one| one["present"] == true)), "{staff}");

    // Signing out ends the session on the server, too.
    let old = noor.cookie.clone();
    assert_eq!(noor.call(Method::DELETE, "/v1/session", None).await.status.as_u16(), 204);
    noor.cookie = old;
    noor.get("/v1/me").await.problem(401);
    let words = |password: &str| json!({"email": "NOOR@shop.example", "password": password});
    noor.post("/v1/session", words("a wrong one, surely")).await.problem(401);
    noor.post("/v1/session", words("another few words")).await.ok();
    noor.get("/v1/me").await.ok();

    // A lost password.
    let printed = server.cli().run(["agent", "reset", "noor@shop.example"]).await.out();
    let token = printed.trim().rsplit_once("/console/#/reset/").expect("a link").1.to_owned();
    noor.get("/v1/me").await.problem(401);
    noor.post("/v1/session", words("another few words")).await.problem(401);
    noor.post(&format!("/v1/links/{token}"), json!({"password": "quite new words"})).await.ok();
    noor.get("/v1/me").await.ok();
    noor.post("/v1/me/password", json!({"current": "not it", "new": "newer words yet"})).await.problem(401);
    let done = noor.post("/v1/me/password", json!({"current": "quite new words", "new": "newer words yet"})).await;
    assert_eq!(done.status.as_u16(), 204, "{}", done.text);
    noor.get("/v1/me").await.ok();

    // The last owner stays; a colleague may go.
    let me = me["id"].as_str().expect("an id");
    eva.call(Method::DELETE, &format!("/v1/agents/{me}"), None).await.problem(409);
    let demoted =
        eva.call(Method::PATCH, &format!("/v1/agents/{me}"), Some(json!({"role": "agent"}))).await.problem(409);
    assert_eq!(demoted["code"], "last_owner");
    let gone = eva.call(Method::DELETE, &format!("/v1/agents/{noor_id}"), None).await;
    assert_eq!(gone.status.as_u16(), 204, "{}", gone.text);
    noor.get("/v1/me").await.problem(401);
}

#[tokio::test]
async fn other_websites_cannot_use_the_cookie() {
    let server = Server::shared("signing in").await;
    let mut eva = Browser::owner(server).await;
    let cookie = eva.cookie.clone().expect("signed in");
    assert!(cookie.starts_with("rapport_session="), "{cookie}");
    eva.site = "cross-site";
    let refused =
        eva.post("/v1/canned-replies", json!({"shortcut": "x", "title": "x", "text": "x"})).await.problem(403);
    assert_eq!(refused["code"], "foreign");
    eva.post("/v1/session", json!({"email": "a@shop.example", "password": "x"})).await.problem(403);
    eva.get("/v1/me").await.ok();

    let foreign = [("Cookie", cookie.as_str()), ("Origin", "https://evil.example")];
    let hello = json!({"type": "hello"});
    assert_eq!(Console::open(server, &foreign, hello.clone()).await.err(), Some(403));
    assert_eq!(Console::open(server, &[], hello.clone()).await.err(), Some(401));
    let own = [("Cookie", cookie.as_str()), ("Origin", server.url.as_str())];
    let console = Console::open(server, &own, hello).await.expect("our own page may");
    assert_eq!(console.welcome["agent"]["name"], "Eva");
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let server = Server::shared("signing in").await;
    let anybody = Api::anonymous(server);
    let words = json!({"email": "nobody@shop.example", "password": "a guess, and another"});
    for _ in 0..10 {
        anybody.post("/v1/session", words.clone()).await.problem(401);
    }
    let throttled = anybody.post("/v1/session", words).await;
    assert!(throttled.headers.contains_key("retry-after"));
    assert_eq!(throttled.problem(429)["code"], "throttled");
}
