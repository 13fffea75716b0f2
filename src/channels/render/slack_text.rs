//! Slack's markup read back: what people write there, without the marks for links, people
//! and channels.
//!
//! <https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages>

/// The words as a reader sees them; the call of the app itself is left out, unless it is
/// all that was said.
pub fn unmarked(text: &str, us: &str) -> String {
    let words = read(text, Some(us));
    let words = if words.trim().is_empty() { read(text, None) } else { words };
    words.trim().to_owned()
}

fn read(text: &str, us: Option<&str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((mark, end)) => {
                out.push_str(&shown(mark, us));
                rest = end;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What stands between `<` and `>`: `@U1`, `#C1|general`, `!here`, `https://a.example|a`.
fn shown(mark: &str, us: Option<&str>) -> String {
    let (target, label) = mark.split_once('|').map_or((mark, None), |(target, label)| (target, Some(label)));
    let label = label.filter(|label| !label.is_empty());
    let named = |sign: &str, name: &str| {
        let name = label.unwrap_or(name);
        if name.starts_with(sign) { name.to_owned() } else { format!("{sign}{name}") }
    };
    if let Some(user) = target.strip_prefix('@') {
        return if us == Some(user) { String::new() } else { named("@", user) };
    }
    if let Some(channel) = target.strip_prefix('#') {
        return named("#", channel);
    }
    if let Some(special) = target.strip_prefix('!') {
        let is_date = special.starts_with("date^");
        return if is_date { label.unwrap_or_default().to_owned() } else { named("@", special) };
    }
    let address = target.strip_prefix("mailto:").or_else(|| target.strip_prefix("tel:")).unwrap_or(target);
    match label {
        Some(label) if !target.contains(label) => format!("{label} ({address})"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("<@U0BOT> where is my order?", "where is my order?")]
    #[case("hey <@U0BOT|rapport>, hello", "hey , hello")]
    #[case("<@U0BOT>", "@U0BOT")]
    #[case("ask <@U1|ann> or <@U2>", "ask @ann or @U2")]
    #[case("in <#C1|general> for <!here> and <!subteam^S1|@team>", "in #general for @here and @team")]
    #[case("<!date^1392734382^{date}|18 Feb>", "18 Feb")]
    #[case("<https://a.example/x?a=1&amp;b=2>", "https://a.example/x?a=1&b=2")]
    #[case("<https://a.example|this page>", "this page (https://a.example)")]
    #[case("<http://a.example|a.example>", "http://a.example")]
    #[case("<mailto:ann@mail.example|ann@mail.example>", "ann@mail.example")]
    #[case("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2")]
    #[case("&amp;lt;", "&lt;")]
    #[case("an open <end", "an open <end")]
    fn words_as_a_reader_sees_them(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(unmarked(text, "U0BOT"), shown);
    }
}
