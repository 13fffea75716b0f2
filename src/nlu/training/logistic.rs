//! Small dense problems solved by Newton's method: a logistic model of a few features, and
//! the weights with which several opinions are blended.

use crate::nlu::heads::numbers::{log_softmax, sigmoid};

/// A logistic model of standardised features.
#[derive(Clone, Debug, PartialEq)]
pub struct Logistic {
    pub means: Vec<f32>,
    pub scales: Vec<f32>,
    pub weights: Vec<f32>,
    pub bias: f32,
}

/// Fits p(positive | features) with weights for the rows and a ridge on the weights.
pub fn fit(rows: &[Vec<f32>], positive: &[bool], row_weights: &[f32], ridge: f64) -> Logistic {
    let width = rows.first().map_or(0, Vec::len);
    let (means, scales) = moments(rows, row_weights, width);
    let standard: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let scaled = row.iter().zip(&means).zip(&scales).map(|((x, mean), scale)| f64::from((x - mean) / scale));
            scaled.chain([1.0]).collect()
        })
        .collect();
    let mut model = vec![0.0f64; width + 1];
    for _ in 0..50 {
        let mut slope: Vec<f64> = model.iter().map(|weight| ridge * weight).collect();
        slope[width] = 0.0;
        let mut curvature = vec![vec![0.0f64; width + 1]; width + 1];
        for ((row, &yes), &weight) in standard.iter().zip(positive).zip(row_weights) {
            let logit: f64 = row.iter().zip(&model).map(|(x, w)| x * w).sum();
            let p = 1.0 / (1.0 + (-logit).exp());
            let error = f64::from(weight) * (p - f64::from(u8::from(yes)));
            let bend = f64::from(weight) * p * (1.0 - p);
            for i in 0..=width {
                slope[i] += error * row[i];
                for j in 0..=i {
                    curvature[i][j] += bend * row[i] * row[j];
                }
            }
        }
        for (i, row) in curvature.iter_mut().enumerate() {
            row[i] += if i < width { ridge } else { 0.0 } + 1e-9;
        }
        let Some(step) = solve(curvature, slope) else { break };
        let size = step.iter().map(|x| x * x).sum::<f64>().sqrt();
        // A full step far from the optimum may overshoot; ten units of log-odds is far.
        let damping = if size > 10.0 { 10.0 / size } else { 1.0 };
        model.iter_mut().zip(&step).for_each(|(weight, step)| *weight -= damping * step);
        if size < 1e-6 {
            break;
        }
    }
    let weights = model[..width].iter().map(|&weight| weight as f32).collect();
    Logistic { means, scales, weights, bias: model[width] as f32 }
}

impl Logistic {
    pub fn p(&self, row: &[f32]) -> f32 {
        let standard = row.iter().zip(&self.means).zip(&self.scales).map(|((x, mean), scale)| (x - mean) / scale);
        sigmoid(self.bias + standard.zip(&self.weights).map(|(x, weight)| x * weight).sum::<f32>())
    }
}

/// One row's opinions: log-probabilities per class, one list per opinion, and the truth.
pub struct Opinions<'a> {
    pub views: Vec<&'a [f32]>,
    pub truth: usize,
    pub weight: f32,
}

/// Weights (none below 0) that make Σ wᵥ·log pᵥ, normalised, most likely. The problem is
/// convex, and the sum of the weights plays the part of a temperature.
pub fn blend(rows: &[Opinions<'_>], views: usize) -> Vec<f32> {
    let mut weights = vec![1.0 / views as f64; views];
    let mut free: Vec<usize> = (0..views).collect();
    for _ in 0..60 {
        let count = free.len();
        let mut slope = vec![0.0; count];
        let mut curvature = vec![vec![0.0; count]; count];
        for row in rows {
            let classes = row.views[0].len();
            let mut p: Vec<f32> = (0..classes)
                .map(|class| row.views.iter().zip(&weights).map(|(view, w)| view[class] * *w as f32).sum())
                .collect();
            log_softmax(&mut p);
            p.iter_mut().for_each(|log_p| *log_p = log_p.exp());
            let means: Vec<f64> =
                free.iter().map(|&view| row.views[view].iter().zip(&p).map(|(x, p)| f64::from(x * p)).sum()).collect();
            let row_weight = f64::from(row.weight);
            for (i, &view) in free.iter().enumerate() {
                slope[i] += row_weight * (means[i] - f64::from(row.views[view][row.truth]));
                for (j, &other) in free.iter().enumerate().take(i + 1) {
                    let both = row.views[view].iter().zip(row.views[other]).zip(&p);
                    let product: f64 = both.map(|((a, b), p)| f64::from(a * b * p)).sum();
                    curvature[i][j] += row_weight * (product - means[i] * means[j]);
                }
            }
        }
        for (i, row) in curvature.iter_mut().enumerate() {
            row[i] += 1e-6 * rows.len() as f64;
        }
        let Some(step) = solve(curvature, slope) else { break };
        let size = step.iter().map(|x| x * x).sum::<f64>().sqrt();
        let damping = if size > 0.5 { 0.5 / size } else { 1.0 };
        for (&view, step) in free.iter().zip(&step) {
            weights[view] -= damping * step;
        }
        let before = free.len();
        // An opinion that would count against itself is left out.
        free.retain(|&view| weights[view] > 0.0);
        weights.iter_mut().for_each(|weight| *weight = weight.max(0.0));
        if free.is_empty() || (size < 1e-4 && free.len() == before) {
            break;
        }
    }
    weights.into_iter().map(|weight| weight as f32).collect()
}

fn moments(rows: &[Vec<f32>], row_weights: &[f32], width: usize) -> (Vec<f32>, Vec<f32>) {
    let total: f64 = row_weights.iter().map(|&weight| f64::from(weight)).sum::<f64>().max(1e-12);
    let mean_of = |power: &dyn Fn(usize, f64) -> f64, column: usize| {
        let weighed =
            rows.iter().zip(row_weights).map(|(row, &w)| f64::from(w) * power(column, f64::from(row[column])));
        weighed.sum::<f64>() / total
    };
    let means: Vec<f64> = (0..width).map(|column| mean_of(&|_, x| x, column)).collect();
    let scales = (0..width).map(|column| mean_of(&|c, x| (x - means[c]).powi(2), column).sqrt().max(1e-3) as f32);
    let scales = scales.collect();
    (means.into_iter().map(|mean| mean as f32).collect(), scales)
}

/// Gaussian elimination for a symmetric matrix of which the lower half is given.
#[expect(clippy::needless_range_loop, reason = "rows and columns of one matrix are indexed together")]
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for i in 0..size {
        for j in i + 1..size {
            matrix[i][j] = matrix[j][i];
        }
    }
    for column in 0..size {
        let pivot = (column..size).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..size {
            let factor = matrix[row][column] / matrix[column][column];
            for j in column..size {
                matrix[row][j] -= factor * matrix[column][j];
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|j| matrix[row][j] * right[j]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovers_which_feature_matters() {
        let rows: Vec<Vec<f32>> = (0..200).map(|i| vec![(i % 20) as f32, (i % 7) as f32]).collect();
        let positive: Vec<bool> = (0..200).map(|i| i % 20 + (i % 3) > 10).collect();
        let model = fit(&rows, &positive, &vec![1.0; 200], 1e-3);
        assert!(model.weights[0] > 5.0 * model.weights[1].abs());
        assert!(model.p(&[19.0, 3.0]) > 0.9 && model.p(&[0.0, 3.0]) < 0.1);
    }

    #[test]
    fn a_worthless_opinion_gets_no_weight() {
        let sure = [[-0.1f32, -2.3], [-2.3, -0.1]];
        let wrong = [[-2.3f32, -0.1], [-0.1, -2.3]];
        let rows: Vec<Opinions<'_>> = (0..100)
            .map(|i| {
                let truth = i % 2;
                // The first opinion is right nine times in ten.
                let said = if i % 10 == 0 { 1 - truth } else { truth };
                Opinions { views: vec![&sure[said], &wrong[truth]], truth, weight: 1.0 }
            })
            .collect();
        let weights = blend(&rows, 2);
        assert!(weights[0] > 0.5 && weights[1] == 0.0, "{weights:?}");
    }
}
