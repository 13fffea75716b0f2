//! The intents as a Rasa 3.1 bot: training data, domain and rules.
//!
//! What Rasa has no word for (an intent's description, what it needs, which articles cover
//! it) travels as metadata of the intent, which Rasa keeps and does not read. So importing
//! the files gives the same intents again.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::app::import::{ImportedEntity, ImportedValue, has_slot};
use crate::domain::intent::{Action, IntentSpec, MARKED};

/// The format that Rasa 3.1 and later read.
const VERSION: &str = "3.1";
/// What stands for bringing in a person; the importer knows it as such.
const HAND_OVER: &str = "action_human_handoff";
/// Under which name the metadata keeps what Rasa has no word for.
pub const METADATA: &str = "rapport";

/// The bot's files, by their names.
pub fn rasa_files(intents: &[IntentSpec], entities: &[ImportedEntity]) -> anyhow::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("nlu.yml", serde_norway::to_string(&Nlu::of(intents, entities)?)?),
        ("domain.yml", serde_norway::to_string(&Domain::of(intents, entities))?),
        ("rules.yml", serde_norway::to_string(&Rules::of(intents))?),
    ])
}

#[derive(Serialize)]
struct Nlu {
    version: &'static str,
    nlu: Vec<NluItem>,
}

/// Everywhere, `examples` has a line each, behind a hyphen.
#[derive(Serialize)]
#[serde(untagged)]
enum NluItem {
    Intent { intent: String, metadata: Map<String, Value>, examples: String },
    Lookup { lookup: String, examples: String },
    Synonym { synonym: String, examples: String },
    Regex { regex: String, examples: String },
}

#[derive(Serialize)]
struct Domain {
    version: &'static str,
    intents: Vec<String>,
    entities: BTreeSet<String>,
    responses: BTreeMap<String, Vec<Variant>>,
    actions: BTreeSet<String>,
    session_config: Session,
}

#[derive(Serialize)]
struct Variant {
    text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buttons: Vec<Button>,
}

#[derive(Serialize)]
struct Button {
    title: String,
    payload: String,
}

/// Rasa's own defaults, which it wants written down.
#[derive(Serialize)]
struct Session {
    session_expiration_time: u32,
    carry_over_slots_to_new_session: bool,
}

#[derive(Serialize)]
struct Rules {
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    rule: String,
    steps: Vec<Step>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Step {
    Intent { intent: String },
    Action { action: String },
}

impl Nlu {
    fn of(intents: &[IntentSpec], entities: &[ImportedEntity]) -> serde_json::Result<Self> {
        let mut nlu: Vec<NluItem> = intents.iter().map(NluItem::of_intent).collect::<Result<_, _>>()?;
        nlu.extend(entities.iter().flat_map(NluItem::of_entity));
        Ok(Self { version: VERSION, nlu })
    }
}

impl NluItem {
    fn of_entity(entity: &ImportedEntity) -> Vec<Self> {
        let mut items = Vec::new();
        if !entity.values.is_empty() {
            let examples = lines(entity.values.iter().map(ImportedValue::value));
            items.push(NluItem::Lookup { lookup: entity.name.clone(), examples });
        }
        for value in &entity.values {
            if let ImportedValue::WithSynonyms { value, synonyms } = value {
                let examples = lines(synonyms.iter().map(String::as_str));
                items.push(NluItem::Synonym { synonym: value.clone(), examples });
            }
        }
        if !entity.patterns.is_empty() {
            let examples = lines(entity.patterns.iter().map(String::as_str));
            items.push(NluItem::Regex { regex: entity.name.clone(), examples });
        }
        items
    }

    fn of_intent(spec: &IntentSpec) -> serde_json::Result<Self> {
        let Value::Object(mut kept) = serde_json::to_value(spec)? else { unreachable!("a struct is an object") };
        kept.remove("examples");
        if spec.reply.iter().all(|text| is_plain(text)) {
            kept.remove("reply");
        }
        Ok(NluItem::Intent {
            intent: spec.name.clone(),
            metadata: Map::from_iter([(METADATA.to_owned(), Value::Object(kept))]),
            examples: lines(spec.examples.iter().map(String::as_str)),
        })
    }
}

fn lines<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.map(|text| format!("- {}\n", text.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

/// Whether Rasa says a reply as it stands.
fn is_plain(text: &str) -> bool {
    text.trim() == text && !has_slot(text)
}

impl Domain {
    fn of(intents: &[IntentSpec], own: &[ImportedEntity]) -> Self {
        let marked = intents.iter().flat_map(|spec| &spec.examples).flat_map(|example| MARKED.captures_iter(example));
        let marked = marked.map(|marked| marked[2].to_owned());
        Self {
            version: VERSION,
            intents: intents.iter().map(|spec| spec.name.clone()).collect(),
            entities: marked.chain(own.iter().map(|entity| entity.name.clone())).collect(),
            responses: intents.iter().filter(|spec| !spec.reply.is_empty()).map(response).collect(),
            actions: intents.iter().filter_map(custom_action).collect(),
            session_config: Session { session_expiration_time: 60, carry_over_slots_to_new_session: true },
        }
    }
}

fn response(spec: &IntentSpec) -> (String, Vec<Variant>) {
    let button = |choice: &crate::domain::content::Choice| Button {
        title: choice.title.clone(),
        payload: choice.payload.clone(),
    };
    let variant = |text: &String| Variant { text: text.clone(), buttons: spec.choices.iter().map(button).collect() };
    (format!("utter_{}", spec.name), spec.reply.iter().map(variant).collect())
}

/// What a program of the bot's owner has to do in Rapport's place.
fn custom_action(spec: &IntentSpec) -> Option<String> {
    match (&spec.escalate, &spec.action) {
        (Some(_), _) => Some(HAND_OVER.to_owned()),
        (None, Some(Action::OrderStatus)) => Some("action_order_status".to_owned()),
        (None, Some(Action::SuggestProducts)) => Some("action_suggest_products".to_owned()),
        (None, Some(Action::EndConversation)) => Some("action_end_conversation".to_owned()),
        (None, None) => None,
    }
}

impl Rules {
    fn of(intents: &[IntentSpec]) -> Self {
        Self { version: VERSION, rules: intents.iter().map(Rule::of).collect() }
    }
}

impl Rule {
    fn of(spec: &IntentSpec) -> Self {
        let reply = (!spec.reply.is_empty()).then(|| format!("utter_{}", spec.name));
        let actions = reply.into_iter().chain(custom_action(spec)).map(|action| Step::Action { action });
        let steps = std::iter::once(Step::Intent { intent: spec.name.clone() }).chain(actions);
        Self { rule: format!("answer {}", spec.name), steps: steps.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::import::rasa;
    use crate::domain::EntityType;
    use crate::domain::content::Choice;

    fn intents() -> Vec<IntentSpec> {
        vec![
            IntentSpec {
                name: "greeting".into(),
                description: "Says hello: first.".into(),
                examples: vec!["hello".into(), "- hi -".into(), "no: really".into()],
                reply: vec!["Hello!".into(), "# Hi\n\nHow are you?".into()],
                choices: vec![Choice { title: "My order".into(), payload: "where is my order".into() }],
                ..IntentSpec::default()
            },
            IntentSpec {
                name: "order_status".into(),
                description: "Wants to know where an order is.".into(),
                examples: vec!["where is [AW-10482](order_number)".into(), "track it".into()],
                reply: vec!["Dear {customer}, one moment.".into()],
                action: Some(Action::OrderStatus),
                needs: vec![EntityType::OrderNumber, EntityType::Email],
                ask: BTreeMap::from([(EntityType::Email, "Which address?".into())]),
                articles: vec!["track-your-order".into()],
                ..IntentSpec::default()
            },
            IntentSpec {
                name: "legal_threat".into(),
                description: "Threatens with a lawyer.".into(),
                examples: vec!["my lawyer will call".into()],
                escalate: Some("Threatens with legal action".into()),
                ..IntentSpec::default()
            },
        ]
    }

    fn entities() -> Vec<ImportedEntity> {
        vec![ImportedEntity {
            name: "shoe_size".into(),
            description: "Imported from Rasa: shoe size.".into(),
            values: vec![
                ImportedValue::Plain("42".into()),
                ImportedValue::WithSynonyms { value: "large".into(), synonyms: vec!["big".into(), "XL".into()] },
            ],
            patterns: vec![r"size (\d{2})".into()],
        }]
    }

    #[test]
    fn importing_the_files_gives_the_same_intents() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in rasa_files(&intents(), &entities()).unwrap() {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let bot = rasa(&[folder.path().to_owned()]).unwrap();
        let mut expected = intents();
        expected.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(bot.intents, expected);
        assert_eq!(bot.entities, entities());
        assert_eq!(bot.notes.len(), 1, "only that Rasa would fill in the customer: {:?}", bot.notes);
    }

    #[test]
    fn the_files_keep_to_the_format() {
        let files: BTreeMap<_, _> = rasa_files(&intents(), &entities()).unwrap().into_iter().collect();
        let read = |name: &str| serde_norway::from_str::<Value>(&files[name]).unwrap();
        let (nlu, domain, rules) = (read("nlu.yml"), read("domain.yml"), read("rules.yml"));
        for file in [&nlu, &domain, &rules] {
            assert_eq!(file["version"], "3.1", "a text, not a number");
        }
        assert_eq!(nlu["nlu"][0]["examples"], "- hello\n- - hi -\n- no: really\n");
        assert_eq!(domain["intents"], serde_json::json!(["greeting", "order_status", "legal_threat"]));
        assert_eq!(domain["entities"], serde_json::json!(["order_number", "shoe_size"]));
        assert_eq!(nlu["nlu"][3], serde_json::json!({"lookup": "shoe_size", "examples": "- 42\n- large\n"}));
        assert_eq!(nlu["nlu"][4], serde_json::json!({"synonym": "large", "examples": "- big\n- XL\n"}));
        assert_eq!(nlu["nlu"][5], serde_json::json!({"regex": "shoe_size", "examples": "- size (\\d{2})\n"}));
        assert_eq!(domain["actions"], serde_json::json!(["action_human_handoff", "action_order_status"]));
        assert_eq!(domain["responses"]["utter_greeting"][0]["buttons"][0]["payload"], "where is my order");
        // Every action of a rule is a response or an action of the domain.
        for rule in rules["rules"].as_array().unwrap() {
            let steps = rule["steps"].as_array().unwrap();
            assert!(steps[0]["intent"].is_string() && steps.len() > 1, "{rule}");
            for action in steps[1..].iter().map(|step| step["action"].as_str().unwrap()) {
                let said = domain["responses"].get(action).is_some();
                assert!(said || domain["actions"].as_array().unwrap().iter().any(|known| known == action), "{action}");
            }
        }
    }
}
