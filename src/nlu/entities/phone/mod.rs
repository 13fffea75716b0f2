//! A telephone number's international form. It must not know what stands around the number:
//! `base::privacy` has found it.

mod plans;

use std::ops::Range;

use self::plans::Plan;
use super::found::Found;
use crate::domain::EntityType;

/// The number as an entity. `plain` is its digits, with a plus where it names its country;
/// other numbers are read as those of `home` (ISO 3166). One that its plan does not have
/// stays as it was written, and less sure: plans change, and people slip.
pub(super) fn read(plain: String, home: &str, confidence: f32, span: Range<usize>) -> Found {
    let known = match plain.strip_prefix('+') {
        Some(digits) => match Plan::of_international(digits) {
            Some(plan) => plan.international(&digits[plan.code.len()..]),
            // Of a country whose plan is not at hand: nothing speaks against it.
            None => Some(plain.clone()),
        },
        None => Plan::of(home).and_then(|plan| plan.international(&plain)),
    };
    let (value, confidence) = match known {
        Some(number) => (number, confidence),
        None => (plain, confidence - 0.15),
    };
    Found { kind: EntityType::Phone, span, value, confidence }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case("0475123456", "BE", "+32475123456")]
    #[case("475123456", "BE", "+32475123456")]
    #[case("025551212", "BE", "+3225551212")]
    #[case("0612345678", "NL", "+31612345678")]
    #[case("0612345678", "FR", "+33612345678")]
    #[case("07911123456", "GB", "+447911123456")]
    #[case("612345678", "ES", "+34612345678")]
    #[case("0669812345", "IT", "+390669812345")]
    #[case("06301234567", "HU", "+36301234567")]
    #[case("4155552671", "US", "+14155552671")]
    #[case("14155552671", "US", "+14155552671")]
    #[case("+320475123456", "US", "+32475123456")]
    #[case("+6591234567", "BE", "+6591234567")]
    #[case("0475123456789", "BE", "0475123456789")]
    #[case("0475123456", "XX", "0475123456")]
    fn national_numbers_become_international(#[case] plain: &str, #[case] home: &str, #[case] expected: &str) {
        assert_eq!(super::read(plain.to_owned(), home, 0.9, 0..plain.len()).value, expected);
    }

    #[test]
    fn what_no_plan_has_is_less_sure() {
        let confidence = |plain: &str| super::read(plain.to_owned(), "BE", 0.9, 0..plain.len()).confidence;
        assert!(confidence("+4155") < confidence("+41441234567"));
    }
}
