//! National numbers of digits alone.

use super::super::check::{gs1, luhn, mod_11_10, modulo, values, weighed};
use super::dates::{is_day, pair};
use super::{Mark, Scheme, Shape};

pub(super) static SCHEMES: [Scheme; 13] = [
    Scheme {
        country: "BE",
        shape: Shape::Digits(11),
        valid: belgian,
        name: r"rijksregister(?:nummer)?|insz|niss|registre national|num[eé]ro national|national (?:register )?number",
        known_by: Mark::Check,
    },
    Scheme {
        country: "NL",
        shape: Shape::Digits(9),
        valid: dutch,
        name: r"bsn(?:[ -]?nummer)?|burgerservicenummer|sofi(?:[ -]?nummer)?|citizen service number",
        known_by: Mark::Name,
    },
    Scheme {
        country: "US",
        shape: Shape::Digits(9),
        valid: american,
        name: r"ssn|social security|itin|tax ?id",
        known_by: Mark::NameOr(&[3, 2, 4], "-"),
    },
    Scheme {
        country: "FR",
        shape: Shape::Digits(15),
        valid: french,
        name: r"nir|s[eé]curit[eé] sociale|num[eé]ro (?:de )?s[eé]cu|carte vitale",
        known_by: Mark::Check,
    },
    Scheme {
        country: "DE",
        shape: Shape::Digits(11),
        valid: german,
        name: r"steuer-?id(?:nr)?|steuer(?:liche )?identifikationsnummer|idnr|tin|tax ?id",
        known_by: Mark::Check,
    },
    Scheme {
        country: "CH",
        shape: Shape::Digits(13),
        valid: swiss,
        name: r"ahv(?:-?nummer)?|avs",
        known_by: Mark::Check,
    },
    Scheme {
        country: "NO",
        shape: Shape::Digits(11),
        valid: norwegian,
        name: "f[oø]dselsnummer",
        known_by: Mark::Check,
    },
    Scheme { country: "PL", shape: Shape::Digits(11), valid: polish, name: "pesel", known_by: Mark::Name },
    Scheme {
        country: "SE",
        shape: Shape::Digits(10),
        valid: swedish,
        name: r"person(?:al )?n(?:umme|umbe)r|personnr",
        known_by: Mark::NameOr(&[6, 4], "-"),
    },
    Scheme {
        country: "DK",
        shape: Shape::Digits(10),
        valid: danish,
        name: r"cpr(?:-?(?:nummer|nr|number))?",
        known_by: Mark::Name,
    },
    Scheme {
        country: "AT",
        shape: Shape::Digits(10),
        valid: austrian,
        name: r"sv-?nr|svnr|sozialversicherungsnummer|versicherungsnummer",
        known_by: Mark::Name,
    },
    Scheme {
        country: "PT",
        shape: Shape::Digits(9),
        valid: portuguese,
        name: r"nif|contribuinte|n[uú]mero fiscal",
        known_by: Mark::Name,
    },
    Scheme {
        country: "GB",
        shape: Shape::Digits(10),
        valid: british_health,
        name: r"nhs(?: (?:number|no\.?))?",
        known_by: Mark::Name,
    },
];

/// Rijksregisternummer: birth (month from 20 or 40 up for those without a residence), a
/// number, and 97 less the rest; who was born since 2000 counts a 2 before it.
fn belgian(digits: &str) -> bool {
    let (body, check) = (&digits[..9], pair(digits, 9));
    let (month, day) = (pair(digits, 2) % 20, pair(digits, 4));
    // Who does not know the day of birth has zeros.
    let born = month <= 12 && day <= 31 && pair(digits, 2) < 60;
    let fits = |rest: u32| 97 - rest == check;
    born && (fits(modulo(body, 97)) || fits(modulo(&format!("2{body}"), 97)))
}

/// BSN: the eleven test, the last digit counting minus one.
fn dutch(digits: &str) -> bool {
    let last = values(&digits[8..]).sum::<u32>();
    let sum = weighed(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum > 0 && sum % 11 == last
}

/// SSN: no check digit, but areas and groups that were never given out.
fn american(digits: &str) -> bool {
    let area: u32 = digits[..3].parse().unwrap_or_default();
    !matches!(area, 0 | 666 | 900..) && pair(digits, 3) != 0 && &digits[5..] != "0000"
}

/// NIR: sex, year, month, place, order, and 97 less the rest.
fn french(digits: &str) -> bool {
    let month = pair(digits, 3);
    let born = matches!(month, 1..=12 | 20 | 30..=42 | 50..=99);
    matches!(&digits[..1], "1" | "2" | "7" | "8") && born && 97 - modulo(&digits[..13], 97) == pair(digits, 13)
}

/// Steuer-ID: of the first ten digits exactly one stands twice or three times, and ISO 7064
/// mod 11, 10 holds.
fn german(digits: &str) -> bool {
    let mut counts = [0; 10];
    for value in values(&digits[..10]) {
        counts[value as usize] += 1;
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let most = counts.iter().max().copied().unwrap_or_default();
    !digits.starts_with('0') && repeated == 1 && most <= 3 && mod_11_10(digits)
}

/// AHV number: a barcode with the country's 756.
fn swiss(digits: &str) -> bool {
    digits.starts_with("756") && gs1(digits)
}

/// Fødselsnummer: two check digits mod 11. D numbers add 40 to the day.
fn norwegian(digits: &str) -> bool {
    let check = |weights: &[u32]| (11 - weighed(digits, weights) % 11) % 11;
    let (first, second) = (check(&[3, 7, 6, 1, 8, 9, 4, 5, 2]), check(&[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]));
    let day = pair(digits, 0);
    let born = is_day(if day > 40 { day - 40 } else { day }, pair(digits, 2));
    born && values(&digits[9..]).eq([first, second])
}

/// PESEL: the century hides in the month.
fn polish(digits: &str) -> bool {
    let check = (10 - weighed(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10;
    is_day(pair(digits, 4), pair(digits, 2) % 20) && values(&digits[10..]).eq([check])
}

/// Personnummer in its short form; the day is 60 later for those without a residence.
fn swedish(digits: &str) -> bool {
    is_day(pair(digits, 4) % 60, pair(digits, 2)) && luhn(digits)
}

/// CPR: the check digit was given up in 2007.
fn danish(digits: &str) -> bool {
    is_day(pair(digits, 0), pair(digits, 2))
}

/// Sozialversicherungsnummer: the fourth digit checks the others mod 11.
fn austrian(digits: &str) -> bool {
    let check = weighed(digits, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
    values(&digits[3..4]).eq([check])
}

/// NIF: mod 11, 10 and 11 counting as 0.
fn portuguese(digits: &str) -> bool {
    let rest = weighed(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    values(&digits[8..]).eq([if rest < 2 { 0 } else { 11 - rest }])
}

/// NHS number of England, Wales and the Isle of Man: mod 11.
fn british_health(digits: &str) -> bool {
    let check = 11 - weighed(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    values(&digits[9..]).eq([check % 11]) && check != 10
}
