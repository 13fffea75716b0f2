//! One pass of a BERT encoder (Devlin et al. 2019) over a batch of token numbers.
//!
//! rust-bert defines the network and reads its weights; this runs them with libtorch's
//! fused operations: one product for query, key and value, one call for attention, no
//! dropout. It computes what rust-bert's own pass does (a test holds it to that) in half
//! the time, because a short message costs more in calls than in arithmetic.

use std::collections::HashMap;

use tch::{Kind, Tensor};

/// Layers, attention heads and the layer norm's epsilon of all-MiniLM-L6-v2.
const LAYERS: usize = 6;
const HEADS: i64 = 12;
const EPSILON: f64 = 1e-12;

/// What padding gets in place of minus infinity before the softmax; bfloat16 holds it.
const MASKED: f64 = -1e4;

pub(super) struct Forward {
    words: Tensor,
    /// Position and token type added up, since the type is always the first.
    positions: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
    kind: Kind,
}

struct Layer {
    query_key_value: Linear,
    attended: Linear,
    attended_norm: Norm,
    widened: Linear,
    narrowed: Linear,
    output_norm: Norm,
}

struct Linear {
    weight: Tensor,
    bias: Tensor,
}

struct Norm {
    weight: Tensor,
    bias: Tensor,
}

impl Forward {
    /// Takes the weights by the names under which they are published, as `kind`.
    ///
    /// # Panics
    /// If one is missing: rust-bert has named them all.
    pub(super) fn of(weights: &HashMap<String, Tensor>, kind: Kind) -> Self {
        let take = |name: &str| weights[name].detach().to_kind(kind);
        let linear =
            |name: String| Linear { weight: take(&format!("{name}.weight")), bias: take(&format!("{name}.bias")) };
        let norm = |name: String| Norm { weight: take(&format!("{name}.weight")), bias: take(&format!("{name}.bias")) };
        let layer = |number: usize| {
            let name = |part: &str| format!("encoder.layer.{number}.{part}");
            let parts = ["query", "key", "value"].map(|part| linear(name(&format!("attention.self.{part}"))));
            let weights: Vec<&Tensor> = parts.iter().map(|part| &part.weight).collect();
            let biases: Vec<&Tensor> = parts.iter().map(|part| &part.bias).collect();
            Layer {
                query_key_value: Linear { weight: Tensor::cat(&weights, 0), bias: Tensor::cat(&biases, 0) },
                attended: linear(name("attention.output.dense")),
                attended_norm: norm(name("attention.output.LayerNorm")),
                widened: linear(name("intermediate.dense")),
                narrowed: linear(name("output.dense")),
                output_norm: norm(name("output.LayerNorm")),
            }
        };
        let kind_of_token = weights["embeddings.token_type_embeddings.weight"].detach().get(0);
        Self {
            words: take("embeddings.word_embeddings.weight"),
            positions: (weights["embeddings.position_embeddings.weight"].detach() + kind_of_token).to_kind(kind),
            norm: norm("embeddings.LayerNorm".to_owned()),
            layers: (0..LAYERS).map(layer).collect(),
            kind,
        }
    }

    /// `ids` and `mask` (1 for a token, 0 for padding) are texts × tokens; the result is
    /// texts × tokens × dimensions. What stands at padding means nothing.
    pub(super) fn run(&self, ids: &Tensor, mask: &Tensor) -> Tensor {
        let (texts, tokens) = ids.size2().expect("ids are two-dimensional: this is a bug");
        let bias = ((mask.to_kind(self.kind) - 1.0) * -MASKED).view([texts, 1, 1, tokens]);
        let bias = bias.expand([texts, 1, tokens, tokens], false);

        let words = self.words.index_select(0, &ids.view([-1])).view([texts, tokens, -1]);
        let mut hidden = self.norm.apply(&(words + self.positions.narrow(0, 0, tokens)));
        for layer in &self.layers {
            hidden = layer.run(&hidden, &bias);
        }
        hidden
    }
}

impl Layer {
    fn run(&self, hidden: &Tensor, bias: &Tensor) -> Tensor {
        let (texts, tokens, width) = hidden.size3().expect("hidden states have three dimensions: this is a bug");
        let parts = self.query_key_value.apply(hidden).view([texts, tokens, 3, HEADS, width / HEADS]);
        // Three × texts × heads × tokens × width of a head.
        let parts = parts.permute([2, 0, 3, 1, 4]);
        let (query, key, value) = (parts.get(0), parts.get(1), parts.get(2));
        let attended = Tensor::scaled_dot_product_attention(&query, &key, &value, Some(bias), 0.0, false, None::<f64>);
        let attended = attended.transpose(1, 2).reshape([texts, tokens, width]);
        let hidden = self.attended_norm.apply(&(self.attended.apply(&attended) + hidden));
        let widened = self.widened.apply(&hidden).gelu("none");
        self.output_norm.apply(&(self.narrowed.apply(&widened) + hidden))
    }
}

impl Linear {
    fn apply(&self, input: &Tensor) -> Tensor {
        input.linear(&self.weight, Some(&self.bias))
    }
}

impl Norm {
    fn apply(&self, input: &Tensor) -> Tensor {
        let width = self.weight.size1().expect("a norm's weights are a row: this is a bug");
        input.layer_norm([width], Some(&self.weight), Some(&self.bias), EPSILON, false)
    }
}
