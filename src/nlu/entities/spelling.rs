//! Words as customers type them against words as the catalogue prints them: case, accents,
//! plurals, a slipped finger. It must not know products.

/// A word of a text, folded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub folded: String,
    /// In bytes of the text.
    pub start: usize,
    pub end: usize,
    pub capital: bool,
    /// Whether a sentence ends between the word before and this one.
    pub after_break: bool,
}

/// Runs of letters and digits; a possessive `'s` belongs to no word. Single letters are left
/// out ("T-shirt" is read as "shirt").
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut all = every_word(text);
    let mut broken = false;
    all.retain_mut(|word| {
        word.after_break |= broken;
        let long = word.folded.chars().nth(1).is_some();
        broken = !long && word.after_break;
        long
    });
    all
}

/// The same with single letters, but for what an apostrophe leaves of a word ("I'm").
pub(super) fn every_word(text: &str) -> Vec<Word> {
    let mut all = Vec::new();
    let mut after_break = false;
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !first.is_alphanumeric() {
            after_break |= matches!(first, '.' | '!' | '?' | ';' | '\n');
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut folded = String::new();
        fold_into(&mut folded, first);
        while let Some((at, next)) = rest.next_if(|(_, next)| next.is_alphanumeric()) {
            end = at + next.len_utf8();
            fold_into(&mut folded, next);
        }
        let left_over = folded.chars().nth(1).is_none() && text[..start].ends_with(['\'', '’']);
        if left_over {
            continue;
        }
        all.push(Word { folded, start, end, capital: first.is_uppercase(), after_break });
        after_break = false;
    }
    all
}

/// Lower case, without the accents of Western European languages.
fn fold_into(folded: &mut String, character: char) {
    for lower in character.to_lowercase() {
        match lower {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => folded.push('a'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            '\u{300}'..='\u{36f}' => {}
            other => folded.push(other),
        }
    }
}

/// Without the plural's ending, which both sides lose, so that it need not be right.
pub(super) fn singular(word: &str) -> &str {
    let long = word.len() > 3 && !word.ends_with("ss");
    if long { word.strip_suffix('s').unwrap_or(word) } else { word }
}

/// How alike two words are, if the difference can be a typing error: one slip in words of five
/// to seven letters, two in longer ones. Shorter words must be equal, since one letter makes
/// another word of them; and first letters must agree, since there people seldom slip.
pub(super) fn likeness(typed: &str, printed: &str) -> Option<f32> {
    if typed == printed {
        return Some(1.0);
    }
    if typed.as_bytes().first() != printed.as_bytes().first() {
        return None;
    }
    let (typed_length, printed_length) = (typed.chars().count(), printed.chars().count());
    let allowed = match typed_length.min(printed_length) {
        0..=4 => return None,
        5..=7 => 1,
        _ => 2,
    };
    if typed_length.abs_diff(printed_length) > allowed {
        return None;
    }
    let slips = strsim::osa_distance(typed, printed);
    let longest = typed_length.max(printed_length);
    (slips <= allowed).then(|| 1.0 - slips as f32 / longest as f32)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{likeness, singular, words};

    #[test]
    fn words_are_folded_and_placed() {
        let text = "Amélie's T-shirts. Fig & CEDAR";
        let found = words(text);
        let folded: Vec<_> = found.iter().map(|word| word.folded.as_str()).collect();
        assert_eq!(folded, ["amelie", "shirts", "fig", "cedar"]);
        assert_eq!(&text[found[0].start..found[0].end], "Amélie");
        assert!(found[2].after_break && !found[3].after_break);
    }

    #[rstest]
    #[case("throws", "throw")]
    #[case("glass", "glass")]
    #[case("gas", "gas")]
    fn plurals_lose_their_ending(#[case] word: &str, #[case] expected: &str) {
        assert_eq!(singular(word), expected);
    }

    #[rstest]
    #[case("skagen", "skagen", true)]
    #[case("skgaen", "skagen", true)]
    #[case("skagn", "skagen", true)]
    #[case("rechargable", "rechargeable", true)]
    #[case("live", "lieve", false)]
    #[case("garden", "arden", false)]
    #[case("order", "norde", false)]
    #[case("email", "emiel", false)]
    fn slips_are_forgiven(#[case] typed: &str, #[case] printed: &str, #[case] alike: bool) {
        assert_eq!(likeness(typed, printed).is_some(), alike);
    }
}
