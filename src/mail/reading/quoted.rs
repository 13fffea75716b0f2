//! What a mail says anew: without the mail that it answers, and without its signature.
//!
//! It works on lines. A line with `>` is quoted, and what stands between such lines is an
//! answer to them. An introduction ("On … wrote:") without such lines, and the header that
//! Outlook puts over the old mail, end what is new.

use std::sync::LazyLock;

use regex::Regex;

/// Lines that an introduction is spread over at the most.
const SPREAD: usize = 3;
/// Lines of the header that Outlook puts over the old mail.
const HEADER: usize = 7;

/// "On … wrote:", in the languages of the mail programs that we know.
static INTRODUCTION: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)^\s*(?:
            on\b.{5,300}\bwrote | am\b.{5,300}\bschrieb\b.{0,150} | le\b.{5,300}\ba\s+écrit | op\b.{5,300}\bschreef\b.{0,150}
            | op\b.{5,300}\bhet\ volgende\ geschreven | el\b.{5,300}\bescribi[oó] | il\b.{5,300}\bha\ scritto
            | em\b.{5,300}\bescreveu | \d{4}-\d{2}-\d{2}\b.{5,200}<[^<>\s]+@[^<>\s]+>
        )\s*:\s*$",
    )
});
/// "Ann Lee <ann@post.example> wrote:", on one line.
static WRITER: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)^.{0,120}<[^<>\s]+@[^<>\s]+>\s*(?:wrote|schrieb|a\s+écrit|schreef|escribi[oó])\s*:\s*$")
});
/// "-----Original Message-----".
static ORIGINAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^\s*[-_]{2,}\s*(original message|original appointment|originalnachricht|ursprüngliche nachricht|message d['’]origine|message original|oorspronkelijk bericht|mensaje original|messaggio originale|mensagem original)\s*[-_]{2,}",
    )
});
static SENDER: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^\s*\*?(from|von|de|van|da)\s*:\*?\s*\S"));
static SENT: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)^\s*\*?(sent|date|gesendet|datum|envoyé|verzonden|enviado|enviado el|fecha|inviato|data)\s*:\*?\s*\S")
});
static SUBJECT: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)^\s*\*?(subject|betreff|objet|onderwerp|asunto|oggetto|assunto)\s*:"));
/// "Sent from my iPhone".
static DEVICE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)^\s*[-_*]*\s*(?:
            sent\ (?:from|with|via|using)\b.{2,80} | get\ outlook\ for\b.{2,60} | (?:von\ meinem|von\ unterwegs|gesendet\ (?:von|mit|aus)|diese\ nachricht\ wurde\ von)\b.{2,90}
            | envoyé\ (?:de|depuis|avec|à\ partir)\b.{2,80} | (?:verzonden|verstuurd)\ (?:vanaf|vanuit|met|via)\b.{2,80}
            | enviado\ (?:desde|con)\b.{2,80} | (?:outlook\ für|obtenir\ outlook|outlook\ voor|download\ outlook|obtener\ outlook)\b.{2,80}
        )$",
    )
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid: this is a bug")
}

/// The words that are new.
pub fn own_words(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\u{a0}', " ");
    let lines: Vec<&str> = text.lines().collect();
    let mut own: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if let Some(spread) = introduction(&lines[at..]) {
            at += spread;
            let next = lines[at..].iter().find(|line| !line.trim().is_empty());
            if next.is_some_and(|line| !is_quoted(line)) {
                break;
            }
            continue;
        }
        if is_end(&lines[at..]) {
            break;
        }
        if !is_quoted(line) {
            own.push(line.trim_end());
        }
        at += 1;
    }
    without_device(&mut own);
    let mut words = String::new();
    for line in own {
        if !(line.is_empty() && (words.is_empty() || words.ends_with("\n\n"))) {
            words.push_str(line);
            words.push('\n');
        }
    }
    words.trim().to_owned()
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Over how many lines an introduction goes that begins here.
fn introduction(lines: &[&str]) -> Option<usize> {
    if lines[0].trim().is_empty() || is_quoted(lines[0]) {
        return None;
    }
    if WRITER.is_match(lines[0]) {
        return Some(1);
    }
    let together = lines.iter().take(SPREAD).take_while(|line| !line.trim().is_empty()).count();
    (1..=together).find(|spread| INTRODUCTION.is_match(&lines[..*spread].join(" ")))
}

/// Whether nothing new comes from here on.
fn is_end(lines: &[&str]) -> bool {
    let line = lines[0];
    if matches!(line, "-- " | "--") || ORIGINAL.is_match(line) {
        return true;
    }
    let rest = &lines[1..lines.len().min(HEADER)];
    let is_rule = line.trim().len() >= 10 && line.trim().chars().all(|c| c == '_');
    if is_rule {
        return rest.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| SENDER.is_match(line));
    }
    SENDER.is_match(line)
        && rest.iter().any(|line| SENT.is_match(line))
        && rest.iter().any(|line| SUBJECT.is_match(line))
}

/// Drops the line that a telephone puts at the end.
fn without_device(own: &mut Vec<&str>) {
    while own.last().is_some_and(|line| line.trim().is_empty() || DEVICE.is_match(line)) {
        own.pop();
    }
}
