//! Labelled texts in CSV: columns `text` and `label`, or the first two.

use std::path::Path;

use crate::nlu::training::comments::DataError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    pub text: String,
    pub label: String,
    /// Where it stands, for messages about it.
    pub line: usize,
}

pub fn read(path: &Path) -> Result<Vec<Labelled>, DataError> {
    let wrong = |line: usize, reason: String| DataError::new(path, line, reason);
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_path(path).map_err(|error| wrong(1, error.to_string()))?;
    let header = reader.headers().map_err(|error| wrong(1, error.to_string()))?.clone();
    let column = |name: &str| header.iter().position(|title| title.trim().eq_ignore_ascii_case(name));
    let (text, label) = match (column("text"), column("label")) {
        (Some(text), Some(label)) => (text, label),
        _ if header.len() >= 2 => (0, 1),
        _ => return Err(wrong(1, "two columns are needed: text,label".to_owned())),
    };
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(1, |place| place.line() as usize);
            wrong(line, error.to_string())
        })?;
        let line = record.position().map_or(1, |place| place.line() as usize);
        let cell =
            |column: usize| record.get(column).ok_or_else(|| wrong(line, format!("column {} is missing", column + 1)));
        let row = Labelled { text: cell(text)?.to_owned(), label: cell(label)?.trim().to_owned(), line };
        if row.label.is_empty() {
            return Err(wrong(line, "the label is empty".to_owned()));
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(wrong(1, "there are no rows below the header".to_owned()));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn read_text(text: &str) -> Result<Vec<Labelled>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        std::fs::write(&path, text).unwrap();
        read(&path).map_err(|error| error.to_string())
    }

    #[rstest]
    #[case("text,category\nhi,greeting\n")]
    #[case("id,label,text\n7,greeting,hi\n")]
    #[case("text,label,note\nhi,greeting\n")]
    fn columns_by_name_or_place(#[case] text: &str) {
        let rows = read_text(text).unwrap();
        assert_eq!(rows, [Labelled { text: "hi".into(), label: "greeting".into(), line: 2 }]);
    }

    #[rstest]
    #[case("text\nhi\n", "data.csv:1: two columns")]
    #[case("text,label\n", "data.csv:1: there are no rows")]
    #[case("text,label\nhi,x\nhello\n", "data.csv:3: column 2 is missing")]
    #[case("text,label\nhi,x\nhello,\n", "data.csv:3: the label is empty")]
    #[case("text,label\n\"two\nlines\",x\nhello, \n", "data.csv:4: the label is empty")]
    fn errors_name_file_and_line(#[case] text: &str, #[case] expected: &str) {
        let error = read_text(text).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}
