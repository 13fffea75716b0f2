//! What an e-mail address, a currency, a country … looks like.

/// Roughly an e-mail address: what is wrong beyond this, only its mail server knows.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let clean = |part: &str| {
        !part.is_empty()
            && !part.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '@' | ',' | ';' | '<' | '>'))
    };
    let labels_fit =
        domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    clean(local) && clean(domain) && domain.contains('.') && labels_fit && text.len() <= 254
}

/// ISO 4217.
pub(super) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// ISO 3166-1 alpha-2.
pub(super) fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// A language and perhaps a region, as in BCP 47.
pub(super) fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let alphanumeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    matches!(language.len(), 2 | 3)
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && alphanumeric(part))
}

/// Small letters, digits and hyphens.
pub(super) fn is_slug(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}

/// A number of a product, an order or a customer: something without spaces that a
/// person can read out.
pub(super) fn is_number(text: &str) -> bool {
    (1..=64).contains(&text.len()) && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// A page's address: in the shop, or in full. Anything else (`javascript:`) has no
/// place in a link.
pub(super) fn is_page(text: &str) -> bool {
    let in_shop = text.starts_with('/') && !text.starts_with("//");
    (in_shop || is_web_address(text)) && !text.chars().any(char::is_whitespace)
}

/// A file in a folder of the catalogue, or an address.
pub(super) fn is_file_or_web_address(text: &str) -> bool {
    let file = !text.starts_with('/')
        && !text.contains([':', '\\'])
        && text.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    file || (is_web_address(text) && !text.chars().any(char::is_whitespace))
}

fn is_web_address(text: &str) -> bool {
    text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).is_some_and(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("eva@example.com", true)]
    #[case("eva.maes+shop@mail.example.co.uk", true)]
    #[case("eva", false)]
    #[case("eva@", false)]
    #[case("@example.com", false)]
    #[case("eva@example", false)]
    #[case("eva@@example.com", false)]
    #[case("eva @example.com", false)]
    #[case("eva@example..com", false)]
    #[case("Eva <eva@example.com>", false)]
    fn tells_email_addresses(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(is_email(text), fits);
    }

    #[rstest]
    #[case("/shop/mug", true)]
    #[case("https://shop.example/mug", true)]
    #[case("//evil.example", false)]
    #[case("javascript:alert(1)", false)]
    #[case("shop/mug", false)]
    #[case("https://", false)]
    fn tells_pages(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(is_page(text), fits);
    }

    #[rstest]
    #[case("mug.svg", true)]
    #[case("mugs/blue.svg", true)]
    #[case("https://shop.example/mug.svg", true)]
    #[case("../secret", false)]
    #[case("/etc/passwd", false)]
    #[case("data:image/svg+xml,x", false)]
    fn tells_files(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(is_file_or_web_address(text), fits);
    }

    #[rstest]
    #[case("nl-BE", true)]
    #[case("en", true)]
    #[case("Dutch", false)]
    #[case("nl_BE", false)]
    fn tells_locales(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(is_locale(text), fits);
    }
}
