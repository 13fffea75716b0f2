//! Tests of the real model; they need `make setup`, as every test run has done.

use std::path::Path;

use crate::base::home::Home;
use crate::nlu::heads::numbers::dot;

use super::*;

fn start(precision: Precision) -> Encoder {
    let home = Home::find().expect("tests run in the clone");
    Encoder::start(&home, EncoderOptions { precision, ..EncoderOptions::default() }).expect("`make setup` was run")
}

const TEXTS: [&str; 6] = [
    "where is my parcel",
    "my package hasn't arrived yet, can you tell me where it is?",
    "what is the capital of Mongolia",
    "",
    "שלום 👋 \u{200b} ok",
    "the blue one, please, in medium, and could you wrap it as a gift for my sister's birthday on Friday?",
];

#[test]
fn meaning_batches_and_precision() {
    let exact = start(Precision::Fp32);
    let vectors = exact.encode_all(&TEXTS, |_| ()).unwrap();
    for vector in &vectors {
        assert_eq!(vector.len(), exact.shape().dimensions);
        assert!((dot(vector, vector) - 1.0).abs() < 1e-4);
    }
    // The same is meant, in other words; and something else.
    let (same, other) = (dot(&vectors[0], &vectors[1]), dot(&vectors[0], &vectors[2]));
    assert!(same > other + 0.3, "{same} {other}");
    // Padding in a batch changes nothing.
    for (text, vector) in TEXTS.iter().zip(&vectors) {
        let alone = exact.encode_blocking(text).unwrap();
        assert!(dot(&alone, vector) > 0.99999, "{text:?}");
    }
    let rounded = start(Precision::Bf16).encode_all(&TEXTS, |_| ()).unwrap();
    for ((text, a), b) in TEXTS.iter().zip(&vectors).zip(&rounded) {
        assert!(dot(a, b) > 0.999, "{text:?}: {}", dot(a, b));
    }
}

#[test]
fn long_text_is_cut_and_does_no_harm() {
    let encoder = start(Precision::Bf16);
    let long = "lorem ipsum ".repeat(6000);
    let cut: String = long.chars().take(3000).collect();
    let (a, b) = (encoder.encode_blocking(&long).unwrap(), encoder.encode_blocking(&cut).unwrap());
    assert!(dot(&a, &b) > 0.999);
}

#[test]
fn an_untrained_branch_says_what_the_encoder_itself_would() {
    let encoder = start(Precision::Fp32);
    let branches = vec![Arc::new(encoder.untrained_branch(1).unwrap()), Arc::new(encoder.untrained_branch(3).unwrap())];
    let wanted = Wanted { layers: true, branches, tokens_from: Some(4) };
    let width = encoder.shape().dimensions;
    for (text, encoding) in TEXTS.iter().zip(encoder.read_all(&TEXTS, &wanted, |_| ()).unwrap()) {
        assert_eq!(encoding.layers.len(), 6 * width);
        // The fifth part of the view is the first token's output of the last layer.
        let first = &encoding.layers[4 * width..5 * width];
        for branch in &encoding.branches {
            let cosine = dot(branch, first) / dot(branch, branch).sqrt() / dot(first, first).sqrt();
            assert!(cosine > 0.999, "{text:?}: {cosine}");
        }
        assert_eq!(encoding.tokens.len() % (2 * width), 0);
        // What else is asked for changes nothing about the vector.
        assert!(dot(&encoding.vector, &encoder.encode_blocking(text).unwrap()) > 0.99999);
    }
}

/// Copies the manifest, links the model files, and lets the test spoil one.
fn broken(spoil: impl Fn(&Path)) -> String {
    let home = Home::find().expect("tests run in the clone");
    let folder = tempfile::tempdir().unwrap();
    let encoder = folder.path().join("models/encoder");
    std::fs::create_dir_all(&encoder).unwrap();
    std::fs::copy(home.models().join("manifest.toml"), folder.path().join("models/manifest.toml")).unwrap();
    for name in ["config.json", "model.safetensors", "tokenizer.json"] {
        let original = std::fs::canonicalize(home.models().join("encoder").join(name)).unwrap();
        std::os::unix::fs::symlink(original, encoder.join(name)).unwrap();
    }
    spoil(&encoder);
    Encoder::start(&Home::at(folder.path()), EncoderOptions::default())
        .err()
        .expect("a broken model starts nothing")
        .to_string()
}

#[test]
fn a_missing_or_wrong_file_is_named_with_its_cure() {
    let missing = broken(|encoder| std::fs::remove_file(encoder.join("model.safetensors")).unwrap());
    assert!(missing.contains("encoder/model.safetensors is missing") && missing.contains("make setup"), "{missing}");
    let wrong = broken(|encoder| {
        std::fs::remove_file(encoder.join("tokenizer.json")).unwrap();
        std::fs::write(encoder.join("tokenizer.json"), "{}").unwrap();
    });
    assert!(wrong.contains("encoder/tokenizer.json is not the one") && wrong.contains("make setup"), "{wrong}");
}
