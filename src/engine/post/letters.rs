//! The words of the mails. Plain text: it is read everywhere, and promises nothing that a
//! mail program would have to load.

use jiff::Timestamp;

use crate::domain::ConversationId;
use crate::store::{Agent, Link, MailKind, NewMail, Unread, Webhook};

/// What an escalation's mail tells.
pub struct Story {
    pub shop: String,
    /// Where the server is reached.
    pub address: String,
    pub conversation: ConversationId,
    pub since: Timestamp,
    pub waited_s: i64,
    pub reason: String,
    /// A name or an address, where one is known.
    pub customer: Option<String>,
    /// The customer's words, oldest first.
    pub asked: Vec<String>,
}

/// The customer's words that a mail quotes at the most.
const QUOTED: usize = 8;
const QUOTED_SIGNS: usize = 400;

/// Somebody waits, and this agent is not there. `step` 0 is the first mail about it.
pub fn escalation(story: &Story, agent: &Agent, step: i64) -> NewMail {
    let who = story.customer.as_deref().unwrap_or("A customer");
    let subject = match step {
        0 => format!("{who} waits for a person ({})", story.shop),
        _ => format!("{who} still waits, {} now ({})", minutes(story.waited_s), story.shop),
    };
    let quotes: Vec<String> =
        story.asked.iter().rev().take(QUOTED).rev().map(|words| format!("> {}", cut(words, QUOTED_SIGNS))).collect();
    let said = if quotes.is_empty() { String::new() } else { format!("What they wrote:\n\n{}\n\n", quotes.join("\n")) };
    let body = format!(
        "Hello {},\n\n{who} needs a person, and nobody has taken the conversation yet.\n\nWhy: {}\n\n{said}\
         Open it here:\n{}/console/#/conversations/{}\n\n\
         You get this mail because you were not in the console. In your profile there you can switch it off.\n",
        agent.name, story.reason, story.address, story.conversation
    );
    NewMail {
        key: format!("escalation:{}:{}:{step}:{}", story.conversation, story.since.as_microsecond(), agent.id),
        kind: MailKind::Escalation,
        conversation_id: Some(story.conversation.clone()),
        seq: None,
        to: agent.email.clone().unwrap_or_default(),
        subject: one_line(&subject),
        body,
    }
}

/// How a customer goes on who has left the chat.
#[derive(Default)]
pub struct WayBack {
    /// The page where they chatted.
    pub page: Option<String>,
    /// Whether an answer to the mail comes back to the conversation.
    pub by_mail: bool,
}

/// Agents' words that a customer did not read in the chat, each with who said them.
pub fn reply(shop: &str, unread: &Unread, said: &[(String, String)], back: &WayBack) -> NewMail {
    let greeting = unread.name.as_deref().map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},"));
    let mut body = format!("{greeting}\n\n");
    let mut speaker = "";
    for (name, words) in said {
        if name != speaker {
            body.push_str(&format!("{name} from {shop} wrote:\n\n"));
            speaker = name;
        }
        body.push_str(&format!("{words}\n\n"));
    }
    if back.by_mail {
        body.push_str("You can simply answer this mail.\n\n");
    }
    match &back.page {
        Some(page) => body.push_str(&format!("Go on in the chat, where your conversation is saved:\n{page}\n")),
        None => body.push_str("Go on in the chat on our website, where your conversation is saved.\n"),
    }
    NewMail {
        key: format!("reply:{}:{}", unread.id, unread.last),
        kind: MailKind::Reply,
        conversation_id: Some(unread.id.clone()),
        seq: Some(unread.last),
        to: unread.email.clone(),
        subject: one_line(&format!("{shop}: an answer to your message")),
        body,
    }
}

pub fn invitation(shop: &str, link: &Link, to: &str, from: &str, url: &str) -> NewMail {
    let name = link.name.as_deref().map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},"));
    let body = format!(
        "{name}\n\n{from} invites you to answer customers of {shop} in Rapport.\n\nSet your password here; the link \
         works once, for 7 days:\n{url}\n\nIf you did not expect this, do nothing.\n"
    );
    link_mail(MailKind::Invitation, link, to, format!("{from} invites you to {shop}"), body)
}

pub fn reset(shop: &str, link: &Link, to: &str, url: &str) -> NewMail {
    let body = format!(
        "Hello,\n\nyour password for the console of {shop} was reset. Set a new one here; the link works once, for 24 \
         hours:\n{url}\n"
    );
    link_mail(MailKind::Reset, link, to, format!("Your new password for {shop}"), body)
}

/// An endpoint of a webhook gets nothing any more.
pub fn webhook(shop: &str, address: &str, webhook: &Webhook, reason: &str, admin: &Agent) -> NewMail {
    let name = match webhook.description.trim() {
        "" => webhook.url.as_str(),
        description => description,
    };
    let body = format!(
        "Hello {},\n\nRapport at {shop} sends no more events to this webhook:\n\n{name}\n{}\n\nWhy: {reason}\n\n\
         Nothing is lost: events are kept for 30 days. Mend the receiving side, then enable the webhook here, and they \
         go out in their order:\n{address}/console/#/settings/webhooks\n",
        admin.name, webhook.url
    );
    let since = webhook.failing_since.unwrap_or(webhook.created_at).as_microsecond();
    NewMail {
        key: format!("webhook:{}:{since}:{}:{}", webhook.id, webhook.failures, admin.id),
        kind: MailKind::Webhook,
        conversation_id: None,
        seq: None,
        to: admin.email.clone().unwrap_or_default(),
        subject: one_line(&format!("A webhook of {shop} was disabled: {name}")),
        body,
    }
}

/// Subject and body of the mail that tries the way out.
pub fn test(address: &str) -> (String, String) {
    let body = format!("This is a test: mails of Rapport at {address} arrive here.\n");
    ("A test of Rapport's mail".to_owned(), body)
}

fn link_mail(kind: MailKind, link: &Link, to: &str, subject: String, body: String) -> NewMail {
    NewMail {
        key: format!("link:{}", link.id),
        kind,
        conversation_id: None,
        seq: None,
        to: to.to_owned(),
        subject: one_line(&subject),
        body,
    }
}

/// Names come from customers: a subject is one line.
fn one_line(text: &str) -> String {
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), 150)
}

fn cut(text: &str, signs: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(signs) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn minutes(seconds: i64) -> String {
    match seconds / 60 {
        ..=1 => "a minute".to_owned(),
        minutes @ 2..120 => format!("{minutes} minutes"),
        minutes => format!("{} hours", minutes / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AgentId, WebhookId};
    use crate::store::{AgentStatus, Role};

    fn story() -> Story {
        Story {
            shop: "Alder & Wick".into(),
            address: "https://chat.shop.example".into(),
            conversation: ConversationId("cnv_1".into()),
            since: Timestamp::UNIX_EPOCH,
            waited_s: 300,
            reason: "The customer is unhappy".into(),
            customer: Some("Ann\r\nBcc: everybody@shop.example".into()),
            asked: vec!["Where is my parcel?".into()],
        }
    }

    fn agent() -> Agent {
        Agent {
            id: AgentId("agt_1".into()),
            name: "Noor".into(),
            email: Some("noor@shop.example".into()),
            role: Role::Agent,
            status: AgentStatus::Available,
            capacity: 5,
            mail: true,
        }
    }

    #[test]
    fn an_escalation_says_who_why_what_and_where() {
        let mail = escalation(&story(), &agent(), 0);
        assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
        for part in [
            "The customer is unhappy",
            "> Where is my parcel?",
            "https://chat.shop.example/console/#/conversations/cnv_1",
        ] {
            assert!(mail.body.contains(part), "{part}: {}", mail.body);
        }
        assert_ne!(mail.key, escalation(&story(), &agent(), 1).key, "each step is a mail of its own");
        assert!(escalation(&story(), &agent(), 1).subject.contains("5 minutes"));
    }

    #[test]
    fn a_disabled_webhook_is_named_with_its_reason_and_where_to_enable_it() {
        let disabled = Webhook {
            id: WebhookId("whk_1".into()),
            url: "https://crm.shop.example/rapport".into(),
            description: "CRM\r\nBcc: everybody@shop.example".into(),
            events: Vec::new(),
            enabled: true,
            disabled_at: None,
            disabled_reason: None,
            from_position: 0,
            failures: 40,
            failing_since: Some(Timestamp::UNIX_EPOCH),
            error: None,
            paused_until: None,
            last_sent_at: None,
            old_secret_until: None,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let mail = webhook("Alder & Wick", "https://chat.shop.example", &disabled, "It has failed.", &agent());
        assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
        for part in [
            "It has failed.",
            "https://crm.shop.example/rapport",
            "https://chat.shop.example/console/#/settings/webhooks",
        ] {
            assert!(mail.body.contains(part), "{part}: {}", mail.body);
        }
        assert_eq!(mail.to, "noor@shop.example");
        let later = Webhook { failing_since: Some(Timestamp::MAX), ..disabled };
        let again = webhook("Alder & Wick", "https://chat.shop.example", &later, "It has failed.", &agent());
        assert_ne!(mail.key, again.key, "the next time is another mail");
    }

    #[test]
    fn several_replies_make_one_mail() {
        let unread = Unread {
            id: ConversationId("cnv_1".into()),
            email: "ann@post.example".into(),
            name: None,
            after: 3,
            last: 7,
        };
        let said = [("Noor".to_owned(), "Hello.".to_owned()), ("Noor".to_owned(), "It is on its way.".to_owned())];
        let mail = reply("Alder & Wick", &unread, &said, &WayBack::default());
        assert_eq!(mail.body.matches("Noor from Alder & Wick wrote").count(), 1, "{}", mail.body);
        assert!(mail.body.contains("Hello.\n\nIt is on its way."));
        assert!(!mail.body.contains("answer this mail"), "nobody would read it");
        let back = WayBack { by_mail: true, ..WayBack::default() };
        assert!(reply("Alder & Wick", &unread, &said, &back).body.contains("answer this mail"));
        assert_eq!((mail.to.as_str(), mail.seq), ("ann@post.example", Some(7)));
    }
}
