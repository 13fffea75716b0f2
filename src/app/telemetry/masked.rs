//! Standard error without personal data. Nothing of ours logs what people write; libraries
//! may, and errors quote. So each line is masked as it leaves, whoever wrote it.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::base::privacy::mask;

/// Takes whole lines, as a log's formatter writes them.
#[derive(Debug, Default)]
pub(super) struct Stderr;

impl Write for Stderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(masked(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// The line with what is personal masked, also where quotes have written a line's end or a
/// narrow space as an escape: `\n4111…` must not look like a word that begins with an n.
pub(super) fn masked(line: &str) -> String {
    let mut line = Cow::Borrowed(line);
    if line.contains('\\') {
        for (escape, apart) in [("\\n", "\\n "), ("\\r", "\\r "), ("\\t", "\\t "), ("\\u{a0}", " "), ("\\u{202f}", " ")]
        {
            if line.contains(escape) {
                line = Cow::Owned(line.replace(escape, apart));
            }
        }
    }
    mask(&line).into_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::masked;

    #[rstest]
    #[case("2026-11-22T18:26:48.123456Z  INFO a turn turn=trn_0198c5a2f0a17d64 ms=12", None)]
    #[case("INFO listening on http://127.0.0.1:8080", None)]
    #[case("INFO text=\"4111 1111 1111 1111\"", Some("INFO text=\"«card …1111»\""))]
    #[case(r#"{"text":"card\n4111111111111111"}"#, Some(r#"{"text":"card\n «card …1111»"}"#))]
    #[case(r"said 4111\u{a0}1111\u{a0}1111\u{a0}1111", Some("said «card …1111»"))]
    #[case("mail to eva@post.example failed", Some("mail to «e-mail» failed"))]
    fn lines_lose_what_is_personal(#[case] line: &str, #[case] expected: Option<&str>) {
        assert_eq!(masked(line), expected.unwrap_or(line));
    }
}
