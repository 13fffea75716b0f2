//! The rule for what no intent covers: a logistic model of a few features, fitted to
//! intents that were left out and to messages known to be outside.

use super::corpus::IntentCorpus;
use super::split::thin;
use super::{ENOUGH_ROWS, OUTSIDE_SHARE, features};
use crate::nlu::heads::intent::{Blend, SCOPE_FEATURES, ScopeRule, Views};
use crate::nlu::heads::numbers::argmax;
use crate::nlu::metrics::MccTally;
use crate::nlu::training::logistic;

pub(super) fn fit(
    corpus: &IntentCorpus,
    blend: &Blend,
    in_scope: &[&(usize, Views)],
    left_out: &[&Views],
    known_outside: &[Views],
) -> ScopeRule {
    let mut inside: Vec<&(usize, Views)> = in_scope.to_vec();
    thin(&mut inside, ENOUGH_ROWS);
    let count = inside.len() + left_out.len() + known_outside.len();
    let mut rows: Vec<Vec<f32>> = Vec::with_capacity(count);
    rows.extend(inside.iter().map(|(_, views)| features(blend, views).to_vec()));
    rows.extend(left_out.iter().map(|views| features(blend, views).to_vec()));
    rows.extend(known_outside.iter().map(|views| features(blend, views).to_vec()));
    let positive: Vec<bool> = (0..count).map(|row| row >= inside.len()).collect();
    if inside.is_empty() || inside.len() == count {
        // Nothing to tell apart: everything is in scope.
        let none = vec![0.0; SCOPE_FEATURES];
        let ones = vec![1.0; SCOPE_FEATURES];
        return ScopeRule { means: none.clone(), scales: ones, weights: none, bias: -5.0, threshold: 0.5 };
    }

    // Where real outsiders are known, they say more than intents left out, which are near
    // to others: a message of theirs often finds its article all the same.
    let shares = if known_outside.is_empty() || left_out.is_empty() { [1.0, 1.0] } else { [0.3, 0.7] };
    let total = inside.len() as f32;
    let outside_total = total * OUTSIDE_SHARE / (1.0 - OUTSIDE_SHARE);
    let mut weights = vec![1.0; inside.len()];
    weights.extend(vec![shares[0] * outside_total / left_out.len().max(1) as f32; left_out.len()]);
    weights.extend(vec![shares[1] * outside_total / known_outside.len().max(1) as f32; known_outside.len()]);
    let model = logistic::fit(&rows, &positive, &weights, 1.0);

    let outsider = corpus.names.len();
    let judged: Vec<Judged> = (0..count)
        .map(|row| {
            let said = inside.get(row).map(|(_, views)| argmax(&blend.scores(views)));
            let said = said.unwrap_or_else(|| row % corpus.names.len());
            let truth = inside.get(row).map_or(outsider, |(row, _)| corpus.labels[*row] as usize);
            Judged { outside: model.p(&rows[row]), said, truth, weight: f64::from(weights[row]) }
        })
        .collect();
    let threshold = best_threshold(judged, outsider);
    ScopeRule { means: model.means, scales: model.scales, weights: model.weights, bias: model.bias, threshold }
}

struct Judged {
    outside: f32,
    said: usize,
    truth: usize,
    weight: f64,
}

/// The threshold with the best correlation (several classes, the outside being one).
fn best_threshold(mut rows: Vec<Judged>, outsider: usize) -> f32 {
    rows.sort_by(|a, b| b.outside.total_cmp(&a.outside));
    let mut tally = MccTally::new(outsider + 1);
    for row in &rows {
        tally.add(row.truth, row.said, row.weight);
    }
    let mut best = (tally.value(), 1.0);
    for (position, row) in rows.iter().enumerate() {
        tally.change(row.truth, row.said, outsider, row.weight);
        let value = tally.value();
        if value > best.0 {
            let next = rows.get(position + 1).map_or(0.0, |next| next.outside);
            best = (value, (row.outside + next) / 2.0);
        }
    }
    best.1
}
