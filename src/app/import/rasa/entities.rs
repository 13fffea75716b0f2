//! Rasa's lookup tables, synonyms, regular expressions and marked values become entity
//! types of the shop's own: files of `entities/`.

use std::collections::{BTreeMap, BTreeSet};

use regex::RegexBuilder;
use serde::{Deserialize, Serialize};

use super::markup::{Marked, our_type};
use super::our_name;

/// One file of `entities/`, as far as Rasa has words for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportedEntity {
    #[serde(skip)]
    pub name: String,
    pub description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ImportedValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<String>,
}

/// A value, alone or with other words for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ImportedValue {
    Plain(String),
    WithSynonyms { value: String, synonyms: Vec<String> },
}

impl ImportedValue {
    pub fn value(&self) -> &str {
        match self {
            ImportedValue::Plain(value) | ImportedValue::WithSynonyms { value, .. } => value,
        }
    }
}

/// What the files say of entities, until all of them are read.
#[derive(Debug, Default)]
pub(super) struct Entities {
    types: BTreeMap<String, Type>,
    /// Value and other words for it; whose value it is, Rasa does not say.
    synonyms: Vec<(String, Vec<String>)>,
    regexes: Vec<(String, Vec<String>)>,
    /// Of the domain.
    declared: BTreeSet<String>,
    /// Types that Rapport finds by itself.
    known: BTreeSet<String>,
    roles: bool,
}

#[derive(Debug, Default)]
struct Type {
    /// In the order of their coming, each with its synonyms.
    values: Vec<(String, Vec<String>)>,
    patterns: Vec<String>,
}

impl Entities {
    /// A marked value in an example.
    pub(super) fn see(&mut self, marked: &Marked) {
        self.roles |= marked.has_role;
        if !marked.is_a_value() {
            return;
        }
        let Some(own) = self.own(&marked.name) else { return };
        let value = marked.value.as_deref().unwrap_or(&marked.text);
        own.add(value, (value != marked.text).then_some(marked.text.as_str()));
    }

    pub(super) fn declare(&mut self, name: &str) {
        self.declared.insert(our_name(name));
    }

    pub(super) fn lookup(&mut self, name: &str, values: Vec<String>) {
        match self.own(name) {
            Some(own) => values.iter().for_each(|value| own.add(value, None)),
            None => _ = self.known.insert(format!("the lookup table `{name}`")),
        }
    }

    pub(super) fn synonym(&mut self, value: &str, others: Vec<String>) {
        self.synonyms.push((value.to_owned(), others));
    }

    pub(super) fn regex(&mut self, name: &str, patterns: Vec<String>) {
        self.regexes.push((name.to_owned(), patterns));
    }

    /// The types, and what could not be taken over, a sentence each.
    pub(super) fn finish(mut self) -> (Vec<ImportedEntity>, Vec<String>) {
        let mut notes = Vec::new();
        self.share_out_regexes(&mut notes);
        self.share_out_synonyms(&mut notes);
        let known = self.known.iter().map(|what| format!("{what} was left out: Rapport finds such values by itself"));
        notes.extend(known);
        if self.roles {
            notes.push("roles and groups of entities were left out".to_owned());
        }
        let entities = self.types.into_iter().map(|(name, own)| own.into_entity(name));
        (entities.filter(|entity| !entity.values.is_empty() || !entity.patterns.is_empty()).collect(), notes)
    }

    fn share_out_regexes(&mut self, notes: &mut Vec<String>) {
        for (name, patterns) in std::mem::take(&mut self.regexes) {
            if our_type(&name).is_some() {
                self.known.insert(format!("the regular expression `{name}`"));
                continue;
            }
            let own = our_name(&name);
            // To Rasa, one that is named otherwise is a hint for its models and finds nothing.
            if !self.types.contains_key(&own) && !self.declared.contains(&own) {
                notes.push(format!("the regular expression `{name}` was left out: no entity has its name"));
                continue;
            }
            for pattern in patterns {
                match why_not(&pattern) {
                    None => self.types.entry(own.clone()).or_default().patterns.push(pattern),
                    Some(why) => {
                        notes.push(format!("the regular expression `{pattern}` of `{name}` was left out: {why}"))
                    }
                }
            }
        }
    }

    fn share_out_synonyms(&mut self, notes: &mut Vec<String>) {
        for (value, others) in std::mem::take(&mut self.synonyms) {
            let mut found = false;
            for own in self.types.values_mut() {
                let has = own.knows(&value) || others.iter().any(|other| own.knows(other));
                if has {
                    others.iter().for_each(|other| own.add(&value, Some(other)));
                }
                found |= has;
            }
            if !found {
                notes.push(format!("the synonyms of `{value}` were left out: no entity of the bot has this value"));
            }
        }
    }

    /// The shop's own type of that name; none where Rapport knows it.
    fn own(&mut self, name: &str) -> Option<&mut Type> {
        our_type(name).is_none().then(|| self.types.entry(our_name(name)).or_default())
    }
}

impl Type {
    fn knows(&self, word: &str) -> bool {
        let same = |other: &str| other.to_lowercase() == word.to_lowercase();
        self.values.iter().any(|(value, synonyms)| same(value) || synonyms.iter().any(|synonym| same(synonym)))
    }

    /// Adds a value, and another word for it.
    fn add(&mut self, value: &str, other: Option<&str>) {
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        let other = other.filter(|other| !same(other, value));
        if let Some(other) = other {
            // What was a value by itself turns out to be another word for this one.
            self.values.retain(|(known, synonyms)| !synonyms.is_empty() || !same(known, other));
        }
        let place = self.values.iter().position(|(known, _)| same(known, value)).unwrap_or_else(|| {
            self.values.push((value.to_owned(), Vec::new()));
            self.values.len() - 1
        });
        let synonyms = &mut self.values[place].1;
        if let Some(other) = other
            && !synonyms.iter().any(|known| same(known, other))
        {
            synonyms.push(other.to_owned());
        }
    }

    fn into_entity(self, name: String) -> ImportedEntity {
        let value = |(value, synonyms): (String, Vec<String>)| match synonyms.is_empty() {
            true => ImportedValue::Plain(value),
            false => ImportedValue::WithSynonyms { value, synonyms },
        };
        // A value without a letter and a digit names nothing.
        let named = |value: &(String, Vec<String>)| value.0.contains(char::is_alphanumeric);
        ImportedEntity {
            description: format!("Imported from Rasa: {}.", name.replace('_', " ")),
            values: self.values.into_iter().filter(named).map(value).collect(),
            patterns: self.patterns,
            name,
        }
    }
}

/// Why a pattern of Python's cannot be used here.
fn why_not(pattern: &str) -> Option<&'static str> {
    match RegexBuilder::new(pattern).case_insensitive(true).build() {
        Err(_) => Some("it looks around itself or back, or is none"),
        Ok(compiled) if compiled.is_match("") => Some("it fits nothing at all, so it would be everywhere"),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(name: &str, text: &str, value: Option<&str>) -> Marked {
        Marked { name: name.into(), text: text.into(), value: value.map(str::to_owned), has_role: false }
    }

    fn with_synonyms(value: &str, synonyms: &[&str]) -> ImportedValue {
        ImportedValue::WithSynonyms {
            value: value.into(),
            synonyms: synonyms.iter().map(|&synonym| synonym.into()).collect(),
        }
    }

    #[test]
    fn synonyms_find_the_type_whose_value_they_are() {
        let mut entities = Entities::default();
        entities.lookup("City", vec!["Ghent".into(), "Bruges".into(), "gent".into()]);
        entities.see(&marked("city", "Anvers", Some("Antwerp")));
        entities.see(&marked("colour", "blue", None));
        entities.synonym("Ghent", vec!["Gent".into(), "Gand".into()]);
        entities.synonym("Rome", vec!["Roma".into()]);
        let (found, notes) = entities.finish();
        assert_eq!(found.iter().map(|entity| entity.name.as_str()).collect::<Vec<_>>(), ["city", "colour"]);
        assert_eq!(
            found[0].values,
            [
                with_synonyms("Ghent", &["Gent", "Gand"]),
                ImportedValue::Plain("Bruges".into()),
                with_synonyms("Antwerp", &["Anvers"]),
            ]
        );
        assert_eq!(notes.len(), 1);
        assert!(notes[0].contains("`Rome`"), "{notes:?}");
    }

    #[test]
    fn a_regular_expression_belongs_to_the_entity_of_its_name() {
        let mut entities = Entities::default();
        entities.declare("member_card");
        entities.regex("member_card", vec![r"M-\d{6}".into(), r"(?<=M)\d".into(), r"\d*".into()]);
        entities.regex("order_number", vec![r"AW-\d+".into()]);
        entities.regex("help", vec![r"\bhelp\b".into()]);
        let (found, notes) = entities.finish();
        assert_eq!((found.len(), found[0].patterns.as_slice()), (1, &[r"M-\d{6}".to_owned()][..]));
        let notes = notes.join("\n");
        for said in ["(?<=M)", "everywhere", "`help` was left out: no entity", "`order_number` was left out: Rapport"] {
            assert!(notes.contains(said), "{said} in:\n{notes}");
        }
    }
}
