//! Encoders of other shapes than Rapport's own: made up here, with random weights, and held
//! to what rust-bert's own pass computes of them.

use std::path::Path;

use rstest::rstest;
use rust_bert::bert::{BertConfig, BertEmbedding, BertEmbeddings, BertModel};
use rust_bert::roberta::RobertaEmbeddings;
use serde_json::{Value, json};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::bert::{self, Bert, Occasion};
use super::files::EncoderFiles;
use super::forward::Forward;
use super::*;
use crate::nlu::heads::numbers::dot;

const PIECES: [&str; 14] =
    ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁waar", "▁is", "▁mijn", "▁pak", "je", "▁where", "▁my", "▁parcel", "s"];

/// Rows of the words' table: more than there are pieces, as published ones have.
const ROWS: usize = 20;

fn config(family: &str) -> Value {
    json!({
        "model_type": family, "num_hidden_layers": 3, "num_attention_heads": 4, "hidden_size": 48,
        "intermediate_size": 80, "hidden_act": if family == "bert" { "relu" } else { "gelu" }, "vocab_size": ROWS,
        "type_vocab_size": 1, "max_position_embeddings": 24, "pad_token_id": 1,
    })
}

/// SentencePiece's unigrams with the markers of XLM-RoBERTa.
fn tokenizer() -> Value {
    let pieces: Vec<Value> = PIECES.iter().enumerate().map(|(id, piece)| json!([piece, -(id as f64)])).collect();
    let special = |id: usize| {
        json!({ "id": id, "content": PIECES[id], "special": true, "single_word": false,
        "lstrip": false, "rstrip": false, "normalized": false })
    };
    json!({
        "version": "1.0",
        "added_tokens": [special(0), special(1), special(2), special(3)],
        "normalizer": { "type": "NFKC" },
        "pre_tokenizer": { "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                { "SpecialToken": { "id": "<s>", "type_id": 0 } },
                { "Sequence": { "id": "A", "type_id": 0 } },
                { "SpecialToken": { "id": "</s>", "type_id": 0 } },
            ],
            "pair": [],
            "special_tokens": {
                "<s>": { "id": "<s>", "ids": [0], "tokens": ["<s>"] },
                "</s>": { "id": "</s>", "ids": [2], "tokens": ["</s>"] },
            },
        },
        "decoder": null,
        "model": { "type": "Unigram", "unk_id": 3, "vocab": pieces, "byte_fallback": false },
    })
}

/// Writes an encoder of the family beside Rapport's own manifest.
fn made(family: &str, prefix: &str) -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let encoder = folder.path().join("tiny");
    let models = folder.path().join("models");
    std::fs::create_dir_all(&encoder).unwrap();
    std::fs::create_dir_all(&models).unwrap();
    let manifest = Home::find().expect("tests run in the clone").models().join("manifest.toml");
    std::fs::copy(manifest, models.join("manifest.toml")).unwrap();
    std::fs::write(encoder.join("config.json"), config(family).to_string()).unwrap();
    std::fs::write(encoder.join("tokenizer.json"), tokenizer().to_string()).unwrap();
    let home = Home::at(folder.path()).with_encoder(Path::new("tiny"));
    let store = VarStore::new(Device::Cpu);
    let shape = super::shape::Shape::read(&encoder).unwrap();
    BertModel::<BertEmbeddings>::new_with_optional_pooler(store.root(), &shape.for_rust_bert(), false);
    let weights: Vec<(String, Tensor)> =
        store.variables().into_iter().map(|(name, weight)| (format!("{prefix}{name}"), weight)).collect();
    Tensor::write_safetensors(&weights, encoder.join("model.safetensors")).unwrap();
    (folder, home)
}

/// What rust-bert computes of two texts of different lengths, token by token.
fn theirs<Embedding: BertEmbedding>(files: &EncoderFiles, config: &BertConfig, texts: &[Vec<u32>; 2]) -> Tensor {
    let store = VarStore::new(Device::Cpu);
    let model = BertModel::<Embedding>::new_with_optional_pooler(store.root(), config, false);
    let weights = bert::read(&files.weights, &files.shape).unwrap();
    let longest = texts.iter().map(Vec::len).max().unwrap();
    let padded = |text: &Vec<u32>, padding: i64| {
        let ids = text.iter().map(|&id| i64::from(id));
        ids.chain(std::iter::repeat(padding)).take(longest).collect::<Vec<i64>>()
    };
    let ids: Vec<i64> = texts.iter().flat_map(|text| padded(text, 1)).collect();
    let mask: Vec<i64> = texts.iter().flat_map(|text| padded(&vec![1; text.len()], 0)).collect();
    let square = |numbers: &[i64]| Tensor::from_slice(numbers).view([2, longest as i64]);
    tch::no_grad(|| {
        for (name, mut weight) in store.variables() {
            weight.copy_(&weights[&name]);
        }
        let (ids, mask) = (square(&ids), square(&mask));
        let all = model.forward_t(Some(&ids), Some(&mask), None, None, None, None, None, false).unwrap().hidden_state;
        // What stands at padding means nothing.
        let rows = texts.iter().enumerate().map(|(row, text)| all.get(row as i64).narrow(0, 0, text.len() as i64));
        Tensor::cat(&rows.collect::<Vec<_>>(), 0)
    })
}

fn agree<Embedding: BertEmbedding>(home: &Home, texts: [Vec<u32>; 2]) {
    let files = EncoderFiles::verified(home).unwrap();
    let expected = theirs::<Embedding>(&files, &files.shape.for_rust_bert(), &texts);
    let ours = Forward::of(&bert::read(&files.weights, &files.shape).unwrap(), &files.shape, Kind::Float);
    let tokens = texts.iter().map(Vec::len).sum::<usize>() as i64;
    let apart = tch::no_grad(|| (ours.last(&texts).narrow(0, 0, tokens) - &expected).abs());
    assert!(apart.max().double_value(&[]) < 1e-4, "{apart}");
    // The measure can tell: random weights are not all alike.
    assert!(expected.std(false).double_value(&[]) > 0.1);
}

#[test]
fn a_pass_computes_what_rust_berts_own_does() {
    let own = Home::find().expect("tests run in the clone");
    agree::<BertEmbeddings>(&own, [vec![101, 2073, 2003, 2026, 20463, 102], vec![101, 7592, 102]]);
    let texts = [vec![0, 5, 6, 7, 8, 9, 2], vec![0, 10, 6, 2]];
    agree::<BertEmbeddings>(&made("bert", "bert.").1, texts.clone());
    agree::<RobertaEmbeddings>(&made("xlm-roberta", "roberta.").1, texts);
}

#[rstest]
#[case("bert", "")]
#[case("xlm-roberta", "roberta.")]
fn an_encoder_of_another_shape_is_run(#[case] family: &str, #[case] prefix: &str) {
    let (_folder, home) = made(family, prefix);
    let encoder = Encoder::start(&home, EncoderOptions { precision: Precision::Fp32, ..EncoderOptions::default() })
        .expect("its shape is supported");
    assert_eq!((encoder.name(), encoder.shape().dimensions), ("tiny", 48));
    // Longer than the table of positions.
    let texts = ["waar is mijn pakje", "", &"waar is mijn pakje ".repeat(20)];
    let vectors = encoder.encode_all(&texts, |_| ()).unwrap();
    for (text, vector) in texts.iter().zip(&vectors) {
        assert_eq!(vector.len(), 48);
        assert!((dot(vector, vector) - 1.0).abs() < 1e-4);
        assert!(dot(&encoder.encode_blocking(text).unwrap(), vector) > 0.9999);
    }
    assert!(encoder.is_word("parcel") && !encoder.is_word("parcels"));
}

#[test]
fn the_first_token_can_be_the_vector() {
    let (folder, home) = made("bert", "");
    std::fs::create_dir(folder.path().join("tiny/1_Pooling")).unwrap();
    let pooling = json!({ "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false });
    std::fs::write(folder.path().join("tiny/1_Pooling/config.json"), pooling.to_string()).unwrap();
    let files = EncoderFiles::verified(&home).unwrap();
    let texts = vec![vec![0, 5, 6, 2], vec![0, 7, 2]];
    let model = Bert::load(&files, Precision::Fp32, 1, &texts).unwrap();
    let vectors = model.encode(&texts, &Wanted::default(), Occasion::Live);
    let outputs = tch::no_grad(|| {
        Forward::of(&bert::read(&files.weights, &files.shape).unwrap(), &files.shape, Kind::Float).last(&texts)
    });
    for (Encoding { vector, .. }, row) in vectors.iter().zip([0, 4]) {
        let first = Vec::<f32>::try_from(outputs.get(row)).unwrap();
        let length = dot(&first, &first).sqrt();
        assert!((dot(vector, &first) / length - 1.0).abs() < 1e-4);
    }
}

#[test]
fn its_identity_is_that_of_all_its_files() {
    let own = EncoderFiles::verified(&Home::find().expect("tests run in the clone")).unwrap();
    let (folder, home) = made("bert", "");
    let one = EncoderFiles::verified(&home).unwrap();
    assert_ne!(one.identity, own.identity);
    assert_eq!(EncoderFiles::verified(&home).unwrap().identity, one.identity);
    std::fs::write(folder.path().join("tiny/sentence_bert_config.json"), r#"{ "max_seq_length": 8 }"#).unwrap();
    let shorter = EncoderFiles::verified(&home).unwrap();
    assert_ne!(shorter.identity, one.identity);
    assert_eq!(shorter.shape.max_tokens, 8);
}

#[test]
fn files_that_do_not_fit_each_other_are_refused() {
    let refused = |changes: Value| {
        let (folder, home) = made("bert", "");
        let mut config = config("bert");
        config.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        std::fs::write(folder.path().join("tiny/config.json"), config.to_string()).unwrap();
        Encoder::start(&home, EncoderOptions::default()).err().expect("it cannot be run").to_string()
    };
    let words = refused(json!({ "vocab_size": 5 }));
    assert!(words.contains("14 tokens") && words.contains("rows for 5"), "{words}");
    let layers = refused(json!({ "num_hidden_layers": 4 }));
    assert!(layers.contains("there is no encoder.layer.3."), "{layers}");
    let width = refused(json!({ "intermediate_size": 96 }));
    assert!(width.contains("intermediate.dense") && width.contains("[96"), "{width}");
    let family = refused(json!({ "model_type": "mpnet" }));
    assert!(family.contains("`mpnet`, expected one of `bert`") && family.contains("model.encoder"), "{family}");
}
