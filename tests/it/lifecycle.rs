//! Starting, being ready, and stopping in good order.

use std::time::Instant;

use rapport::base::ids::new_uuid;
use serde_json::json;

use crate::support::api::Api;
use crate::support::customer::Customer;
use crate::support::log;
use crate::support::server::{Server, Setup};
use crate::support::socket::Socket;

#[tokio::test]
async fn healthz_and_readyz_answer_once_it_listens() {
    let server = Server::shared("lifecycle").await;
    let api = Api::anonymous(server);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(api.get(path).await.status.as_u16(), 200, "{path}");
    }
}

#[tokio::test]
async fn an_answer_carries_the_headers_of_a_careful_server() {
    let server = Server::shared("lifecycle").await;
    let answer = Api::anonymous(server).get("/healthz").await;
    let header =
        |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert!(header("content-security-policy").contains("default-src"), "{:?}", answer.headers);
    assert_eq!(header("x-content-type-options"), "nosniff");
    Api::anonymous(server).get("/nothing/here").await.problem(404);
}

#[tokio::test]
async fn sigterm_tells_everybody_and_ends_well() {
    let mut server = Server::start().await;
    let mut ann = Customer::arrive(&server).await;
    ann.ask("hello").await;
    let ben = Customer::arrive(&server).await;
    let greeting = Socket::open(&server).await;

    let stopping = Instant::now();
    server.terminate();
    for socket in [ann.socket, ben.socket, greeting] {
        assert_eq!(socket.closed().await.code, Some(1012));
    }
    let status = server.exited().await;
    assert_eq!(status.code(), Some(0), "{status}");
    assert!(stopping.elapsed().as_secs() < 10, "{:?}", stopping.elapsed());

    server.start_again().await;
    let back = Customer::back(&server, &ann.token).await;
    assert_eq!(back.events, ann.events, "nothing is lost");
}

#[tokio::test]
async fn a_stop_while_it_starts_is_heeded_at_once() {
    // Without the vectors of an earlier start it would read the knowledge base for seconds.
    let server = Server::starting().await;
    server.terminate();
    let stopping = Instant::now();
    assert_eq!(server.exited().await.code(), Some(0));
    assert!(stopping.elapsed().as_secs() < 5, "{:?}", stopping.elapsed());
    assert!(!server.log().contains("ready_ms"), "it never got ready: {}", server.log());
}

#[tokio::test]
async fn it_stops_although_nobody_reads_its_log_any_more() {
    let wrapper = ["bash", "-c", "exec \"$@\" 2> >(true)", "--"].map(Into::into).to_vec();
    let server = Server::start_as(Setup { wrapper, ..Setup::default() }).await;
    server.terminate();
    assert_eq!(server.exited().await.code(), Some(0));
}

#[tokio::test]
async fn what_was_acknowledged_before_a_stop_is_answered_at_the_latest_after_the_start() {
    let mut server = Server::start().await;
    let mut ann = Customer::arrive(&server).await;
    let mut last = 0;
    for _ in 0..8 {
        last = ann.say("how long does delivery take?").await;
    }
    server.terminate();
    assert_eq!(server.exited().await.code(), Some(0));

    server.start_again().await;
    let mut back = Customer::back(&server, &ann.token).await;
    back.reply_to(last).await;
    log::check(&back.events);
    log::check_all_answered(&back.events);
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused() {
    let server = Server::start().await;
    let second = Server::try_start(Setup { data_dir: Some(server.data_dir()), ..Setup::default() }).await;
    let log = second.err().expect("it must not start");
    assert!(log.contains("data") && log.contains(&server.data_dir().display().to_string()), "{log}");

    let mut ann = Customer::arrive(&server).await;
    let id = new_uuid().to_string();
    ann.socket.send(json!({"type": "message", "client_msg_id": id, "text": "still there?"})).await;
    ann.socket.until(|frame| frame["type"] == "ack" && frame["client_msg_id"] == id.as_str()).await;
}

#[tokio::test]
async fn a_taken_port_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let environment = vec![("RAPPORT_LISTEN".to_owned(), address.clone().into())];
    let log = Server::try_start(Setup { environment, ..Setup::default() }).await.err().expect("it must not start");
    assert!(log.contains(&address) && log.contains("RAPPORT_LISTEN"), "{log}");
}
