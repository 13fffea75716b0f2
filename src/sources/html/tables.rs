//! Tables: with a row of headings as Markdown has them, pairs of name and value as a list;
//! those that only lay a page out are none.

use scraper::ElementRef;

use super::writing::Writer;

pub(super) fn write(writer: &Writer<'_>, table: ElementRef<'_>) -> Option<String> {
    let inner = |name: &str| table.descendent_elements().skip(1).any(|element| element.value().name() == name);
    if inner("table") || inner("h2") || inner("ul") {
        return None;
    }
    let is_cell = |element: &ElementRef<'_>| matches!(element.value().name(), "td" | "th");
    let rows: Vec<Vec<(bool, String)>> = table
        .descendent_elements()
        .filter(|element| element.value().name() == "tr")
        .map(|row| {
            let cells = row.child_elements().filter(is_cell);
            cells.map(|cell| (cell.value().name() == "th", writer.inline(cell))).collect::<Vec<_>>()
        })
        .filter(|row| row.iter().any(|(_, text)| !text.is_empty()))
        .collect();
    let columns = rows.iter().map(Vec::len).max()?;
    if columns < 2 {
        return None;
    }
    let is_headed = rows[0].iter().all(|(heading, _)| *heading) || rows[0].iter().skip(1).all(|(heading, _)| *heading);
    if !is_headed && columns == 2 {
        let pairs = rows.iter().map(|row| match row.as_slice() {
            [(_, only)] => format!("- {only}"),
            [(_, name), (_, value), ..] if value.is_empty() => format!("- {name}"),
            [(_, name), (_, value), ..] => format!("- {}: {value}", name.trim_end_matches(':')),
            [] => String::new(),
        });
        return Some(pairs.collect::<Vec<_>>().join("\n"));
    }
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let written = |row: &[(bool, String)]| {
        let cell = |index: usize| row.get(index).map(|(_, text)| text.replace('|', "\\|")).unwrap_or_default();
        line((0..columns).map(cell).collect())
    };
    let mut lines = vec![written(&rows[0]), line(vec!["---".into(); columns])];
    lines.extend(rows[1..].iter().map(|row| written(row)));
    Some(lines.join("\n"))
}
