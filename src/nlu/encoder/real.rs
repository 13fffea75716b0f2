//! Tests of the real model; they need `make setup`, as every test run has done.

use crate::base::home::Home;
use crate::nlu::heads::numbers::dot;

use super::*;

fn start(precision: Precision) -> Encoder {
    let home = Home::find().expect("tests run in the clone");
    Encoder::start(&home.models(), EncoderOptions { precision, ..EncoderOptions::default() })
        .expect("`make setup` was run")
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
        assert_eq!(vector.len(), DIMENSIONS);
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
fn a_pass_computes_what_rust_berts_own_does() {
    use rust_bert::bert::{BertEmbeddings, BertModel};
    use tch::{Device, Kind, Tensor, nn::VarStore};

    let home = Home::find().expect("tests run in the clone");
    let mut store = VarStore::new(Device::Cpu);
    let theirs = BertModel::<BertEmbeddings>::new_with_optional_pooler(store.root(), &super::bert::config(), false);
    store.load(home.models().join("encoder/model.safetensors")).unwrap();
    let ours = super::forward::Forward::of(&store.variables(), Kind::Float);

    let _no_grad = tch::no_grad_guard();
    let ids = Tensor::from_slice(&[101i64, 2073, 2003, 2026, 20463, 102, 101, 7592, 102, 0, 0, 0]).view([2, 6]);
    let mask = Tensor::from_slice(&[1i64, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]).view([2, 6]);
    let expected = theirs.forward_t(Some(&ids), Some(&mask), None, None, None, None, None, false).unwrap().hidden_state;
    // What stands at padding means nothing.
    let expected = Tensor::cat(&[expected.get(0), expected.get(1).narrow(0, 0, 3)], 0);
    let texts = [vec![101, 2073, 2003, 2026, 20463, 102], vec![101, 7592, 102]];
    let apart = (ours.run(&texts).narrow(0, 0, 9) - &expected).abs();
    assert!(apart.max().double_value(&[]) < 1e-4);
}

#[test]
fn long_text_is_cut_and_does_no_harm() {
    let encoder = start(Precision::Bf16);
    let long = "lorem ipsum ".repeat(6000);
    let cut: String = long.chars().take(3000).collect();
    let (a, b) = (encoder.encode_blocking(&long).unwrap(), encoder.encode_blocking(&cut).unwrap());
    assert!(dot(&a, &b) > 0.999);
}

/// Copies the manifest, links the model files, and lets the test spoil one.
fn broken(spoil: impl Fn(&Path)) -> String {
    let home = Home::find().expect("tests run in the clone");
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(home.models().join("manifest.toml"), folder.path().join("manifest.toml")).unwrap();
    let encoder = folder.path().join("encoder");
    std::fs::create_dir(&encoder).unwrap();
    for name in ["model.safetensors", "tokenizer.json"] {
        let original = std::fs::canonicalize(home.models().join("encoder").join(name)).unwrap();
        std::os::unix::fs::symlink(original, encoder.join(name)).unwrap();
    }
    spoil(&encoder);
    Encoder::start(folder.path(), EncoderOptions::default()).err().expect("a broken model starts nothing").to_string()
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
