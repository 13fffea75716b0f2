//! Adding examples to an intent's file as a person would: at the end of its list, with
//! everything else, comments too, as it was.

use crate::domain::intent::IntentSpec;

/// The file's text with these examples at the end of `examples`. Where the list is written
/// in a way that lines cannot be added to, the whole file is written anew.
pub(super) fn with_examples(text: &str, examples: &[String]) -> Result<String, serde_norway::Error> {
    let before: IntentSpec = serde_norway::from_str(text)?;
    let mut expected = before.clone();
    expected.examples.extend_from_slice(examples);
    if let Some(added) = added_lines(text, examples)?
        && serde_norway::from_str::<IntentSpec>(&added).is_ok_and(|read| read == expected)
    {
        return Ok(added);
    }
    serde_norway::to_string(&expected)
}

fn added_lines(text: &str, examples: &[String]) -> Result<Option<String>, serde_norway::Error> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let Some(start) = lines.iter().position(|line| line.trim_end() == "examples:") else { return Ok(None) };
    let is_item = |line: &str| line.trim_start().starts_with("- ");
    let below = lines[start + 1..]
        .iter()
        .take_while(|line| line.trim().is_empty() || line.starts_with([' ', '\t', '#']) || line.starts_with("- "));
    let Some(last) = below.enumerate().filter(|(_, line)| is_item(line)).map(|(place, _)| place).last() else {
        return Ok(None);
    };
    let last = start + 1 + last;
    let indent = lines[last].len() - lines[last].trim_start().len();
    let item = |example: &String| Ok(format!("{}- {}", " ".repeat(indent), scalar(example)?));
    let items = examples.iter().map(item).collect::<Result<Vec<String>, serde_norway::Error>>()?;
    lines.splice(last + 1..last + 1, items);
    Ok(Some(lines.join("\n") + "\n"))
}

/// A text as YAML writes it, in quotation marks where it needs them.
fn scalar(text: &str) -> Result<String, serde_norway::Error> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(serde_norway::to_string(&line)?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(of: &[&str]) -> Vec<String> {
        of.iter().map(|&example| example.to_owned()).collect()
    }

    #[test]
    fn a_file_keeps_its_comments_and_its_order() {
        let text = "description: Wants it wrapped. # short\nexamples:\n  # from mails\n  - wrap it\n  - as a gift\n\nreply:\n  - We do.\n";
        let new = with_examples(text, &examples(&["ribbon: yes?", "@home"])).unwrap();
        assert_eq!(
            new,
            "description: Wants it wrapped. # short\nexamples:\n  # from mails\n  - wrap it\n  - as a gift\n  - 'ribbon: yes?'\n  - '@home'\n\nreply:\n  - We do.\n"
        );
    }

    #[test]
    fn items_may_stand_at_the_margin() {
        let new = with_examples("description: x\nexamples:\n- a\nreply:\n- y\n", &examples(&["b"])).unwrap();
        assert_eq!(new, "description: x\nexamples:\n- a\n- b\nreply:\n- y\n");
    }

    #[test]
    fn a_list_on_one_line_is_written_anew() {
        let new = with_examples("description: x\nexamples: [a]\nreply: [y]\n", &examples(&["b"])).unwrap();
        let read: IntentSpec = serde_norway::from_str(&new).unwrap();
        assert_eq!((read.examples, read.reply), (examples(&["a", "b"]), examples(&["y"])));
    }

    #[test]
    fn an_example_of_several_lines_stays_whole() {
        let text = "description: x\nexamples:\n  - a\n  - >\n    of two\n    lines\nreply: [y]\n";
        let new = with_examples(text, &examples(&["b"])).unwrap();
        let read: IntentSpec = serde_norway::from_str(&new).unwrap();
        assert_eq!(read.examples.len(), 3);
        assert_eq!(read.examples[2], "b");
    }
}
