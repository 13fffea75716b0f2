//! Numbers in words: `two`, `twenty-five`, `a hundred`. It must not know what is counted.

/// A regex for what `parse` reads, without groups; case is the caller's.
pub(super) const PATTERN: &str = concat!(
    r"(?:(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s+(?:hundred|thousand)(?:\s+(?:and\s+)?",
    r"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?",
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen))?",
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?",
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen",
    r"|eighteen|nineteen)"
);

/// The number that digits or words spell, `a` counting as one.
pub(super) fn parse(words: &str) -> Option<u32> {
    if let Ok(number) = words.parse() {
        return Some(number);
    }
    let mut total: u32 = 0;
    for word in words.split(|c: char| c.is_whitespace() || c == '-').filter(|word| !word.is_empty()) {
        let word = word.to_ascii_lowercase();
        total = match word.as_str() {
            "hundred" => total.checked_mul(100)?,
            "thousand" => total.checked_mul(1000)?,
            "and" => total,
            _ => total.checked_add(word_value(&word)?)?,
        };
    }
    Some(total)
}

fn word_value(word: &str) -> Option<u32> {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    if matches!(word, "a" | "an") {
        return Some(1);
    }
    if let Some(index) = SMALL.iter().position(|name| *name == word) {
        return u32::try_from(index).ok();
    }
    let index = TENS.iter().position(|name| *name == word)?;
    u32::try_from(20 + 10 * index).ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case("7", Some(7))]
    #[case("a", Some(1))]
    #[case("Nineteen", Some(19))]
    #[case("twenty-five", Some(25))]
    #[case("two hundred", Some(200))]
    #[case("two hundred and fifty", Some(250))]
    #[case("a thousand", Some(1000))]
    #[case("several", None)]
    #[case("99999999999", None)]
    fn numbers_are_read(#[case] words: &str, #[case] number: Option<u32>) {
        assert_eq!(super::parse(words), number);
    }
}
