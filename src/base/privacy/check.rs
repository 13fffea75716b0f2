//! Check digits: the arithmetic that tells a number from a slip of the finger. It must not
//! know what the numbers are. All functions take ASCII digits.

pub(super) fn values(digits: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    digits.bytes().map(|byte| u32::from(byte.wrapping_sub(b'0')))
}

/// Luhn's mod 10 (ISO/IEC 7812-1, annex B), the last digit being the check digit.
pub(super) fn luhn(digits: &str) -> bool {
    let doubled = |(place, value): (usize, u32)| match (place % 2, value * 2) {
        (0, _) => value,
        (_, twice) if twice > 9 => twice - 9,
        (_, twice) => twice,
    };
    values(digits).rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// GS1's mod 10 with weights 3 and 1, of barcodes.
pub(super) fn gs1(digits: &str) -> bool {
    let weighed = |(place, value): (usize, u32)| if place % 2 == 0 { value } else { 3 * value };
    values(digits).rev().enumerate().map(weighed).sum::<u32>() % 10 == 0
}

/// The sum of each digit times its weight.
pub(super) fn weighed(digits: &str, weights: &[u32]) -> u32 {
    values(digits).zip(weights).map(|(value, weight)| value * weight).sum()
}

/// The whole number's rest; digits may be letters, which count from 10 (ISO 7064).
pub(super) fn modulo(characters: &str, divisor: u32) -> u32 {
    let mut rest = 0;
    for character in characters.chars() {
        let value = character.to_digit(36).unwrap_or_default();
        rest = (rest * if value > 9 { 100 } else { 10 } + value) % divisor;
    }
    rest
}

/// ISO 7064 mod 11, 10: the last digit makes the sum of the recursion 1.
pub(super) fn mod_11_10(digits: &str) -> bool {
    let Some((body, check)) = digits.split_at_checked(digits.len().saturating_sub(1)) else { return false };
    let product = values(body).fold(10, |product, value| {
        let sum = (product + value) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    let expected = (11 - product) % 10;
    values(check).next() == Some(expected)
}
