//! What an encoder looks like, read from the files that are published with its weights.
//!
//! `config.json` tells the network, `sentence_bert_config.json` how much of a text it was
//! trained on, `1_Pooling/config.json` how the tokens' outputs become one vector. Only the
//! first must be there. What this program cannot run is refused by name, with what it can.

use std::path::{Path, PathBuf};

use rust_bert::Activation;
use rust_bert::bert::BertConfig;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::files::FilesError;

const CONFIG: &str = "config.json";
const LENGTH: &str = "sentence_bert_config.json";
const POOLING: &str = "1_Pooling/config.json";
const MODULES: &str = "modules.json";

/// Files that decide what a vector looks like, beside weights and tokenizer.
pub(super) const DESCRIPTIONS: [&str; 4] = [CONFIG, LENGTH, POOLING, MODULES];

/// More of a text is never read, whatever an encoder could: it costs time for everybody
/// who waits, and no customer writes so much in one message.
const MOST_TOKENS: usize = 512;

/// The tokens of a text that are read where the encoder does not say.
const USUAL_TOKENS: usize = 256;

/// The sizes of one encoder, and how it is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub layers: usize,
    pub heads: usize,
    /// Numbers in a vector.
    pub dimensions: usize,
    /// Numbers between the two products of a layer.
    pub widened: usize,
    pub vocabulary: usize,
    pub token_types: usize,
    /// Rows of the table of positions.
    pub positions: usize,
    /// The row of a text's first token: RoBERTa's come after the one of padding.
    pub first_position: usize,
    pub epsilon: f64,
    pub activation: Act,
    pub pooling: Pooling,
    /// Tokens of a text that are read, the markers at its ends included.
    pub max_tokens: usize,
}

/// The curve between the two products of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Act {
    #[serde(rename = "gelu")]
    Gelu,
    /// With tanh in place of the error function.
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh", alias = "gelu_fast")]
    GeluTanh,
    #[serde(rename = "relu")]
    Relu,
}

/// How the outputs of a text's tokens become one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    Mean,
    /// The first token's, which is the marker `[CLS]`.
    First,
}

#[derive(Deserialize)]
struct Published {
    model_type: Family,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    hidden_size: usize,
    intermediate_size: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    #[serde(default = "two")]
    type_vocab_size: usize,
    #[serde(default = "usual_epsilon")]
    layer_norm_eps: f64,
    hidden_act: Act,
    #[serde(default)]
    pad_token_id: usize,
    #[serde(default)]
    position_embedding_type: Positions,
}

/// Families whose networks are BERT's; they differ in where positions begin.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Family {
    Bert,
    Roberta,
    XlmRoberta,
    Camembert,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Positions {
    #[default]
    Absolute,
}

#[derive(Deserialize)]
struct Length {
    max_seq_length: Option<usize>,
}

/// One flag a way; newer files name the way instead.
#[derive(Deserialize)]
struct PublishedPooling {
    #[serde(default)]
    pooling_mode: Option<String>,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
    #[serde(default)]
    pooling_mode_cls_token: bool,
}

#[derive(Deserialize)]
struct Module {
    #[serde(rename = "type")]
    kind: String,
}

fn two() -> usize {
    2
}

fn usual_epsilon() -> f64 {
    1e-12
}

impl Shape {
    /// Reads the descriptions in an encoder's folder.
    pub(super) fn read(folder: &Path) -> Result<Self, FilesError> {
        let path = folder.join(CONFIG);
        let published: Published =
            read_json(&path)?.ok_or_else(|| FilesError::Missing { path: path.display().to_string() })?;
        let pooling = pooling(folder)?;
        refuse_further_layers(folder)?;
        let length: Option<Length> = read_json(&folder.join(LENGTH))?;
        published
            .shape(pooling, length.and_then(|length| length.max_seq_length))
            .map_err(|expected| FilesError::Unsupported { path: path.display().to_string(), expected })
    }

    /// The same for rust-bert, which names the weights by it.
    pub(super) fn for_rust_bert(&self) -> BertConfig {
        let size = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        BertConfig {
            hidden_act: match self.activation {
                Act::Gelu => Activation::gelu,
                Act::GeluTanh => Activation::gelu_new,
                Act::Relu => Activation::relu,
            },
            attention_probs_dropout_prob: 0.0,
            hidden_dropout_prob: 0.0,
            hidden_size: size(self.dimensions),
            initializer_range: 0.02,
            intermediate_size: size(self.widened),
            max_position_embeddings: size(self.positions),
            num_attention_heads: size(self.heads),
            num_hidden_layers: size(self.layers),
            type_vocab_size: size(self.token_types),
            vocab_size: size(self.vocabulary),
            output_attentions: None,
            output_hidden_states: None,
            is_decoder: None,
            id2label: None,
            label2id: None,
        }
    }
}

impl Published {
    /// The error says what would do.
    fn shape(&self, pooling: Pooling, length: Option<usize>) -> Result<Shape, String> {
        let sizes = [
            ("num_hidden_layers", self.num_hidden_layers, 48),
            ("num_attention_heads", self.num_attention_heads, 64),
            ("hidden_size", self.hidden_size, 2048),
            ("intermediate_size", self.intermediate_size, 16_384),
            ("vocab_size", self.vocab_size, 1_000_000),
            ("type_vocab_size", self.type_vocab_size, 16),
            ("max_position_embeddings", self.max_position_embeddings, 65_536),
        ];
        if let Some((name, value, most)) = sizes.into_iter().find(|&(_, value, most)| value == 0 || value > most) {
            return Err(format!("{name} is {value}, and must lie between 1 and {most}"));
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err(format!(
                "hidden_size ({}) must be a multiple of num_attention_heads ({})",
                self.hidden_size, self.num_attention_heads
            ));
        }
        let Positions::Absolute = self.position_embedding_type;
        let first_position = if self.model_type == Family::Bert { 0 } else { self.pad_token_id + 1 };
        let room = self.max_position_embeddings.saturating_sub(first_position);
        let max_tokens = length.unwrap_or(USUAL_TOKENS).min(room).min(MOST_TOKENS);
        if max_tokens < 3 {
            return Err("it must read at least 3 tokens of a text".to_owned());
        }
        Ok(Shape {
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            dimensions: self.hidden_size,
            widened: self.intermediate_size,
            vocabulary: self.vocab_size,
            token_types: self.type_vocab_size,
            positions: self.max_position_embeddings,
            first_position,
            epsilon: self.layer_norm_eps,
            activation: self.hidden_act,
            pooling,
            max_tokens,
        })
    }
}

/// The mean, unless the folder says otherwise.
fn pooling(folder: &Path) -> Result<Pooling, FilesError> {
    let path = folder.join(POOLING);
    let Some(published) = read_json::<PublishedPooling>(&path)? else { return Ok(Pooling::Mean) };
    let PublishedPooling { pooling_mode, pooling_mode_mean_tokens: mean, pooling_mode_cls_token: first } = &published;
    match (pooling_mode.as_deref(), mean, first) {
        (Some("mean"), ..) | (None, true, false) => Ok(Pooling::Mean),
        (Some("cls"), ..) | (None, false, true) => Ok(Pooling::First),
        _ => Err(FilesError::Unsupported {
            path: path.display().to_string(),
            expected: "the pooling must be the mean of the tokens or the [CLS] token, one of both".to_owned(),
        }),
    }
}

/// A layer after the pooling would have to be run as well; scaling to length 1 is done anyway.
fn refuse_further_layers(folder: &Path) -> Result<(), FilesError> {
    let path = folder.join(MODULES);
    let modules: Vec<Module> = read_json(&path)?.unwrap_or_default();
    let known = ["Transformer", "Pooling", "Normalize"];
    let other = modules.iter().find(|module| !known.iter().any(|name| module.kind.ends_with(name)));
    other.map_or(Ok(()), |module| {
        let expected =
            format!("it has a further layer, {}; only Transformer, Pooling and Normalize are run", module.kind);
        Err(FilesError::Unsupported { path: path.display().to_string(), expected })
    })
}

/// `None` where there is no such file.
fn read_json<T: DeserializeOwned>(path: &PathBuf) -> Result<Option<T>, FilesError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(FilesError::Unreadable { path: path.display().to_string(), source }),
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| FilesError::Unsupported { path: path.display().to_string(), expected: error.to_string() })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    fn folder(files: &[(&str, Value)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content.to_string()).unwrap();
        }
        folder
    }

    /// The published values of paraphrase-multilingual-MiniLM-L12-v2, with changes.
    fn config(changes: Value) -> Value {
        let mut config = json!({
            "model_type": "bert", "num_hidden_layers": 12, "num_attention_heads": 12, "hidden_size": 384,
            "intermediate_size": 1536, "vocab_size": 250_037, "max_position_embeddings": 512, "type_vocab_size": 2,
            "layer_norm_eps": 1e-12, "hidden_act": "gelu", "pad_token_id": 0, "position_embedding_type": "absolute",
            "architectures": ["BertModel"],
        });
        config.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        config
    }

    #[test]
    fn the_multilingual_minilm_is_read() {
        let folder = folder(&[
            (CONFIG, config(json!({}))),
            (LENGTH, json!({ "max_seq_length": 128, "do_lower_case": false })),
            (POOLING, json!({ "word_embedding_dimension": 384, "pooling_mode_mean_tokens": true })),
            (
                MODULES,
                json!([
                    { "idx": 0, "path": "", "type": "sentence_transformers.models.Transformer" },
                    { "idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling" },
                ]),
            ),
        ]);
        let shape = Shape::read(folder.path()).unwrap();
        assert_eq!((shape.layers, shape.heads, shape.dimensions, shape.vocabulary), (12, 12, 384, 250_037));
        assert_eq!((shape.first_position, shape.max_tokens, shape.pooling), (0, 128, Pooling::Mean));
    }

    #[test]
    fn robertas_positions_begin_after_padding() {
        let changes = json!({ "model_type": "xlm-roberta", "pad_token_id": 1, "max_position_embeddings": 514,
            "type_vocab_size": 1, "layer_norm_eps": 1e-5 });
        let folder = folder(&[
            (CONFIG, config(changes)),
            (LENGTH, json!({ "max_seq_length": 8192 })),
            (POOLING, json!({ "pooling_mode_cls_token": true })),
        ]);
        let shape = Shape::read(folder.path()).unwrap();
        assert_eq!((shape.first_position, shape.max_tokens, shape.pooling), (2, 512, Pooling::First));
    }

    #[rstest]
    #[case(&[], "config.json is missing")]
    #[case(&[(CONFIG, config(json!({ "model_type": "distilbert" })))], "unknown variant `distilbert`, expected one of `bert`")]
    #[case(&[(CONFIG, config(json!({ "hidden_act": "silu" })))], "unknown variant `silu`, expected")]
    #[case(&[(CONFIG, config(json!({ "num_attention_heads": 7 })))], "must be a multiple of num_attention_heads (7)")]
    #[case(&[(CONFIG, config(json!({ "num_hidden_layers": 0 })))], "num_hidden_layers is 0")]
    #[case(&[(CONFIG, config(json!({ "position_embedding_type": "relative_key" })))], "`relative_key`, expected `absolute`")]
    #[case(&[(CONFIG, json!({ "model_type": "bert" }))], "missing field")]
    #[case(&[(CONFIG, config(json!({}))), (POOLING, json!({ "pooling_mode_max_tokens": true }))], "mean of the tokens or the [CLS]")]
    #[case(&[(CONFIG, config(json!({}))), (MODULES, json!([{ "type": "sentence_transformers.models.Dense" }]))], "models.Dense; only")]
    fn what_cannot_be_run_is_named_with_what_can(#[case] files: &[(&str, Value)], #[case] says: &str) {
        let error = Shape::read(folder(files).path()).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}
