//! How good a ranking is, as trec_eval and BEIR count it.

use std::collections::HashMap;

use serde::Serialize;

/// How deep rankings are read for the average precision.
pub const DEPTH: usize = 1000;

/// The relevance of documents to one query, by their ids; absent is 0.
pub type Judgements = HashMap<String, i64>;

/// Means over queries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Metrics {
    #[serde(rename = "ndcg@10")]
    pub ndcg_10: f64,
    #[serde(rename = "mrr@10")]
    pub mrr_10: f64,
    /// Over the top 1,000.
    pub map: f64,
    #[serde(rename = "recall@1")]
    pub recall_1: f64,
    #[serde(rename = "recall@5")]
    pub recall_5: f64,
    #[serde(rename = "recall@10")]
    pub recall_10: f64,
    #[serde(rename = "recall@100")]
    pub recall_100: f64,
}

/// A figure's name and the figure.
type Named = (&'static str, fn(&Metrics) -> f64);

impl Metrics {
    /// Each figure under its name.
    pub const NAMED: [Named; 7] = [
        ("ndcg@10", |of| of.ndcg_10),
        ("mrr@10", |of| of.mrr_10),
        ("map", |of| of.map),
        ("recall@1", |of| of.recall_1),
        ("recall@5", |of| of.recall_5),
        ("recall@10", |of| of.recall_10),
        ("recall@100", |of| of.recall_100),
    ];

    /// Of one query's ranking; `None` where nothing is relevant, since such a query says nothing.
    pub fn of<S: AsRef<str>>(ranking: &[S], judgements: &Judgements) -> Option<Self> {
        let gains: Vec<i64> =
            ranking.iter().take(DEPTH).map(|id| judgements.get(id.as_ref()).copied().unwrap_or(0).max(0)).collect();
        let mut ideal: Vec<i64> = judgements.values().copied().filter(|gain| *gain > 0).collect();
        if ideal.is_empty() {
            return None;
        }
        ideal.sort_unstable_by(|a, b| b.cmp(a));
        let relevant = ideal.len() as f64;
        let recall = |depth: usize| gains.iter().take(depth).filter(|gain| **gain > 0).count() as f64 / relevant;
        let first = gains.iter().take(10).position(|gain| *gain > 0);
        Some(Self {
            ndcg_10: discounted(&gains, 10) / discounted(&ideal, 10),
            mrr_10: first.map_or(0.0, |index| 1.0 / (index + 1) as f64),
            map: precisions(&gains) / relevant,
            recall_1: recall(1),
            recall_5: recall(5),
            recall_10: recall(10),
            recall_100: recall(100),
        })
    }

    pub fn mean(of: &[Metrics]) -> Self {
        let count = of.len().max(1) as f64;
        let mean = |field: fn(&Metrics) -> f64| of.iter().map(field).sum::<f64>() / count;
        Self {
            ndcg_10: mean(|m| m.ndcg_10),
            mrr_10: mean(|m| m.mrr_10),
            map: mean(|m| m.map),
            recall_1: mean(|m| m.recall_1),
            recall_5: mean(|m| m.recall_5),
            recall_10: mean(|m| m.recall_10),
            recall_100: mean(|m| m.recall_100),
        }
    }
}

/// Linear gain, discounted by log2(rank + 1) (Järvelin and Kekäläinen 2002, as in trec_eval).
fn discounted(gains: &[i64], depth: usize) -> f64 {
    gains.iter().take(depth).enumerate().map(|(index, gain)| *gain as f64 / ((index + 2) as f64).log2()).sum()
}

/// The sum of the precisions at each relevant document.
fn precisions(gains: &[i64]) -> f64 {
    let mut found = 0.0;
    let mut sum = 0.0;
    for (index, gain) in gains.iter().enumerate() {
        if *gain > 0 {
            found += 1.0;
            sum += found / (index + 1) as f64;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judgements(of: &[(&str, i64)]) -> Judgements {
        of.iter().map(|(id, gain)| ((*id).to_owned(), *gain)).collect()
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn counted_by_hand() {
        // Relevant: a (2), b (1), z (1, never found). Ranking: x a y b.
        let metrics =
            Metrics::of(&["x", "a", "y", "b"], &judgements(&[("a", 2), ("b", 1), ("z", 1), ("y", 0)])).unwrap();
        let dcg = 2.0 / 3f64.log2() + 1.0 / 5f64.log2();
        let ideal = 2.0 + 1.0 / 3f64.log2() + 1.0 / 4f64.log2();
        close(metrics.ndcg_10, dcg / ideal);
        close(metrics.mrr_10, 0.5);
        close(metrics.map, (1.0 / 2.0 + 2.0 / 4.0) / 3.0);
        close(metrics.recall_1, 0.0);
        close(metrics.recall_5, 2.0 / 3.0);
        close(metrics.recall_100, 2.0 / 3.0);
    }

    #[test]
    fn a_perfect_ranking_is_one() {
        let metrics = Metrics::of(&["a", "b"], &judgements(&[("a", 1), ("b", 1)])).unwrap();
        close(metrics.ndcg_10, 1.0);
        close(metrics.map, 1.0);
        close(metrics.recall_1, 0.5);
    }

    #[test]
    fn beyond_ten_counts_for_recall_at_100_only() {
        let ranking: Vec<String> = (0..20).map(|n| format!("d{n}")).collect();
        let metrics = Metrics::of(&ranking, &judgements(&[("d10", 1)])).unwrap();
        close(metrics.ndcg_10, 0.0);
        close(metrics.mrr_10, 0.0);
        close(metrics.recall_10, 0.0);
        close(metrics.recall_100, 1.0);
        close(metrics.map, 1.0 / 11.0);
    }

    #[test]
    fn a_query_without_relevant_documents_is_left_out() {
        assert_eq!(Metrics::of(&["a"], &judgements(&[("a", 0)])), None);
    }

    #[test]
    fn means_are_over_queries() {
        let one = Metrics { map: 1.0, ..Metrics::default() };
        close(Metrics::mean(&[one, Metrics::default()]).map, 0.5);
        close(Metrics::mean(&[]).map, 0.0);
    }
}
