//! Who is who at Slack: asked once, remembered for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::api::Api;
use crate::channels::calls::{Consequence, Failure};
use crate::domain::Contact;
use crate::store::Person;

const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);
const MOST: usize = 2000;

/// A person as Slack knows them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    pub id: String,
    pub team: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub locale: Option<String>,
    pub is_bot: bool,
    /// Slack has seen that the address is theirs.
    pub is_confirmed: bool,
}

/// The app itself, as `auth.test` tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Us {
    pub user: String,
    pub name: String,
    pub team: String,
}

#[derive(Default)]
pub struct People {
    known: Mutex<HashMap<String, (Timestamp, User)>>,
    us: tokio::sync::OnceCell<Us>,
}

impl People {
    pub async fn us(&self, api: &Api) -> Result<&Us, Failure> {
        let ask = || async { api.who().await.map(|(answer, _)| Us::read(&answer)) };
        self.us.get_or_try_init(ask).await
    }

    /// Who that is; only the id where Slack does not say more.
    pub async fn user(&self, api: &Api, id: &str, now: Timestamp) -> Result<User, Failure> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some((at, user)) = known
            && now.duration_since(at) < REMEMBERED
        {
            return Ok(user);
        }
        let user = match api.get("users.info", &[("user", id), ("include_locale", "true")]).await {
            Ok(answer) => User::read(id, &answer["user"]),
            Err(failure) if failure.consequence == Consequence::Refused => {
                tracing::info!(reason = failure.reason, "Slack does not tell who somebody is");
                User { id: id.to_owned(), ..User::default() }
            }
            Err(error) => return Err(error),
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(id.to_owned(), (now, user.clone()));
        Ok(user)
    }
}

impl Us {
    pub fn read(answer: &Value) -> Self {
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        Self { user: text("user_id"), name: text("user"), team: text("team_id") }
    }
}

impl User {
    fn read(id: &str, user: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let profile = &user["profile"];
        Self {
            id: id.to_owned(),
            team: text(&user["team_id"]),
            name: text(&profile["real_name"])
                .or_else(|| text(&profile["display_name"]))
                .or_else(|| text(&user["name"])),
            email: text(&profile["email"]),
            locale: text(&user["locale"]),
            is_bot: user["is_bot"] == true,
            is_confirmed: user["is_email_confirmed"] == true,
        }
    }

    /// The address, where it is proven: confirmed, and in the owner's own workspace. What
    /// another workspace says of its members is decided by its own admins.
    pub fn proven_email(&self, us: &Us) -> Option<&str> {
        let is_ours = self.team.as_ref() == Some(&us.team);
        self.email.as_deref().filter(|_| is_ours && self.is_confirmed && !self.is_bot)
    }

    /// The customer that they are; `team` is what the event said of it.
    pub fn person(self, us: &Us, team: Option<&str>) -> Person {
        let team = self.team.as_deref().or(team).unwrap_or(&us.team);
        let mut contacts = vec![Contact { kind: "slack".to_owned(), value: format!("{team}:{}", self.id) }];
        if let Some(email) = self.proven_email(us) {
            contacts.push(Contact { kind: "email".to_owned(), value: email.to_lowercase() });
        }
        Person { contacts, name: self.name, email: self.email, phone: None, locale: self.locale }
    }
}
