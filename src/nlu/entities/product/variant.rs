//! Which variant of a product is meant: its options are said within or beside the name
//! ("the grey Skagen throw", "Halden jacket in size L"). It must not know how names are found.

use std::ops::Range;

use crate::base::boundary;
use crate::nlu::entities::spelling::every_word;

/// A variant with the words of its options: `grey`, `140 x 200`.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub sku: String,
    options: Vec<Vec<String>>,
}

impl Variant {
    pub fn new(sku: String, options: &[String]) -> Self {
        let words = |option: &String| every_word(option).into_iter().map(|word| word.folded).collect();
        Self { sku, options: options.iter().map(words).collect() }
    }

    /// How many of its options are among the words.
    fn said(&self, words: &[String]) -> usize {
        let said = |option: &&Vec<String>| !option.is_empty() && option.iter().all(|word| words.contains(word));
        self.options.iter().filter(said).count()
    }
}

/// The one variant of which most was said; none where two are as close.
pub(super) fn meant<'a>(variants: &'a [Variant], text: &str, name: &Range<usize>) -> Option<&'a Variant> {
    if variants.is_empty() {
        return None;
    }
    let ends = |c: char| matches!(c, '.' | '!' | '?' | ';' | '\n');
    let before = boundary::lead(text, name.start, 24).rsplit(ends).next().unwrap_or_default();
    let after = boundary::follow(text, name.end, 40).split(ends).next().unwrap_or_default();
    let words: Vec<String> =
        [before, &text[name.clone()], after].iter().flat_map(|part| every_word(part)).map(|word| word.folded).collect();
    let most = variants.iter().map(|variant| variant.said(&words)).max().filter(|most| *most > 0)?;
    let mut closest = variants.iter().filter(|variant| variant.said(&words) == most);
    closest.next().filter(|_| closest.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("the grey skagen please", Some("S-GREY-S"))]
    #[case("skagen in navy, size L", Some("S-NAVY-L"))]
    #[case("skagen in navy", None)]
    #[case("skagen", None)]
    #[case("skagen. navy is nice", None)]
    fn options_tell_variants_apart(#[case] text: &str, #[case] sku: Option<&str>) {
        let variant = |sku: &str, options: &[&str]| {
            Variant::new(sku.to_owned(), &options.iter().map(|option| (*option).to_owned()).collect::<Vec<_>>())
        };
        let variants = [
            variant("S-GREY-S", &["grey", "S"]),
            variant("S-NAVY-S", &["navy", "S"]),
            variant("S-NAVY-L", &["navy", "L"]),
        ];
        let start = text.find("skagen").unwrap();
        assert_eq!(meant(&variants, text, &(start..start + 6)).map(|variant| variant.sku.as_str()), sku);
    }
}
