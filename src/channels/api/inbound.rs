//! What the other system posts: a customer's message, or what became of one of ours.

use serde::{Deserialize, Serialize};

use crate::base::email::parse_email;
use crate::base::outbound::{ReadError, read_within};
use crate::channels::channel::{ChannelError, Happening, Incoming, IncomingFile, Tools};
use crate::domain::Contact;
use crate::domain::content::Delivery;
use crate::store::{ChannelEvent, DeliveryNote, Person};

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Message {
    Message(Said),
    Delivery(Told),
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Said {
    /// The other system's id of the message: the same again adds nothing.
    id: String,
    /// The chat that it belongs to: one conversation each.
    thread: String,
    person: SaidBy,
    text: Option<String>,
    /// The id of an option of ours.
    pressed: Option<String>,
    #[serde(default)]
    files: Vec<SaidFile>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SaidBy {
    /// The other system's id of the person.
    id: String,
    name: Option<String>,
    email: Option<String>,
    /// Whether the other system has proven that the address is theirs.
    #[serde(default)]
    email_verified: bool,
    locale: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SaidFile {
    name: String,
    media_type: String,
    url: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Told {
    /// As the other system answered when it took the message.
    message: String,
    delivery: Delivery,
    reason: Option<String>,
}

impl Message {
    pub fn parse(body: &[u8]) -> Option<Self> {
        let message: Self = serde_json::from_slice(body).ok()?;
        let fits = match &message {
            Message::Message(said) => !said.id.is_empty() && !said.thread.is_empty() && !said.person.id.is_empty(),
            Message::Delivery(told) => !told.message.is_empty(),
        };
        fits.then_some(message)
    }

    pub fn of(event: &ChannelEvent) -> Result<Self, ChannelError> {
        serde_json::from_value(event.body.clone()).map_err(|error| ChannelError::Never(error.to_string()))
    }

    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("our own types serialise: this is a bug")
    }

    pub fn key(&self) -> String {
        match self {
            Message::Message(said) => said.id.clone(),
            Message::Delivery(told) => format!("status:{}:{:?}", told.message, told.delivery),
        }
    }

    pub fn place(&self) -> String {
        match self {
            Message::Message(said) => said.thread.clone(),
            Message::Delivery(told) => format!("status:{}", told.message),
        }
    }

    pub async fn happening(self, inbox: &str, tools: &Tools) -> Result<Happening, ChannelError> {
        match self {
            Message::Delivery(Told { message, delivery, reason }) => {
                Ok(Happening::Delivery(DeliveryNote { external_id: message, state: delivery, reason }))
            }
            Message::Message(said) => {
                let mut files = Vec::new();
                for file in &said.files {
                    files.push(file.fetch(tools).await?);
                }
                Ok(Happening::Message(Box::new(Incoming {
                    key: said.id,
                    person: said.person.person(inbox),
                    place: said.thread,
                    details: serde_json::json!({}),
                    text: said.text,
                    files,
                    pressed: said.pressed,
                    ..Incoming::default()
                })))
            }
        }
    }
}

impl SaidBy {
    fn person(self, inbox: &str) -> Person {
        let mut contacts = vec![Contact { kind: "api".to_owned(), value: format!("{inbox}:{}", self.id) }];
        let email = self.email.as_deref().and_then(parse_email);
        if let Some(value) = email.clone().filter(|_| self.email_verified) {
            contacts.push(Contact { kind: "email".to_owned(), value });
        }
        Person { contacts, name: self.name, email, phone: None, locale: self.locale }
    }
}

impl SaidFile {
    async fn fetch(&self, tools: &Tools) -> Result<IncomingFile, ChannelError> {
        let url = tools.outbound.check(&self.url).map_err(|error| ChannelError::Never(error.to_string()))?;
        let later = |error: reqwest::Error| ChannelError::Later(error.without_url().to_string());
        let answer = tools.outbound.client().get(url).send().await.map_err(later)?;
        if !answer.status().is_success() {
            return Err(ChannelError::Later(format!("the file {} answers {}", self.name, answer.status())));
        }
        let bytes = match read_within(answer, tools.files.largest).await {
            Ok(bytes) => bytes,
            Err(error @ ReadError::Broken(_)) => return Err(ChannelError::Later(error.to_string())),
            Err(error @ ReadError::TooLarge(_)) => return Err(ChannelError::Never(format!("{}: {error}", self.name))),
        };
        Ok(IncomingFile { name: self.name.clone(), media_type: self.media_type.clone(), bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_proof_only_where_the_other_system_has_proven_it() {
        let message = |verified: bool| {
            let body = serde_json::json!({"type": "message", "id": "m1", "thread": "t1", "text": "hi",
                "person": {"id": "p1", "email": "Ann@Post.example", "email_verified": verified}});
            match Message::parse(body.to_string().as_bytes()) {
                Some(Message::Message(said)) => said.person.person("inb_1"),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(message(false).contacts.len(), 1);
        assert_eq!(message(true).contacts[1].value, "ann@post.example");
        assert_eq!(message(false).email.as_deref(), Some("ann@post.example"));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for body in
            ["", "{}", r#"{"type":"message","id":"","thread":"t","person":{"id":"p"}}"#, r#"{"type":"delivery"}"#]
        {
            assert!(Message::parse(body.as_bytes()).is_none(), "{body}");
        }
    }
}
