//! How many threads a run of the model takes: one, or all cores, whichever is faster now.
//!
//! On an idle machine all cores halve the time. But a run meets at a barrier after every
//! matrix, so where another process holds one of the cores, it waits for the scheduler a
//! hundred times, and one thread is up to ten times faster. Nobody can know beforehand, so
//! this watches what runs cost and now and then tries the other way.

use std::time::Duration;

/// Padded tokens up to which a batch is small, middling, or else large: what is best for a
/// single message need not be for a full batch.
const SIZES: [usize; 2] = [48, 192];

/// Runs between two trials of the other way: at first, and at most.
const FIRST_INTERVAL: u32 = 32;
const LAST_INTERVAL: u32 = 4096;

/// Runs of one trial; the best of them counts, since a hiccup says nothing.
const TRIAL: u32 = 2;

/// How far a new cost moves the known one.
const MOVE: f64 = 0.2;

#[derive(Debug)]
pub(super) struct Threads {
    ways: [i32; 2],
    sizes: [Size; SIZES.len() + 1],
}

/// What is known of batches of one size.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    /// Seconds per padded token with each way; 0 while it is not known.
    costs: [f64; 2],
    chosen: usize,
    /// Runs since the last trial, and how many there must be.
    runs: u32,
    interval: u32,
    /// Runs left of a trial, and the best cost of it so far.
    trial: u32,
    best: f64,
}

/// The way that one run goes; given back with its duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub threads: i32,
    size: usize,
    number: usize,
}

impl Threads {
    /// `fixed` threads, or with 0 whatever is best.
    pub(super) fn new(fixed: usize) -> Self {
        let count = |threads: usize| i32::try_from(threads).unwrap_or(i32::MAX);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let ways = if fixed > 0 { [count(fixed); 2] } else { [1, count(cores)] };
        let size = Size { chosen: 1, interval: FIRST_INTERVAL, ..Size::default() };
        Self { ways, sizes: [size; SIZES.len() + 1] }
    }

    pub(super) fn next(&mut self, padded_tokens: usize) -> Way {
        let number = SIZES.iter().position(|&most| padded_tokens <= most).unwrap_or(SIZES.len());
        let size = &mut self.sizes[number];
        if size.trial == 0 && size.runs >= size.interval && self.ways[0] != self.ways[1] {
            size.trial = TRIAL;
            size.best = f64::INFINITY;
            size.runs = 0;
        }
        let way = if size.trial > 0 { 1 - size.chosen } else { size.chosen };
        Way { threads: self.ways[way], size: number, number: way }
    }

    /// What the run cost.
    pub(super) fn learn(&mut self, way: Way, padded_tokens: usize, took: Duration) {
        let size = &mut self.sizes[way.size];
        let cost = took.as_secs_f64() / padded_tokens.max(1) as f64;
        if way.number == size.chosen {
            size.runs = size.runs.saturating_add(1);
            let known = &mut size.costs[way.number];
            *known = if *known == 0.0 { cost } else { *known + MOVE * (cost - *known) };
            return;
        }
        size.best = size.best.min(cost);
        size.trial = size.trial.saturating_sub(1);
        if size.trial == 0 {
            size.costs[way.number] = size.best;
            if size.best < size.costs[size.chosen] {
                size.chosen = way.number;
                size.interval = FIRST_INTERVAL;
            } else {
                // The surer the choice, the rarer the doubt.
                size.interval = (size.interval * 2).min(LAST_INTERVAL);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `count` batches whose cost depends on the threads; returns the last choice.
    fn run(threads: &mut Threads, count: usize, cost: impl Fn(i32) -> u64) -> i32 {
        let mut chosen = 0;
        for _ in 0..count {
            let way = threads.next(18);
            threads.learn(way, 18, Duration::from_micros(cost(way.threads)));
            chosen = threads.ways[threads.sizes[way.size].chosen];
        }
        chosen
    }

    fn two_cores() -> Threads {
        Threads { ways: [1, 2], ..Threads::new(0) }
    }

    #[test]
    fn the_faster_way_is_found_and_found_again() {
        let mut threads = two_cores();
        assert_eq!(run(&mut threads, 200, |threads| if threads == 2 { 5000 } else { 7000 }), 2);
        // A neighbour takes a core, then leaves.
        assert_eq!(run(&mut threads, 400, |threads| if threads == 2 { 40_000 } else { 8000 }), 1);
        assert_eq!(run(&mut threads, 400, |threads| if threads == 2 { 5000 } else { 7000 }), 2);
    }

    #[test]
    fn trials_become_rare() {
        let mut threads = two_cores();
        let mut others = 0;
        for _ in 0..10_000 {
            let way = threads.next(18);
            others += i32::from(way.threads == 1);
            threads.learn(way, 18, Duration::from_micros(if way.threads == 2 { 5000 } else { 7000 }));
        }
        assert!((2..=20).contains(&others), "{others}");
    }

    #[test]
    fn a_fixed_number_is_kept() {
        let mut threads = Threads::new(3);
        assert_eq!(run(&mut threads, 300, |_| 100), 3);
    }
}
