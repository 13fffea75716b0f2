//! A mail in HTML as text, without what it quotes where the markup tells that.

use mail_parser::decoders::html::html_to_text;

/// Marks of the elements in which mail programs put the old mail, or a signature.
const QUOTES: [&str; 13] = [
    "gmail_quote",
    "gmail_attr",
    "gmail_signature",
    "moz-cite-prefix",
    "moz-signature",
    "yahoo_quoted",
    "protonmail_quote",
    "protonmail_signature",
    "ms-outlook-mobile-signature",
    "mail-editor-reference-message-container",
    "tutanota_quote",
    "name=\"quote\"",
    "id=\"signature\"",
];
/// After these comes nothing new: Outlook puts the old mail beside them, not inside.
const ENDS: [&str; 3] = ["id=\"appendonsend\"", "id=\"divrplyfwdmsg\"", "class=\"outlookmessageheader\""];
const UNSEEN: [&str; 5] = ["head", "style", "script", "title", "template"];
const LINES: [&str; 15] =
    ["p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "blockquote", "pre", "hr", "section"];
/// Elements without an end.
const VOID: [&str; 8] = ["br", "hr", "img", "meta", "input", "link", "wbr", "col"];

/// What happens to quoted elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    Kept,
    Dropped,
}

pub fn text_of(html: &str, quotes: Quotes) -> String {
    let mut kept = String::with_capacity(html.len());
    // The element that is left out, and how deep others of its name lie in it.
    let mut skipped: Option<(String, usize)> = None;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        if skipped.is_none() {
            kept.push_str(&rest[..start]);
        }
        rest = &rest[start..];
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            // "5 < 6" of a writer who does not escape.
            kept.push_str(if skipped.is_none() { "&lt;" } else { "" });
            rest = &rest[1..];
            continue;
        }
        let end = tag_end(rest);
        let tag = rest[..end].trim_matches(['<', '>']).to_lowercase().replace('\'', "\"");
        rest = &rest[end..];
        let closes = tag.starts_with('/');
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        match &mut skipped {
            Some((open, depth)) if *open == name && closes && *depth == 0 => skipped = None,
            Some((open, depth)) if *open == name => *depth = if closes { *depth - 1 } else { *depth + 1 },
            Some(_) => {}
            None if closes => kept.push_str(if LINES.contains(&name.as_str()) { "<br>" } else { "" }),
            None if quotes == Quotes::Dropped && ENDS.iter().any(|mark| tag.contains(mark)) => break,
            None if is_left_out(&name, &tag, quotes) => skipped = Some((name, 0)),
            None => kept.push_str(shown(&name)),
        }
    }
    if skipped.is_none() && !rest.starts_with('<') {
        kept.push_str(rest);
    }
    html_to_text(&kept).trim().to_owned()
}

/// Where a tag or a comment ends; a `>` within quotes does not end it.
fn tag_end(html: &str) -> usize {
    if html.starts_with("<!--") {
        return html.find("-->").map_or(html.len(), |end| end + 3);
    }
    let mut quote = None;
    for (at, c) in html.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    html.len()
}

fn is_left_out(name: &str, tag: &str, quotes: Quotes) -> bool {
    let quoted = name == "blockquote" || QUOTES.iter().any(|mark| tag.contains(mark));
    UNSEEN.contains(&name) || (quotes == Quotes::Dropped && quoted && !VOID.contains(&name))
}

fn shown(name: &str) -> &'static str {
    match name {
        "li" => "<br>- ",
        "td" | "th" => " ",
        "br" => "<br>",
        name if LINES.contains(&name) => "<br>",
        _ => "",
    }
}
