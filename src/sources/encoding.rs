//! Bytes of a page to text: by its byte order mark, else by what its server says, else by
//! what the page says, else as UTF-8 if it is that, else as browsers guess.
//!
//! A page that is valid UTF-8 beyond ASCII is UTF-8, whatever is said about it: texts in
//! other encodings never happen to be.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How far into a page its own word on its encoding is looked for, as the standard says.
const HEAD: usize = 1024;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    #[error(
        "it says that it is {said}, and is not (line {line}): save it as UTF-8, or have its server name the right \
         `charset`"
    )]
    Wrong { said: &'static str, line: usize },
    #[error("it is no text: there are zero bytes in it")]
    Binary,
}

/// The text of a page, given the `Content-Type` that it came with.
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> Result<String, EncodingError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, &bytes[mark..]);
    }
    if !bytes.is_ascii()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Ok(text.to_owned());
    }
    let said = content_type.and_then(charset).or_else(|| charset_inside(bytes));
    decode_as(said.unwrap_or(if bytes.is_ascii() { UTF_8 } else { WINDOWS_1252 }), bytes)
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, EncodingError> {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors {
        let wrong = text.find('\u{fffd}').unwrap_or_default();
        let line = text[..wrong].matches('\n').count() + 1;
        return Err(EncodingError::Wrong { said: encoding.name(), line });
    }
    if text.contains('\0') {
        return Err(EncodingError::Binary);
    }
    Ok(text.into_owned())
}

/// `text/html; charset=utf-8`.
fn charset(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let named = lower.split("charset").nth(1)?.trim_start().strip_prefix('=')?;
    let named = named.trim_start().trim_start_matches(['"', '\'']);
    let end =
        named.find(|c: char| c.is_whitespace() || matches!(c, ';' | '"' | '\'' | '>' | '/')).unwrap_or(named.len());
    Encoding::for_label(&named.as_bytes()[..end])
}

/// `<meta charset="…">`, `<meta http-equiv … content="…charset=…">` or `<?xml … encoding="…"?>`.
fn charset_inside(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]);
    if let Some(declaration) = head.trim_start().strip_prefix("<?xml") {
        let named = declaration.split("?>").next()?.split("encoding").nth(1)?;
        return Encoding::for_label(named.split(['"', '\'']).nth(1)?.as_bytes());
    }
    charset(&head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(b"caf\xe9", Some("text/html; charset=ISO-8859-1"), "café")]
    #[case(b"<meta charset='windows-1252'>caf\xe9", None, "<meta charset='windows-1252'>café")]
    #[case(
        b"<meta content=\"text/html; charset=iso-8859-15\">\xa4",
        None,
        "<meta content=\"text/html; charset=iso-8859-15\">€"
    )]
    #[case("café".as_bytes(), Some("text/html; charset=iso-8859-1"), "café")]
    #[case(b"\xef\xbb\xbfcaf\xc3\xa9", Some("text/html; charset=iso-8859-1"), "café")]
    #[case(b"\xff\xfec\x00a\x00f\x00\xe9\x00", None, "café")]
    #[case(b"caf\xe9 \x93so\x94", None, "café “so”")]
    #[case(b"<meta charset=shift_jis>\x83\x65\x83\x58\x83\x67", None, "<meta charset=shift_jis>テスト")]
    #[case(b"plain", Some("text/html; charset=nonsense"), "plain")]
    fn reads_what_is_meant(#[case] bytes: &[u8], #[case] content_type: Option<&str>, #[case] expected: &str) {
        assert_eq!(decode(bytes, content_type).as_deref(), Ok(expected));
    }

    #[test]
    fn what_is_not_what_it_says_is_refused_with_its_line() {
        let error = decode(b"one\ntwo caf\xe9", Some("text/html; charset=utf-8")).unwrap_err();
        assert_eq!(error, EncodingError::Wrong { said: "UTF-8", line: 2 });
        assert!(error.to_string().contains("save it as UTF-8"), "{error}");
        assert_eq!(decode(b"PK\x03\x04\x00\x00", None), Err(EncodingError::Binary));
    }
}
