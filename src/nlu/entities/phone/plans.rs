//! Numbering plans as the ITU publishes them (E.164, national numbering plans), as far as they
//! make an international number of a national one: the country's code, what is dialled before
//! a number within the country, and how long numbers are. It must not know who has a number.

/// A country's plan.
pub(super) struct Plan {
    /// ISO 3166.
    pub country: &'static str,
    pub code: &'static str,
    /// Dialled within the country only; empty where there is none.
    pub trunk: &'static str,
    /// How many digits follow the code.
    pub digits: (usize, usize),
}

const fn plan(country: &'static str, code: &'static str, trunk: &'static str, digits: (usize, usize)) -> Plan {
    Plan { country, code, trunk, digits }
}

pub(super) static PLANS: [Plan; 40] = [
    plan("AT", "43", "0", (7, 13)),
    plan("AU", "61", "0", (9, 9)),
    plan("BE", "32", "0", (8, 9)),
    plan("BG", "359", "0", (7, 9)),
    plan("CA", "1", "1", (10, 10)),
    plan("CH", "41", "0", (9, 9)),
    plan("CY", "357", "", (8, 8)),
    plan("CZ", "420", "", (9, 9)),
    plan("DE", "49", "0", (7, 11)),
    plan("DK", "45", "", (8, 8)),
    plan("EE", "372", "", (7, 8)),
    plan("ES", "34", "", (9, 9)),
    plan("FI", "358", "0", (6, 11)),
    plan("FR", "33", "0", (9, 9)),
    plan("GB", "44", "0", (9, 10)),
    plan("GR", "30", "", (10, 10)),
    plan("HR", "385", "0", (8, 9)),
    plan("HU", "36", "06", (8, 9)),
    plan("IE", "353", "0", (7, 9)),
    plan("IL", "972", "0", (8, 9)),
    plan("IN", "91", "0", (10, 10)),
    plan("IS", "354", "", (7, 9)),
    plan("IT", "39", "", (6, 11)),
    plan("LT", "370", "0", (8, 8)),
    plan("LU", "352", "", (6, 11)),
    plan("LV", "371", "", (8, 8)),
    plan("MT", "356", "", (8, 8)),
    plan("NL", "31", "0", (9, 9)),
    plan("NO", "47", "", (8, 8)),
    plan("NZ", "64", "0", (8, 10)),
    plan("PL", "48", "", (9, 9)),
    plan("PT", "351", "", (9, 9)),
    plan("RO", "40", "0", (9, 9)),
    plan("RS", "381", "0", (8, 9)),
    plan("SE", "46", "0", (7, 10)),
    plan("SI", "386", "0", (8, 8)),
    plan("SK", "421", "0", (9, 9)),
    plan("TR", "90", "0", (10, 10)),
    plan("UA", "380", "0", (9, 9)),
    plan("US", "1", "1", (10, 10)),
];

impl Plan {
    pub fn of(country: &str) -> Option<&'static Plan> {
        PLANS.iter().find(|plan| plan.country == country)
    }

    /// The plan of a number that begins with its code. Codes are prefix-free.
    pub fn of_international(digits: &str) -> Option<&'static Plan> {
        PLANS.iter().find(|plan| digits.starts_with(plan.code))
    }

    /// The number in E.164, from the digits after the code or as they are dialled at home; none
    /// where the plan has no such number.
    pub fn international(&self, digits: &str) -> Option<String> {
        let (least, most) = self.digits;
        let fits = |number: &str| (least..=most).contains(&number.len());
        let without = digits.strip_prefix(self.trunk).filter(|_| !self.trunk.is_empty());
        // A zero that begins a number is the trunk's, but for countries that have none.
        let number = without.filter(|number| fits(number)).or(Some(digits).filter(|number| fits(number)))?;
        let area = number.as_bytes()[0];
        let north_american = self.code != "1" || (area >= b'2' && number.as_bytes()[3] >= b'2');
        north_american.then(|| format!("+{}{number}", self.code))
    }
}
