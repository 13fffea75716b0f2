//! One pass of a BERT encoder (Devlin et al. 2019) over a batch of token numbers.
//!
//! rust-bert defines the network and reads its weights; this runs them with libtorch's
//! fused operations: one product for query, key and value, one call for attention, no
//! dropout. It computes what rust-bert's own pass does (a test holds it to that) in half
//! the time, because a short message costs more in calls than in arithmetic.
//!
//! The same layers also run for training: everything here is differentiable, and a branch
//! under training is made of the same [`Layer`]s.

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

pub(super) struct Layer {
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
        let layer = |number: usize| Layer::of(shape, |part| part_of_layer(weights, number, part).to_kind(kind));
        let kind_of_token = weights["embeddings.token_type_embeddings.weight"].detach().get(0);
        Self {
            words: take("embeddings.word_embeddings.weight"),
            positions: (weights["embeddings.position_embeddings.weight"].detach() + kind_of_token).to_kind(kind),
            norm: Norm {
                weight: take("embeddings.LayerNorm.weight"),
                bias: take("embeddings.LayerNorm.bias"),
                epsilon: shape.epsilon,
            },
            layers: (0..shape.layers).map(layer).collect(),
            first_position: to_i64(shape.first_position),
            kind,
        }
    }

    /// The outputs of all tokens of all texts, one text after the other (tokens ×
    /// dimensions), after none, one, two … layers, where `keep` says that they are wanted.
    /// More rows may follow, which mean nothing.
    pub(super) fn run(&self, texts: &[Vec<u32>], keep: impl Fn(usize) -> bool) -> Vec<Option<Tensor>> {
        let square = Square::of(texts.iter().map(Vec::len), self.kind);
        let mut ids: Vec<i64> = texts.iter().flatten().map(|&id| i64::from(id)).collect();
        let places_of = |text: &Vec<u32>| self.first_position..self.first_position + to_i64(text.len());
        let mut places: Vec<i64> = texts.iter().flat_map(places_of).collect();
        ids.resize(square.rows, 0);
        places.resize(square.rows, 0);
        let words = self.words.index_select(0, &Tensor::from_slice(&ids));
        let positions = self.positions.index_select(0, &Tensor::from_slice(&places));
        let mut hidden = self.norm.apply(&(words + positions));
        let mut outputs = vec![keep(0).then(|| hidden.shallow_clone())];
        for (number, layer) in self.layers.iter().enumerate() {
            hidden = layer.run(&hidden, &square);
            outputs.push(keep(number + 1).then(|| hidden.shallow_clone()));
        }
        outputs
    }

    /// The outputs of the last layer.
    #[cfg(test)]
    pub(super) fn last(&self, texts: &[Vec<u32>]) -> Tensor {
        let last = self.run(texts, |done| done == self.layers.len()).pop().flatten();
        last.expect("it was asked for")
    }

    pub(super) fn layers(&self) -> usize {
        self.layers.len()
    }
}

/// One part of one layer by the name that branches give it: query, key and value are one.
pub(super) fn part_of_layer(weights: &HashMap<String, Tensor>, number: usize, part: &str) -> Tensor {
    let take = |name: &str| weights[&format!("encoder.layer.{number}.{name}")].detach();
    let (part, end) = part.split_once('.').unwrap_or((part, "weight"));
    match part {
        "query_key_value" => {
            let parts = ["query", "key", "value"];
            Tensor::cat(&parts.map(|part| take(&format!("attention.self.{part}.{end}"))), 0)
        }
        "attended" => take(&format!("attention.output.dense.{end}")),
        "attended_norm" => take(&format!("attention.output.LayerNorm.{end}")),
        "widened" => take(&format!("intermediate.dense.{end}")),
        "narrowed" => take(&format!("output.dense.{end}")),
        "output_norm" => take(&format!("output.LayerNorm.{end}")),
        _ => panic!("a layer has no {part}: this is a bug"),
    }
}

/// How the tokens of texts of several lengths lie in texts × tokens and back. Only
/// attention wants them so; everything else goes by the token, and padding costs it
/// nothing.
pub(super) struct Square {
    /// Rows of the token by token form.
    pub(super) rows: usize,
    texts: i64,
    longest: i64,
    /// The row of each text's first token.
    firsts: Tensor,
    /// Which token stands in each place, and where each token stands; `None` where all
    /// texts are of one length. At a place of padding stands some token, which nobody
    /// attends to.
    places: Option<(Tensor, Tensor)>,
    /// Added before the softmax: texts × 1 × tokens × tokens.
    bias: Tensor,
}

impl Square {
    /// For texts of so many tokens each.
    pub(super) fn of(lengths: impl Iterator<Item = usize>, kind: Kind) -> Self {
        let lengths: Vec<usize> = lengths.collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let (count, width) = (to_i64(lengths.len()), to_i64(longest));
        if lengths.iter().all(|&length| length == longest) {
            let bias = Tensor::zeros([1, 1, 1, 1], (kind, Device::Cpu)).expand([count, 1, width, width], false);
            let firsts = Tensor::arange(count, (Kind::Int64, Device::Cpu)) * width;
            return Self { rows: lengths.len() * longest, texts: count, longest: width, firsts, places: None, bias };
        }
        let (mut into, mut back, mut bias, mut firsts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (row, &length) in lengths.iter().enumerate() {
            let first = to_i64(back.len());
            firsts.push(first);
            back.extend((0..length).map(|column| to_i64(row * longest + column)));
            into.extend(first..to_i64(back.len()));
            into.resize((row + 1) * longest, first);
            bias.resize(into.len() - (longest - length), 0.0);
            bias.resize(into.len(), MASKED);
        }
        let rows = back.len().next_multiple_of(ROWS);
        back.resize(rows, 0);
        let bias = Tensor::from_slice(&bias).to_kind(kind).view([count, 1, 1, width]);
        Self {
            rows,
            texts: count,
            longest: width,
            firsts: Tensor::from_slice(&firsts),
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
    /// `take` gives the parts by the names of [`super::branch::PARTS`].
    pub(super) fn of(shape: &Shape, take: impl Fn(&str) -> Tensor) -> Self {
        let linear =
            |name: &str| Linear { weight: take(&format!("{name}.weight")), bias: take(&format!("{name}.bias")) };
        let norm = |name: &str| Norm {
            weight: take(&format!("{name}.weight")),
            bias: take(&format!("{name}.bias")),
            epsilon: shape.epsilon,
        };
        Self {
            heads: to_i64(shape.heads),
            activation: shape.activation,
            query_key_value: linear("query_key_value"),
            attended: linear("attended"),
            attended_norm: norm("attended_norm"),
            widened: linear("widened"),
            narrowed: linear("narrowed"),
            output_norm: norm("output_norm"),
        }
    }

    fn run(&self, hidden: &Tensor, square: &Square) -> Tensor {
        let parts = square.lay_out(self.query_key_value.apply(hidden));
        let (texts, tokens, width) = parts.size3().expect("laid out in three dimensions: this is a bug");
        // Three × texts × heads × tokens × width of a head.
        let parts = parts.view([texts, tokens, 3, self.heads, width / 3 / self.heads]).permute([2, 0, 3, 1, 4]);
        let (query, key, value) = (parts.get(0), parts.get(1), parts.get(2));
        let bias = Some(&square.bias);
        let attended = Tensor::scaled_dot_product_attention(&query, &key, &value, bias, 0.0, false, None::<f64>);
        self.above_attention(&square.collect(&attended.transpose(1, 2)), hidden, &mut |tensor| tensor)
    }

    /// As [`Layer::run`], for each text's first token alone (texts × dimensions): a sixth of
    /// the work. `first` is what it has become so far, where that is not what the trunk
    /// has made of it; `thin` is the dropout.
    pub(super) fn ask(
        &self,
        first: Option<Tensor>,
        hidden: &Tensor,
        square: &Square,
        thin: &mut dyn FnMut(Tensor) -> Tensor,
    ) -> Tensor {
        let Linear { weight, bias } = &self.query_key_value;
        let width = hidden.size()[1];
        let first = first.unwrap_or_else(|| hidden.index_select(0, &square.firsts));
        let query = first.linear(&weight.narrow(0, 0, width), Some(&bias.narrow(0, 0, width)));
        let rest = hidden.linear(&weight.narrow(0, width, 2 * width), Some(&bias.narrow(0, width, 2 * width)));
        let (texts, tokens, one) = (square.texts, square.longest, width / self.heads);
        let query = query.view([texts, 1, self.heads, one]).transpose(1, 2);
        let parts = square.lay_out(rest).view([texts, tokens, 2, self.heads, one]).permute([2, 0, 3, 1, 4]);
        let (key, value) = (parts.get(0), parts.get(1));
        let nearness = query.matmul(&key.transpose(-2, -1)) / (one as f64).sqrt() + square.bias.narrow(2, 0, 1);
        let attended = thin(nearness.softmax(-1, None::<Kind>)).matmul(&value);
        self.above_attention(&attended.transpose(1, 2).reshape([texts, width]), &first, thin)
    }

    fn above_attention(&self, attended: &Tensor, hidden: &Tensor, thin: &mut dyn FnMut(Tensor) -> Tensor) -> Tensor {
        let hidden = self.attended_norm.apply(&(thin(self.attended.apply(attended)) + hidden));
        let widened = self.activation.apply(&self.widened.apply(&hidden));
        self.output_norm.apply(&(thin(self.narrowed.apply(&widened)) + hidden))
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
