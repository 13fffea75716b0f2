//! Joins scores by words and scores by meaning into one.
//!
//! Ranks alone throw away how decided each mode is. Here each mode's scores are measured
//! in its own standard deviations over all passages: a mode for which one passage stands
//! far out of the rest pulls hard, one that finds all about alike hardly pulls.

use super::lexical::WordScores;

/// How much words count beside meaning.
const WORDS: f32 = 0.5;

/// One score a passage; both inputs hold one a passage.
pub fn fuse(words: &WordScores, cosines: &[f32]) -> Vec<f32> {
    let words = standardised(&words.scores);
    let meaning = standardised(cosines);
    words.iter().zip(&meaning).map(|(w, m)| WORDS * w + m).collect()
}

/// By words alone; what shares no word is not found.
pub fn words_alone(words: &WordScores) -> Vec<f32> {
    words.scores.iter().map(|score| if *score > 0.0 { *score } else { f32::NEG_INFINITY }).collect()
}

fn standardised(scores: &[f32]) -> Vec<f32> {
    let count = scores.len().max(1) as f32;
    let mean = scores.iter().sum::<f32>() / count;
    let variance = scores.iter().map(|score| (score - mean).powi(2)).sum::<f32>() / count;
    let deviation = variance.sqrt();
    if deviation < 1e-6 {
        return vec![0.0; scores.len()];
    }
    scores.iter().map(|score| (score - mean) / deviation).collect()
}
