//! Sitemaps: which pages a website has (sitemaps.org, version 0.9).

use std::io::Read;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::encoding;

/// What the standard allows a sitemap to have, unpacked; the same of one that is compressed.
pub const LONGEST: usize = 50 * 1024 * 1024;
/// Likewise.
const MOST_ENTRIES: usize = 50_000;

/// A sitemap, or a list of sitemaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sitemap {
    Pages(Vec<Listed>),
    Index(Vec<String>),
}

/// A page of a sitemap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub address: String,
    /// When it was changed, as the site says it: a date, with or without a time.
    pub changed: Option<String>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SitemapError {
    #[error("it is no sitemap: it should begin with <urlset> or <sitemapindex>, and begins with <{0}>")]
    Other(String),
    #[error("it is no sitemap: it is empty, or no XML")]
    Nothing,
    #[error("it is broken XML (byte {at}): {reason}")]
    Broken { at: u64, reason: String },
    #[error("it has more than 50,000 entries: split it, and list the parts in a sitemap index")]
    Long,
    #[error("it cannot be unpacked, or has more than 50 MB unpacked")]
    Packed,
    #[error(transparent)]
    Encoding(#[from] encoding::EncodingError),
}

/// Reads a sitemap; one that is compressed (gzip) is unpacked.
pub fn read(bytes: &[u8]) -> Result<Sitemap, SitemapError> {
    let unpacked;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        unpacked = unpack(bytes)?;
        &unpacked
    } else {
        bytes
    };
    let text = encoding::decode(bytes, None)?;
    if text.trim_start().starts_with("http") {
        return of_lines(&text);
    }
    of_xml(&text)
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, SitemapError> {
    let mut out = Vec::new();
    let most = LONGEST as u64 + 1;
    let read = flate2::read::MultiGzDecoder::new(bytes).take(most).read_to_end(&mut out);
    match read {
        Ok(length) if length <= LONGEST => Ok(out),
        _ => Err(SitemapError::Packed),
    }
}

/// The standard's other form: a page a line.
fn of_lines(text: &str) -> Result<Sitemap, SitemapError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let pages: Vec<_> =
        lines.take(MOST_ENTRIES + 1).map(|line| Listed { address: line.to_owned(), changed: None }).collect();
    if pages.len() > MOST_ENTRIES { Err(SitemapError::Long) } else { Ok(Sitemap::Pages(pages)) }
}

fn of_xml(text: &str) -> Result<Sitemap, SitemapError> {
    let mut reader = Reader::from_str(text);
    let mut is_index = None;
    let mut found: Vec<Listed> = Vec::new();
    let (mut depth, mut field, mut words) = (0_usize, String::new(), String::new());
    loop {
        let event = reader
            .read_event()
            .map_err(|error| SitemapError::Broken { at: reader.error_position(), reason: error.to_string() })?;
        match event {
            Event::Start(tag) => {
                let name = lower(tag.local_name().as_ref());
                if depth == 0 {
                    is_index = Some(kind(&name)?);
                }
                depth += 1;
                // Fields of other standards (pictures, languages) stand deeper, or are not ours.
                field = if depth == 3 { name } else { String::new() };
                words.clear();
                if depth == 2 {
                    if found.len() == MOST_ENTRIES {
                        return Err(SitemapError::Long);
                    }
                    found.push(Listed { address: String::new(), changed: None });
                }
            }
            Event::Text(part) => words.push_str(&part.xml10_content()),
            Event::CData(part) => words.push_str(&part.xml10_content()),
            Event::GeneralRef(name) => words.push_str(&entity(&name)),
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if let Some(entry) = found.last_mut() {
                    let value = words.trim();
                    match field.as_str() {
                        "loc" => entry.address = value.to_owned(),
                        "lastmod" => entry.changed = Some(value.to_owned()),
                        _ => {}
                    }
                }
                field.clear();
            }
            Event::Empty(tag) if depth == 0 => is_index = Some(kind(&lower(tag.local_name().as_ref()))?),
            Event::Eof => break,
            _ => {}
        }
    }
    found.retain(|entry| !entry.address.is_empty());
    match is_index {
        Some(true) => Ok(Sitemap::Index(found.into_iter().map(|entry| entry.address).collect())),
        Some(false) => Ok(Sitemap::Pages(found)),
        None => Err(SitemapError::Nothing),
    }
}

fn kind(root: &str) -> Result<bool, SitemapError> {
    match root {
        "sitemapindex" => Ok(true),
        "urlset" => Ok(false),
        other => Err(SitemapError::Other(other.chars().take(40).collect())),
    }
}

fn lower(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The entities of XML itself; others would have to be declared, and sitemaps declare none.
fn entity(name: &quick_xml::events::BytesRef<'_>) -> String {
    match name.resolve_char_ref() {
        Ok(Some(character)) => return character.to_string(),
        Ok(None) => {}
        Err(_) => return String::new(),
    }
    let name: &str = name;
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const MAP: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="x">
          <url><loc>https://shop.example/a?b=1&amp;c=2</loc><lastmod>2026-10-04</lastmod>
            <image:image><image:loc>https://shop.example/a.png</image:loc></image:image></url>
          <url><loc><![CDATA[ https://shop.example/b ]]></loc></url>
          <url><lastmod>2026-10-04</lastmod></url>
        </urlset>"#;

    #[test]
    fn pages_are_listed_with_their_days() {
        let Sitemap::Pages(pages) = read(MAP.as_bytes()).unwrap() else { panic!("it lists pages") };
        let listed = |address: &str, changed: Option<&str>| Listed {
            address: address.to_owned(),
            changed: changed.map(str::to_owned),
        };
        assert_eq!(
            pages,
            [listed("https://shop.example/a?b=1&c=2", Some("2026-10-04")), listed("https://shop.example/b", None)]
        );
    }

    #[test]
    fn it_may_be_compressed_an_index_or_lines() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(MAP.as_bytes()).unwrap();
        assert_eq!(read(&packed.finish().unwrap()), read(MAP.as_bytes()));
        let index = "<sitemapindex><sitemap><loc>https://shop.example/1.xml</loc></sitemap></sitemapindex>";
        assert_eq!(read(index.as_bytes()), Ok(Sitemap::Index(vec!["https://shop.example/1.xml".into()])));
        let Ok(Sitemap::Pages(pages)) = read(b"https://shop.example/a\n\nhttps://shop.example/b\n") else {
            panic!("it lists pages")
        };
        assert_eq!(pages.len(), 2);
    }

    #[test]
    fn what_is_none_is_told() {
        let error = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
        assert!(error("<!doctype html><html><p>Not found</html>").contains("begins with <html>"));
        assert!(error("").contains("it is empty"));
        assert!(error("<urlset><url><loc>x</urlset>").contains("broken XML"));
        let long = format!("<urlset>{}</urlset>", "<url><loc>x</loc></url>".repeat(MOST_ENTRIES + 1));
        assert!(error(&long).contains("50,000"));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..60 {
            packed.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        assert_eq!(read(&packed.finish().unwrap()), Err(SitemapError::Packed));
    }
}
