//! Exact nearest neighbours: rows of unit length in a byte a number, and plain dot products.
//!
//! A number of a sentence's vector needs no more than eight bits: rankings stay the same
//! (docs/retrieval.md), a row takes a quarter of the memory, and reading memory is what a
//! search spends its time on. A copy shares all rows with the original but those that are
//! set in it later.

use std::sync::Arc;

/// A row of unit length: `number × scale` for each of its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    scale: f32,
    numbers: Box<[i8]>,
}

/// A matrix of rows; some may not be known yet, and match nothing.
#[derive(Clone, Debug, Default)]
pub struct Vectors {
    width: usize,
    len: usize,
    blocks: Vec<Arc<Block>>,
}

#[derive(Clone, Debug)]
struct Block {
    /// 0 for rows that are not known.
    scales: Vec<f32>,
    numbers: Vec<i8>,
}

/// What rows are compared with, in sixteen bits a number: what is lost is lost in the rows.
pub struct Probe {
    scale: f32,
    numbers: Vec<i16>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VectorsError {
    #[error("row {row} has {got} numbers, the rows before have {wanted}: make all vectors with the same encoder")]
    Width { row: usize, wanted: usize, got: usize },
    #[error("there are {got} vectors for {wanted} texts: make one for each text, in their order")]
    Count { wanted: usize, got: usize },
}

/// Rows that are copied together when one of them is set.
const BLOCK: usize = 128;
const MOST: f32 = i8::MAX as f32;
/// The scale of a row that is known to be zero.
const ZERO: f32 = f32::MIN_POSITIVE;

impl Row {
    /// A vector of any length in unit length; one of zeros, or with a number that is not
    /// finite, is zero.
    pub fn of(vector: &[f32]) -> Self {
        let length = dot(vector, vector).sqrt();
        let largest = vector.iter().fold(0.0f32, |largest, number| largest.max(number.abs()));
        if !(length.is_finite() && length > 0.0 && largest > 0.0) {
            return Self { scale: ZERO, numbers: vec![0; vector.len()].into() };
        }
        let numbers = vector.iter().map(|number| (number / largest * MOST).round() as i8).collect();
        Self { scale: largest / MOST / length, numbers }
    }

    /// From what [`Row::parts`] gave.
    pub fn from_parts(scale: f32, numbers: Box<[i8]>) -> Self {
        let scale = if scale.is_finite() && scale > 0.0 { scale } else { ZERO };
        Self { scale, numbers }
    }

    pub fn parts(&self) -> (f32, &[i8]) {
        (self.scale, &self.numbers)
    }

    pub fn to_vector(&self) -> Vec<f32> {
        self.numbers.iter().map(|number| f32::from(*number) * self.scale).collect()
    }
}

impl Vectors {
    pub fn new<R: AsRef<[f32]>>(rows: &[R]) -> Result<Self, VectorsError> {
        let rows: Vec<Row> = rows.iter().map(|row| Row::of(row.as_ref())).collect();
        Self::of_rows(&rows)
    }

    pub fn of_rows(rows: &[Row]) -> Result<Self, VectorsError> {
        let mut vectors = Self::default();
        vectors.resize(rows.len());
        for (place, row) in rows.iter().enumerate() {
            vectors.set(place, row)?;
        }
        Ok(vectors)
    }

    /// Rows that are known and that are not.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether no row has ever been known.
    pub fn is_unknown(&self) -> bool {
        self.width == 0
    }

    /// Makes room; new rows are not known.
    pub fn resize(&mut self, len: usize) {
        self.len = len;
        self.fill();
    }

    pub fn set(&mut self, place: usize, row: &Row) -> Result<(), VectorsError> {
        if self.width == 0 {
            self.width = row.numbers.len();
            self.fill();
        }
        if row.numbers.len() != self.width {
            return Err(VectorsError::Width { row: place, wanted: self.width, got: row.numbers.len() });
        }
        let (block, place) = (Arc::make_mut(&mut self.blocks[place / BLOCK]), place % BLOCK);
        block.scales[place] = row.scale;
        block.numbers[place * self.width..][..self.width].copy_from_slice(&row.numbers);
        Ok(())
    }

    pub fn forget(&mut self, place: usize) {
        if let Some(block) = self.blocks.get_mut(place / BLOCK) {
            Arc::make_mut(block).scales[place % BLOCK] = 0.0;
        }
    }

    pub fn knows(&self, place: usize) -> bool {
        self.blocks.get(place / BLOCK).is_some_and(|block| block.scales[place % BLOCK] > 0.0)
    }

    pub fn get(&self, place: usize) -> Option<Row> {
        let block = self.blocks.get(place / BLOCK).filter(|_| self.knows(place))?;
        let numbers = &block.numbers[place % BLOCK * self.width..][..self.width];
        Some(Row { scale: block.scales[place % BLOCK], numbers: numbers.into() })
    }

    /// The cosine of every row with the query; zero for rows of another width.
    pub fn cosines(&self, probe: &Probe) -> Vec<f32> {
        let mut cosines = vec![0.0; self.len];
        if probe.numbers.len() == self.width {
            for (block, cosines) in self.blocks.iter().zip(cosines.chunks_mut(BLOCK)) {
                compare(block, probe, cosines);
            }
        }
        cosines
    }

    /// Blocks for all rows, as soon as their width is known.
    fn fill(&mut self) {
        let (width, blocks) = (self.width, self.len.div_ceil(BLOCK));
        if width > 0 {
            let empty = Block { scales: vec![0.0; BLOCK], numbers: vec![0; BLOCK * width] };
            self.blocks.resize_with(blocks, || Arc::new(empty.clone()));
        }
    }
}

impl Probe {
    /// Of any length: directions are compared.
    pub fn of(vector: &[f32]) -> Self {
        let length = dot(vector, vector).sqrt();
        let largest = vector.iter().fold(0.0f32, |largest, number| largest.max(number.abs()));
        if !(length.is_finite() && length > 0.0 && largest > 0.0) {
            return Self { scale: 0.0, numbers: vec![0; vector.len()] };
        }
        // So that the sum of all products still fits 32 bits.
        let most = (i32::MAX as f32 / MOST / vector.len() as f32 - 1.0).min(f32::from(i16::MAX));
        let numbers = vector.iter().map(|number| (number / largest * most).round() as i16).collect();
        Self { scale: largest / most / length, numbers }
    }
}

fn compare(block: &Block, probe: &Probe, cosines: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "a function for processors that have AVX2 is unsafe to call on others")]
        // SAFETY: this processor has AVX2; nothing else is asked of the caller.
        unsafe {
            compare_avx2(block, probe, cosines);
        }
        return;
    }
    compare_plainly(block, probe, cosines);
}

/// The same, compiled for processors with wider registers: a third of the time.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn compare_avx2(block: &Block, probe: &Probe, cosines: &mut [f32]) {
    compare_plainly(block, probe, cosines);
}

#[inline(always)]
fn compare_plainly(block: &Block, probe: &Probe, cosines: &mut [f32]) {
    let rows = block.numbers.chunks_exact(probe.numbers.len().max(1));
    for ((row, scale), cosine) in rows.zip(&block.scales).zip(cosines) {
        // Plain enough for the compiler to vectorise: sixteen products at once with AVX2.
        let mut sum = 0i32;
        for (number, asked) in row.iter().zip(&probe.numbers) {
            sum += i32::from(*number) * i32::from(*asked);
        }
        *cosine = sum as f32 * scale * probe.scale;
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

    fn cosines(vectors: &Vectors, query: &[f32]) -> Vec<f32> {
        vectors.cosines(&Probe::of(query))
    }

    #[test]
    fn cosines_do_not_depend_on_length() {
        let vectors = Vectors::new(&[vec![3.0, 4.0], vec![0.0, 2.0], vec![0.0, 0.0]]).unwrap();
        assert_eq!(vectors.len(), 3);
        let cosines = cosines(&vectors, &[0.0, 10.0]);
        assert!((cosines[0] - 0.8).abs() < 4e-3, "{cosines:?}");
        assert!((cosines[1] - 1.0).abs() < 1e-4, "{cosines:?}");
        assert_eq!(cosines[2], 0.0);
    }

    #[test]
    fn what_cannot_be_compared_matches_nothing() {
        let vectors = Vectors::new(&[vec![1.0, 0.0], vec![f32::NAN, 1.0]]).unwrap();
        assert_eq!(cosines(&vectors, &[1.0]), [0.0, 0.0]);
        assert_eq!(cosines(&vectors, &[f32::NAN, 1.0]), [0.0, 0.0]);
        assert_eq!(cosines(&vectors, &[0.0, 1.0]), [0.0, 0.0]);
        // Zero, but known: nobody needs to encode it again.
        assert!(vectors.knows(1));
    }

    #[test]
    fn uneven_rows_are_refused() {
        let error = Vectors::new(&[vec![1.0, 0.0], vec![1.0]]).unwrap_err();
        assert_eq!(error, VectorsError::Width { row: 1, wanted: 2, got: 1 });
    }

    #[test]
    fn a_copy_changes_alone_and_shares_the_rest() {
        let row = Row::of(&[1.0, 0.0]);
        let before = Vectors::of_rows(&vec![row.clone(); 3 * BLOCK]).unwrap();
        let mut after = before.clone();
        after.set(BLOCK, &Row::of(&[0.0, 1.0])).unwrap();
        after.forget(1);
        after.resize(4 * BLOCK);
        assert_eq!((before.get(BLOCK), before.get(1)), (Some(row.clone()), Some(row.clone())));
        assert_eq!((after.get(1), after.get(4 * BLOCK - 1)), (None, None));
        assert_ne!(after.get(BLOCK), Some(row));
        assert!(Arc::ptr_eq(&before.blocks[2], &after.blocks[2]));
    }

    proptest! {
        #[test]
        fn dot_is_the_sum_of_products(pairs in prop::collection::vec((-1.0f32..1.0, -1.0f32..1.0), 0..50)) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.iter().copied().unzip();
            let plain: f32 = pairs.iter().map(|(x, y)| x * y).sum();
            prop_assert!((dot(&a, &b) - plain).abs() < 1e-4);
        }

        #[test]
        fn a_byte_a_number_is_near_enough(pairs in prop::collection::vec((-1.0f32..1.0, -1.0f32..1.0), 384)) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.iter().copied().unzip();
            let exact = dot(&a, &b) / dot(&a, &a).sqrt() / dot(&b, &b).sqrt();
            let near = cosines(&Vectors::new(&[a]).unwrap(), &b)[0];
            prop_assert!((exact - near).abs() < 1e-3, "{exact} {near}");
        }

        #[test]
        fn no_sum_overflows(width in 1usize..2_000, sign in prop::bool::ANY) {
            let (row, query) = (vec![1.0; width], vec![if sign { 1.0 } else { -1.0 }; width]);
            let cosine = cosines(&Vectors::new(&[row]).unwrap(), &query)[0];
            prop_assert!((cosine.abs() - 1.0).abs() < 1e-3, "{cosine}");
        }
    }
}
