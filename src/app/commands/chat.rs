//! `rapport chat`: the customer's side of a conversation, in a terminal.
//!
//! With a terminal it prompts, colours and shows who is typing. With a pipe it reads a
//! line at a time, waits for its reply, and prints the conversation, so that a script
//! can hold one and a file can record it.

mod conversation;
mod input;
mod memory;
mod render;

use std::io::IsTerminal;

use clap::Parser;

use crate::app::client::{Address, Client, Options};

use conversation::Conversation;
use input::Input;
use memory::{Memory, Remembered};
use render::Palette;

/// Talk to the shop as a customer, in the terminal.
#[derive(Debug, Parser)]
pub struct Args {
    /// The server's address.
    #[arg(long, default_value = "http://127.0.0.1:8080", env = "RAPPORT_URL")]
    url: Address,
    /// The inbox's public key.
    #[arg(long, default_value = "demo")]
    inbox: String,
    /// Go on with the last conversation that this user had with this inbox.
    #[arg(long)]
    resume: bool,
    /// The language to be answered in, for example `en`.
    #[arg(long)]
    locale: Option<String>,
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    let memory = Memory::of(&args.url, &args.inbox);
    let remembered = if args.resume { memory.recall()? } else { None };
    if args.resume && remembered.is_none() {
        eprintln!("There is no conversation to go on with; this is a new one.");
    }

    let client = Client::start(Options {
        address: args.url,
        inbox: args.inbox,
        token: remembered.map(|Remembered { token }| token),
        resume_after: 0,
        locale: args.locale,
    });
    let on_terminal = std::io::stdout().is_terminal();
    let conversation = Conversation::new(client, memory, Palette::for_stdout(), on_terminal);
    conversation.hold(Input::from_stdin()).await
}
