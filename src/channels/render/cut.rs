//! Texts within limits: cut between paragraphs, lines, sentences or words, and never
//! inside what a reader sees as one sign (a flag, a family, a letter with its accent).

use unicode_segmentation::UnicodeSegmentation;

/// The text in pieces of at most `most` signs (Unicode scalar values, as vendors count),
/// none of them empty.
pub fn pieces(text: &str, most: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = fitting(rest, most);
        let end = if end < rest.len() { good_end(&rest[..end]).unwrap_or(end) } else { end };
        let piece = rest[..end].trim();
        if !piece.is_empty() {
            pieces.push(piece.to_owned());
        }
        rest = rest[end..].trim_start();
    }
    pieces
}

/// At most `most` signs, with an ellipsis where something is missing.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let end = fitting(text, most.saturating_sub(1));
    format!("{}…", text[..end].trim_end())
}

/// Where the longest start of at most `most` signs ends that cuts no sign apart; at least
/// one sign, however long it is.
fn fitting(text: &str, most: usize) -> usize {
    let mut count = 0;
    let mut end = 0;
    for sign in text.graphemes(true) {
        count += sign.chars().count();
        if count > most && end > 0 {
            break;
        }
        end += sign.len();
        if count > most {
            // One sign alone is above the limit: a pile of accents, cut by force.
            return text.char_indices().nth(most.max(1)).map_or(text.len(), |(place, _)| place);
        }
    }
    end
}

/// The best place to cut in the last two thirds: after a paragraph, a line, a sentence, a word.
fn good_end(text: &str) -> Option<usize> {
    let least = text.len() / 3;
    ["\n\n", "\n", ". ", "! ", "? ", " "]
        .iter()
        .find_map(|mark| text.rfind(mark).map(|place| place + mark.len()).filter(|end| *end > least))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_where_a_reader_would_pause() {
        assert_eq!(
            pieces("One is short.\n\nTwo is a little longer.", 30),
            ["One is short.", "Two is a little longer."]
        );
        assert_eq!(pieces("First sentence. Second one.", 20), ["First sentence.", "Second one."]);
        assert_eq!(pieces("  \n ", 10), Vec::<String>::new());
    }

    #[test]
    fn a_family_stays_together() {
        let family = "👨‍👩‍👧‍👦";
        let text = family.repeat(5);
        assert!(pieces(&text, 16).iter().all(|piece| piece.chars().count() <= 16 && piece.len() % family.len() == 0));
        assert_eq!(cut("ab👨‍👩‍👧‍👦", 5), "ab…");
    }

    proptest! {
        #[test]
        fn every_piece_fits_and_no_word_is_lost(text in "(\\PC|[ \n.]){0,400}", most in 1_usize..50) {
            let pieces = pieces(&text, most);
            for piece in &pieces {
                prop_assert!(piece.chars().count() <= most && !piece.trim().is_empty());
            }
            let kept = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(kept(&pieces.concat()), kept(&text));
        }
    }
}
