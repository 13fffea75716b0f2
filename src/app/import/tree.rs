//! YAML and JSON as one kind of tree, and where in the text a branch of it stands.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_json::value::RawValue;

/// A value as it stands in a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    /// In the file's order; no name stands twice.
    Map(Vec<(String, Node)>),
}

/// One step from a value to a value inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value of that name.
    Value(String),
    /// The name itself.
    Name(String),
    Item(usize),
}

impl Node {
    /// What a reader calls it.
    pub(super) fn kind(&self) -> String {
        match self {
            Node::Null => "nothing".into(),
            Node::Bool(value) => format!("`{value}`"),
            Node::Number(value) => format!("the number {value}"),
            Node::Text(text) => format!("`{}`", shortened(text)),
            Node::List(_) => "a list".into(),
            Node::Map(_) => "a group of names and values".into(),
        }
    }

    /// The value of that name, in names with values.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        let Node::Map(entries) = self else { return None };
        entries.iter().find(|(entry, _)| entry == name).map(|(_, node)| node).filter(|node| **node != Node::Null)
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Node::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn as_list(&self) -> Option<&[Node]> {
        if let Node::List(items) = self { Some(items) } else { None }
    }

    pub(super) fn into_json(self) -> serde_json::Value {
        match self {
            Node::Null => serde_json::Value::Null,
            Node::Bool(value) => value.into(),
            Node::Number(value) => value.into(),
            Node::Text(text) => text.into(),
            Node::List(items) => items.into_iter().map(Node::into_json).collect(),
            Node::Map(entries) => {
                serde_json::Value::Object(entries.into_iter().map(|(name, node)| (name, node.into_json())).collect())
            }
        }
    }
}

/// A text, cut so that it fits into a message.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST - 1).collect();
    format!("{start}…")
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a list, or names with values")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        let number = Number::from_f64(value);
        number
            .map(Node::Number)
            .ok_or_else(|| E::custom("this is no number that can be stored: write it as a text, in quotation marks"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut names = HashSet::new();
        let mut entries = Vec::new();
        while let Some(name) = map.next_key_seed(NewName(&mut names))? {
            entries.push((name, map.next_value()?));
        }
        Ok(Node::Map(entries))
    }
}

/// A name that must not have stood before: a second one would silently win.
struct NewName<'a>(&'a mut HashSet<String>);

impl<'de> DeserializeSeed<'de> for NewName<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NewName<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<String, E> {
        if !self.0.insert(name.to_owned()) {
            return Err(E::custom(format!("`{}` stands twice: keep one of them", shortened(name))));
        }
        Ok(name.to_owned())
    }

    fn visit_i64<E: Error>(self, name: i64) -> Result<String, E> {
        self.visit_str(&name.to_string())
    }

    fn visit_u64<E: Error>(self, name: u64) -> Result<String, E> {
        self.visit_str(&name.to_string())
    }

    fn visit_bool<E: Error>(self, name: bool) -> Result<String, E> {
        self.visit_str(if name { "true" } else { "false" })
    }
}

/// Line and column (from 1) of a branch in a YAML text.
///
/// The YAML reader tells places only in errors, so this reads the text once more and
/// errs on purpose where the path ends.
pub(super) fn locate_yaml(text: &str, path: &[Step]) -> Option<(usize, usize)> {
    let deserializer = serde_norway::Deserializer::from_str(text);
    let error = Seek(path).deserialize(deserializer).err()?;
    let location = error.location()?;
    Some((location.line(), location.column()))
}

/// Errs at the end of the path.
struct Seek<'a>(&'a [Step]);

impl Seek<'_> {
    fn scalar<E: Error>(self) -> Result<(), E> {
        if self.0.is_empty() { Err(E::custom("here")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.scalar()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Some((step, rest)) = self.0.split_first() else { return Err(A::Error::custom("here")) };
        let mut index = 0;
        loop {
            let found = if *step == Step::Item(index) {
                items.next_element_seed(Seek(rest))?.is_some()
            } else {
                items.next_element::<IgnoredAny>()?.is_some()
            };
            if !found {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((step, rest)) = self.0.split_first() else { return Err(A::Error::custom("here")) };
        let (name, is_name) = match step {
            Step::Value(name) => (name.as_str(), false),
            Step::Name(name) => (name.as_str(), true),
            Step::Item(_) => ("", false),
        };
        while let Some(matches) = map.next_key_seed(SeekName { name, stop: is_name })? {
            if matches {
                map.next_value_seed(Seek(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Whether a name is the sought one; errs there if told to.
struct SeekName<'a> {
    name: &'a str,
    stop: bool,
}

impl<'de> DeserializeSeed<'de> for SeekName<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for SeekName<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<bool, E> {
        if name == self.name && self.stop {
            return Err(E::custom("here"));
        }
        Ok(name == self.name)
    }

    fn visit_i64<E: Error>(self, name: i64) -> Result<bool, E> {
        self.visit_str(&name.to_string())
    }

    fn visit_u64<E: Error>(self, name: u64) -> Result<bool, E> {
        self.visit_str(&name.to_string())
    }

    fn visit_bool<E: Error>(self, name: bool) -> Result<bool, E> {
        self.visit_str(if name { "true" } else { "false" })
    }
}

/// Line and column (from 1) of a branch in a JSON text.
pub(super) fn locate_json(text: &str, path: &[Step]) -> Option<(usize, usize)> {
    let whole: &RawValue = serde_json::from_str(text).ok()?;
    let mut branch = whole;
    for step in path {
        branch = match step {
            Step::Item(index) => {
                let items: Vec<&RawValue> = serde_json::from_str(branch.get()).ok()?;
                items.get(*index).copied()?
            }
            Step::Value(name) => entry(branch, name)?.1,
            Step::Name(name) => entry(branch, name)?.0,
        };
    }
    // The branch is a slice of the text: the parser borrows and does not copy.
    let offset = (branch.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let before = text.get(..offset)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Some((line, column))
}

fn entry<'a>(map: &'a RawValue, name: &str) -> Option<(&'a RawValue, &'a RawValue)> {
    let entries: RawEntries<'a> = serde_json::from_str(map.get()).ok()?;
    entries.0.into_iter().find(|(key, _)| serde_json::from_str::<String>(key.get()).is_ok_and(|key| key == name))
}

struct RawEntries<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for RawEntries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = RawEntries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(RawEntries(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn value(name: &str) -> Step {
        Step::Value(name.into())
    }

    const YAML: &str =
        "- sku: A\n  price: \"1\"\n- sku: B\n  lines:\n    - {sku: X, n: 1}\n    - {sku: Y,\n       n: oops}\n";

    #[rstest]
    #[case(&[Step::Item(0), value("price")], (2, 10))]
    #[case(&[Step::Item(1)], (3, 3))]
    #[case(&[Step::Item(1), value("lines"), Step::Item(1), value("n")], (7, 11))]
    #[case(&[Step::Item(1), Step::Name("lines".into())], (4, 3))]
    fn finds_a_branch_in_yaml(#[case] path: &[Step], #[case] place: (usize, usize)) {
        assert_eq!(locate_yaml(YAML, path), Some(place));
    }

    #[rstest]
    #[case(&[value("lines"), Step::Item(1), value("n")], (2, 6))]
    #[case(&[value("lines"), Step::Item(0)], (1, 24))]
    #[case(&[Step::Name("lines".into())], (1, 13))]
    #[case(&[], (1, 1))]
    fn finds_a_branch_in_json(#[case] path: &[Step], #[case] place: (usize, usize)) {
        let text = "{\"sku\":\"é\", \"lines\": [ {\"n\":1},\n{\"n\":\"x\"}]}";
        assert_eq!(locate_json(text, path), Some(place));
    }

    #[test]
    fn what_is_not_there_has_no_place() {
        assert_eq!(locate_yaml(YAML, &[Step::Item(7)]), None);
        assert_eq!(locate_json("[1]", &[Step::Item(1)]), None);
        assert_eq!(locate_json("[1", &[Step::Item(0)]), None);
    }

    #[test]
    fn a_name_twice_is_an_error_at_its_place() {
        let error = serde_norway::from_str::<Node>("- a: 1\n  b: 2\n  a: 3\n").unwrap_err();
        assert!(error.to_string().contains("`a` stands twice"), "{error}");
        assert_eq!(error.location().map(|at| (at.line(), at.column())), Some((3, 3)));
        assert!(serde_json::from_str::<Node>("{\"a\":1,\"a\":2}").is_err());
    }
}
