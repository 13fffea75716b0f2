//! `rapport chat`, with a script at its standard input.

use crate::support::cli::{Cli, Outcome};
use crate::support::scratch::Scratch;
use crate::support::server::Server;

async fn chat(server: &Server, state: &Scratch, arguments: &[&str], input: &str) -> Outcome {
    let cli = Cli::new().env("XDG_STATE_HOME", state.path()).input(input);
    cli.run(["chat", "--url", &server.url].iter().chain(arguments)).await
}

#[tokio::test]
async fn a_script_holds_a_conversation_that_a_file_can_record() {
    let server = Server::shared("chat").await;
    let state = Scratch::new();
    let script = "Hello!\nHow long does delivery to Germany take?\nI am looking for a lamp under 80 euros\n";
    let recorded = chat(server, &state, &[], script).await.out();

    assert!(recorded.starts_with("-- "), "who is at the other end is told first:\n{recorded}");
    let asked: Vec<usize> =
        script.lines().map(|line| recorded.find(&format!("you: {line}")).expect("it stands there")).collect();
    assert!(asked.is_sorted(), "{recorded}");
    let between = &recorded[asked[1]..asked[2]];
    assert!(between.contains("from: "), "an answer names its source:\n{recorded}");
    let products = &recorded[asked[2]..];
    assert!(products.contains("  1. ") && products.contains(" EUR"), "products are numbered and priced:\n{recorded}");
    assert!(!recorded.contains('\u{1b}'), "no colours in a file:\n{recorded:?}");
}

#[tokio::test]
async fn resume_goes_on_where_the_last_one_ended() {
    let server = Server::shared("chat").await;
    let state = Scratch::new();
    chat(server, &state, &[], "Hello!\n").await.out();
    let again = chat(server, &state, &["--resume"], "Thanks\n").await.out();
    let (hello, thanks) = (again.find("you: Hello!"), again.find("you: Thanks"));
    assert!(hello.is_some() && hello < thanks, "the history stands before what is new:\n{again}");

    let fresh = chat(server, &state, &[], "Thanks\n").await.out();
    assert!(!fresh.contains("you: Hello!"), "without --resume it is a new conversation:\n{fresh}");
}

#[tokio::test]
async fn a_number_picks_a_choice() {
    let server = Server::shared("chat").await;
    let state = Scratch::new();
    // A greeting of the sample shop offers choices; whatever they are, 1 picks the first.
    let recorded = chat(server, &state, &[], "Hello!\n1\n").await.out();
    let first = recorded.lines().find_map(|line| line.trim().strip_prefix("[1] ")).map(str::to_owned);
    let first = first.expect("the greeting offers choices");
    assert!(recorded.contains(&format!("you: {first}")), "{recorded}");
}

#[tokio::test]
async fn help_and_unknown_commands_are_answered_here() {
    let server = Server::shared("chat").await;
    let state = Scratch::new();
    let recorded = chat(server, &state, &[], "/help\n/dance\n/quit\nnever sent\n").await.out();
    assert!(recorded.contains("/quit") && recorded.contains("no such command"), "{recorded}");
    assert!(!recorded.contains("never sent"), "{recorded}");
}

#[tokio::test]
async fn an_unknown_inbox_ends_it_with_the_reason() {
    let server = Server::shared("chat").await;
    let state = Scratch::new();
    let error = chat(server, &state, &["--inbox", "nowhere"], "Hello!\n").await.error();
    assert!(error.contains("nowhere"), "{error}");
}
