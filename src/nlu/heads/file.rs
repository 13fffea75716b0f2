//! Heads on disk: safetensors files, with what else a head needs as JSON in the metadata.
//!
//! A file is written beside its place and then renamed, so that a reader sees the old
//! heads or the new ones, never half of them.

use std::collections::HashMap;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::intent::{IntentHead, ScopeRule, TunedIntent};
use super::lexical::{LexicalModel, Vocabulary};
use super::linear::Linear;
use super::mood::{Emotion, MoodHead, OPINIONS};
use super::neighbours::Neighbours;
use super::unhappiness::{SignalModel, UnhappinessHead};
use crate::nlu::encoder::{Branch, Part};

/// Raised when old files can no longer be read.
const FORMAT: &str = "3";

pub const INTENT_FILE: &str = "intent.safetensors";
pub const MOOD_FILE: &str = "mood.safetensors";
pub const UNHAPPINESS_FILE: &str = "unhappiness.safetensors";

#[derive(Debug, thiserror::Error)]
#[error("the trained heads in {path} cannot be used: {reason}; train them with `rapport train`")]
pub struct HeadFileError {
    path: String,
    reason: String,
}

/// A head that can be kept in a file.
pub trait Stored: Sized {
    fn write(&self, into: &mut Contents);
    /// The error says what is wrong, without naming the file.
    fn read(from: &Contents) -> Result<Self, String>;
}

/// A head as the bytes of its file. `encoder` is the identity of the encoder whose vectors
/// the head was trained on; `notes` are kept beside it and mean nothing here.
pub fn to_bytes<H: Stored>(head: &H, encoder: &str, notes: &[(&str, String)]) -> Result<Vec<u8>, String> {
    let mut contents = Contents::default();
    contents.notes.extend(notes.iter().map(|(name, text)| ((*name).to_owned(), text.clone())));
    contents.notes.insert("format".to_owned(), FORMAT.to_owned());
    contents.notes.insert("encoder".to_owned(), encoder.to_owned());
    head.write(&mut contents);
    contents.to_bytes()
}

pub fn save<H: Stored>(head: &H, encoder: &str, path: &Path) -> Result<(), HeadFileError> {
    let bytes =
        to_bytes(head, encoder, &[]).map_err(|reason| HeadFileError { path: path.display().to_string(), reason })?;
    put_in_place(&bytes, path)
}

/// Writes what [`to_bytes`] made: whoever opens the file finds the old one or the new one.
pub fn put_in_place(bytes: &[u8], path: &Path) -> Result<(), HeadFileError> {
    let failed = |reason: String| HeadFileError { path: path.display().to_string(), reason };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
    let partial = path.with_extension("partial");
    write_durably(&partial, bytes).and_then(|()| std::fs::rename(&partial, path)).map_err(|error| {
        // What could not be put in place must not lie around; that it may not even exist is fine.
        let _ = std::fs::remove_file(&partial);
        failed(error.to_string())
    })
}

pub fn load<H: Stored>(encoder: &str, path: &Path) -> Result<H, HeadFileError> {
    let failed = |reason: String| HeadFileError { path: path.display().to_string(), reason };
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => failed("there are none yet for this encoder".to_owned()),
        _ => failed(error.to_string()),
    })?;
    from_bytes(encoder, &bytes).map_err(failed)
}

/// What [`to_bytes`] made; the error says what is wrong.
pub fn from_bytes<H: Stored>(encoder: &str, bytes: &[u8]) -> Result<H, String> {
    let contents = Contents::from_bytes(bytes)?;
    let format = contents.text("format")?;
    if format != FORMAT {
        return Err(format!("their format is {format}, this program reads {FORMAT}"));
    }
    if contents.text("encoder")? != encoder {
        return Err("they were trained for another encoder".to_owned());
    }
    H::read(&contents)
}

/// A note in a head's file, if there is one of that name.
pub fn note(bytes: &[u8], name: &str) -> Option<String> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).ok()?;
    metadata.metadata().as_ref()?.get(name).cloned()
}

/// On the disk before anybody can find it by its name.
fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Tensors and notes by name.
#[derive(Default)]
pub struct Contents {
    notes: HashMap<String, String>,
    tensors: HashMap<String, Raw>,
}

struct Raw {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Contents {
    fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let mut views = Vec::with_capacity(self.tensors.len());
        for (name, raw) in &self.tensors {
            let view = TensorView::new(raw.dtype, raw.shape.clone(), &raw.bytes).map_err(|error| error.to_string())?;
            views.push((name, view));
        }
        views.sort_by_key(|(name, _)| *name);
        safetensors::serialize(views, &Some(self.notes.clone())).map_err(|error| error.to_string())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let damaged = |error| format!("the file is damaged ({error})");
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(damaged)?;
        let tensors = tensors.tensors().into_iter().map(|(name, view)| {
            let raw = Raw { dtype: view.dtype(), shape: view.shape().to_vec(), bytes: view.data().to_vec() };
            (name, raw)
        });
        Ok(Self { notes: metadata.metadata().clone().unwrap_or_default(), tensors: tensors.collect() })
    }

    fn note(&mut self, name: &str, value: &impl Serialize) {
        let text = serde_json::to_string(value).expect("plain data becomes JSON: this is a bug");
        self.notes.insert(name.to_owned(), text);
    }

    fn text(&self, name: &str) -> Result<&str, String> {
        self.notes.get(name).map(String::as_str).ok_or_else(|| format!("there is no {name}"))
    }

    fn noted<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        serde_json::from_str(self.text(name)?).map_err(|error| format!("{name} is damaged ({error})"))
    }

    fn put(&mut self, name: &str, dtype: Dtype, shape: &[usize], bytes: Vec<u8>) {
        self.tensors.insert(name.to_owned(), Raw { dtype, shape: shape.to_vec(), bytes });
    }

    fn put_f32(&mut self, name: &str, values: &[f32]) {
        self.put(name, Dtype::F32, &[values.len()], values.iter().flat_map(|x| x.to_le_bytes()).collect());
    }

    fn put_f16(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect();
        self.put(name, Dtype::F16, shape, bytes);
    }

    fn put_u32(&mut self, name: &str, values: &[u32]) {
        self.put(name, Dtype::U32, &[values.len()], values.iter().flat_map(|x| x.to_le_bytes()).collect());
    }

    fn put_i8(&mut self, name: &str, shape: &[usize], values: &[i8]) {
        self.put(name, Dtype::I8, shape, values.iter().map(|x| x.cast_unsigned()).collect());
    }

    fn raw(&self, name: &str, dtype: Dtype, count: usize) -> Result<&Raw, String> {
        let raw = self.tensors.get(name).ok_or_else(|| format!("there is no {name}"))?;
        let elements: usize = raw.shape.iter().product();
        if raw.dtype != dtype || elements != count {
            return Err(format!("{name} has {elements} of {:?} where {count} of {dtype:?} belong", raw.dtype));
        }
        Ok(raw)
    }

    fn length(&self, name: &str) -> usize {
        self.tensors.get(name).map_or(0, |raw| raw.shape.iter().product())
    }

    /// How many numbers each of so many rows has.
    fn width(&self, name: &str, rows: usize) -> Result<usize, String> {
        match self.tensors.get(name).map(|raw| raw.shape.as_slice()) {
            Some(&[height, width]) if height == rows => Ok(width),
            Some(shape) => Err(format!("{name} is {shape:?} where {rows} rows belong")),
            None => Err(format!("there is no {name}")),
        }
    }

    fn f32s(&self, name: &str, count: usize) -> Result<Vec<f32>, String> {
        let raw = self.raw(name, Dtype::F32, count)?;
        finite(name, raw.bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])))
    }

    fn f16s(&self, name: &str, count: usize) -> Result<Vec<f32>, String> {
        let raw = self.raw(name, Dtype::F16, count)?;
        finite(name, raw.bytes.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()))
    }

    fn u32s(&self, name: &str, count: usize) -> Result<Vec<u32>, String> {
        let raw = self.raw(name, Dtype::U32, count)?;
        Ok(raw.bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    fn i8s(&self, name: &str, count: usize) -> Result<Vec<i8>, String> {
        Ok(self.raw(name, Dtype::I8, count)?.bytes.iter().map(|x| x.cast_signed()).collect())
    }

    fn put_linear(&mut self, name: &str, model: &Linear) {
        let width = model.weights.len() / model.classes.max(1);
        self.put_f16(&format!("{name}.weights"), &[model.classes, width], &model.weights);
        self.put_f32(&format!("{name}.bias"), &model.bias);
    }

    /// The width is that of the encoder's vectors: the file was written for this encoder.
    fn linear(&self, name: &str, classes: usize) -> Result<Linear, String> {
        let weights = format!("{name}.weights");
        let width = self.width(&weights, classes)?;
        Ok(Linear {
            classes,
            weights: self.f16s(&weights, classes * width)?,
            bias: self.f32s(&format!("{name}.bias"), classes)?,
        })
    }

    fn put_branch(&mut self, branch: &Branch) {
        self.note("branch", &(branch.trunk(), branch.depth()));
        for (name, part) in branch.parts() {
            let bytes = part.numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
            self.put(&format!("branch.{name}"), Dtype::F16, &part.size, bytes);
        }
    }

    fn branch(&self) -> Result<Branch, String> {
        let (trunk, depth): (usize, usize) = self.noted("branch")?;
        Branch::from_parts(trunk, depth, |name| {
            let name = format!("branch.{name}");
            let size = self.tensors.get(&name).ok_or_else(|| format!("there is no {name}"))?.shape.clone();
            let numbers = self.f16s(&name, size.iter().product())?;
            Ok(Part { size, numbers: numbers.into_iter().map(f16::from_f32).collect() })
        })
    }

    fn put_lexical(&mut self, name: &str, model: &LexicalModel) {
        self.put_u32(&format!("{name}.hashes"), model.vocabulary.hashes());
        self.put_f16(&format!("{name}.idf"), &[model.vocabulary.len()], model.vocabulary.idf());
        self.put_f32(&format!("{name}.scales"), &model.scales);
        self.put_i8(&format!("{name}.weights"), &[model.vocabulary.len(), model.classes], &model.weights);
        self.put_f32(&format!("{name}.bias"), &model.bias);
    }

    fn lexical(&self, name: &str, classes: usize) -> Result<LexicalModel, String> {
        let hashes = format!("{name}.hashes");
        let features = self.length(&hashes);
        let vocabulary =
            Vocabulary::from_parts(self.u32s(&hashes, features)?, self.f16s(&format!("{name}.idf"), features)?);
        Ok(LexicalModel {
            vocabulary,
            classes,
            scales: self.f32s(&format!("{name}.scales"), features)?,
            weights: self.i8s(&format!("{name}.weights"), features * classes)?,
            bias: self.f32s(&format!("{name}.bias"), classes)?,
        })
    }
}

fn finite(name: &str, values: impl Iterator<Item = f32>) -> Result<Vec<f32>, String> {
    let values: Vec<f32> = values.collect();
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(format!("{name} has numbers that are none"))
    }
}

impl Stored for IntentHead {
    fn write(&self, into: &mut Contents) {
        into.note("labels", &self.labels);
        into.note("blend", &self.blend);
        into.note("scope_blend", &self.scope_blend);
        into.note("scope", &self.scope);
        into.put_linear("dense", &self.dense);
        into.put_linear("layers", &self.layers);
        into.put_linear("chatter", &self.chatter);
        into.put_lexical("lexical", &self.lexical);
        into.put_u32("examples.labels", &self.neighbours.labels);
        into.put_f32("examples.scales", &self.neighbours.scales);
        let shape = [self.neighbours.labels.len(), self.neighbours.dimensions];
        into.put_i8("examples.vectors", &shape, &self.neighbours.vectors);
        if let Some(tuned) = &self.tuned {
            into.put_branch(&tuned.branch);
            into.put_linear("directions", &tuned.directions);
        }
    }

    fn read(from: &Contents) -> Result<Self, String> {
        let labels: Vec<String> = from.noted("labels")?;
        let classes = labels.len();
        let examples = from.length("examples.labels");
        let dimensions = from.width("examples.vectors", examples)?;
        let neighbours = Neighbours {
            dimensions,
            classes,
            labels: from.u32s("examples.labels", examples)?,
            scales: from.f32s("examples.scales", examples)?,
            vectors: from.i8s("examples.vectors", examples * dimensions)?,
        };
        if classes == 0 || neighbours.labels.iter().any(|&label| label as usize >= classes) {
            return Err("its examples have labels that it does not name".to_owned());
        }
        let scope: ScopeRule = from.noted("scope")?;
        let lengths = [scope.means.len(), scope.scales.len(), scope.weights.len()];
        if lengths != [super::intent::SCOPE_FEATURES; 3] {
            return Err("its scope rule does not fit this program".to_owned());
        }
        let tuned = if from.notes.contains_key("branch") {
            let directions = from.linear("directions", classes)?;
            Some(TunedIntent { branch: Arc::new(from.branch()?), directions })
        } else {
            None
        };
        Ok(Self {
            dense: from.linear("dense", classes)?,
            layers: from.linear("layers", classes)?,
            chatter: from.linear("chatter", 1)?,
            lexical: from.lexical("lexical", classes)?,
            labels,
            neighbours,
            tuned,
            blend: from.noted("blend")?,
            scope_blend: from.noted("scope_blend")?,
            scope,
        })
    }
}

impl Stored for MoodHead {
    fn write(&self, into: &mut Contents) {
        into.note("emotions", &self.emotions);
        into.note("temperatures", &self.temperatures);
        into.put_branch(&self.branch);
        into.put_linear("outputs", &self.outputs);
    }

    fn read(from: &Contents) -> Result<Self, String> {
        let emotions: Vec<Emotion> = from.noted("emotions")?;
        Ok(Self {
            branch: Arc::new(from.branch()?),
            outputs: from.linear("outputs", OPINIONS + emotions.len())?,
            temperatures: from.noted("temperatures")?,
            emotions,
        })
    }
}

impl Stored for UnhappinessHead {
    fn write(&self, into: &mut Contents) {
        into.note("model", &self.model);
        into.put_linear("complaint", &self.complaint);
        into.put_lexical("wording", &self.wording);
    }

    fn read(from: &Contents) -> Result<Self, String> {
        let model: SignalModel = from.noted("model")?;
        let lengths = [model.means.len(), model.scales.len(), model.weights.len()];
        if lengths != [super::unhappiness::SIGNALS; 3] {
            return Err("its signals are not those of this program".to_owned());
        }
        Ok(Self { complaint: from.linear("complaint", 1)?, wording: from.lexical("wording", 2)?, model })
    }
}
