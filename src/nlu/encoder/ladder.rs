//! Following a branch: one token on its way up the branch's layers.
//!
//! It is a handful of products of a matrix and a single vector, for which libtorch needs
//! longer to prepare than to compute. Here they are SimSIMD's dot products of bfloat16
//! numbers, and the keys and values of the other tokens are never made: a head's question
//! goes through the key's matrix once instead of every token (Shazeer 2019 calls attention
//! bound by memory for this very case), and the value's matrix sees the tokens' mean. That
//! changes the order of sums and nothing else; a test holds it to what libtorch computes.

use std::f32::consts::{FRAC_1_SQRT_2, PI};

use simsimd::{SpatialSimilarity, bf16};

use super::Vector;
use super::branch::Branch;
use super::shape::{Act, Shape};

/// A branch with its weights as they are computed with.
#[derive(Debug)]
pub(super) struct Ladder {
    width: usize,
    rungs: Vec<Rung>,
}

/// One layer, for a single token.
#[derive(Debug)]
struct Rung {
    heads: usize,
    activation: Act,
    query: Linear,
    /// Its rows; its bias would add the same to every token's weight, and so nothing.
    key: Vec<bf16>,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    widened: Linear,
    narrowed: Linear,
    output_norm: Norm,
}

#[derive(Debug)]
struct Linear {
    /// A row for each number that it gives.
    rows: Vec<bf16>,
    bias: Vec<f32>,
}

#[derive(Debug)]
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

impl Ladder {
    pub(super) fn of(branch: &Branch, shape: &Shape) -> Self {
        let rungs = (0..branch.depth()).map(|number| Rung::of(branch, number, shape)).collect();
        Self { width: shape.dimensions, rungs }
    }

    /// What the first token becomes. `tokens` are the trunk's outputs as each layer of the
    /// branch finds them: layers × tokens × dimensions.
    pub(super) fn follow(&self, tokens: &[half::bf16]) -> Vector {
        let in_one_layer = tokens.len() / self.rungs.len();
        let mut first: Vector = tokens[..self.width].iter().map(|number| number.to_f32()).collect();
        for (rung, tokens) in self.rungs.iter().zip(tokens.chunks_exact(in_one_layer)) {
            let tokens: Vec<bf16> = tokens.iter().map(|number| bf16(number.to_bits())).collect();
            first = rung.climb(&first, &tokens);
        }
        first
    }
}

impl Rung {
    fn of(branch: &Branch, number: usize, shape: &Shape) -> Self {
        let width = shape.dimensions;
        let weight = |part: &str| branch.floats(number, &format!("{part}.weight"));
        let bias = |part: &str| branch.floats(number, &format!("{part}.bias"));
        let linear = |part: &str| Linear { rows: rounded(&weight(part)), bias: bias(part) };
        let norm = |part: &str| Norm { weight: weight(part), bias: bias(part), epsilon: shape.epsilon as f32 };
        let (three, biases) = (rounded(&weight("query_key_value")), bias("query_key_value"));
        let third = |place: usize| Linear {
            rows: three[place * width * width..(place + 1) * width * width].to_vec(),
            bias: biases[place * width..(place + 1) * width].to_vec(),
        };
        Self {
            heads: shape.heads,
            activation: shape.activation,
            query: third(0),
            key: third(1).rows,
            value: third(2),
            attended: linear("attended"),
            attended_norm: norm("attended_norm"),
            widened: linear("widened"),
            narrowed: linear("narrowed"),
            output_norm: norm("output_norm"),
        }
    }

    fn climb(&self, first: &[f32], tokens: &[bf16]) -> Vector {
        let attended = self.attended.apply(&self.attend(first, tokens));
        let hidden = self.attended_norm.apply(&attended, first);
        let mut widened = self.widened.apply(&hidden);
        widened.iter_mut().for_each(|number| *number = self.activation.of(*number));
        self.output_norm.apply(&self.narrowed.apply(&widened), &hidden)
    }

    /// What the heads find, side by side.
    fn attend(&self, first: &[f32], tokens: &[bf16]) -> Vector {
        let width = first.len();
        let of_head = width / self.heads;
        let query = self.query.apply(first);
        let mut found = Vec::with_capacity(width);
        for head in 0..self.heads {
            let rows = head * of_head..(head + 1) * of_head;
            // The question in the tokens' own terms.
            let mut question = vec![0.0; width];
            for (row, part) in self.key.chunks_exact(width).skip(rows.start).zip(&query[rows.clone()]) {
                add(&mut question, *part / (of_head as f32).sqrt(), row);
            }
            let question = rounded(&question);
            let mut weights: Vec<f32> = tokens.chunks_exact(width).map(|token| dot(token, &question)).collect();
            softmax(&mut weights);
            let mut mean = vec![0.0; width];
            for (token, weight) in tokens.chunks_exact(width).zip(&weights) {
                add(&mut mean, *weight, token);
            }
            found.extend(self.value.some(rows, &mean));
        }
        found
    }
}

impl Linear {
    fn apply(&self, input: &[f32]) -> Vector {
        self.some(0..self.bias.len(), input).collect()
    }

    fn some(&self, outputs: std::ops::Range<usize>, input: &[f32]) -> impl Iterator<Item = f32> {
        let width = input.len();
        let input = rounded(input);
        let rows = self.rows[outputs.start * width..outputs.end * width].chunks_exact(width);
        rows.zip(&self.bias[outputs]).map(move |(row, bias)| dot(row, &input) + bias)
    }
}

impl Norm {
    /// Layer normalisation (Ba and others 2016) of the sum of both.
    fn apply(&self, a: &[f32], b: &[f32]) -> Vector {
        let sum: Vector = a.iter().zip(b).map(|(a, b)| a + b).collect();
        let count = sum.len() as f32;
        let mean = sum.iter().sum::<f32>() / count;
        let variance = sum.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / count;
        let scale = (variance + self.epsilon).sqrt().recip();
        let normalised = sum.iter().zip(&self.weight).zip(&self.bias);
        normalised.map(|((x, weight), bias)| (x - mean) * scale * weight + bias).collect()
    }
}

impl Act {
    fn of(self, x: f32) -> f32 {
        match self {
            Act::Gelu => 0.5 * x * (1.0 + erf(x * FRAC_1_SQRT_2)),
            Act::GeluTanh => 0.5 * x * (1.0 + ((2.0 / PI).sqrt() * (x + 0.044_715 * x.powi(3))).tanh()),
            Act::Relu => x.max(0.0),
        }
    }
}

/// The error function to 7 decimals (Abramowitz and Stegun 1964, formula 7.1.26).
fn erf(x: f32) -> f32 {
    const FACTORS: [f32; 5] = [1.061_405_4, -1.453_152_1, 1.421_413_8, -0.284_496_72, 0.254_829_6];
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let polynomial = FACTORS.iter().fold(0.0, |sum, factor| (sum + factor) * t);
    (1.0 - polynomial * (-x * x).exp()).copysign(x)
}

fn softmax(weights: &mut [f32]) {
    let greatest = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    weights.iter_mut().for_each(|weight| *weight = (*weight - greatest).exp());
    let sum: f32 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
}

fn dot(a: &[bf16], b: &[bf16]) -> f32 {
    bf16::dot(a, b).expect("both are of the encoder's width: this is a bug") as f32
}

fn add(sum: &mut [f32], factor: f32, numbers: &[bf16]) {
    for (sum, number) in sum.iter_mut().zip(numbers) {
        // A bfloat16 number is the upper half of a float; written out, the loop takes vectors.
        *sum += factor * f32::from_bits(u32::from(number.0) << 16);
    }
}

fn rounded(numbers: &[f32]) -> Vec<bf16> {
    numbers.iter().map(|&number| bf16(half::bf16::from_f32(number).to_bits())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0.0, 0.0)]
    #[case(0.5, 0.520_499_9)]
    #[case(-1.0, -0.842_700_8)]
    #[case(3.0, 0.999_977_9)]
    fn the_error_function_is_the_tables(#[case] x: f32, #[case] expected: f32) {
        assert!((erf(x) - expected).abs() < 1e-6, "{}", erf(x));
    }

    #[test]
    fn weights_of_attention_add_up_to_one() {
        let mut weights = [900.0, 901.0, 800.0];
        softmax(&mut weights);
        assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6 && weights[1] > weights[0]);
    }
}
