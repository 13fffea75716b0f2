//! Figures of merit, each as its textbook defines it.

use std::collections::BTreeMap;

/// Share of rows whose prediction is right; 0 for none.
pub fn accuracy(truth: &[usize], predicted: &[usize]) -> f64 {
    let right = truth.iter().zip(predicted).filter(|(t, p)| t == p).count();
    right as f64 / truth.len().max(1) as f64
}

/// Precision, recall and F1 of one class.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct ClassScore {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    /// Rows that truly belong to it.
    pub n: usize,
}

/// Scores of every class that occurs in the truth.
pub fn per_class(truth: &[usize], predicted: &[usize]) -> BTreeMap<usize, ClassScore> {
    let mut counts: BTreeMap<usize, (usize, usize, usize)> = BTreeMap::new();
    for (&t, &p) in truth.iter().zip(predicted) {
        counts.entry(t).or_default().1 += 1;
        counts.entry(p).or_default().2 += 1;
        if t == p {
            counts.entry(t).or_default().0 += 1;
        }
    }
    let ratio = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let scored = counts.into_iter().filter(|(_, (_, n, _))| *n > 0);
    scored
        .map(|(class, (right, n, said))| {
            let f1 = ratio(2 * right, n + said);
            (class, ClassScore { precision: ratio(right, said), recall: ratio(right, n), f1, n })
        })
        .collect()
}

/// Mean F1 over the classes that occur in the truth.
pub fn macro_f1(truth: &[usize], predicted: &[usize]) -> f64 {
    let scores = per_class(truth, predicted);
    scores.values().map(|score| score.f1).sum::<f64>() / scores.len().max(1) as f64
}

/// Matthews' correlation for several classes (Gorodkin 2004); 0 where it is undefined.
pub fn mcc(truth: &[usize], predicted: &[usize]) -> f64 {
    let classes = truth.iter().chain(predicted).max().map_or(0, |&most| most + 1);
    let mut tally = MccTally::new(classes);
    for (&t, &p) in truth.iter().zip(predicted) {
        tally.add(t, p, 1.0);
    }
    tally.value()
}

/// Matthews' correlation that can be updated when one prediction changes.
pub struct MccTally {
    right: f64,
    total: f64,
    truth: Vec<f64>,
    predicted: Vec<f64>,
    cross: f64,
    predicted_squares: f64,
}

impl MccTally {
    pub fn new(classes: usize) -> Self {
        let none = vec![0.0; classes];
        Self { right: 0.0, total: 0.0, truth: none.clone(), predicted: none, cross: 0.0, predicted_squares: 0.0 }
    }

    /// Counts a row; all truths should be added before [`Self::change`] is used.
    pub fn add(&mut self, truth: usize, predicted: usize, weight: f64) {
        self.total += weight;
        self.cross += weight * self.predicted[truth];
        self.truth[truth] += weight;
        self.predict(truth, predicted, weight);
    }

    /// The same row is now predicted as another class.
    pub fn change(&mut self, truth: usize, from: usize, to: usize, weight: f64) {
        self.predict(truth, from, -weight);
        self.predict(truth, to, weight);
    }

    fn predict(&mut self, truth: usize, class: usize, weight: f64) {
        let before = self.predicted[class];
        self.predicted_squares += 2.0 * before * weight + weight * weight;
        self.predicted[class] = before + weight;
        self.cross += weight * self.truth[class];
        if truth == class {
            self.right += weight;
        }
    }

    pub fn value(&self) -> f64 {
        let squares = self.total * self.total;
        let truth_squares: f64 = self.truth.iter().map(|t| t * t).sum();
        let spread = ((squares - self.predicted_squares) * (squares - truth_squares)).max(0.0).sqrt();
        if spread < 1e-9 { 0.0 } else { (self.right * self.total - self.cross) / spread }
    }
}

/// Area under the ROC curve: the chance that a positive row has the greater score than a
/// negative one, ties counting half. `None` without both kinds.
pub fn auroc(scores: &[f32], positive: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let positives = positive.iter().filter(|&&yes| yes).count() as f64;
    let negatives = scores.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    let mut rank_sum = 0.0;
    let mut start = 0;
    for ties in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let mean_rank = start as f64 + (ties.len() as f64 + 1.0) / 2.0;
        rank_sum += mean_rank * ties.iter().filter(|&&row| positive[row]).count() as f64;
        start += ties.len();
    }
    Some((rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives))
}

/// Expected calibration error over 15 bins of like width (Guo et al. 2017).
pub fn ece(confidence: &[f32], right: &[bool]) -> f64 {
    const BINS: usize = 15;
    let mut bins = [(0.0f64, 0.0f64, 0usize); BINS];
    for (&confidence, &right) in confidence.iter().zip(right) {
        let bin = ((confidence * BINS as f32) as usize).min(BINS - 1);
        bins[bin].0 += f64::from(confidence);
        bins[bin].1 += f64::from(u8::from(right));
        bins[bin].2 += 1;
    }
    bins.iter().map(|(said, was, _)| (said - was).abs()).sum::<f64>() / confidence.len().max(1) as f64
}

/// The threshold from which on calling it positive gives the best F1, and that F1.
pub fn best_f1_threshold(p: &[f32], positive: &[bool]) -> (f32, f64) {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let wanted = positive.iter().filter(|&&yes| yes).count();
    let (mut found, mut best) = (0, (0.5, 0.0));
    for (place, &row) in order.iter().enumerate() {
        found += usize::from(positive[row]);
        let f1 = 2.0 * found as f64 / (place + 1 + wanted) as f64;
        if f1 > best.1 {
            let next = order.get(place + 1).map_or(0.0, |&next| p[next]);
            best = ((p[row] + next) / 2.0, f1);
        }
    }
    best
}

/// The value that half of the values are below.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[0, 0, 1, 1], &[0, 0, 1, 1], 1.0)]
    #[case(&[0, 0, 1, 1], &[1, 1, 0, 0], -1.0)]
    #[case(&[0, 0, 1, 1], &[0, 0, 0, 0], 0.0)]
    // tp 1, tn 2, fp 0, fn 1: (1·2 − 0·1) / √(1·2·2·3)
    #[case(&[1, 1, 0, 0], &[1, 0, 0, 0], 2.0 / 12f64.sqrt())]
    fn matthews(#[case] truth: &[usize], #[case] predicted: &[usize], #[case] expected: f64) {
        assert!((mcc(truth, predicted) - expected).abs() < 1e-9, "{}", mcc(truth, predicted));
    }

    #[test]
    fn a_changed_prediction_is_like_a_new_count() {
        let truth = [0, 1, 2, 2, 1, 0];
        let mut tally = MccTally::new(3);
        for (&t, p) in truth.iter().zip([0, 1, 2, 1, 1, 2]) {
            tally.add(t, p, 1.0);
        }
        tally.change(2, 1, 2, 1.0);
        assert!((tally.value() - mcc(&truth, &[0, 1, 2, 2, 1, 2])).abs() < 1e-9);
    }

    #[test]
    fn area_under_the_curve() {
        assert_eq!(auroc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), Some(0.75));
        assert_eq!(auroc(&[0.5, 0.5], &[false, true]), Some(0.5));
        assert_eq!(auroc(&[0.5], &[true]), None);
    }

    #[test]
    fn f1_counts_only_what_occurs() {
        // Class 2 is predicted but never true.
        assert!((macro_f1(&[0, 0, 1], &[0, 2, 1]) - (2.0 / 3.0 + 1.0) / 2.0).abs() < 1e-9);
    }

    #[test]
    fn calibration() {
        assert!(ece(&[0.8, 0.8, 0.8, 0.8, 0.8], &[true, true, true, true, false]) < 1e-6);
        assert!((ece(&[0.9, 0.9], &[true, false]) - 0.4).abs() < 1e-6);
    }
}
