//! A mail about to be written: its headers, its words, its files.

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

use super::MailError;

/// What a mail is made of. Ids are without their brackets.
#[derive(Debug)]
pub struct Draft {
    pub from: Mailbox,
    pub to: Mailbox,
    pub subject: String,
    pub text: String,
    /// The same words as HTML.
    pub html: Option<String>,
    pub files: Vec<Enclosed>,
    pub reply_to: Option<Mailbox>,
    pub message_id: String,
    /// The mail that this one answers.
    pub answers: Option<String>,
    /// The thread before it, the oldest first.
    pub references: Vec<String>,
    /// Whether no person wrote it (RFC 3834), so that no machine answers it.
    pub automatic: bool,
}

/// A file that goes along.
#[derive(Clone, Debug)]
pub struct Enclosed {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

impl Draft {
    pub(super) fn message(self) -> Result<Message, MailError> {
        let mut message = Message::builder()
            .from(named(self.from))
            .to(named(self.to))
            .subject(one_line(&self.subject))
            .message_id(Some(format!("<{}>", self.message_id)));
        if let Some(answered) = &self.answers {
            message = message.raw_header(ids("In-Reply-To", std::slice::from_ref(answered)));
        }
        if !self.references.is_empty() {
            message = message.raw_header(ids("References", &self.references));
        }
        if let Some(reply_to) = self.reply_to {
            message = message.reply_to(named(reply_to));
        }
        if self.automatic {
            let name = HeaderName::new_from_ascii_str("Auto-Submitted");
            message = message.raw_header(HeaderValue::new(name, "auto-replied".to_owned()));
        }
        let written = match (self.html, self.files.is_empty()) {
            (None, true) => message.singlepart(SinglePart::plain(self.text)),
            (html, no_files) => {
                let words = match html {
                    Some(html) => MultiPart::alternative_plain_html(self.text, html),
                    None => MultiPart::mixed().singlepart(SinglePart::plain(self.text)),
                };
                if no_files {
                    message.multipart(words)
                } else {
                    let mail = MultiPart::mixed().multipart(words);
                    message.multipart(self.files.into_iter().fold(mail, |mail, file| mail.singlepart(file.part())))
                }
            }
        };
        written.map_err(|error| MailError::Message(error.to_string()))
    }
}

/// Ids as a header, one a line. Left to itself, the library would encode a long id as if
/// it were words, and no mail program would know it.
fn ids(name: &'static str, ids: &[String]) -> HeaderValue {
    let clean = |id: &String| id.chars().filter(|c| c.is_ascii_graphic() && !"<>".contains(*c)).collect::<String>();
    let ids: Vec<String> = ids.iter().map(|id| format!("<{}>", clean(id))).collect();
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), ids.join(" "), ids.join("\r\n "))
}

/// Names come from customers; the library has no form for one with a line end in it.
fn named(mailbox: Mailbox) -> Mailbox {
    Mailbox::new(mailbox.name.map(|name| one_line(&name)).filter(|name| !name.is_empty()), mailbox.email)
}

fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Enclosed {
    fn part(self) -> SinglePart {
        let kind = ContentType::parse(&self.media_type).or_else(|_| ContentType::parse("application/octet-stream"));
        Attachment::new(one_line(&self.name))
            .body(self.bytes, kind.expect("`application/octet-stream` is a type: this is a bug"))
    }
}

/// The subject of an answer: `Re: ` once, whatever other mail programs say for it.
pub fn answer_to(subject: &str) -> String {
    let mut subject = subject.trim();
    while let Some((start, rest)) = subject.split_once(':') {
        if !["re", "aw", "sv", "antw", "ref", "r"].contains(&start.trim().to_lowercase().as_str()) {
            break;
        }
        subject = rest.trim();
    }
    if subject.is_empty() { "Re: your message".to_owned() } else { format!("Re: {subject}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Norway", "Re: Norway")]
    #[case("Re: RE: Norway", "Re: Norway")]
    #[case("AW: Antw: Norway", "Re: Norway")]
    #[case("", "Re: your message")]
    #[case("Re:", "Re: your message")]
    #[case("Order: AW-10482", "Re: Order: AW-10482")]
    fn an_answer_says_re_once(#[case] subject: &str, #[case] answer: &str) {
        assert_eq!(answer_to(subject), answer);
    }

    #[test]
    fn what_customers_name_things_cannot_make_headers() {
        let draft = Draft {
            from: "chat@shop.example".parse().unwrap(),
            to: Mailbox::new(Some("Ann\r\nBcc: eve@post.example".into()), "ann@post.example".parse().unwrap()),
            subject: "Hi\r\nBcc: eve@post.example".into(),
            text: "Hello".into(),
            html: Some("<p>Hello</p>".into()),
            files: vec![Enclosed { name: "a\r\nX: y.txt".into(), media_type: "nonsense".into(), bytes: b"1".to_vec() }],
            reply_to: None,
            message_id: "1@shop.example".into(),
            answers: Some("2@post.example".into()),
            references: vec!["0@post.example".into(), format!("{}@post.example", "2".repeat(100))],
            automatic: true,
        };
        let mail = String::from_utf8(draft.message().unwrap().formatted()).unwrap();
        let parsed = mail_parser::MessageParser::default().parse(mail.as_bytes()).unwrap();
        assert!(parsed.bcc().is_none(), "{mail}");
        assert!(parsed.parts.iter().all(|part| part.headers.iter().all(|header| header.name() != "X")), "{mail}");
        assert_eq!(parsed.header_raw("Auto-Submitted").map(str::trim), Some("auto-replied"));
        assert_eq!(parsed.references().as_text_list().unwrap().len(), 2);
        assert!(mail.contains(&format!("<{}@post.example>", "2".repeat(100))), "a long id stays as it is:\n{mail}");
    }
}
