//! Mails that no person wrote to us: automatic answers, lists, bounces. They are never
//! answered, or two machines would write to each other for ever.

use std::sync::LazyLock;

use mail_parser::{Message, MimeHeaders};
use regex::Regex;

/// What a machine wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Machine {
    /// Nothing that we could answer; why we think so, for the log.
    Notice(&'static str),
    /// A mail of ours did not arrive.
    Bounce { message_id: String, reason: String },
}

/// Headers that only automatic answers and mailing lists have.
const TELLING: [(&str, &str); 9] = [
    ("X-Autoreply", "an automatic answer"),
    ("X-Autorespond", "an automatic answer"),
    ("X-Autoresponder", "an automatic answer"),
    ("X-Auto-Reply-From", "an automatic answer"),
    ("X-Mail-Autoreply", "an automatic answer"),
    ("List-Id", "a mailing list"),
    ("List-Post", "a mailing list"),
    ("List-Unsubscribe", "a mailing list"),
    ("Feedback-ID", "a bulk mail"),
];
/// How subjects of automatic answers begin where nothing else tells.
const SUBJECTS: [&str; 22] = [
    "auto:",
    "auto-reply",
    "auto reply",
    "autoreply",
    "automatic reply",
    "out of office",
    "out of the office",
    "i am out of",
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesenheitsmeldung",
    "abwesend:",
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "absent du bureau",
    "automatisch antwoord",
    "afwezigheid",
    "niet aanwezig",
    "respuesta automática",
    "fuera de la oficina",
    "risposta automatica",
];
/// Senders that nobody reads.
const UNREAD: [&str; 8] =
    ["mailer-daemon", "postmaster", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "nepasrepondre"];

pub fn machine(mail: &Message, from: &str) -> Option<Machine> {
    let local = from.split('@').next().unwrap_or_default().to_lowercase();
    let returns_nowhere = header(mail, "Return-Path").is_some_and(|path| path == "<>");
    let report = mail.content_type().filter(|kind| kind.ctype() == "multipart" && kind.subtype() == Some("report"));
    let kind_of_report = report.and_then(|kind| kind.attribute("report-type")).unwrap_or_default().to_lowercase();
    if kind_of_report == "delivery-status" || (returns_nowhere && local == "mailer-daemon") {
        return Some(bounce(mail).unwrap_or(Machine::Notice("a report of a mail server")));
    }
    if report.is_some() {
        return Some(Machine::Notice("a report"));
    }
    let value = |name: &str| header(mail, name).unwrap_or_default();
    if header(mail, "Auto-Submitted").is_some_and(|how| how.split(';').next().unwrap_or_default().trim() != "no") {
        return Some(Machine::Notice("an automatic answer"));
    }
    if ["all", "autoreply", "oof"].iter().any(|word| value("X-Auto-Response-Suppress").contains(word)) {
        return Some(Machine::Notice("a mail that wants no automatic answer"));
    }
    if ["bulk", "list", "junk", "auto_reply"].contains(&value("Precedence").as_str()) {
        return Some(Machine::Notice("a bulk mail"));
    }
    if let Some((_, what)) = TELLING.iter().find(|(name, _)| header(mail, name).is_some()) {
        return Some(Machine::Notice(what));
    }
    if returns_nowhere || UNREAD.contains(&local.as_str()) {
        return Some(Machine::Notice("a sender that reads no answers"));
    }
    let subject = mail.subject().unwrap_or_default().trim().to_lowercase();
    SUBJECTS.iter().any(|start| subject.starts_with(start)).then_some(Machine::Notice("an automatic answer"))
}

/// A header's value in small letters; empty where the header has none.
fn header(mail: &Message, name: &str) -> Option<String> {
    mail.header_raw(name.to_owned()).map(|value| value.trim().to_lowercase())
}

static MESSAGE_ID: LazyLock<Regex> = LazyLock::new(|| regex(r"(?im)^message-id:\s*<([^<>\s]+)>"));
static FIELD: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?im)^(action|status|diagnostic-code):[ \t]*((?:[^\r\n]|\r?\n[ \t])+)"));
static CODE: LazyLock<Regex> = LazyLock::new(|| regex(r"\b[45]\.\d{1,3}\.\d{1,3}\b"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid: this is a bug")
}

/// What a report says of the mail that it returns (RFC 3464). Of one that has no report,
/// only that the mail came back.
fn bounce(mail: &Message) -> Option<Machine> {
    let own = mail.message_id().unwrap_or_default();
    let text = String::from_utf8_lossy(mail.raw_message());
    let returned = MESSAGE_ID.captures_iter(&text).map(|found| found[1].to_owned()).filter(|id| id != own).last()?;
    let report = mail.parts.iter().find(|part| part.is_content_type("message", "delivery-status"));
    let report = report.map(|part| String::from_utf8_lossy(part.contents()).into_owned()).unwrap_or_default();
    let field = |name: &str| {
        let mut found = FIELD.captures_iter(&report).filter(|field| field[1].eq_ignore_ascii_case(name));
        found.next().map(|field| field[2].split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
    };
    if !matches!(field("action").to_lowercase().as_str(), "failed" | "") {
        // Late, or arrived after all.
        return None;
    }
    let told = field("diagnostic-code");
    let told = told.split_once(';').map_or(told.as_str(), |(_, told)| told.trim());
    // Some servers know more than the code that they give.
    let code = Some(field("status")).filter(|code| !code.ends_with(".0.0") && !code.is_empty());
    let code = code.or_else(|| CODE.find(told).map(|code| code.as_str().to_owned()));
    let why = why(&code.unwrap_or_default());
    let reason = if told.is_empty() { why.to_owned() } else { format!("{why} ({told})") };
    Some(Machine::Bounce { message_id: returned, reason })
}

/// A status code in words (RFC 3463).
fn why(status: &str) -> &'static str {
    let mut parts = status.split(['.', ' ']).skip(1);
    match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
        ("1", _) => "the mail came back: there is no such address",
        ("2", "2") => "the mail came back: the customer's mailbox is full",
        ("2", _) => "the mail came back: the customer's mailbox takes no mails",
        ("3", "4") => "the mail came back: it is too large for the customer's server",
        ("4", _) => "the mail came back: the customer's server could not be reached",
        ("7", _) => "the mail came back: the customer's server does not let us write to them",
        _ => "the mail came back",
    }
}
