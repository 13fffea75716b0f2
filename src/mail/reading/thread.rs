//! Which conversation a mail belongs to, told from the mail alone.
//!
//! An answer to a mail of ours carries our reference (`mail::reference`), which names the
//! place. Any other mail belongs to the thread of its own mail program: the first id of
//! its `References`, together with its sender, so that knowing somebody else's Message-ID
//! opens nobody's conversation.

use mail_parser::{HeaderForm, HeaderName, Message};

use crate::domain::ConversationId;
use crate::mail::reference::{mailbox_of, mark, place_of};

/// Ids that an answer repeats at the most.
const REPEATED: usize = 20;

/// Where a mail belongs.
#[derive(Debug, PartialEq, Eq)]
pub struct Threaded {
    pub place: String,
    /// A conversation begun elsewhere, whose reference the mail carries.
    pub resume: Option<ConversationId>,
    /// Whether the mail answers none.
    pub begins: bool,
    /// What an answer to it has to repeat, the oldest first.
    pub follows: Vec<String>,
}

pub fn threaded(secret: &str, mail: &Message, from: &str) -> Threaded {
    let mut ids = ids(mail, HeaderName::References);
    // The mail that is answered, where the references do not end with it.
    ids.extend(self::ids(mail, HeaderName::InReplyTo).pop().filter(|id| ids.last() != Some(id)));
    let ours = ids.iter().rev().find_map(|id| place_of(secret, id, from));
    let begins = ids.is_empty();
    ids.extend(mail.message_id().map(str::to_owned));
    let place = ours.unwrap_or_else(|| {
        let root = ids.first().cloned().unwrap_or_else(|| mark(&String::from_utf8_lossy(mail.raw_message())));
        format!("m{}", mark(&format!("{root}\n{}", mailbox_of(from))))
    });
    let resume = place.starts_with("cnv_").then(|| ConversationId(place.clone()));
    let follows = if ids.len() > REPEATED {
        // The first one names the thread; the last ones are what mail programs compare.
        ids.iter().take(1).chain(&ids[ids.len() - REPEATED + 1..]).cloned().collect()
    } else {
        ids
    };
    Threaded { place, resume, begins, follows }
}

/// The ids in a header. Some mail programs encode long ones as if they were words.
fn ids(mail: &Message, name: HeaderName<'static>) -> Vec<String> {
    let values = mail.header_as(name, HeaderForm::Text);
    let text = values.iter().filter_map(|value| value.as_text()).collect::<Vec<_>>().join(" ");
    let clean = |id: &&str| !id.is_empty() && id.len() < 500 && id.chars().all(|c| c.is_ascii_graphic());
    text.split('<').filter_map(|part| part.split_once('>')).map(|(id, _)| id).filter(clean).map(str::to_owned).collect()
}
