//! One pass of a BERT encoder (Devlin et al. 2019) over a batch of token numbers.
//!
//! rust-bert defines the network and reads its weights; this runs them with libtorch's
//! fused operations: one product for query, key and value, one call for attention, no
//! dropout. It computes what rust-bert's own pass does (a test holds it to that) in half
//! the time, because a short message costs more in calls than in arithmetic.

use std::collections::HashMap;

use tch::{Device, Kind, Tensor};

use super::shape::{Act, Shape};

/// A batch of several lengths has a multiple of so many rows: oneDNN compiles and keeps
/// code for each number of rows that it meets.
const ROWS: usize = 32;

/// What padding gets in place of minus infinity before the softmax; bfloat16 holds it.
const MASKED: f64 = -1e4;

pub(super) struct Forward {
    words: Tensor,
    /// Position and token type added up, since the type is always the first.
    positions: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
    /// The row of `positions` that belongs to a text's first token.
    first_position: i64,
    kind: Kind,
}

struct Layer {
    heads: i64,
    activation: Act,
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
    epsilon: f64,
}

impl Forward {
    /// Takes the weights by rust-bert's names for them, as `kind`.
    ///
    /// # Panics
    /// If one is missing: rust-bert has named them all.
    pub(super) fn of(weights: &HashMap<String, Tensor>, shape: &Shape, kind: Kind) -> Self {
        let take = |name: &str| weights[name].detach().to_kind(kind);
        let linear =
            |name: String| Linear { weight: take(&format!("{name}.weight")), bias: take(&format!("{name}.bias")) };
        let norm = |name: String| Norm {
            weight: take(&format!("{name}.weight")),
            bias: take(&format!("{name}.bias")),
            epsilon: shape.epsilon,
        };
        let layer = |number: usize| {
            let name = |part: &str| format!("encoder.layer.{number}.{part}");
            let joined = |end: &str| {
                let parts = ["query", "key", "value"];
                Tensor::cat(&parts.map(|part| take(&name(&format!("attention.self.{part}.{end}")))), 0)
            };
            Layer {
                heads: to_i64(shape.heads),
                activation: shape.activation,
                query_key_value: Linear { weight: joined("weight"), bias: joined("bias") },
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
            layers: (0..shape.layers).map(layer).collect(),
            first_position: to_i64(shape.first_position),
            kind,
        }
    }

    /// The outputs of all tokens of all texts, one text after the other: tokens ×
    /// dimensions. More rows may follow, which mean nothing.
    pub(super) fn run(&self, texts: &[Vec<u32>]) -> Tensor {
        let square = Square::of(texts, self.kind);
        let mut ids: Vec<i64> = texts.iter().flatten().map(|&id| i64::from(id)).collect();
        let places_of = |text: &Vec<u32>| self.first_position..self.first_position + to_i64(text.len());
        let mut places: Vec<i64> = texts.iter().flat_map(places_of).collect();
        ids.resize(square.rows, 0);
        places.resize(square.rows, 0);
        let words = self.words.index_select(0, &Tensor::from_slice(&ids));
        let positions = self.positions.index_select(0, &Tensor::from_slice(&places));
        let mut hidden = self.norm.apply(&(words + positions));
        for layer in &self.layers {
            hidden = layer.run(&hidden, &square);
        }
        hidden
    }
}

/// How the tokens of texts of several lengths lie in texts × tokens and back. Only
/// attention wants them so; everything else goes by the token, and padding costs it
/// nothing.
struct Square {
    /// Rows of the token by token form.
    rows: usize,
    texts: i64,
    longest: i64,
    /// Which token stands in each place, and where each token stands; `None` where all
    /// texts are of one length. At a place of padding stands some token, which nobody
    /// attends to.
    places: Option<(Tensor, Tensor)>,
    /// Added before the softmax: texts × 1 × tokens × tokens.
    bias: Tensor,
}

impl Square {
    fn of(texts: &[Vec<u32>], kind: Kind) -> Self {
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        let (count, width) = (to_i64(texts.len()), to_i64(longest));
        if texts.iter().all(|text| text.len() == longest) {
            let bias = Tensor::zeros([1, 1, 1, 1], (kind, Device::Cpu)).expand([count, 1, width, width], false);
            return Self { rows: texts.len() * longest, texts: count, longest: width, places: None, bias };
        }
        let (mut into, mut back, mut bias) = (Vec::new(), Vec::new(), Vec::new());
        for (row, text) in texts.iter().enumerate() {
            let first = to_i64(back.len());
            back.extend((0..text.len()).map(|column| to_i64(row * longest + column)));
            into.extend(first..to_i64(back.len()));
            into.resize((row + 1) * longest, first);
            bias.resize(into.len() - (longest - text.len()), 0.0);
            bias.resize(into.len(), MASKED);
        }
        let rows = back.len().next_multiple_of(ROWS);
        back.resize(rows, 0);
        let bias = Tensor::from_slice(&bias).to_kind(kind).view([count, 1, 1, width]);
        Self {
            rows,
            texts: count,
            longest: width,
            places: Some((Tensor::from_slice(&into), Tensor::from_slice(&back))),
            bias: bias.expand([count, 1, width, width], false),
        }
    }

    fn lay_out(&self, tokens: Tensor) -> Tensor {
        let tokens = match &self.places {
            Some((into, _)) => tokens.index_select(0, into),
            None => tokens,
        };
        tokens.view([self.texts, self.longest, -1])
    }

    fn collect(&self, square: &Tensor) -> Tensor {
        let tokens = square.reshape([self.texts * self.longest, -1]);
        match &self.places {
            Some((_, back)) => tokens.index_select(0, back),
            None => tokens,
        }
    }
}

impl Layer {
    fn run(&self, hidden: &Tensor, square: &Square) -> Tensor {
        let parts = square.lay_out(self.query_key_value.apply(hidden));
        let (texts, tokens, width) = parts.size3().expect("laid out in three dimensions: this is a bug");
        // Three × texts × heads × tokens × width of a head.
        let parts = parts.view([texts, tokens, 3, self.heads, width / 3 / self.heads]).permute([2, 0, 3, 1, 4]);
        let (query, key, value) = (parts.get(0), parts.get(1), parts.get(2));
        let bias = Some(&square.bias);
        let attended = Tensor::scaled_dot_product_attention(&query, &key, &value, bias, 0.0, false, None::<f64>);
        let attended = square.collect(&attended.transpose(1, 2));
        let hidden = self.attended_norm.apply(&(self.attended.apply(&attended) + hidden));
        let widened = self.activation.apply(&self.widened.apply(&hidden));
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
        input.layer_norm([width], Some(&self.weight), Some(&self.bias), self.epsilon, false)
    }
}

impl Act {
    fn apply(self, input: &Tensor) -> Tensor {
        match self {
            Act::Gelu => input.gelu("none"),
            Act::GeluTanh => input.gelu("tanh"),
            Act::Relu => input.relu(),
        }
    }
}

fn to_i64(count: usize) -> i64 {
    i64::try_from(count).expect("a batch is small: this is a bug")
}
