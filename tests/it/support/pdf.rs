//! Small PDF files, written for tests; those of `src/sources/pdf` use them as well.

use lopdf::content::{Content, Operation};
use lopdf::{Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, dictionary};

/// A line of text: its size in points, and how far down the page it stands.
pub type Line<'a> = (i64, i64, &'a str);

/// A file with a page for each list of lines.
pub fn document(pages: &[&[Line<'_>]]) -> Document {
    let mut document = Document::with_version("1.5");
    let parent = document.new_object_id();
    let font = document.add_object(
        dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" },
    );
    let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
    let mut kids: Vec<Object> = Vec::new();
    for lines in pages {
        let mut operations = Vec::new();
        for (size, top, text) in *lines {
            operations.push(Operation::new("BT", vec![]));
            operations.push(Operation::new("Tf", vec!["F1".into(), (*size).into()]));
            operations.push(Operation::new("Td", vec![72.into(), (842 - top).into()]));
            operations.push(Operation::new("Tj", vec![Object::string_literal(*text)]));
            operations.push(Operation::new("ET", vec![]));
        }
        let content = Content { operations }.encode().expect("operations can be written");
        let content = document.add_object(Stream::new(dictionary! {}, content));
        let page = dictionary! { "Type" => "Page", "Parent" => parent, "Contents" => content };
        kids.push(document.add_object(page).into());
    }
    let tree = dictionary! {
        "Type" => "Pages", "Count" => kids.len() as i64, "Kids" => kids, "Resources" => resources,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    };
    document.objects.insert(parent, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => parent });
    document.trailer.set("Root", catalog);
    document
        .trailer
        .set("ID", vec![Object::string_literal("0123456789abcdef"), Object::string_literal("0123456789abcdef")]);
    document
}

pub fn bytes(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("a document can be written to memory");
    bytes
}

/// The shop's warranty on one page.
pub fn warranty() -> Vec<u8> {
    bytes(document(&[&[
        (24, 80, "Warranty terms"),
        (11, 120, "Everything that we make is guaranteed for two years, and"),
        (11, 134, "stoneware for five."),
        (16, 180, "How do I claim it?"),
        (11, 204, "Send us a picture of the damage and your order number."),
    ]]))
}

/// The same behind passwords; an empty one for reading locks printing only.
pub fn locked(password: &str) -> Vec<u8> {
    let mut document = Document::load_mem(&warranty()).expect("it was just written");
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: password,
        key_length: 128,
        permissions: Permissions::empty(),
    };
    let state = EncryptionState::try_from(version).expect("the file can be locked");
    document.encrypt(&state).expect("the file can be locked");
    bytes(document)
}

/// A page without a word on it.
pub fn scan() -> Vec<u8> {
    bytes(document(&[&[]]))
}
