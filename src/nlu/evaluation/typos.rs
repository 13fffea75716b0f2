//! Typing errors put into texts, to see what they cost.

use crate::nlu::training::random::Random;

/// Words of fewer letters stay as they are: a typo makes other words of them.
const SHORTEST: usize = 3;

/// The keys beside each letter's on an English keyboard.
const BESIDE: [(char, &str); 26] = [
    ('a', "qwsz"),
    ('b', "vghn"),
    ('c', "xdfv"),
    ('d', "serfcx"),
    ('e', "wsdr"),
    ('f', "drtgvc"),
    ('g', "ftyhbv"),
    ('h', "gyujnb"),
    ('i', "ujko"),
    ('j', "huikmn"),
    ('k', "jiolm"),
    ('l', "kop"),
    ('m', "njk"),
    ('n', "bhjm"),
    ('o', "iklp"),
    ('p', "ol"),
    ('q', "wa"),
    ('r', "edft"),
    ('s', "awedxz"),
    ('t', "rfgy"),
    ('u', "yhji"),
    ('v', "cfgb"),
    ('w', "qase"),
    ('x', "zsdc"),
    ('y', "tghu"),
    ('z', "asx"),
];

/// The text with one typing error in about one of `every` words: two letters swapped, one
/// left out, doubled, or the key beside it. The same text gets the same errors.
pub fn misspelt(text: &str, every: usize, seed: u64) -> String {
    let mut random =
        Random::seeded(text.bytes().fold(seed, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())));
    let words = text.split(' ').map(|word| {
        let letters: Vec<char> = word.chars().collect();
        let hit = random.below(every) == 0;
        if !hit || letters.len() < SHORTEST || !letters.iter().all(|letter| letter.is_alphabetic() || *letter == '\'') {
            return word.to_owned();
        }
        with_error(letters, &mut random)
    });
    words.collect::<Vec<_>>().join(" ")
}

fn with_error(mut letters: Vec<char>, random: &mut Random) -> String {
    let place = random.below(letters.len());
    match random.below(4) {
        0 => {
            let place = place.min(letters.len() - 2);
            letters.swap(place, place + 1);
        }
        1 => drop(letters.remove(place)),
        2 => letters.insert(place, letters[place]),
        _ => {
            let letter = letters[place].to_ascii_lowercase();
            if let Some((_, beside)) = BESIDE.iter().find(|(key, _)| *key == letter) {
                let keys: Vec<char> = beside.chars().collect();
                letters[place] = keys[random.below(keys.len())];
            }
        }
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_of_the_long_words_and_nothing_else() {
        let text = "where is my parcel it should have arrived before Tuesday AW-10482 ".repeat(40);
        let spoilt = misspelt(&text, 5, 1);
        let pairs: Vec<(&str, &str)> = text.split(' ').zip(spoilt.split(' ')).collect();
        assert_eq!(text.split(' ').count(), spoilt.split(' ').count());
        assert!(
            pairs.iter().all(|(before, after)| before == after || before.len() >= SHORTEST && *before != "AW-10482")
        );
        let changed = pairs.iter().filter(|(before, after)| before != after).count();
        let long = pairs.iter().filter(|(before, _)| before.len() >= SHORTEST && *before != "AW-10482").count();
        assert!((0.1..0.3).contains(&(changed as f64 / long as f64)), "{changed} of {long}");
        assert_eq!(spoilt, misspelt(&text, 5, 1));
        assert_ne!(spoilt, misspelt(&text, 5, 2));
    }
}
