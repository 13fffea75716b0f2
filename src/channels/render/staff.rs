//! A conversation for colleagues who follow it in a channel of their own: who waits and
//! why, then every line that anybody says.

use super::{Place, cut, marked_up, pieces};
use crate::channels::channel::{Capabilities, Outgoing};
use crate::domain::content::HandoffState;
use crate::domain::{AuthorKind, Content, Entry};

/// Signs of one line of another's words.
const QUOTED: usize = 1500;

/// Who waits for a person, and what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Escalated {
    /// A name or an address, where one is known.
    pub customer: Option<String>,
    pub reason: String,
    /// The customer's words, oldest first.
    pub asked: Vec<String>,
    pub conversation: String,
}

/// The first message of a staff thread, as Markdown: who waits, why, what they asked, where to look.
pub fn headline(story: &Escalated, place: Place) -> String {
    let who = story.customer.as_deref().unwrap_or("A customer");
    let asked: Vec<String> =
        story.asked.iter().rev().take(5).rev().map(|words| format!("> {}", one_line(words))).collect();
    let link = format!("{}/console/#/conversations/{}", place.address, story.conversation);
    let quoted = if asked.is_empty() { String::new() } else { format!("{}\n\n", asked.join("\n\n")) };
    format!(
        "**{} waits for a person.** {}\n\n{quoted}[Open in the console]({link})",
        escaped(who),
        escaped(&story.reason)
    )
}

/// What colleagues are sent of an entry; their own words, sent from there, are left out by
/// the channel, which knows them by their key.
pub fn for_staff(entry: &Entry, can: &Capabilities) -> Vec<Outgoing> {
    let name = entry.author.name.as_deref();
    let who = match entry.author.kind {
        AuthorKind::Customer => name.unwrap_or("Customer"),
        AuthorKind::Bot | AuthorKind::Agent => name.unwrap_or("Rapport"),
        AuthorKind::System => "",
    };
    let line = match &entry.content {
        Content::Handoff { state: HandoffState::Assigned, agent: Some(agent), .. } => {
            format!("*{} has taken the conversation.*", escaped(agent))
        }
        Content::Handoff { state: HandoffState::Returned, .. } => {
            "*The assistant has the conversation again.*".to_owned()
        }
        Content::Status { state: Some(state), .. } => match state {
            crate::domain::content::StatusState::Resolved => "*Resolved.*".to_owned(),
            crate::domain::content::StatusState::Reopened => "*The customer has written again.*".to_owned(),
            crate::domain::content::StatusState::Open => return Vec::new(),
        },
        Content::Status { delivery: Some(crate::domain::content::Delivery::Failed), reason, .. } => {
            format!("*Not delivered: {}*", escaped(reason.as_deref().unwrap_or("the channel refuses it")))
        }
        Content::SurveyResult { score, .. } => format!("*The customer gave {score}.*"),
        Content::Text { .. }
        | Content::Answer { .. }
        | Content::Choices { .. }
        | Content::Products { .. }
        | Content::File { .. }
        | Content::Submitted { .. } => match entry.content.line() {
            Some(line) => format!("**{}:** {}", escaped(who), cut(&line, QUOTED)),
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    pieces(&marked_up(&line, can.markup), can.text).into_iter().map(Outgoing::Text).collect()
}

fn escaped(text: &str) -> String {
    crate::base::markdown::escape(text)
}

fn one_line(text: &str) -> String {
    escaped(&cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), 300))
}
