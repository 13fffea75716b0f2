//! How an inbox presents itself: what its widget is told in `welcome`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::content::FormField;

/// Every field may be missing; the widget has a default for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InboxSettings {
    /// The assistant's name, instead of the configuration's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assistant: Option<String>,
    /// Shown before the first message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// BCP 47; by default the page's or the browser's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_chat: Option<PreChat>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Theme {
    /// `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Of the corners, in pixels: 0 to 32.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub radius: Option<u32>,
    /// The words on the button that opens the chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launcher: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    Auto,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Left,
    Right,
}

/// A form before the chat begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PreChat {
    pub text: String,
    pub fields: Vec<FormField>,
}

impl InboxSettings {
    /// What is wrong with them, if anything.
    pub fn problem(&self) -> Option<String> {
        let too_long = |name: &str, text: Option<&String>, most: usize| {
            text.filter(|text| text.chars().count() > most).map(|_| format!("`{name}` has more than {most} signs"))
        };
        let theme = self.theme.clone().unwrap_or_default();
        let accent = theme.accent.as_ref().filter(|accent| {
            let hex = accent.strip_prefix('#').unwrap_or_default();
            hex.len() != 6 || !hex.chars().all(|c| c.is_ascii_hexdigit())
        });
        let fields = self.pre_chat.as_ref().map_or(0, |form| form.fields.len());
        too_long("assistant", self.assistant.as_ref(), 60)
            .or_else(|| too_long("greeting", self.greeting.as_ref(), 500))
            .or_else(|| too_long("locale", self.locale.as_ref(), 35))
            .or_else(|| too_long("theme.launcher", theme.launcher.as_ref(), 40))
            .or_else(|| too_long("pre_chat.text", self.pre_chat.as_ref().map(|form| &form.text), 500))
            .or_else(|| accent.map(|accent| format!("`theme.accent` is `{accent}`; write for example #7a4b2b")))
            .or_else(|| {
                theme.radius.filter(|radius| *radius > 32).map(|_| "`theme.radius` lies between 0 and 32".into())
            })
            .or_else(|| (fields > 6).then(|| "`pre_chat.fields` has more than 6 fields".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn nothing_set_is_nothing_said() {
        assert_eq!(serde_json::to_string(&InboxSettings::default()).unwrap(), "{}");
        assert_eq!(InboxSettings::default().problem(), None);
    }

    #[rstest]
    #[case(r##"{"theme":{"accent":"brown"}}"##, "theme.accent")]
    #[case(r##"{"theme":{"radius":99}}"##, "theme.radius")]
    #[case(r##"{"assistant":"0123456789012345678901234567890123456789012345678901234567890"}"##, "assistant")]
    fn what_does_not_fit_is_named(#[case] json: &str, #[case] names: &str) {
        let settings: InboxSettings = serde_json::from_str(json).unwrap();
        assert!(settings.problem().is_some_and(|problem| problem.contains(names)));
    }
}
