use super::*;
use rstest::rstest;

use super::samples as sample;

#[test]
fn a_file_is_read_with_its_headings() {
    let page = read(&sample::warranty()).unwrap();
    assert_eq!(page.title, "Warranty terms");
    assert_eq!(
        page.body,
        "Everything that we make is guaranteed for two years, and stoneware for five.\n\n\
         ## How do I claim it?\n\nSend us a picture of the damage and your order number."
    );
}

#[rstest]
#[case::locked(sample::locked("secret"), PdfError::Protected)]
#[case::a_scan(sample::scan(), PdfError::Pictures)]
#[case::a_letter(b"Dear customer, this is a letter".to_vec(), PdfError::Other)]
fn what_cannot_be_read_is_told(#[case] bytes: Vec<u8>, #[case] error: PdfError) {
    assert_eq!(read(&bytes), Err(error));
}

#[test]
fn a_file_that_is_locked_against_printing_only_is_read() {
    assert_eq!(read(&sample::locked("")).map(|page| page.title).as_deref(), Ok("Warranty terms"));
}

#[test]
fn a_file_that_ends_in_the_middle_is_broken() {
    let whole = sample::warranty();
    let error = read(&whole[..whole.len() / 3]).unwrap_err();
    assert!(matches!(error, PdfError::Broken(_)), "{error}");
    assert!(error.to_string().contains("save it again"), "{error}");
}

#[test]
fn a_book_is_to_be_split() {
    let pages = vec![&[][..]; MOST_PAGES + 1];
    assert_eq!(read(&sample::bytes(sample::document(&pages))), Err(PdfError::Long(MOST_PAGES + 1)));
}
