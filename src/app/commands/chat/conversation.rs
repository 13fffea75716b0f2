//! The loop of `rapport chat`: lines go out, updates come in.

mod form;
mod reply;
mod screen;

use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, sleep};

use crate::app::client::{Client, ErrorFrame, Event, Update, Welcome};
use crate::domain::content::{Choice, Content, HandoffState};
use crate::domain::{AuthorKind, Seq};

use super::input::Input;
use super::memory::{Memory, Remembered};
use super::render::{self, Palette};
use form::{Filling, Step};
use reply::AwaitedReply;
use screen::Screen;

const HELP: &str = "\
  Type a message, or the number of a choice.
  /good, /bad     was the last answer helpful?
  /skip, /cancel  leave out a field of a form, or the whole form
  /quit           leave; `rapport chat --resume` comes back to this conversation";

/// How long a script's next line waits for the reply to the one before.
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a script waits for a server at all; a person decides for themselves.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

pub struct Conversation {
    client: Client,
    memory: Memory,
    palette: Palette,
    screen: Screen,
    /// The end of what was said before this program started; none before the welcome.
    history_until: Option<Seq>,
    seen: Seq,
    /// One notice a loss is enough, however many attempts follow.
    told_of_loss: bool,
    held_by_person: bool,
    /// What was sent and has not come back as an event: our own words, not another window's.
    own_words: Vec<String>,
    choices: Vec<Choice>,
    survey: Option<(Seq, [i64; 2])>,
    last_answer: Option<Seq>,
    form: Option<Filling>,
    awaited: Option<AwaitedReply>,
}

enum Next {
    GoOn,
    Stop,
}

impl Conversation {
    pub fn new(client: Client, memory: Memory, palette: Palette, on_terminal: bool) -> Self {
        Self {
            client,
            memory,
            palette,
            screen: Screen::new(on_terminal),
            history_until: None,
            seen: 0,
            told_of_loss: false,
            held_by_person: false,
            own_words: Vec::new(),
            choices: Vec::new(),
            survey: None,
            last_answer: None,
            form: None,
            awaited: None,
        }
    }

    /// Talks until the input ends, somebody says /quit, or the server wants us gone.
    pub async fn hold(mut self, mut input: Input) -> anyhow::Result<()> {
        self.screen.prompt_for(input.typed);
        let begun = Instant::now();
        loop {
            let listening = self.caught_up() && (input.typed || self.awaited.is_none());
            let time_left = match &self.awaited {
                Some(awaited) => awaited.time_left(),
                None if self.history_until.is_none() => CONNECT_TIMEOUT.saturating_sub(begun.elapsed()),
                None => Duration::MAX,
            };
            let next = tokio::select! {
                biased;
                update = self.client.next() => match update {
                    Some(update) => self.updated(update, input.typed).await?,
                    None => Next::Stop,
                },
                line = input.next(), if listening => match line {
                    Some(line) => self.typed(&line, input.typed).await,
                    None => Next::Stop,
                },
                () = sleep(time_left), if !input.typed => {
                    if self.awaited.take().is_none() {
                        bail!("no connection within {} s", CONNECT_TIMEOUT.as_secs());
                    }
                    self.notice("No reply came.");
                    Next::GoOn
                }
            };
            if let Next::Stop = next {
                self.screen.leave();
                self.client.close().await;
                return Ok(());
            }
        }
    }

    /// Whether everything that was said before has been shown.
    fn caught_up(&self) -> bool {
        self.history_until.is_some_and(|last| self.seen >= last)
    }

    async fn updated(&mut self, update: Update, typed: bool) -> anyhow::Result<Next> {
        match update {
            Update::Welcome(welcome) => self.welcomed(&welcome)?,
            Update::Event(event) => self.happened(&event, typed).await,
            Update::Ack(ack) => {
                let held = self.held_by_person;
                if let Some(awaited) = &mut self.awaited {
                    awaited.acknowledged(&ack, held);
                }
            }
            Update::Pong => {
                if self.awaited.as_ref().is_some_and(AwaitedReply::is_complete) {
                    self.awaited = None;
                }
            }
            Update::Typing(typing) if typing.on => self.screen.typing(&render::speaker(&typing.author)),
            Update::Typing(_) => self.screen.not_typing(),
            Update::Error(error) => self.erred(&error),
            Update::Anomaly(anomaly) => self.notice(&format!("The server broke its word: {anomaly}")),
            Update::Lost { reason, retry_in: _ } => {
                if !self.told_of_loss {
                    self.notice(&format!("Not connected: {}. Trying again.", render::clean(&reason)));
                }
                self.told_of_loss = true;
            }
            Update::Gone(gone) => {
                self.screen.leave();
                bail!("{gone}");
            }
        }
        if self.awaited.as_mut().is_some_and(AwaitedReply::asks_for_ping) {
            self.client.ping().await;
        }
        Ok(Next::GoOn)
    }

    fn welcomed(&mut self, welcome: &Welcome) -> anyhow::Result<()> {
        self.memory.keep(&Remembered { token: welcome.token.clone() })?;
        if self.history_until.is_none() {
            self.history_until = Some(welcome.last_seq);
            let disclosure = render::clean(&welcome.assistant.disclosure);
            self.notice(&format!("{disclosure} (/help tells what you can type)"));
        } else {
            self.notice("Connected again.");
        }
        self.told_of_loss = false;
        Ok(())
    }

    async fn happened(&mut self, event: &Event, typed: bool) {
        self.seen = self.seen.max(event.seq);
        let content = event.content();
        let ours = event.author.kind == AuthorKind::Customer && self.is_ours(content.as_ref());
        // What was typed at this terminal stands there already.
        if !(ours && typed && self.screen.on_terminal())
            && let Some(text) = render::event(event, &self.palette)
        {
            self.screen.print(&text);
        }
        // A file that records has not read it.
        if typed && event.author.kind != AuthorKind::Customer {
            self.client.read(event.seq).await;
        }
        if let Some(awaited) = &mut self.awaited {
            awaited.happened(event, content.as_ref());
        }
        match content {
            Some(Content::Choices { options, .. }) => self.choices = options,
            Some(Content::Survey { scale, .. }) => self.survey = Some((event.seq, scale)),
            Some(Content::Answer { .. }) => self.last_answer = Some(event.seq),
            Some(Content::Form { fields, .. }) => {
                let filling = Filling::new(event.seq, fields);
                self.ask_field(&filling);
                self.form = Some(filling);
            }
            Some(Content::Submitted { form, .. })
                if self.form.as_ref().is_some_and(|filling| filling.seq() == form) =>
            {
                self.form = None;
            }
            Some(Content::Handoff { state, .. }) => match state {
                HandoffState::Assigned => self.held_by_person = true,
                HandoffState::Returned => self.held_by_person = false,
                HandoffState::Queued | HandoffState::Unavailable => {}
            },
            _ => {}
        }
    }

    /// Whether a customer's event is what was sent from here. The log does not say which
    /// window an event came from, but it gives our words back verbatim.
    fn is_ours(&mut self, content: Option<&Content>) -> bool {
        let Some(Content::Text { text, .. }) = content else { return false };
        let position = self.own_words.iter().position(|words| words == text);
        position.map(|position| self.own_words.remove(position)).is_some()
    }

    async fn typed(&mut self, line: &str, typed: bool) -> Next {
        match line {
            "/quit" | "/exit" => return Next::Stop,
            "/help" => self.screen.print(HELP),
            "/good" => self.rate(true).await,
            "/bad" => self.rate(false).await,
            _ if self.form.is_some() && self.fill(line, typed).await => {}
            _ if line.starts_with('/') => self.notice("There is no such command; /help tells which there are."),
            _ => self.say(line, typed).await,
        }
        self.screen.prompt();
        Next::GoOn
    }

    async fn say(&mut self, line: &str, typed: bool) {
        let number = line.parse::<usize>().ok();
        let choice = number.and_then(|number| self.choices.get(number.checked_sub(1)?)).cloned();
        if choice.is_none()
            && let Some((seq, [low, high])) = self.survey
            && let Some(score) = number.and_then(|number| i64::try_from(number).ok())
            && (low..=high).contains(&score)
        {
            self.survey = None;
            self.client.answer_survey(seq, score).await;
            return;
        }

        let (text, postback) = match choice {
            Some(choice) => (choice.title, Some(choice.payload)),
            None => (line.to_owned(), None),
        };
        self.choices.clear();
        self.own_words.push(text.clone());
        let client_msg_id = self.client.say(text, postback).await;
        if !typed {
            self.awaited = Some(AwaitedReply::to_message(client_msg_id, REPLY_TIMEOUT));
        }
    }

    async fn rate(&mut self, helpful: bool) {
        match self.last_answer {
            Some(seq) => self.client.rate(seq, helpful).await,
            None => self.notice("There is no answer to rate yet."),
        }
    }

    /// Takes a line as the value of the field that is asked for; false if it is none.
    async fn fill(&mut self, line: &str, typed: bool) -> bool {
        let Some(mut filling) = self.form.take() else { return false };
        match filling.fill(line) {
            Step::Next => {
                self.ask_field(&filling);
                self.form = Some(filling);
            }
            Step::Required => {
                self.notice("This one is needed; /cancel leaves the whole form.");
                self.form = Some(filling);
            }
            Step::Cancelled => self.notice("The form is left."),
            Step::SomethingElse => return false,
            Step::Complete { seq, values } => {
                self.client.submit(seq, values).await;
                if !typed {
                    self.awaited = Some(AwaitedReply::to_form(seq, REPLY_TIMEOUT));
                }
            }
        }
        true
    }

    fn ask_field(&mut self, filling: &Filling) {
        if let Some(field) = filling.asked() {
            let question = render::form_field(field, &self.palette);
            self.screen.print(&question);
        }
    }

    fn erred(&mut self, error: &ErrorFrame) {
        let again = if error.is_temporary() && error.client_msg_id.is_some() { " It will be sent again." } else { "" };
        self.notice(&format!("{}{again}", render::clean(&error.message)));
        if let Some(awaited) = &self.awaited
            && awaited.ends_with(error)
        {
            self.awaited = None;
        }
    }

    fn notice(&mut self, text: &str) {
        let text = self.palette.notice(&format!("-- {text}"));
        self.screen.print(&text);
    }
}
