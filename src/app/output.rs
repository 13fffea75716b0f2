//! What commands print: lines, tables, one JSON object.

use std::io::Write;

use serde::Serialize;

/// One line on standard output. A reader that has gone (`| head`) ends the command with
/// an error, not with a panic.
pub(super) fn line(text: impl std::fmt::Display) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// A word to whoever watches a server start, on standard error; nobody has to.
pub(super) fn note(text: impl std::fmt::Display) {
    let _nobody_watches = writeln!(std::io::stderr().lock(), "{text}");
}

/// The one JSON object of a command that was asked for `--json`.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string(value)?)
}

/// Rows below their headings, in columns as wide as their widest cell.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> anyhow::Result<()> {
    let width = |index: usize| {
        let cells = rows.iter().map(|row| row[index].chars().count());
        cells.chain([headings[index].chars().count()]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    line(aligned(&headings.map(str::to_owned), &widths))?;
    for row in rows {
        line(aligned(row, &widths))?;
    }
    Ok(())
}

fn aligned<const N: usize>(row: &[String; N], widths: &[usize; N]) -> String {
    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    cells.join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let row = ["é".to_owned(), "b".to_owned(), String::new()];
        assert_eq!(aligned(&row, &[3, 2, 4]), "é    b");
    }
}
