//! The examples most like a message, and what they were about.

use super::numbers::dot;

/// Examples that vote.
pub const NEIGHBOURS: usize = 10;

/// How fast a vote fades with distance: half an example at 0.07 less cosine.
const FADE: f32 = 0.1;

/// Share of the vote given to all classes alike, so that none is ruled out by silence.
const SMOOTHING: f32 = 0.05;

/// The training examples' vectors, eight bits a number.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    pub dimensions: usize,
    pub classes: usize,
    pub scales: Vec<f32>,
    pub vectors: Vec<i8>,
    pub labels: Vec<u32>,
}

/// The nearest examples: cosine and label, nearest first.
pub type Nearest = Vec<(f32, u32)>;

impl Neighbours {
    pub fn quantised(vectors: &[&[f32]], labels: Vec<u32>, classes: usize) -> Self {
        let dimensions = vectors.first().map_or(0, |vector| vector.len());
        let mut scales = Vec::with_capacity(vectors.len());
        let mut rounded = Vec::with_capacity(vectors.len() * dimensions);
        for vector in vectors {
            let scale = vector.iter().fold(0.0f32, |most, x| most.max(x.abs())).max(f32::MIN_POSITIVE) / 127.0;
            scales.push(scale);
            rounded.extend(vector.iter().map(|x| (x / scale).round() as i8));
        }
        Self { dimensions, classes, scales, vectors: rounded, labels }
    }

    pub fn nearest(&self, vector: &[f32]) -> Nearest {
        // The message's vector in 16 bits against the examples' 8: whole-number products
        // are twice as fast as floating ones without special instructions.
        let most = vector.iter().fold(0.0f32, |most, x| most.max(x.abs())).max(f32::MIN_POSITIVE);
        let scale = most / 16_000.0;
        let query: Vec<i16> = vector.iter().map(|x| (x / scale).round() as i16).collect();
        let mut nearest = Nearest::with_capacity(NEIGHBOURS + 1);
        let rows = self.vectors.chunks_exact(self.dimensions.max(1));
        for ((row, row_scale), &label) in rows.zip(&self.scales).zip(&self.labels) {
            let product: i32 = row.iter().zip(&query).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
            let cosine = product as f32 * row_scale * scale;
            insert(&mut nearest, cosine, label);
        }
        nearest
    }
}

/// As [`Neighbours::nearest`], exactly, for rows in memory.
pub fn nearest_of(vector: &[f32], rows: &[&[f32]], labels: &[u32]) -> Nearest {
    let mut nearest = Nearest::with_capacity(NEIGHBOURS + 1);
    for (row, &label) in rows.iter().zip(labels) {
        insert(&mut nearest, dot(row, vector), label);
    }
    nearest
}

fn insert(nearest: &mut Nearest, cosine: f32, label: u32) {
    if nearest.len() == NEIGHBOURS && nearest[NEIGHBOURS - 1].0 >= cosine {
        return;
    }
    let position = nearest.partition_point(|&(other, _)| other >= cosine);
    nearest.insert(position, (cosine, label));
    nearest.truncate(NEIGHBOURS);
}

/// The neighbours' vote as log-probabilities.
pub fn vote(nearest: &Nearest, classes: usize) -> Vec<f32> {
    let mut shares = vec![SMOOTHING / classes.max(1) as f32; classes];
    let closest = nearest.first().map_or(0.0, |&(cosine, _)| cosine);
    let total: f32 = nearest.iter().map(|(cosine, _)| ((cosine - closest) / FADE).exp()).sum();
    for &(cosine, label) in nearest {
        shares[label as usize] += (1.0 - SMOOTHING) * ((cosine - closest) / FADE).exp() / total;
    }
    shares.iter_mut().for_each(|share| *share = share.ln());
    shares
}
