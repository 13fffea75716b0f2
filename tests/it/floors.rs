//! The house rule of src/lib.rs: a module imports only from floors below its own.

use std::path::{Path, PathBuf};

/// From the top; siblings never import each other.
const FLOORS: [&[&str]; 7] = [
    &["app"],
    &["channels", "console", "insight"],
    &["engine"],
    &["policy", "answer"],
    &["nlu", "search", "sources", "store", "bus", "mail", "wire"],
    &["domain"],
    &["base"],
];

#[test]
fn imports_go_down_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut violations = Vec::new();
    for file in rust_files(&source) {
        let inside = file.strip_prefix(&source).expect("it lies in src");
        let Some(module) = module_of(inside) else { continue };
        let own = floor_of(&module)
            .unwrap_or_else(|| panic!("src/{module} stands on no floor: add it to src/lib.rs and here"));
        let text = without_comments(&std::fs::read_to_string(&file).expect("it can be read"));
        for used in used_modules(&text, depth_of(inside)) {
            let Some(floor) = floor_of(&used) else { continue };
            if used != module && floor <= own {
                violations.push(format!("src/{} uses crate::{used}", inside.display()));
            }
        }
    }
    violations.sort();
    violations.dedup();
    assert!(violations.is_empty(), "imports go down only:\n{}", violations.join("\n"));
}

#[test]
fn every_module_stands_on_a_floor_and_in_the_doc_of_the_library() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("it is there");
    for line in text.lines().filter_map(|line| line.trim().strip_prefix("pub mod ")) {
        let module = line.trim_end_matches(';');
        assert!(floor_of(module).is_some(), "{module} stands on no floor");
        let drawn = text
            .lines()
            .filter(|line| line.starts_with("//!"))
            .any(|line| line.split_whitespace().any(|word| word == module));
        assert!(drawn, "{module} is missing in the drawing of src/lib.rs");
    }
}

/// A channel is a translation: what outgrows this belongs to all channels, or to the vendor.
const LINES_OF_A_CHANNEL: usize = 500;

#[test]
fn a_channels_folder_stays_small() {
    let channels = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/channels");
    // The website's own socket, the help centre, and what serves all channels, are no translations.
    let others = ["widget", "render", "help"];
    let mut lines = std::collections::BTreeMap::<String, usize>::new();
    for file in rust_files(&channels) {
        let inside = file.strip_prefix(&channels).expect("it lies in the folder");
        let Some((folder, name)) = inside.to_str().and_then(|path| path.rsplit_once('/')) else { continue };
        if name == "tests.rs" || others.iter().any(|other| folder.starts_with(other)) {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("it can be read");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        *lines.entry(folder.to_owned()).or_default() += code.lines().count();
    }
    assert!(lines.contains_key("api"), "there are channels: {lines:?}");
    lines.retain(|_, lines| *lines >= LINES_OF_A_CHANNEL);
    assert!(lines.is_empty(), "{LINES_OF_A_CHANNEL} lines or more: {lines:?}");
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The top module that a file belongs to; none for the library's and the binary's roots.
fn module_of(inside: &Path) -> Option<String> {
    let first = inside.components().next()?.as_os_str().to_str()?;
    match first {
        "lib.rs" | "main.rs" => None,
        name => Some(name.trim_end_matches(".rs").to_owned()),
    }
}

/// How many `super` lead from a file's module to the root.
fn depth_of(inside: &Path) -> usize {
    let parts = inside.components().count();
    if inside.ends_with("mod.rs") { parts - 1 } else { parts }
}

/// The top modules that a text names, as `crate::a`, as `crate::{a, b::c}`, or by way of
/// enough `super`s.
fn used_modules(text: &str, depth: usize) -> Vec<String> {
    let mut used = Vec::new();
    for (position, _) in text.match_indices("crate::") {
        let path = &text[position + "crate::".len()..];
        if let Some(group) = path.strip_prefix('{') {
            used.extend(first_names_in_group(group));
        } else {
            used.push(identifier(path));
        }
    }
    let up = "super::".repeat(depth);
    used.extend(text.match_indices(&up).map(|(position, _)| identifier(&text[position + up.len()..])));
    used.retain(|name| !name.is_empty());
    used
}

fn first_names_in_group(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut depth, mut at_start) = (0, true);
    for (position, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            _ if character.is_whitespace() => {}
            _ if at_start => {
                names.push(identifier(&group[position..]));
                at_start = false;
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("it can be listed").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn finds_what_a_file_uses() {
    let text = "use crate::{\n    base::ids,\n    store::{Store, log},\n};\nfn f() { crate::nlu::read(); super::super::bus::ring() }";
    assert_eq!(used_modules(text, 2), ["base", "store", "nlu", "bus"]);
    assert_eq!(depth_of(Path::new("engine/mod.rs")), 1);
    assert_eq!(depth_of(Path::new("engine/think.rs")), 2);
}
