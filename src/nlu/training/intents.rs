//! The shop's intents: `intents/*.yaml`, read and checked.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

pub use crate::domain::intent::plain;
use crate::domain::intent::{IntentSpec, MARKED};

#[derive(Debug, thiserror::Error)]
pub enum IntentsError {
    #[error("the folder of intents {path} cannot be read: {reason}")]
    Folder { path: String, reason: String },
    #[error("{path}:{line}:{column}: {reason}")]
    File { path: String, line: usize, column: usize, reason: String },
}

/// Reads every `*.yaml` of a folder, in the order of their names.
///
/// An example that stands in two intents is logged as a warning: neither can be learned.
pub fn read_intents(folder: &Path) -> Result<Vec<IntentSpec>, IntentsError> {
    let unreadable = |reason: String| IntentsError::Folder { path: folder.display().to_string(), reason };
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(error.to_string()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(error.to_string()))?.path();
        if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(unreadable("it holds no .yaml file".to_owned()));
    }
    let specs = paths.iter().map(read_intent).collect::<Result<Vec<_>, _>>()?;
    warn_of_duplicates(&specs);
    Ok(specs)
}

/// Whether an intent may have that name.
pub fn is_intent_name(name: &str) -> bool {
    NAME.is_match(name)
}

/// Reads and checks one intent; its name is the file's.
pub fn read_intent(path: &PathBuf) -> Result<IntentSpec, IntentsError> {
    let shown = path.display().to_string();
    let wrong =
        |line: usize, column: usize, reason: String| IntentsError::File { path: shown.clone(), line, column, reason };
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if !is_intent_name(name) {
        let rule =
            "an intent's file is named with small letters, digits and _, a letter first, such as order_status.yaml";
        return Err(wrong(1, 1, rule.to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| wrong(1, 1, error.to_string()))?;
    let mut spec: IntentSpec = serde_norway::from_str(&text).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |place| (place.line(), place.column()));
        wrong(line, column, error.to_string())
    })?;
    name.clone_into(&mut spec.name);
    if spec.examples.is_empty() {
        return Err(wrong(line_of(&text, "examples:"), 1, "it has no examples; write at least ten".to_owned()));
    }
    if let Some(empty) = spec.examples.iter().position(|example| plain(example).trim().is_empty()) {
        return Err(wrong(line_of(&text, "examples:"), 1, format!("example {} is empty", empty + 1)));
    }
    for example in &spec.examples {
        for marked in MARKED.captures_iter(example) {
            if crate::domain::EntityType::parse(&marked[2]).is_none() {
                let reason = format!(
                    "{} is no entity type; it may be email, phone, money, date, order_number or product",
                    &marked[2]
                );
                return Err(wrong(line_of(&text, &marked[0]), 1, reason));
            }
        }
    }
    Ok(spec)
}

fn line_of(text: &str, wanted: &str) -> usize {
    text.lines().position(|line| line.contains(wanted)).map_or(1, |line| line + 1)
}

fn warn_of_duplicates(specs: &[IntentSpec]) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for spec in specs {
        for example in &spec.examples {
            let text = plain(example).trim().to_lowercase();
            match seen.insert(text, &spec.name) {
                Some(other) if other != spec.name => {
                    tracing::warn!(%example, first = other, second = spec.name, "an example stands in two intents, so neither can learn it");
                }
                _ => {}
            }
        }
    }
}

static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^[a-z][a-z0-9_]{0,63}$").expect("a fixed pattern: this is a bug"));

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn marks_are_stripped() {
        assert_eq!(
            plain("is [AW-10482](order_number) sent to [eva@example.com](email)?"),
            "is AW-10482 sent to eva@example.com?"
        );
        assert_eq!(plain("no marks [here] (at all)"), "no marks [here] (at all)");
    }

    #[rstest]
    #[case("greeting.yaml", "description: Says hello.\nexamples: [hi, hello]\n", None)]
    #[case("greeting.yaml", "description: Says hello.\nexample: [hi]\n", Some(("2:1", "example")))]
    #[case("greeting.yaml", "description: x\nexamples: []\n", Some(("2:1", "no examples")))]
    #[case("greeting.yaml", "description: x\nexamples:\n  - hi\n  - ' '\n", Some(("2:1", "example 2 is empty")))]
    #[case("greeting.yaml", "description: x\nexamples:\n  - hi\n  - a [b](c)\n", Some(("4:1", "no entity type")))]
    #[case("greeting.yaml", "description: x\nexamples: [hi\n", Some(("", "")))]
    #[case("Say Hello.yaml", "description: x\nexamples: [hi]\n", Some(("1:1", "small letters")))]
    fn files_are_checked(#[case] name: &str, #[case] text: &str, #[case] expected: Option<(&str, &str)>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        let result = read_intents(folder.path());
        match expected {
            None => assert_eq!(result.unwrap()[0].name, "greeting"),
            Some((place, reason)) => {
                let message = result.unwrap_err().to_string();
                assert!(message.contains(&format!("{name}:{place}")) && message.contains(reason), "{message}");
            }
        }
    }

    #[test]
    fn an_empty_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read_intents(folder.path()).unwrap_err().to_string().contains("no .yaml"));
    }
}
