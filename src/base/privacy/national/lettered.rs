//! National numbers with letters in them.

use super::super::check::{modulo, values, weighed};
use super::{Mark, Scheme, Shape};

pub(super) static SCHEMES: [Scheme; 7] = [
    Scheme {
        country: "GB",
        shape: Shape::Pattern(r"\b[a-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]\b"),
        valid: british,
        name: r"nino|national insurance|ni (?:number|no\.?)",
        known_by: Mark::NameOr(&[], ""),
    },
    Scheme {
        country: "ES",
        shape: Shape::Pattern(r"\b[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[a-z]\b"),
        valid: spanish,
        name: "dni|nif|documento",
        known_by: Mark::Check,
    },
    Scheme {
        country: "ES",
        shape: Shape::Pattern(r"\b[xyz][ -]?[0-9]{7}[ -]?[a-z]\b"),
        valid: spanish_foreigner,
        name: "nie",
        known_by: Mark::Check,
    },
    Scheme {
        country: "IT",
        shape: Shape::Pattern(
            r"\b[a-z]{3} ?[a-z]{3} ?[0-9lmnp-v]{2} ?[abcdehlmprst][0-9lmnp-v]{2} ?[a-z][0-9lmnp-v]{3} ?[a-z]\b",
        ),
        valid: italian,
        name: "codice fiscale",
        known_by: Mark::Check,
    },
    Scheme {
        country: "FR",
        shape: Shape::Pattern(r"\b[12] ?[0-9]{2} ?[0-9]{2} ?2[ab] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b"),
        valid: corsican,
        name: "nir",
        known_by: Mark::Check,
    },
    Scheme {
        country: "FI",
        shape: Shape::Pattern(r"\b[0-9]{6}[-+a-fu-y][0-9]{3}[0-9a-y]\b"),
        valid: finnish,
        name: r"henkil[oö]tunnus|hetu",
        known_by: Mark::Check,
    },
    Scheme {
        country: "IE",
        shape: Shape::Pattern(r"\b[0-9]{7}[a-w][a-iw]?\b"),
        valid: irish,
        name: r"pps(?:n|[ -]?(?:number|no\.?))?",
        known_by: Mark::Name,
    },
];

/// National Insurance number: no check, but prefixes that are never given out.
fn british(value: &str) -> bool {
    let (first, second) = (value.as_bytes()[0], value.as_bytes()[1]);
    let letters = !b"DFIQUV".contains(&first) && !b"DFIQUVO".contains(&second);
    letters && !matches!(&value[..2], "BG" | "GB" | "KN" | "NK" | "NT" | "TN" | "ZZ")
}

/// DNI: the letter is the rest mod 23.
fn spanish(value: &str) -> bool {
    let letter = b"TRWAGMYFPDXBNJZSQVHLCKE"[modulo(&value[..8], 23) as usize];
    value.as_bytes()[8] == letter
}

/// NIE: X, Y and Z count 0, 1 and 2.
fn spanish_foreigner(value: &str) -> bool {
    let first = value.as_bytes()[0] - b'X';
    spanish(&format!("{first}{}", &value[1..]))
}

/// Codice fiscale: characters at odd places count by a table, those at even ones as they
/// are; the sum's rest mod 26 is the last letter.
fn italian(value: &str) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let place = |byte: u8| usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' });
    let counted = |(index, byte): (usize, u8)| {
        if index % 2 == 0 { ODD[place(byte)] } else { u32::try_from(place(byte)).unwrap_or_default() }
    };
    let sum: u32 = value.bytes().take(15).enumerate().map(counted).sum();
    u32::from(value.as_bytes()[15] - b'A') == sum % 26
}

/// NIR of who was born in Corsica: 2A counts as 19, 2B as 18.
fn corsican(value: &str) -> bool {
    let number = value.replacen("2A", "19", 1).replacen("2B", "18", 1);
    let key: u32 = number[13..].parse().unwrap_or_default();
    97 - modulo(&number[..13], 97) == key
}

/// Henkilötunnus: the rest mod 31 of all digits names the last character.
fn finnish(value: &str) -> bool {
    // The century's sign is a letter, or was filtered out.
    let century = usize::from(!value.as_bytes()[6].is_ascii_digit());
    let Some(body) = value.get(6 + century..9 + century) else { return false };
    let check = b"0123456789ABCDEFHJKLMNPRSTUVWXY"[modulo(&format!("{}{body}", &value[..6]), 31) as usize];
    super::dates::is_day(super::dates::pair(value, 0), super::dates::pair(value, 2))
        && value.len() == 10 + century
        && value.as_bytes()[9 + century] == check
}

/// PPS number: weights 8 to 2, a second letter counting nine times; W is 0.
fn irish(value: &str) -> bool {
    let letter = |byte: u8| u32::from(byte - b'A' + 1) % 23;
    let bytes = value.as_bytes();
    let second = bytes.get(8).map_or(0, |byte| 9 * letter(*byte));
    debug_assert_eq!(values(&value[..7]).count(), 7, "the pattern has seven digits");
    (weighed(&value[..7], &[8, 7, 6, 5, 4, 3, 2]) + second) % 23 == letter(bytes[7])
}
