//! What the owner sets in the console: how conversations reach people.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a waiting conversation finds an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Assignment {
    pub mode: AssignmentMode,
    /// An offer that nobody takes goes to the next one after so many seconds.
    pub offer_s: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AssignmentMode {
    /// Offered to one after another; the bot holds it until somebody takes it.
    Offer,
    /// Held at once by the agent whose turn it is.
    Hold,
    /// Whoever takes it.
    Off,
}

/// When a waiting that nobody has ended is raised again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Reminders {
    /// Seconds since the customer began to wait, rising.
    pub after_s: Vec<u32>,
}

impl Default for Assignment {
    fn default() -> Self {
        Self { mode: AssignmentMode::Offer, offer_s: 30 }
    }
}

impl Default for Reminders {
    fn default() -> Self {
        Self { after_s: vec![300, 1800] }
    }
}

impl Assignment {
    /// What is wrong with it, if anything.
    pub fn problem(&self) -> Option<String> {
        (!(5..=3600).contains(&self.offer_s)).then(|| "`assignment.offer_s` lies between 5 and 3600".to_owned())
    }
}

impl Reminders {
    /// What is wrong with them, if anything.
    pub fn problem(&self) -> Option<String> {
        let rising = self.after_s.windows(2).all(|pair| pair[0] < pair[1]);
        let fits = self.after_s.len() <= 5 && rising && self.after_s.iter().all(|seconds| *seconds >= 5);
        (!fits).then(|| "`reminders.after_s` has at most 5 numbers, rising, each at least 5".to_owned())
    }

    /// The step that a waiting of so many seconds has reached: 0 before the first.
    pub fn step(&self, waited_s: i64) -> i64 {
        self.after_s.iter().filter(|after| i64::from(**after) <= waited_s).count() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, 0)]
    #[case(299, 0)]
    #[case(300, 1)]
    #[case(10_000, 2)]
    fn a_step_is_reached_when_its_time_has_come(#[case] waited_s: i64, #[case] step: i64) {
        assert_eq!(Reminders::default().step(waited_s), step);
    }

    #[test]
    fn what_does_not_fit_is_told() {
        assert_eq!(Reminders::default().problem(), None);
        assert_eq!(Assignment::default().problem(), None);
        assert!(Reminders { after_s: vec![60, 60] }.problem().is_some());
        assert!(Reminders { after_s: vec![1] }.problem().is_some());
        assert!(Assignment { offer_s: 1, ..Assignment::default() }.problem().is_some());
    }
}
