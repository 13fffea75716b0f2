//! Addresses of web pages, with `https://`, with `www.`, or a host with a path. It must not
//! know whose they are, nor follow them.

use std::sync::LazyLock;

use regex::Regex;

use super::found::Found;
use crate::base::boundary;
use crate::domain::EntityType;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?xi)
        (?: (?P<scheme> https?:// ) (?P<host> [\p{L}\p{N}.-]+ (?: :[0-9]{2,5} )? )
          | (?P<www> www\. (?:[\p{L}\p{N}-]+\.)+ \p{L}{2,24} )
          | (?P<bare> (?:[a-z0-9][a-z0-9-]*\.)+ (?: com|net|org|io|eu|be|nl|de|fr|es|it|at|ch|lu|ie|pl|pt|se|dk|no|fi|uk|shop|store|app|dev|info|example ) \b ) )
        (?P<path> [/?\#] [^\s<>"«»]* )?
        "#,
    )
    .expect("the pattern is constant: this is a bug")
});

pub(super) fn find(text: &str) -> Vec<Found> {
    let mut all = Vec::new();
    // A dot with a letter on both sides is in every address, and in little else.
    let dotted = text.as_bytes().windows(3).any(|three| three[1] == b'.' && three[2].is_ascii_alphanumeric());
    if !dotted && !text.contains("://") {
        return all;
    }
    for captures in ADDRESS.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        let before = boundary::before(text, whole.start());
        let glued = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '/'));
        let mail = text[whole.end()..].starts_with('@');
        // A host alone is also how sentences look that lack a space: "broken.it came".
        let bare = captures.name("bare").is_some() && captures.name("path").is_none();
        let sentence = bare && !is_plain_host(whole.as_str());
        if glued || mail || sentence {
            continue;
        }
        // The sentence's full stop and closing bracket are not the page's.
        let address = trimmed(whole.as_str());
        let value = normal(address);
        let confidence = if bare { 0.8 } else { 0.98 };
        all.push(Found {
            kind: EntityType::Url,
            span: whole.start()..whole.start() + address.len(),
            value,
            confidence,
        });
    }
    all
}

/// Whether a host without a path cannot be two words: its ending is no English word.
fn is_plain_host(host: &str) -> bool {
    let ending = host.rsplit('.').next().unwrap_or_default().to_lowercase();
    !matches!(
        ending.as_str(),
        "it" | "at" | "no" | "be" | "es" | "de" | "app" | "info" | "shop" | "store" | "se" | "io"
    ) || host.matches('.').count() > 1
}

fn trimmed(address: &str) -> &str {
    let mut address = address;
    loop {
        let shorter = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', '*', '_']);
        let unopened = shorter.ends_with(')') && shorter.matches(')').count() > shorter.matches('(').count();
        let shorter = if unopened { &shorter[..shorter.len() - 1] } else { shorter };
        if shorter.len() == address.len() {
            return address;
        }
        address = shorter;
    }
}

/// With a scheme, and the host in small letters.
fn normal(address: &str) -> String {
    let scheme = address.find("://").map_or(0, |at| at + 3);
    let host_end = address[scheme..].find(['/', '?', '#']).map_or(address.len(), |at| scheme + at);
    let given = if scheme == 0 { "https://".to_owned() } else { address[..scheme].to_lowercase() };
    format!("{given}{}{}", address[scheme..host_end].to_lowercase(), &address[host_end..])
}
