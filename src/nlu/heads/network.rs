//! A network with one hidden layer on the encoder's vector: where a straight line cannot
//! part the classes, since complaints and compliments look different in different places.

use super::linear::Linear;

#[derive(Clone, Debug, Default)]
pub struct Network {
    pub hidden: Linear,
    pub output: Linear,
}

impl Network {
    pub fn logits(&self, vector: &[f32]) -> Vec<f32> {
        let mut hidden = self.hidden.logits(vector);
        hidden.iter_mut().for_each(|unit| *unit = unit.max(0.0));
        self.output.logits(&hidden)
    }
}
