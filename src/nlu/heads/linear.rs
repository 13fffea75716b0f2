//! A linear model on the encoder's vector: one row of weights per class.

use super::numbers::dot;

#[derive(Clone, Debug, Default)]
pub struct Linear {
    pub classes: usize,
    /// `classes` rows of as many weights as a vector has numbers.
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

impl Linear {
    pub fn logits(&self, vector: &[f32]) -> Vec<f32> {
        let rows = self.weights.chunks_exact(vector.len().max(1));
        rows.zip(&self.bias).map(|(row, bias)| dot(row, vector) + bias).collect()
    }
}
