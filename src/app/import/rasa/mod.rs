//! A Rasa 3.1 bot becomes intents of ours.
//!
//! Taken over: intents with their examples, responses (`utter_…`), which response rules and
//! stories give to which intent, and entities with their lookups, synonyms and regular
//! expressions. Everything else (forms, slots, custom actions) is named in the notes, so
//! that the owner knows what to see to.

mod dialogue;
mod entities;
mod markup;
mod training;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::problem::{Found, Problems};
use super::source::{self, Record, Step};
use super::tree::Node;
use crate::domain::content::Choice;
use crate::domain::intent::IntentSpec;

pub(in crate::app) use dialogue::has_slot;
use dialogue::{Answers, Response, Variant};
use entities::Entities;
pub use entities::{ImportedEntity, ImportedValue};

/// What a bot becomes.
#[derive(Debug, Default)]
pub struct RasaBot {
    /// By name.
    pub intents: Vec<IntentSpec>,
    /// Types that Rapport does not find by itself, by name.
    pub entities: Vec<ImportedEntity>,
    /// What could not be taken over, a sentence each.
    pub notes: Vec<String>,
}

/// Reads a bot's YAML files; a folder stands for all YAML files below it.
pub fn rasa(paths: &[PathBuf]) -> Result<RasaBot, Problems> {
    let found = Found::default();
    let mut parts = Parts::default();
    for file in yaml_files(paths, &found) {
        if let Some(text) = source::read(&file, &found)
            && let Some(record) = source::yaml_document(&file, text, &found)
        {
            read_document(&record, &mut parts, &found);
        }
    }
    if parts.examples.is_empty() && found.count() == 0 {
        let file = paths.first().map(PathBuf::as_path).unwrap_or(Path::new("."));
        found.add(source::whole_file(
            file,
            "no intents stand here: name the files that hold `nlu:`, usually data/nlu.yml",
        ));
    }
    let bot = parts.into_bot(&found);
    found.unless_any(bot)
}

/// What has been read of all files.
#[derive(Debug, Default)]
struct Parts {
    /// Of each intent, under the name that Rasa gives it.
    examples: BTreeMap<String, Vec<String>>,
    /// What our own export added to an intent, beyond what Rasa has words for.
    kept: BTreeMap<String, serde_json::Value>,
    responses: BTreeMap<String, Response>,
    answers: Answers,
    entities: Entities,
    notes: Notes,
}

/// Things that have no counterpart here, each named once.
#[derive(Debug, Default)]
struct Notes {
    others: BTreeSet<String>,
}

fn yaml_files(paths: &[PathBuf], found: &Found) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        if path.is_dir() {
            collect(path, &mut files, found);
            if files.len() == before {
                found.add(source::whole_file(path, "the folder holds no file that ends in .yml or .yaml"));
            }
        } else {
            files.push(path.clone());
        }
        files[before..].sort();
    }
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>, found: &Found) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            found
                .add(source::whole_file(folder, format!("the folder cannot be read ({error}): check its permissions")));
            return;
        }
    };
    for entry in entries.flatten() {
        let (path, hidden) = (entry.path(), entry.file_name().to_string_lossy().starts_with('.'));
        // A link to a folder may lead back up.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && !hidden {
            collect(&path, files, found);
        } else if matches!(source::ending(&path).as_str(), "yml" | "yaml") && !hidden {
            files.push(path);
        }
    }
}

fn read_document(record: &Record, parts: &mut Parts, found: &Found) {
    let Node::Map(entries) = &record.node else {
        found.at(
            record,
            &[],
            format!(
                "a Rasa file begins with names such as `nlu:` or `responses:`, and not with {}",
                record.node.kind()
            ),
        );
        return;
    };
    for (name, node) in entries {
        let here = || vec![Step::Value(name.clone())];
        match (name.as_str(), node) {
            (_, Node::Null) => {}
            ("nlu", Node::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    training::read(record, item, Step::Item(index), parts, found);
                }
            }
            ("responses", Node::Map(responses)) => {
                for (name, node) in responses {
                    dialogue::read_response(record, name, node, parts, found);
                }
            }
            ("rules", Node::List(items)) => items.iter().for_each(|item| parts.answers.add_rule(item)),
            ("stories", Node::List(items)) => items.iter().for_each(|item| parts.answers.add_story(item)),
            ("nlu" | "rules" | "stories", other) => {
                found.at(
                    record,
                    &here(),
                    format!("`{name}` must be a list, and not {}: begin each item with `- `", other.kind()),
                );
            }
            ("responses", other) => {
                found.at(
                    record,
                    &here(),
                    format!("`responses` must be names with lists of variants, and not {}", other.kind()),
                );
            }
            ("entities", Node::List(items)) => {
                // A name, or a name with settings.
                let name = |item: &Node| match item {
                    Node::Map(settings) => settings.first().map(|(name, _)| name.clone()),
                    item => item.as_text().map(str::to_owned),
                };
                items.iter().filter_map(name).for_each(|name| parts.entities.declare(&name));
            }
            ("forms", Node::Map(forms)) => {
                let names = forms.iter().map(|(name, _)| format!("the form `{name}`"));
                parts.notes.others.extend(names);
            }
            _ => {}
        }
    }
}

impl Parts {
    fn into_bot(mut self, found: &Found) -> RasaBot {
        let mut intents: BTreeMap<String, IntentSpec> = BTreeMap::new();
        let mut original: BTreeMap<String, String> = BTreeMap::new();
        let examples = std::mem::take(&mut self.examples);
        for (rasa_name, examples) in &examples {
            let name = our_name(rasa_name);
            if let Some(other) = original.insert(name.clone(), rasa_name.clone()) {
                let message =
                    format!("the intents `{other}` and `{rasa_name}` would both become `{name}`: rename one of them");
                found.add(source::whole_file(Path::new("nlu"), message));
                continue;
            }
            let spec = match self.exported(rasa_name, examples) {
                Some(spec) => spec,
                None => IntentSpec {
                    description: format!("Imported from Rasa: {}.", name.replace('_', " ")),
                    examples: examples.clone(),
                    ..self.answered(rasa_name, &examples_of_all(&self.answers, rasa_name))
                },
            };
            intents.insert(name.clone(), IntentSpec { name, ..spec });
        }
        self.link_choices(&mut intents, &examples);
        let (entities, mut notes) = self.entities.finish();
        notes.extend(self.notes.into_sentences());
        RasaBot { intents: intents.into_values().collect(), entities, notes }
    }

    /// An intent that our own export wrote, as it was; `None` for any other, and for one
    /// that was changed into something that it cannot be.
    fn exported(&self, rasa_name: &str, examples: &[String]) -> Option<IntentSpec> {
        let mut kept = self.kept.get(rasa_name)?.as_object()?.clone();
        kept.insert("examples".to_owned(), examples.into());
        if !kept.contains_key("reply") {
            let said = self.responses.get(&format!("utter_{rasa_name}"));
            let texts: Vec<String> =
                said.iter().flat_map(|response| &response.variants).map(|variant| variant.text.clone()).collect();
            kept.insert("reply".to_owned(), texts.into());
        }
        serde_json::from_value(kept.into()).ok()
    }

    /// The reply to an intent, its choices, or the hand-over where only a program replied.
    fn answered(&mut self, rasa_name: &str, actions: &[String]) -> IntentSpec {
        let mut spec = IntentSpec::default();
        let mut programs = Vec::new();
        for action in actions {
            match self.response_of(action, rasa_name) {
                Some(response) => take_over(response, &mut spec),
                None if is_hand_over(action) => spec.escalate = Some("The customer asks for a person".into()),
                None => programs.push(action.clone()),
            }
        }
        if spec.reply.is_empty()
            && actions.is_empty()
            && let Some(response) = self.response_of(&format!("utter_{rasa_name}"), rasa_name)
        {
            take_over(response, &mut spec);
        }
        if spec.reply.is_empty() && spec.escalate.is_none() {
            match programs.first() {
                Some(program) => {
                    spec.escalate = Some(format!("The imported bot ran `{program}` here"));
                    self.notes.others.insert(format!(
                        "the program behind `{program}`: until something replaces it, `{}` brings in a person",
                        our_name(rasa_name)
                    ));
                }
                None => {
                    spec.reply = vec!["I see. What can I do for you?".into()];
                    self.notes.others.insert(format!(
                        "an answer to `{}`, since no rule, story or response gives one: a stopgap stands in its file",
                        our_name(rasa_name)
                    ));
                }
            }
        }
        spec
    }

    /// A retrieval intent `faq/hours` is answered by `utter_faq/hours`, though the rule
    /// names `utter_faq`.
    fn response_of(&self, action: &str, rasa_name: &str) -> Option<&Response> {
        let of_retrieval = rasa_name.split_once('/').filter(|(group, _)| action == format!("utter_{group}"));
        match of_retrieval {
            Some(_) => self.responses.get(&format!("utter_{rasa_name}")),
            None => self.responses.get(action),
        }
    }

    /// A button of Rasa's carries `/intent{"entity": …}`; ours carries what a customer
    /// would write.
    fn link_choices(&self, intents: &mut BTreeMap<String, IntentSpec>, examples: &BTreeMap<String, Vec<String>>) {
        for spec in intents.values_mut() {
            for choice in &mut spec.choices {
                let Some(intent) = choice.payload.strip_prefix('/') else { continue };
                let intent = intent.split('{').next().unwrap_or(intent).trim();
                // With entities, the words of an example would name the wrong ones.
                let plain = !choice.payload.contains('{');
                let example =
                    examples.get(intent).and_then(|examples| examples.iter().find(|example| !example.contains("](")));
                choice.payload = match example.filter(|_| plain) {
                    Some(example) => example.clone(),
                    None => choice.title.clone(),
                };
            }
        }
    }
}

/// The actions of an intent; those of a retrieval intent's group stand for all of it.
fn examples_of_all(answers: &Answers, rasa_name: &str) -> Vec<String> {
    let own = answers.of(rasa_name);
    match rasa_name.split_once('/') {
        Some((group, _)) if own.is_empty() => answers.of(group),
        _ => own,
    }
}

fn take_over(response: &Response, spec: &mut IntentSpec) {
    for Variant { text, buttons } in &response.variants {
        if !spec.reply.contains(text) {
            spec.reply.push(text.clone());
        }
        if spec.choices.is_empty() {
            let choices =
                buttons.iter().map(|(title, payload)| Choice { title: title.clone(), payload: payload.clone() });
            spec.choices = choices.collect();
        }
    }
}

fn is_hand_over(action: &str) -> bool {
    ["handoff", "handover", "hand_off", "hand_over", "human", "live_agent", "live_chat"]
        .iter()
        .any(|word| action.contains(word))
}

/// Small letters, digits and underscores; `faq/opening-hours` becomes `faq_opening_hours`.
fn our_name(rasa_name: &str) -> String {
    let mut name = String::with_capacity(rasa_name.len());
    for c in rasa_name.trim().chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    // Ours begin with a letter.
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.to_owned()
    } else {
        format!("intent_{name}").trim_end_matches('_').to_owned()
    }
}

impl Notes {
    fn into_sentences(self) -> Vec<String> {
        self.others.into_iter().map(|other| format!("not taken over: {other}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, problems};
    use super::*;
    use crate::domain::intent::Action;
    use rstest::rstest;

    const NLU: &str = r#"version: "3.1"
nlu:
  - intent: greet
    examples: |
      - hey
      - hello there
  - intent: check_order
    examples: |
      - where is [AW-1](order_number)
      - status of [order 7]{"entity": "order_id", "value": "AW-7"}
      - is [my mug](product:mug) on its way to [Ghent](city)
  - intent: faq/opening-hours
    examples:
      - text: when are you open
      - text: |
          opening hours?
        metadata: {sentiment: neutral}
  - intent: affirm
    examples: |
      - yes
  - intent: ask_human
    examples: |
      - a person please
  - synonym: Ghent
    examples: |
      - Gent
      - Gand
  - regex: order_number
    examples: |
      - AW-[0-9]+
  - lookup: country
    examples: |
      - Belgium
"#;

    const DOMAIN: &str = r#"version: "3.1"
intents: [greet]
responses:
  utter_greet:
    - text: "Hello!"
      buttons:
        - {title: "My order", payload: "/check_order"}
        - {title: "Opening hours", payload: "/faq/opening-hours"}
        - {title: "Blue", payload: '/inform{"colour": "blue"}'}
    - text: "Hi, {name}!"
  utter_faq/opening-hours:
    - text: "From 9 to 5."
forms:
  return_form:
    required_slots: [order_number]
"#;

    const RULES: &str = r#"version: "3.1"
rules:
  - rule: greet
    steps:
      - intent: greet
      - action: utter_greet
  - rule: order
    steps:
      - intent: check_order
        entities: [order_number]
      - action: action_check_order
  - rule: faq
    steps:
      - intent: faq
      - action: utter_faq
stories:
  - story: human
    steps:
      - or:
          - intent: ask_human
          - intent: ask_agent
      - action: action_human_handoff
  - story: greet otherwise
    steps:
      - intent: greet
      - action: utter_other
"#;

    fn bot() -> RasaBot {
        let folder = Folder::new();
        rasa(&[folder.file("nlu.yml", NLU), folder.file("domain.yml", DOMAIN), folder.file("rules.yml", RULES)])
            .unwrap()
    }

    fn intent(bot: &RasaBot, name: &str) -> IntentSpec {
        bot.intents.iter().find(|spec| spec.name == name).cloned().unwrap_or_else(|| panic!("no intent {name}"))
    }

    #[test]
    fn an_intent_takes_its_examples_replies_and_buttons() {
        let greet = intent(&bot(), "greet");
        assert_eq!(greet.examples, ["hey", "hello there"]);
        assert_eq!(greet.reply, ["Hello!"], "a rule wins over a story, and what needs a slot is left out");
        let payloads: Vec<_> = greet.choices.iter().map(|choice| choice.payload.as_str()).collect();
        assert_eq!(payloads, ["My order", "when are you open", "Blue"]);
    }

    #[test]
    fn entities_keep_their_words_and_types() {
        let order = intent(&bot(), "check_order");
        assert_eq!(
            order.examples,
            [
                "where is [AW-1](order_number)",
                "status of [order 7](order_number)",
                "is [my mug](product) on its way to [Ghent](city)",
            ]
        );
        assert_eq!(order.action, None::<Action>);
        assert_eq!(order.escalate.as_deref(), Some("The imported bot ran `action_check_order` here"));
    }

    #[test]
    fn a_retrieval_intent_becomes_one_of_its_own() {
        let hours = intent(&bot(), "faq_opening_hours");
        assert_eq!(hours.examples, ["when are you open", "opening hours?"]);
        assert_eq!(hours.reply, ["From 9 to 5."]);
    }

    #[test]
    fn a_hand_over_is_one_and_silence_gets_a_stopgap() {
        assert_eq!(intent(&bot(), "ask_human").escalate.as_deref(), Some("The customer asks for a person"));
        assert_eq!(intent(&bot(), "affirm").reply.len(), 1);
    }

    #[test]
    fn lookups_and_synonyms_become_types_of_the_shops_own() {
        let entities = bot().entities;
        let names: Vec<&str> = entities.iter().map(|entity| entity.name.as_str()).collect();
        assert_eq!(names, ["city", "country"]);
        let city = serde_norway::to_string(&entities[0]).unwrap();
        let expected =
            "description: 'Imported from Rasa: city.'\nvalues:\n- value: Ghent\n  synonyms:\n  - Gent\n  - Gand\n";
        assert_eq!(city, expected);
        assert_eq!(entities[1].values, [ImportedValue::Plain("Belgium".into())]);
    }

    #[test]
    fn what_has_no_counterpart_is_noted() {
        let notes = bot().notes.join("\n");
        for note in [
            "`order_number` was left out: Rapport finds",
            "the form `return_form`",
            "`action_check_order`",
            "an answer to `affirm`",
            "{name}",
        ] {
            assert!(notes.contains(note), "{note} in:\n{notes}");
        }
    }

    #[test]
    fn every_intent_is_one_that_rapport_reads() {
        for spec in bot().intents {
            let text = serde_norway::to_string(&spec).unwrap();
            let read: IntentSpec = serde_norway::from_str(&text).unwrap();
            assert_eq!(IntentSpec { name: spec.name.clone(), ..read }, spec);
            assert!(!spec.examples.is_empty() && (!spec.reply.is_empty() || spec.escalate.is_some()), "{}", spec.name);
        }
    }

    #[rstest]
    #[case("      - hey\n", "      hey\n", 5, 7, "begin each example with `- `")]
    #[case("\"value\": \"AW-7\"}", "value: AW-7}", 10, 7, "is not valid JSON")]
    #[case(
        "  - intent: affirm\n    examples: |\n      - yes\n",
        "  - intent: affirm\n",
        18,
        5,
        "`examples` is missing"
    )]
    #[case("  - intent: greet\n", "  - intnet: greet\n", 3, 5, "`intent`, `synonym`, `regex` or `lookup`")]
    #[case("nlu:\n", "nlu: {}\nnlo:\n", 2, 6, "`nlu` must be a list")]
    fn a_broken_file_is_named_with_its_place(
        #[case] good: &str,
        #[case] bad: &str,
        #[case] line: usize,
        #[case] column: usize,
        #[case] says: &str,
    ) {
        assert!(NLU.contains(good), "the case fits the file");
        let folder = Folder::new();
        let problems = problems(rasa(&[folder.file("nlu.yml", &NLU.replacen(good, bad, 1))]));
        assert!(problems.listed[0].message.contains(says), "{problems}");
        assert_eq!((problems.listed[0].line, problems.listed[0].column), (line, column), "{problems}");
    }

    #[test]
    fn two_intents_of_one_name_are_told() {
        let folder = Folder::new();
        let nlu = "nlu:\n- intent: a/b\n  examples: \"- x\"\n- intent: a_b\n  examples: \"- y\"\n";
        let problems = problems(rasa(&[folder.file("nlu.yml", nlu)]));
        assert!(problems.to_string().contains("would both become `a_b`"), "{problems}");
    }

    #[rstest]
    #[case("faq/opening-hours", "faq_opening_hours")]
    #[case("Greet + Ask", "greet_ask")]
    #[case("é", "intent")]
    #[case("2_for_1", "intent_2_for_1")]
    fn names_are_made_fit(#[case] rasa_name: &str, #[case] name: &str) {
        assert_eq!(our_name(rasa_name), name);
    }
}
