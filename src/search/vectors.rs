//! Exact nearest neighbours: rows of unit length and plain dot products.
//!
//! A few thousand rows of 384 numbers take less time than an approximate index would cost
//! in code; the loop is written so that the compiler vectorises it.

/// A matrix of rows of unit length.
#[derive(Clone, Debug, Default)]
pub struct Vectors {
    width: usize,
    numbers: Vec<f32>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VectorsError {
    #[error("row {row} has {got} numbers, the rows before have {wanted}: make all vectors with the same encoder")]
    Width { row: usize, wanted: usize, got: usize },
    #[error("there are {got} vectors for {wanted} texts: make one for each text, in their order")]
    Count { wanted: usize, got: usize },
}

impl Vectors {
    /// Rows are brought to unit length; a row of zeros, or with a number that is not finite, stays zero.
    pub fn new<R: AsRef<[f32]>>(rows: &[R]) -> Result<Self, VectorsError> {
        let width = rows.first().map_or(0, |row| row.as_ref().len());
        let mut numbers = Vec::with_capacity(width * rows.len());
        for (index, row) in rows.iter().enumerate() {
            let row = row.as_ref();
            if row.len() != width {
                return Err(VectorsError::Width { row: index, wanted: width, got: row.len() });
            }
            let length = dot(row, row).sqrt();
            let scale = if length.is_finite() && length > 0.0 { 1.0 / length } else { 0.0 };
            numbers.extend(row.iter().map(|number| if scale == 0.0 { 0.0 } else { number * scale }));
        }
        Ok(Self { width, numbers })
    }

    pub fn len(&self) -> usize {
        self.numbers.len().checked_div(self.width).unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// The cosine of every row with the query, whatever the query's length. A query of
    /// another width matches nothing: all zero.
    pub fn cosines(&self, query: &[f32]) -> Vec<f32> {
        let length = dot(query, query).sqrt();
        if query.len() != self.width || !(length.is_finite() && length > 0.0) {
            return vec![0.0; self.len()];
        }
        self.numbers.chunks_exact(self.width.max(1)).map(|row| dot(row, query) / length).collect()
    }
}

/// Sums in sixteen lanes, so that additions do not wait for each other.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0f32; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let tail: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cosines_do_not_depend_on_length() {
        let vectors = Vectors::new(&[vec![3.0, 4.0], vec![0.0, 2.0], vec![0.0, 0.0]]).unwrap();
        assert_eq!(vectors.len(), 3);
        let cosines = vectors.cosines(&[0.0, 10.0]);
        assert!((cosines[0] - 0.8).abs() < 1e-6);
        assert!((cosines[1] - 1.0).abs() < 1e-6);
        assert_eq!(cosines[2], 0.0);
    }

    #[test]
    fn what_cannot_be_compared_matches_nothing() {
        let vectors = Vectors::new(&[vec![1.0, 0.0], vec![f32::NAN, 1.0]]).unwrap();
        assert_eq!(vectors.cosines(&[1.0]), [0.0, 0.0]);
        assert_eq!(vectors.cosines(&[f32::NAN, 1.0]), [0.0, 0.0]);
        assert_eq!(vectors.cosines(&[0.0, 1.0]), [0.0, 0.0]);
    }

    #[test]
    fn uneven_rows_are_refused() {
        let error = Vectors::new(&[vec![1.0, 0.0], vec![1.0]]).unwrap_err();
        assert_eq!(error, VectorsError::Width { row: 1, wanted: 2, got: 1 });
    }

    proptest! {
        #[test]
        fn dot_is_the_sum_of_products(pairs in prop::collection::vec((-1.0f32..1.0, -1.0f32..1.0), 0..50)) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.iter().copied().unzip();
            let plain: f32 = pairs.iter().map(|(x, y)| x * y).sum();
            prop_assert!((dot(&a, &b) - plain).abs() < 1e-4);
        }
    }
}
