//! Files of records: YAML, JSON Lines and CSV, told apart by the name's ending.
//!
//! Reads files into records that know where they stand; what a record means is the
//! importers' business.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use super::problem::{Found, Problem};
pub(super) use super::tree::Step;
use super::tree::{self, Node};

/// From this size on, reading a set of files shows a progress bar.
const LARGE: u64 = 4 << 20;

/// One record of a file: a product, an order, a row.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) node: Node,
    text: Arc<Text>,
    origin: Origin,
}

#[derive(Debug)]
struct Text {
    file: PathBuf,
    text: String,
}

/// Where in its file a record stands.
#[derive(Clone, Debug)]
enum Origin {
    /// An item of the file's list.
    Yaml(usize),
    /// The whole file.
    YamlDocument,
    /// An item of a file that is one JSON list.
    JsonList(usize),
    /// A line (from 1), by its bytes.
    JsonLine {
        line: usize,
        start: usize,
        end: usize,
    },
    Table(Arc<TableOrigin>),
}

/// Where the parts of a record that was made of table rows stand.
#[derive(Debug)]
pub(super) struct TableOrigin {
    /// The lines of the rows, from 1.
    pub(super) lines: Vec<usize>,
    pub(super) columns: Arc<Vec<String>>,
    /// The row (an index of `lines`) and the column's name at which a path ends.
    pub(super) place: fn(&[Step]) -> (usize, String),
}

/// A table: the names of its columns and its rows.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) columns: Arc<Vec<String>>,
    pub(super) rows: Vec<Row>,
    text: Arc<Text>,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

/// Makes records of a table's rows.
pub(super) type FromTable = fn(Table, &Found) -> Vec<Record>;

impl Record {
    pub(super) fn of_rows(table: &Table, node: Node, origin: TableOrigin) -> Self {
        Self { node, text: Arc::clone(&table.text), origin: Origin::Table(Arc::new(origin)) }
    }

    pub(super) fn file(&self) -> &Path {
        &self.text.file
    }

    pub(super) fn is_of_table(&self) -> bool {
        matches!(self.origin, Origin::Table(_))
    }

    /// Line and column (from 1, 0 for unknown) of a part of the record.
    pub(super) fn place(&self, path: &[Step]) -> (usize, usize) {
        let text = &self.text.text;
        let place = match &self.origin {
            Origin::Yaml(index) => tree::locate_yaml(text, &below(*index, path)),
            Origin::YamlDocument => tree::locate_yaml(text, path),
            Origin::JsonList(index) => tree::locate_json(text, &below(*index, path)),
            Origin::JsonLine { line, start, end } => {
                let within = text.get(*start..*end).unwrap_or_default();
                Some(tree::locate_json(within, path).map_or((*line, 1), |(_, column)| (*line, column)))
            }
            Origin::Table(origin) => {
                let (row, column) = (origin.place)(path);
                let line = origin.lines.get(row).or(origin.lines.first()).copied().unwrap_or(0);
                let column = origin.columns.iter().position(|name| *name == column).map_or(0, |index| index + 1);
                Some((line, column))
            }
        };
        place.unwrap_or((0, 0))
    }

    /// The place of a line of a block (`|`) that begins at `start`, given what the line
    /// says; of another kind of text, its start.
    pub(super) fn place_in_block(&self, start: (usize, usize), index: usize, says: &str) -> (usize, usize) {
        let line = start.0 + 1 + index;
        let content = self.text.text.lines().nth(line - 1).unwrap_or_default();
        match content.find(says) {
            Some(offset) => (line, content[..offset].chars().count() + 1),
            None => start,
        }
    }
}

/// A YAML file that is one record.
pub(super) fn yaml_document(file: &Path, text: String, found: &Found) -> Option<Record> {
    match serde_norway::from_str::<Node>(&text) {
        Ok(Node::Null) => None,
        Ok(node) => {
            Some(Record { node, text: Arc::new(Text { file: file.to_owned(), text }), origin: Origin::YamlDocument })
        }
        Err(error) => {
            found.add(yaml_problem(file, &error));
            None
        }
    }
}

fn below(index: usize, path: &[Step]) -> Vec<Step> {
    std::iter::once(Step::Item(index)).chain(path.iter().cloned()).collect()
}

/// The records of all files; a folder stands for the files in it that may hold records.
pub(super) fn records(paths: &[PathBuf], from_table: FromTable, found: &Found) -> Vec<Record> {
    let files = expand(paths, &["yaml", "yml", "json", "jsonl", "ndjson", "csv"], found);
    let progress = progress(&files);
    let mut records = Vec::new();
    for file in &files {
        if let Some(text) = read(file, found) {
            let bytes = text.len() as u64;
            read_records(file, text, from_table, found, &mut records);
            progress.inc(bytes);
        }
    }
    progress.finish_and_clear();
    records
}

/// The files among the paths, and those in folders among them whose names end so.
pub(super) fn expand(paths: &[PathBuf], endings: &[&str], found: &Found) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        match std::fs::read_dir(path) {
            Ok(entries) => files.extend(
                entries
                    .flatten()
                    .map(|entry| entry.path())
                    .filter(|file| file.is_file() && endings.contains(&ending(file).as_str())),
            ),
            Err(error) => {
                found.add(whole_file(path, format!("the folder cannot be read ({error}): check its permissions")))
            }
        }
        files[before..].sort();
        if files.len() == before {
            found.add(whole_file(path, format!("the folder holds no file that ends in .{}", endings.join(", ."))));
        }
    }
    files
}

/// A file's text. Spreadsheets put a byte order mark before it, which means nothing.
pub(super) fn read(file: &Path, found: &Found) -> Option<String> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            found.add(whole_file(file, format!("the file cannot be read ({error}): check its path and permissions")));
            return None;
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
            let last = valid.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            let column = String::from_utf8_lossy(last).chars().count() + 1;
            let message = "this is not UTF-8: save the file in that encoding".into();
            found.add(Problem { file: file.to_owned(), line, column, message });
            None
        }
    }
}

pub(super) fn whole_file(file: &Path, message: impl Into<String>) -> Problem {
    Problem { file: file.to_owned(), line: 0, column: 0, message: message.into() }
}

pub(super) fn ending(file: &Path) -> String {
    file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase()
}

fn progress(files: &[PathBuf]) -> ProgressBar {
    let bytes = files.iter().filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum();
    if bytes < LARGE {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}")
        .expect("the template is right: this is a bug");
    ProgressBar::new(bytes).with_style(style).with_message("reading")
}

fn read_records(file: &Path, text: String, from_table: FromTable, found: &Found, records: &mut Vec<Record>) {
    let before = (records.len(), found.count());
    let text = Arc::new(Text { file: file.to_owned(), text });
    match ending(file).as_str() {
        "yaml" | "yml" => read_yaml(&text, found, records),
        "json" | "jsonl" | "ndjson" => read_json(&text, found, records),
        "csv" => {
            if let Some(table) = read_table(text, found) {
                records.extend(from_table(table, found));
            }
        }
        other => {
            let named = if other.is_empty() {
                "the name has no ending".into()
            } else {
                format!("`.{other}` is no known ending")
            };
            found.add(whole_file(file, format!("{named}: name the file .csv, .jsonl or .yaml, whichever it is")));
        }
    }
    if before == (records.len(), found.count()) {
        found.add(whole_file(file, "nothing stands in this file: remove it from the command, or fill it"));
    }
}

fn read_yaml(text: &Arc<Text>, found: &Found, records: &mut Vec<Record>) {
    match serde_norway::from_str::<Node>(&text.text) {
        Ok(Node::List(items)) => records.extend(items.into_iter().enumerate().map(|(index, node)| Record {
            node,
            text: Arc::clone(text),
            origin: Origin::Yaml(index),
        })),
        Ok(Node::Null) => {}
        Ok(other) => found.add(Problem {
            file: text.file.clone(),
            line: 1,
            column: 1,
            message: format!("the file must be a list, but is {}: begin each record with `- `", other.kind()),
        }),
        Err(error) => found.add(yaml_problem(&text.file, &error)),
    }
}

fn yaml_problem(file: &Path, error: &serde_norway::Error) -> Problem {
    let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    // Ours name the cure; the reader's own mostly stem from a value without quotation marks.
    let cure = if message.contains(": ") && message.contains("keep one") {
        ""
    } else {
        ": check the indentation, and put a text that contains `: ` or ` #` or begins with a sign in quotation marks"
    };
    Problem { file: file.to_owned(), line, column, message: format!("this is not valid YAML ({message}){cure}") }
}

fn read_json(text: &Arc<Text>, found: &Found, records: &mut Vec<Record>) {
    if text.text.trim_start().starts_with('[') {
        return read_json_list(text, found, records);
    }
    let mut start = 0;
    for (index, line) in text.text.split_inclusive('\n').enumerate() {
        let end = start + line.len();
        if !line.trim().is_empty() {
            match serde_json::from_str::<Node>(line) {
                Ok(node) => {
                    let origin = Origin::JsonLine { line: index + 1, start, end };
                    records.push(Record { node, text: Arc::clone(text), origin });
                }
                Err(error) => found.add(json_problem(text, index, &error)),
            }
        }
        start = end;
    }
}

fn read_json_list(text: &Arc<Text>, found: &Found, records: &mut Vec<Record>) {
    match serde_json::from_str::<Vec<Node>>(&text.text) {
        Ok(items) => records.extend(items.into_iter().enumerate().map(|(index, node)| Record {
            node,
            text: Arc::clone(text),
            origin: Origin::JsonList(index),
        })),
        Err(error) => found.add(json_problem(text, 0, &error)),
    }
}

/// `lines_before` is the number of lines before the text that was parsed.
fn json_problem(text: &Text, lines_before: usize, error: &serde_json::Error) -> Problem {
    let line = lines_before + error.line().max(1);
    let content = text.text.lines().nth(line - 1).unwrap_or_default();
    // serde_json counts bytes, people count characters.
    let mut bytes = error.column().saturating_sub(1).min(content.len());
    while !content.is_char_boundary(bytes) {
        bytes -= 1;
    }
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    Problem {
        file: text.file.clone(),
        line,
        column: content[..bytes].chars().count() + 1,
        message: format!(
            "this is not valid JSON ({message}): write one complete object a line, names and texts in double quotation marks"
        ),
    }
}

fn read_table(text: Arc<Text>, found: &Found) -> Option<Table> {
    if text.text.trim().is_empty() {
        return None;
    }
    let problem =
        |line: usize, column: usize, message: String| Problem { file: text.file.clone(), line, column, message };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(&text.text))
        .trim(csv::Trim::All)
        .from_reader(text.text.as_bytes());
    let columns: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_ascii_lowercase).collect(),
        Err(error) => {
            found.add(problem(1, 0, format!("the first row cannot be read ({error}): it must name the columns")));
            return None;
        }
    };
    if let Some(index) = (0..columns.len()).find(|index| columns[..*index].contains(&columns[*index])) {
        found.add(problem(1, index + 1, format!("the column `{}` stands twice: keep one of them", columns[index])));
        return None;
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, |position| position.line() as usize);
                rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
            }
            Err(error) => {
                let line = error.position().map_or(0, |position| position.line() as usize);
                found.add(problem(line, 0, csv_message(&error)));
            }
        }
    }
    Some(Table { columns: Arc::new(columns), rows, text })
}

fn csv_message(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!(
            "the row has {len} cells, and the first row names {expected_len} columns: put a value that contains a comma or a line break in double quotation marks"
        ),
        _ => format!("the row cannot be read: {error}"),
    }
}

/// Spreadsheets of countries with a decimal comma separate by semicolons.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    if header.contains(';') && !header.contains(',') { b';' } else { b',' }
}

/// Tables in which every row is a record, and a cell may be empty.
pub(super) fn one_record_a_row(table: Table, _: &Found) -> Vec<Record> {
    let rows = table.rows.iter();
    rows.map(|row| {
        let cells = table.columns.iter().zip(&row.cells);
        let entries =
            cells.filter(|(_, cell)| !cell.is_empty()).map(|(name, cell)| (name.clone(), Node::Text(cell.clone())));
        let origin = TableOrigin {
            lines: vec![row.line],
            columns: Arc::clone(&table.columns),
            place: |path| match path.first() {
                Some(Step::Value(name) | Step::Name(name)) => (0, name.clone()),
                _ => (0, String::new()),
            },
        };
        Record::of_rows(&table, Node::Map(entries.collect()), origin)
    })
    .collect()
}

/// The column that a path's first step was made of, given the columns with their fields.
pub(super) fn column_of(path: &[Step], columns: &[(&str, &str)]) -> String {
    let (Some(Step::Value(field)) | Some(Step::Name(field))) = path.first() else { return String::new() };
    let column = columns.iter().find(|(_, of)| of == field);
    column.map(|(column, _)| (*column).to_owned()).unwrap_or_default()
}

impl Table {
    pub(super) fn file(&self) -> &Path {
        &self.text.file
    }

    /// Whether all columns are known, and those that must be there are.
    pub(super) fn has_columns(&self, known: &[&str], required: &[&str], found: &Found) -> bool {
        let before = found.count();
        let problem =
            |column: usize, message: String| Problem { file: self.file().to_owned(), line: 1, column, message };
        for (index, column) in self.columns.iter().enumerate() {
            if !known.contains(&column.as_str()) {
                found.add(problem(
                    index + 1,
                    format!("there is no column `{}`: the columns are {}", tree::shortened(column), known.join(", ")),
                ));
            }
        }
        for name in required {
            if !self.columns.iter().any(|column| column == name) {
                found.add(problem(
                    0,
                    format!(
                        "the column `{name}` is missing: the first row must name the columns, and this one among them"
                    ),
                ));
            }
        }
        found.count() == before
    }

    /// Rows that belong together repeat what they have in common, or leave it empty.
    pub(super) fn check_repeated<'a>(&self, rows: &[Row], columns: impl Iterator<Item = &'a str>, found: &Found) {
        let Some((first, others)) = rows.split_first() else { return };
        let indices: Vec<usize> =
            columns.filter_map(|name| self.columns.iter().position(|column| column == name)).collect();
        for row in others {
            for &index in &indices {
                let (before, here) = (&first.cells[index], &row.cells[index]);
                if !here.is_empty() && here != before {
                    let message = format!(
                        "`{}` differs from line {}, where the same record begins: repeat it, or leave the cell empty",
                        self.columns[index], first.line
                    );
                    found.add(Problem { file: self.file().to_owned(), line: row.line, column: index + 1, message });
                }
            }
        }
    }
}
