//! Colleagues at Slack: what they write, press and command, as deeds. Who they are is
//! decided by their address, as Slack has confirmed it.

use serde_json::{Value, json};

use super::Slack;
use crate::channels::channel::{ChannelError, Happening, StaffAct, StaffDeed, StaffTarget};
use crate::channels::render::unmarked;
use crate::channels::slack_wire::events::{Command, Pressed, Said};
use crate::domain::ConversationId;

impl Slack {
    /// A word in a thread below something that we sent.
    pub(super) async fn staff_said(&self, said: Said) -> Result<Vec<Happening>, ChannelError> {
        let place = said.spot.details().to_string();
        if !said.files.is_empty() {
            let words = "Files do not go to the customer from here: send them from the console.";
            self.tell(&place, &said.user, words).await;
        }
        let words = unmarked(&said.text, &self.people.us(&self.api).await?.user);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let first = said.spot.thread_ts.as_ref().unwrap_or(&said.spot.ts);
        let target = StaffTarget::Thread(format!("{}:{first}", said.spot.channel));
        let (key, act) = (said.spot.key(), deed(&words).unwrap_or(StaffDeed::Reply(words)));
        self.staff_did(StaffAct { target, place, email: String::new(), by: said.user, act, key }).await
    }

    pub(super) async fn staff_pressed(&self, pressed: Pressed) -> Result<Vec<Happening>, ChannelError> {
        let Some(act) = pressed.action.strip_prefix("staff_").and_then(deed) else { return Ok(Vec::new()) };
        let (key, place) = (pressed.key(), json!({"channel": pressed.spot.channel}).to_string());
        let target = StaffTarget::Conversation(ConversationId(pressed.value));
        self.staff_did(StaffAct { target, place, email: String::new(), by: pressed.user, act, key }).await
    }

    /// Slack takes no commands in threads, so a command means the conversation that the
    /// colleague holds, or the one that they name.
    pub(super) async fn commanded(&self, command: Command) -> Result<Vec<Happening>, ChannelError> {
        let place = json!({"response_url": command.response_url}).to_string();
        // A workspace that has such a command already gives ours a longer name: `/shop-resolve`.
        let name = command.command.rsplit(['/', '-']).next().unwrap_or_default();
        let Some(act) = deed(name).filter(|act| !matches!(act, StaffDeed::Take)) else {
            let words = "Rapport knows /resolve and /handback; a conversation is taken in its thread.";
            self.tell(&place, &command.user_id, words).await;
            return Ok(Vec::new());
        };
        let (target, key) = (StaffTarget::Held(command.text), command.trigger_id);
        self.staff_did(StaffAct { target, place, email: String::new(), by: command.user_id, act, key }).await
    }

    async fn staff_did(&self, act: StaffAct) -> Result<Vec<Happening>, ChannelError> {
        let us = self.people.us(&self.api).await?;
        let colleague = self.people.user(&self.api, &act.by, self.tools.clock.now()).await?;
        let Some(email) = colleague.proven_email(us) else {
            let words = "Rapport knows colleagues by their address, and Slack does not tell it a confirmed one of yours: \
                         confirm it in your profile, or ask an admin whether the app has the scope users:read.email.";
            self.tell(&act.place, &act.by, words).await;
            return Ok(Vec::new());
        };
        Ok(vec![Happening::Staff(StaffAct { email: email.to_owned(), ..act })])
    }

    /// Says something that only that person sees.
    pub(super) async fn tell(&self, place: &str, user: &str, words: &str) {
        let mut place: Value = serde_json::from_str(place).unwrap_or_default();
        let told = match place["response_url"].as_str() {
            Some(address) => self.api.respond(address, &json!({"response_type": "ephemeral", "text": words})).await,
            None => {
                place["user"] = json!(user);
                place["text"] = json!(words);
                self.api.post("chat.postEphemeral", &place).await.map(drop)
            }
        };
        if let Err(failure) = told {
            tracing::warn!(reason = failure.reason, "a colleague at Slack could not be answered");
        }
    }
}

/// The deed that a word alone names: typed in a thread, a command, or a button.
fn deed(words: &str) -> Option<StaffDeed> {
    match words.trim().trim_start_matches(['/', '!']).to_lowercase().as_str() {
        "take" => Some(StaffDeed::Take),
        "handback" | "hand back" => Some(StaffDeed::HandBack),
        "resolve" => Some(StaffDeed::Resolve),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/resolve", "Some(Resolve)")]
    #[case(" !Resolve ", "Some(Resolve)")]
    #[case("hand back", "Some(HandBack)")]
    #[case("/handback", "Some(HandBack)")]
    #[case("take", "Some(Take)")]
    #[case("take two of them", "None")]
    #[case("we cannot-resolve", "None")]
    fn a_word_alone_is_a_deed(#[case] words: &str, #[case] meant: &str) {
        assert_eq!(format!("{:?}", deed(words)), meant);
    }
}
