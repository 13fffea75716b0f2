//! A PDF file to an article: its words in paragraphs, with the headings that their size
//! makes them, without what stands on every page.
//!
//! Files of strangers are read by a process of its own ([`apart`]): the format is large,
//! and a file that makes its reader panic, loop or eat memory must not take a server along.

pub mod apart;
mod lines;
mod paragraphs;

use pdf_extract::{Document, Object, output_doc_page};
use serde::{Deserialize, Serialize};

use super::Page;

/// A file with more pages is a book: its chapters make better articles.
const MOST_PAGES: usize = 500;
const FEWEST_WORDS: usize = 8;

/// Why a file could not be read; travels from the process that reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum PdfError {
    #[error("it is no PDF file, whatever it is called")]
    Other,
    #[error("it is protected by a password: save it without one")]
    Protected,
    #[error("it is broken ({0}): open it and save it again as PDF")]
    Broken(String),
    #[error("it has no text, only pictures of text (a scan): have the text recognised first, or write it down")]
    Pictures,
    #[error("it has {0} pages, which are more than 500: split it")]
    Long(usize),
    #[error("reading it took longer than {0} s: save it again as PDF, or split it")]
    Slow(u64),
    #[error("reading it failed: it is broken, or takes more memory than it may; save it again as PDF, or split it")]
    Crashed,
    #[error("no process could be started to read it: {0}")]
    NoProcess(String),
}

/// Reads a file. The library panics at some broken ones: see [`apart`].
pub fn read(bytes: &[u8]) -> Result<Page, PdfError> {
    // Junk before the header is common and does no harm.
    let start = bytes.windows(5).take(1024).position(|window| window == b"%PDF-").ok_or(PdfError::Other)?;
    let mut document = Document::load_mem(&bytes[start..]).map_err(|error| broken(&error))?;
    // Many files are locked against printing only, with an empty password for reading.
    if document.is_encrypted() {
        document.decrypt("").map_err(|_| PdfError::Protected)?;
    }
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    if pages.len() > MOST_PAGES {
        return Err(PdfError::Long(pages.len()));
    }
    let mut lines = lines::Lines::default();
    let (mut failed, count) = (None, pages.len());
    for page in pages {
        // A page that cannot be read leaves the others.
        if let Err(error) = output_doc_page(&document, &mut lines, page) {
            failed = Some(error.to_string());
        }
    }
    let text = paragraphs::write(lines.finish());
    if text.body.split_whitespace().count() < FEWEST_WORDS {
        return Err(match failed {
            Some(reason) => PdfError::Broken(reason),
            None if count == 0 => PdfError::Broken("it has no pages".into()),
            None => PdfError::Pictures,
        });
    }
    let title = own_title(&document).or(text.title).unwrap_or_default();
    Ok(Page { title, body: text.body, language: language(&document) })
}

fn broken(error: &pdf_extract::Error) -> PdfError {
    let told = error.to_string();
    let is_locked = ["password", "decrypt", "encrypt"].iter().any(|word| told.to_ascii_lowercase().contains(word));
    if is_locked { PdfError::Protected } else { PdfError::Broken(told) }
}

/// The title among the file's properties, unless a program left its own there.
fn own_title(document: &Document) -> Option<String> {
    let reference = document.trailer.get(b"Info").ok()?;
    let (_, info) = document.dereference(reference).ok()?;
    let title = text_of(info.as_dict().ok()?.get(b"Title").ok()?)?;
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = title.to_lowercase();
    let is_a_files =
        [".doc", ".docx", ".indd", ".odt", ".pdf", ".tex", ".xlsx", ".pptx"].iter().any(|end| lower.ends_with(end));
    let is_a_programs =
        lower.starts_with("microsoft ") || lower.starts_with("untitled") || lower.starts_with("slide 1");
    (title.chars().count() >= 3 && title.len() <= 200 && !is_a_files && !is_a_programs).then_some(title)
}

fn language(document: &Document) -> Option<String> {
    let language = text_of(document.catalog().ok()?.get(b"Lang").ok()?)?;
    (!language.trim().is_empty()).then(|| language.trim().replace('_', "-"))
}

/// Texts outside the pages: UTF-16 or UTF-8 with its mark, else Latin letters.
fn text_of(object: &Object) -> Option<String> {
    let bytes = object.as_str().ok()?;
    let (encoding, rest) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None => (encoding_rs::WINDOWS_1252, bytes),
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(rest);
    (!had_errors).then(|| text.into_owned())
}

#[cfg(test)]
#[path = "../../../tests/it/support/pdf.rs"]
mod samples;
#[cfg(test)]
mod tests;
