//! The shop's own types: `entities/*.yaml`, read and checked. Mistakes are told with their
//! file and line.

use std::path::{Path, PathBuf};

use super::compile;
use crate::domain::EntityType;
use crate::domain::entity_spec::EntitySpec;
use crate::domain::intent::MARKED;

#[derive(Debug, thiserror::Error)]
#[error("{path}:{line}:{column}: {reason}")]
pub struct EntitiesError {
    path: String,
    line: usize,
    column: usize,
    reason: String,
}

/// Reads every `*.yaml` of a folder, in the order of their names. A folder that is not there
/// holds none: most shops need no types of their own.
pub fn read_entities(folder: &Path) -> Result<Vec<EntitySpec>, EntitiesError> {
    files(folder).iter().map(|path| read_entity(path)).collect()
}

/// The types that a folder defines, whether their files are right or not.
pub fn own_names(folder: &Path) -> Vec<String> {
    let stems =
        files(folder).into_iter().filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    stems.collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"))
        .collect();
    files.sort();
    files
}

fn read_entity(path: &Path) -> Result<EntitySpec, EntitiesError> {
    let wrong = |line: usize, column: usize, reason: String| EntitiesError {
        path: path.display().to_string(),
        line,
        column,
        reason,
    };
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if EntityType::named(name).is_none() {
        let rule = "an entity's file is named with small letters, digits and _, a letter first, such as shoe_size.yaml";
        return Err(wrong(1, 1, rule.to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| wrong(1, 1, error.to_string()))?;
    let mut spec: EntitySpec = serde_norway::from_str(&text).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |place| (place.line(), place.column()));
        wrong(line, column, error.to_string())
    })?;
    name.clone_into(&mut spec.name);
    let line = |wanted: &str| line_of(&text, wanted);
    if spec.values.is_empty() && spec.patterns.is_empty() && spec.examples.is_empty() {
        return Err(wrong(1, 1, "it needs `values`, `patterns` or `examples`, or nothing can be found".to_owned()));
    }
    for value in &spec.values {
        let written = std::iter::once(value.value()).chain(value.synonyms().iter().map(String::as_str));
        if let Some(empty) = written.clone().find(|word| !word.contains(char::is_alphanumeric)) {
            return Err(wrong(line(empty), 1, format!("the value \"{empty}\" has no letter and no digit")));
        }
    }
    for pattern in &spec.patterns {
        // In YAML's quotes a backslash may be written twice: then only its beginning tells the line.
        let place = line(pattern).max(line(pattern.split('\\').next().unwrap_or(pattern)));
        let compiled = compile(pattern).map_err(|error| {
            let reason = error.to_string();
            let last = reason.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned();
            wrong(place, 1, format!("the pattern {pattern} is no regular expression: {last}"))
        })?;
        if compiled.is_match("") {
            return Err(wrong(
                place,
                1,
                format!("the pattern {pattern} fits nothing at all, so it would be everywhere"),
            ));
        }
    }
    for example in &spec.examples {
        if !MARKED.captures_iter(example).any(|marked| &marked[2] == name) {
            let reason = format!("the example marks no {name}; write for example `[the value]({name})`");
            return Err(wrong(line(example), 1, reason));
        }
    }
    Ok(spec)
}

/// The line of a list's item, or else the first that has the words.
fn line_of(text: &str, wanted: &str) -> usize {
    let is_item =
        |line: &str| line.trim().strip_prefix('-').is_some_and(|item| item.trim().trim_matches(['"', '\'']) == wanted);
    let place = text.lines().position(is_item).or_else(|| text.lines().position(|line| line.contains(wanted)));
    place.map_or(1, |line| line + 1)
}
