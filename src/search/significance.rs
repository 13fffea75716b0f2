//! Whether one ranking is better than another, or only luckier with the queries at hand:
//! a paired bootstrap (Efron and Tibshirani 1993; for retrieval Sakai 2006).
//!
//! The queries are drawn anew, with repetition, many times. How the mean difference varies
//! over the draws is how much it would vary over other queries of the same kind.

use serde::Serialize;

/// The mean difference between two systems over the same queries.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub mean: f64,
    /// The middle 95 % of the draws.
    pub low: f64,
    pub high: f64,
    /// How often a draw had the other sign, or none, twice over: the chance of seeing such a
    /// difference between systems that are equally good.
    pub p: f64,
}

const DRAWS: usize = 10_000;

/// `a` and `b` hold one figure a query, in the same order. The same figures always give the
/// same result: the draws are from a generator that begins alike each time.
pub fn paired_bootstrap(a: &[f64], b: &[f64]) -> Difference {
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let count = differences.len();
    if count == 0 {
        return Difference { mean: 0.0, low: 0.0, high: 0.0, p: 1.0 };
    }
    let mean = differences.iter().sum::<f64>() / count as f64;
    let mut random = SplitMix(0x5eed);
    let mut draws: Vec<f64> =
        (0..DRAWS).map(|_| (0..count).map(|_| differences[random.below(count)]).sum::<f64>() / count as f64).collect();
    draws.sort_unstable_by(f64::total_cmp);
    let against = draws.iter().filter(|draw| **draw * mean <= 0.0).count();
    Difference {
        mean,
        low: draws[DRAWS * 25 / 1000],
        high: draws[DRAWS * 975 / 1000 - 1],
        p: (2.0 * against as f64 / DRAWS as f64).min(1.0),
    }
}

/// Steele, Lea and Flood's SplitMix64: enough for drawing queries, and the same everywhere.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_at_every_query_is_certain() {
        let better = paired_bootstrap(&[0.9; 50], &[0.8; 50]);
        assert!((better.mean - 0.1).abs() < 1e-9 && better.low > 0.09 && better.p < 0.001, "{better:?}");
    }

    #[test]
    fn differences_that_cancel_out_are_none() {
        let a: Vec<f64> = (0..100).map(|n| f64::from(n % 2)).collect();
        let b: Vec<f64> = (0..100).map(|n| f64::from((n + 1) % 2)).collect();
        let none = paired_bootstrap(&a, &b);
        assert!(none.low < 0.0 && none.high > 0.0 && none.p > 0.5, "{none:?}");
    }

    #[test]
    fn the_interval_is_as_wide_as_the_standard_error_says() {
        // A tenth of the queries gain 1: the mean is 0.1, its standard error 0.03.
        let a: Vec<f64> = (0..100).map(|n| f64::from(u8::from(n % 10 == 0))).collect();
        let found = paired_bootstrap(&a, &[0.0; 100]);
        assert!((found.low - 0.04).abs() < 0.015 && (found.high - 0.16).abs() < 0.015, "{found:?}");
        assert_eq!(found, paired_bootstrap(&a, &[0.0; 100]));
    }

    #[test]
    fn no_queries_show_nothing() {
        assert_eq!(paired_bootstrap(&[], &[]).p, 1.0);
    }
}
