//! Rasa's responses, and which of them rules and stories give to which intent.

use std::collections::BTreeMap;

use super::super::problem::Found;
use super::super::source::{Record, Step};
use super::super::tree::Node;
use super::Parts;

/// What `utter_…` says.
#[derive(Debug, Default)]
pub(super) struct Response {
    pub(super) variants: Vec<Variant>,
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) text: String,
    /// Title and payload.
    pub(super) buttons: Vec<(String, String)>,
}

/// The actions that follow an intent at once.
#[derive(Debug, Default)]
pub(super) struct Answers {
    rules: BTreeMap<String, Vec<String>>,
    /// Stories differ by what went before; how often each answer stands in them.
    stories: BTreeMap<String, BTreeMap<Vec<String>, usize>>,
}

pub(super) fn read_response(record: &Record, name: &str, node: &Node, parts: &mut Parts, found: &Found) {
    let path = vec![Step::Value("responses".into()), Step::Value(name.to_owned())];
    let Node::List(variants) = node else {
        if *node != Node::Null {
            found.at(
                record,
                &path,
                format!("`{name}` must be a list of variants, and not {}: begin each with `- text: `", node.kind()),
            );
        }
        return;
    };
    let response = parts.responses.entry(name.to_owned()).or_default();
    for variant in variants {
        let Some(text) = variant.get("text").and_then(Node::as_text).map(str::trim).filter(|text| !text.is_empty())
        else {
            parts
                .notes
                .others
                .insert(format!("a variant of `{name}` without a text (an image, or something of its own)"));
            continue;
        };
        if has_slot(text) {
            parts.notes.others.insert(format!("a variant of `{name}` that fills in a slot: \"{text}\""));
            continue;
        }
        if variant.get("condition").is_some() || variant.get("channel").is_some() {
            parts.notes.others.insert(format!("a variant of `{name}` for one condition or channel only: \"{text}\""));
            continue;
        }
        let buttons = variant.get("buttons").and_then(Node::as_list).unwrap_or_default();
        let buttons = buttons.iter().filter_map(|button| {
            let title = button.get("title")?.as_text()?.trim().to_owned();
            let payload = button.get("payload").and_then(Node::as_text).unwrap_or(&title).trim().to_owned();
            (!title.is_empty()).then_some((title, payload))
        });
        response.variants.push(Variant { text: text.to_owned(), buttons: buttons.collect() });
    }
}

/// Whether a text fills in a value, as in `Hello {name}`.
pub(in crate::app) fn has_slot(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| {
        let name = rest.split('}').next().unwrap_or_default();
        name.len() < rest.len() && !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

impl Answers {
    pub(super) fn add_rule(&mut self, rule: &Node) {
        for (intent, actions) in answers_in(rule) {
            self.rules.entry(intent).or_insert(actions);
        }
    }

    pub(super) fn add_story(&mut self, story: &Node) {
        for (intent, actions) in answers_in(story) {
            *self.stories.entry(intent).or_default().entry(actions).or_default() += 1;
        }
    }

    /// The actions after an intent: the rule's, else those of most stories.
    pub(super) fn of(&self, intent: &str) -> Vec<String> {
        if let Some(actions) = self.rules.get(intent) {
            return actions.clone();
        }
        let stories = self.stories.get(intent).into_iter().flatten();
        let most = stories.max_by_key(|(_, times)| **times);
        most.map(|(actions, _)| actions.clone()).unwrap_or_default()
    }
}

/// Each intent of a rule or story, with the actions up to the next thing that the
/// customer does. A form's own steps are left out.
fn answers_in(rule: &Node) -> Vec<(String, Vec<String>)> {
    let mut answers: Vec<(String, Vec<String>)> = Vec::new();
    // The intents that the next action answers; several after `or`.
    let mut asked: Vec<String> = Vec::new();
    let mut actions: Vec<String> = Vec::new();
    let steps = rule.get("steps").and_then(Node::as_list).unwrap_or_default();
    for step in steps {
        let intents = intents_of(step);
        if !intents.is_empty() {
            answers.extend(asked.drain(..).map(|intent| (intent, actions.clone())));
            actions.clear();
            asked = intents;
        } else if let Some(action) = step.get("action").and_then(Node::as_text)
            && !asked.is_empty()
            && !matches!(action, "action_listen" | "action_restart" | "action_session_start")
        {
            actions.push(action.to_owned());
        }
    }
    answers.extend(asked.into_iter().map(|intent| (intent, actions.clone())));
    answers.retain(|(_, actions)| !actions.is_empty());
    answers
}

fn intents_of(step: &Node) -> Vec<String> {
    let one = |step: &Node| step.get("intent").and_then(Node::as_text).map(|name| name.trim().to_owned());
    match step.get("or").and_then(Node::as_list) {
        Some(steps) => steps.iter().filter_map(one).collect(),
        None => one(step).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn node(yaml: &str) -> Node {
        serde_norway::from_str(yaml).expect("the test's YAML is right")
    }

    #[test]
    fn most_stories_decide_and_a_rule_before_them() {
        let story =
            |action: &str| node(&format!("steps: [{{intent: a}}, {{action: {action}}}, {{action: action_listen}}]"));
        let mut answers = Answers::default();
        for action in ["utter_x", "utter_y", "utter_x"] {
            answers.add_story(&story(action));
        }
        assert_eq!(answers.of("a"), ["utter_x"]);
        answers.add_rule(&story("utter_z"));
        assert_eq!(answers.of("a"), ["utter_z"]);
        assert!(answers.of("b").is_empty());
    }

    #[test]
    fn each_intent_of_a_story_has_its_own_answer() {
        let story = node(
            "steps: [{action: utter_0}, {intent: a}, {action: utter_a}, {action: utter_b}, {or: [{intent: b}, {intent: c}]}, {action: utter_c}, {intent: d}]",
        );
        let mut answers = Answers::default();
        answers.add_story(&story);
        assert_eq!(answers.of("a"), ["utter_a", "utter_b"]);
        assert_eq!(answers.of("c"), ["utter_c"]);
        assert!(answers.of("d").is_empty());
    }

    #[rstest]
    #[case("Hello {name}!", true)]
    #[case("Hello {}!", false)]
    #[case("a { b } c", false)]
    #[case("open {brace", false)]
    fn tells_a_slot(#[case] text: &str, #[case] has: bool) {
        assert_eq!(has_slot(text), has);
    }
}
