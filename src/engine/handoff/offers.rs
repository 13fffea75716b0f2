//! Whose turn it is: waiting conversations go to one present agent after another.

use jiff::{SignedDuration, Timestamp};

use super::{Engine, HandoffError};
use crate::bus::News;
use crate::domain::AgentId;
use crate::domain::settings::{Assignment, AssignmentMode};
use crate::store::{AgentStatus, Change, Changed, Colleague, Role, Waiting};

/// Those at the front of the queue are looked after; the rest follows when they are gone.
pub(super) const AT_ONCE: i64 = 200;

impl Engine {
    /// How waiting conversations find an agent, as the owner has set it.
    pub async fn assignment(&self) -> Result<Assignment, crate::store::StoreError> {
        Ok(self.inner.store.setting("assignment").await?.unwrap_or_default())
    }

    pub(super) async fn offer(&self, waiting: &[Waiting]) -> Result<(), HandoffError> {
        let assignment = self.assignment().await?;
        let mut colleagues = match assignment.mode {
            AssignmentMode::Off => Vec::new(),
            AssignmentMode::Offer | AssignmentMode::Hold => self.colleagues().await?,
        };
        let now = self.inner.clock.now();
        for one in waiting {
            if lasts(one, &colleagues, assignment, now) {
                continue;
            }
            let next = choose(&colleagues, one.offered_to.as_ref()).map(|colleague| colleague.agent.clone());
            if next.as_ref().map(|agent| &agent.id) == one.offered_to.as_ref() {
                continue;
            }
            let done = match (&next, assignment.mode) {
                (Some(agent), AssignmentMode::Hold) => {
                    let (agent, name) = (agent.id.clone(), agent.name.clone());
                    self.hold(one, agent, name).await?
                }
                (agent, _) => self.inner.store.offer(one, agent.as_ref().map(|agent| &agent.id)).await?,
            };
            if done {
                self.inner.bus.tell(News::Changed(one.id.clone()));
                count_in(&mut colleagues, next.as_ref().map(|agent| &agent.id), now);
            }
        }
        Ok(())
    }

    async fn hold(&self, waiting: &Waiting, agent: AgentId, name: String) -> Result<bool, HandoffError> {
        // Somebody may have taken it since: then it is theirs.
        match self.inner.store.change(&waiting.id, Change::Take { agent, name }).await? {
            Changed::Done(seq) => {
                self.inner.bus.ring(&waiting.id, seq);
                self.inner.bus.staff_changed();
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

/// Whether the offer that stands goes on: its agent is there, and its time is not over.
fn lasts(waiting: &Waiting, colleagues: &[Colleague], assignment: Assignment, now: Timestamp) -> bool {
    let (Some(agent), Some(at)) = (&waiting.offered_to, waiting.offered_at) else { return false };
    let there = colleagues.iter().any(|colleague| colleague.agent.id == *agent && is_there(colleague));
    there && now < at + SignedDuration::from_secs(assignment.offer_s.into())
}

fn is_there(colleague: &Colleague) -> bool {
    colleague.present && colleague.agent.status == AgentStatus::Available && colleague.agent.role >= Role::Agent
}

/// Whose turn it is: of those who are there and below their capacity, whoever has the
/// fewest, then whoever was asked the longest ago. Who let an offer pass is asked again
/// only if there is nobody else.
fn choose<'a>(colleagues: &'a [Colleague], passed: Option<&AgentId>) -> Option<&'a Colleague> {
    let able = colleagues.iter().filter(|one| {
        let own_offer = i64::from(passed == Some(&one.agent.id));
        is_there(one) && one.held + one.offers - own_offer < one.agent.capacity
    });
    able.min_by_key(|one| (passed == Some(&one.agent.id), one.held + one.offers, one.offered_at, one.agent.id.clone()))
}

/// Counts an offer in, so that the next one in the same round goes on.
fn count_in(colleagues: &mut [Colleague], agent: Option<&AgentId>, now: Timestamp) {
    if let Some(colleague) = colleagues.iter_mut().find(|one| Some(&one.agent.id) == agent) {
        colleague.offers += 1;
        colleague.offered_at = now.as_microsecond();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Agent;

    fn colleague(name: &str) -> Colleague {
        let agent = Agent {
            id: AgentId(name.to_owned()),
            name: name.to_owned(),
            email: None,
            role: Role::Agent,
            status: AgentStatus::Available,
            capacity: 2,
            mail: true,
        };
        Colleague { agent, present: true, held: 0, offers: 0, offered_at: 0 }
    }

    fn chosen(colleagues: &[Colleague], passed: Option<&str>) -> Option<String> {
        let passed = passed.map(|id| AgentId(id.to_owned()));
        choose(colleagues, passed.as_ref()).map(|one| one.agent.name.clone())
    }

    #[test]
    fn turns_go_round_among_those_with_the_fewest() {
        let (mut ada, mut ben) = (colleague("ada"), colleague("ben"));
        ada.offered_at = 5;
        assert_eq!(chosen(&[ada.clone(), ben.clone()], None).as_deref(), Some("ben"), "asked the longest ago");
        ben.held = 1;
        assert_eq!(chosen(&[ada.clone(), ben.clone()], None).as_deref(), Some("ada"), "holds the fewest");
        assert_eq!(chosen(&[ada, ben], Some("ada")).as_deref(), Some("ben"), "ada let it pass");
    }

    #[test]
    fn who_is_away_absent_full_or_only_looking_is_not_asked() {
        let mut away = colleague("away");
        away.agent.status = AgentStatus::Away;
        let absent = Colleague { present: false, ..colleague("absent") };
        let full = Colleague { held: 1, offers: 1, ..colleague("full") };
        let mut viewer = colleague("viewer");
        viewer.agent.role = Role::Viewer;
        assert_eq!(chosen(&[away, absent, full, viewer], None), None);
    }

    #[test]
    fn whoever_is_alone_keeps_the_offer() {
        let ada = Colleague { held: 1, offers: 1, ..colleague("ada") };
        assert_eq!(chosen(&[ada], Some("ada")).as_deref(), Some("ada"), "their own offer does not fill them");
    }

    #[test]
    fn one_round_spreads_what_waits() {
        let mut colleagues = [colleague("ada"), colleague("ben")];
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1);
        let mut order = Vec::new();
        while let Some(name) = chosen(&colleagues, None) {
            count_in(&mut colleagues, Some(&AgentId(name.clone())), now);
            order.push(name);
        }
        assert_eq!(order, ["ada", "ben", "ada", "ben"]);
    }
}
