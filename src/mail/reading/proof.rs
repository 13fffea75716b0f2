//! Whether a sender is who they say: by what the shop's own mail server found.
//!
//! Anybody can write any `From`, and any `Authentication-Results` as well (RFC 8601). Only
//! the topmost of those headers is our server's word, and only under the name that the
//! owner has given.

use mail_parser::Message;

/// Whether our server vouches for the address in `From`.
pub fn is_proven(mail: &Message, from: &str, auth_server: &str) -> bool {
    let Some(domain) = from.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()) else { return false };
    let alone = mail.from().is_some_and(|from| from.iter().count() == 1);
    let topmost = mail.header_values("Authentication-Results").count() > 0;
    if auth_server.is_empty() || !alone || !topmost {
        return false;
    }
    let results = mail.headers_raw().find(|(name, _)| name.eq_ignore_ascii_case("Authentication-Results"));
    let results = without_comments(results.map_or("", |(_, value)| value)).to_lowercase();
    let mut findings = results.split(';');
    let server = findings.next().and_then(|name| name.split_whitespace().next()).unwrap_or_default();
    if server != auth_server.trim().to_lowercase() {
        return false;
    }
    findings.any(|finding| vouches(finding, &domain))
}

/// `dmarc=pass header.from=shop.example`, or a signature of the sender's own domain.
fn vouches(finding: &str, domain: &str) -> bool {
    let words: Vec<&str> = finding.split_whitespace().collect();
    let value = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    match words.first() {
        Some(&"dmarc=pass") => value("header.from").is_none_or(|from| from == domain),
        Some(&"dkim=pass") => {
            let signer = value("header.d").or_else(|| value("header.i")?.rsplit_once('@').map(|(_, domain)| domain));
            signer.is_some_and(|signer| {
                signer == domain || (signer.contains('.') && domain.ends_with(&format!(".{signer}")))
            })
        }
        _ => false,
    }
}

/// What stands in parentheses says nothing, and may say anything.
fn without_comments(value: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}
