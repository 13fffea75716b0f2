//! What agents taught becomes part of `intents/`, for an owner who keeps it under version
//! control.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::yaml::with_examples;
use crate::app::taught::Taught;
use crate::domain::intent::{IntentSpec, plain};
use crate::nlu::training::read_intents;
use crate::nlu::training::shop::OUTSIDE_FILE;

/// What an export changes.
#[derive(Debug, Default)]
pub struct IntentsExport {
    /// Files with their new texts.
    pub files: Vec<(PathBuf, String)>,
    pub examples: usize,
    pub intents: usize,
    pub outside: usize,
}

/// What has to be written so that the folder holds everything that was taught. What it has
/// already is left out, so that a second export changes nothing.
pub fn export_intents(folder: &Path, taught: &Taught) -> anyhow::Result<IntentsExport> {
    let files = read_intents(folder)?;
    let known = |name: &str| files.iter().find(|spec| spec.name == name);
    let (specs, outside) = taught.join(files.clone());
    let mut export = IntentsExport::default();
    for spec in &specs {
        let path = folder.join(format!("{}.yaml", spec.name));
        let Some(file) = known(&spec.name) else {
            export.intents += 1;
            export.examples += spec.examples.len();
            export.files.push((path, serde_norway::to_string(spec)?));
            continue;
        };
        let new = missing(spec, file);
        if !new.is_empty() {
            let path = existing(&path);
            let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            export.examples += new.len();
            export.files.push((path, with_examples(&text, &new)?));
        }
    }
    add_outside(folder, &outside, &mut export)?;
    Ok(export)
}

fn missing(spec: &IntentSpec, file: &IntentSpec) -> Vec<String> {
    let there = file.examples_in_all_languages().map(|example| plain(example).to_lowercase());
    let there: HashSet<String> = there.collect();
    spec.examples.iter().filter(|example| !there.contains(&plain(example).to_lowercase())).cloned().collect()
}

/// An intent's file may end in `.yml`, too.
fn existing(path: &Path) -> PathBuf {
    let short = path.with_extension("yml");
    if !path.exists() && short.exists() { short } else { path.to_owned() }
}

fn add_outside(folder: &Path, outside: &[String], export: &mut IntentsExport) -> anyhow::Result<()> {
    let path = folder.join(OUTSIDE_FILE);
    let mut text = std::fs::read_to_string(&path).unwrap_or_default();
    let there: HashSet<String> = text.lines().map(|line| line.trim().to_lowercase()).collect();
    let line = |message: &String| message.split_whitespace().collect::<Vec<_>>().join(" ");
    let new: Vec<String> = outside.iter().map(line).filter(|line| !there.contains(&line.to_lowercase())).collect();
    if new.is_empty() {
        return Ok(());
    }
    if text.is_empty() {
        text.push_str("# Messages that none of these intents is for, a line each.\n");
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    export.outside = new.len();
    new.iter().for_each(|line| text.push_str(&format!("{line}\n")));
    export.files.push((path, text));
    Ok(())
}
