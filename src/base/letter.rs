//! What a letter is about: without whom it greets and who signs.

const GREETINGS: [&str; 12] =
    ["hi", "hello", "dear", "hey", "good", "hallo", "dag", "beste", "bonjour", "guten", "hola", "goedemorgen"];
const GOODBYES: [&str; 14] = [
    "best",
    "kind",
    "regards",
    "yours",
    "cheers",
    "thanks",
    "greetings",
    "groeten",
    "groetjes",
    "met",
    "vriendelijke",
    "cordialement",
    "viele",
    "saludos",
];
/// Words of a line that greets or says goodbye, at the most.
const SHORT: usize = 5;
/// Lines from the goodbye on, at the most: a name may follow it, and a firm.
const CLOSING: usize = 3;

/// The letter's matter. A text of one line, and one that would have nothing left, stay as
/// they are.
pub fn matter(letter: &str) -> String {
    let lines: Vec<&str> = letter.trim().lines().map(str::trim_end).collect();
    let mut kept: &[&str] = &lines;
    if let Some((first, rest)) = kept.split_first()
        && !rest.is_empty()
        && is_short_and_begins_with(first, &GREETINGS)
    {
        kept = rest;
    }
    let goodbye = kept.iter().rposition(|line| is_short_and_begins_with(line, &GOODBYES));
    if let Some(at) = goodbye {
        let closing = kept[at..].iter().filter(|line| !line.is_empty()).count();
        if closing <= CLOSING && kept[..at].iter().any(|line| !line.is_empty()) {
            kept = &kept[..at];
        }
    }
    kept.join("\n").trim().to_owned()
}

fn is_short_and_begins_with(line: &str, words: &[&str]) -> bool {
    let first = line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    line.split_whitespace().count() <= SHORT && !line.ends_with('?') && words.contains(&first.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Hello,\n\ndo you ship to Norway?\n\nKind regards\nAnn Lee", "do you ship to Norway?")]
    #[case("Hi Eva,\n\nWe wrap it for free.\n\nKind regards,\n\nNoor\nArden & Wick", "We wrap it for free.")]
    #[case("Beste,\nwaar is mijn pakje?\nMet vriendelijke groet,\nLotte", "waar is mijn pakje?")]
    #[case("Hi there, we wrap it for free.", "Hi there, we wrap it for free.")]
    #[case("Thanks,\nAnn", "Thanks,\nAnn")]
    #[case(
        "We wrap it.\nThanks for asking about our wrapping paper.",
        "We wrap it.\nThanks for asking about our wrapping paper."
    )]
    #[case("The lamp is broken.\nBest way to return it?", "The lamp is broken.\nBest way to return it?")]
    #[case("", "")]
    fn a_letter_keeps_its_matter(#[case] letter: &str, #[case] left: &str) {
        assert_eq!(matter(letter), left);
    }
}
