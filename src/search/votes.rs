//! How far readers' votes move an article among others that are about as good.
//!
//! A vote says that an article helped somebody, not that it is what the next one asks for.
//! So votes only decide between near neighbours: what an article can gain or lose by them
//! is less than what a single word of the question does.

/// Readers who said that an article helped, and that it did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    pub helpful: i64,
    pub unhelpful: i64,
}

/// The most that votes can do.
pub const MOST: f32 = 0.02;
/// Votes on either side that every article begins with: the first few change little.
const PRIOR: f32 = 4.0;
/// What an even chance turned into three to one is worth.
const SLOPE: f32 = 0.01;

/// What is added to the scores of an article's passages: the logarithm of its odds to help,
/// smoothed and capped.
pub fn bonus(votes: Votes) -> f32 {
    let odds = (votes.helpful.max(0) as f32 + PRIOR) / (votes.unhelpful.max(0) as f32 + PRIOR);
    (SLOPE * odds.ln()).clamp(-MOST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_vote_says_little_and_many_are_bounded() {
        let of = |helpful, unhelpful| bonus(Votes { helpful, unhelpful });
        assert_eq!(of(0, 0), 0.0);
        assert!(of(1, 0) > 0.0 && of(1, 0) < 0.003);
        assert!(of(50, 1) > of(5, 1) && of(1, 5) > of(1, 50));
        assert_eq!((of(1_000_000, 0), of(0, 1_000_000)), (MOST, -MOST));
    }

    proptest! {
        #[test]
        fn a_vote_never_works_the_wrong_way(helpful in 0i64..10_000, unhelpful in 0i64..10_000) {
            let before = bonus(Votes { helpful, unhelpful });
            let (more, less) = (Votes { helpful: helpful + 1, unhelpful }, Votes { helpful, unhelpful: unhelpful + 1 });
            prop_assert!(bonus(more) >= before && bonus(less) <= before);
        }
    }
}
