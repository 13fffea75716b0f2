//! Tensors of bfloat16 to plain numbers and back.
//!
//! tch takes `half::bf16` for libtorch's other half precision, so the bits go by way of
//! 16-bit integers.

use half::bf16;
use tch::{Kind, Tensor};

/// The tensor's numbers, row by row.
pub(super) fn bf16s(tensor: &Tensor) -> Vec<bf16> {
    let bits = tensor.to_kind(Kind::BFloat16).contiguous().view([-1]).view_dtype(Kind::Int16);
    let bits: Vec<i16> = Vec::try_from(bits).expect("a flat tensor of integers: this is a bug");
    bits.into_iter().map(|bits| bf16::from_bits(bits.cast_unsigned())).collect()
}

/// A flat tensor of bfloat16.
pub(super) fn tensor(numbers: &[bf16]) -> Tensor {
    let bits: Vec<i16> = numbers.iter().map(|number| number.to_bits().cast_signed()).collect();
    Tensor::from_slice(&bits).view_dtype(Kind::BFloat16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_what_they_are() {
        let there = [0.0f32, 1.0, -2.5, 1e-3, 3e30];
        let rounded: Vec<f32> = bf16s(&Tensor::from_slice(&there)).iter().map(|number| number.to_f32()).collect();
        for (number, rounded) in there.iter().zip(&rounded) {
            assert!((number - rounded).abs() <= number.abs() / 256.0, "{number} {rounded}");
        }
        let back = Vec::<f32>::try_from(tensor(&bf16s(&Tensor::from_slice(&there))).to_kind(Kind::Float)).unwrap();
        assert_eq!(back, rounded);
    }
}
