//! The little arithmetic that heads share. Plain loops: a head's work on one message is
//! microseconds, less than handing it to libtorch would cost.

/// The dot product, in eight lanes so that the compiler can use vector instructions.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

pub fn log_sum_exp(values: &[f32]) -> f32 {
    let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY {
        return most;
    }
    most + values.iter().map(|value| (value - most).exp()).sum::<f32>().ln()
}

/// Logits to log-probabilities, in place.
pub fn log_softmax(values: &mut [f32]) {
    let total = log_sum_exp(values);
    values.iter_mut().for_each(|value| *value -= total);
}

/// Logits to probabilities, in place.
pub fn softmax(values: &mut [f32]) {
    log_softmax(values);
    values.iter_mut().for_each(|value| *value = value.exp());
}

pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// The log-odds of a probability, kept finite.
pub fn log_odds(p: f32) -> f32 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln()
}

/// The position of the greatest value; 0 for none.
pub fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (position, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = position;
        }
    }
    best
}
