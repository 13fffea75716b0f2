//! A waiting that nobody ends is raised again, step by step: the consoles are told, those
//! who are not there get a mail, and the customer hears the truth.
//!
//! The first alarm is the escalation itself: the customer knows, the absent get a mail.

use super::{Engine, HandoffError};
use crate::bus::News;
use crate::domain::Content;
use crate::domain::content::HandoffState;
use crate::domain::settings::Reminders;
use crate::engine::post::letters;
use crate::store::{NewMail, Role, StoreError, Waiting};

impl Engine {
    /// When a waiting is raised again, as the owner has set it.
    pub async fn reminders(&self) -> Result<Reminders, StoreError> {
        Ok(self.inner.store.setting("reminders").await?.unwrap_or_default())
    }

    pub(super) async fn raise_alarms(&self, waiting: &[Waiting]) -> Result<(), HandoffError> {
        let reminders = self.reminders().await?;
        let now = self.inner.clock.now();
        for one in waiting {
            let step = reminders.step(now.duration_since(one.since).as_secs());
            let due = step + 1;
            if one.alarms >= due {
                continue;
            }
            let contents = if step == 0 { Vec::new() } else { self.truth(one).await? };
            let mails = self.mails_to_the_absent(one, step).await?;
            let told = !contents.is_empty();
            let Some(seq) = self.inner.store.raise(one, due, contents, &mails).await? else { continue };
            if told {
                self.inner.bus.ring(&one.id, seq);
            }
            if step > 0 {
                tracing::info!(conversation = %one.id, step, "nobody has taken it; raised again");
                self.inner.bus.tell(News::Changed(one.id.clone()));
                self.inner.bus.tell(News::Urgent(one.id.clone(), step));
            }
        }
        Ok(())
    }

    /// What the customer is told when it takes longer than promised.
    async fn truth(&self, waiting: &Waiting) -> Result<Vec<Content>, HandoffError> {
        let presence = self.presence(waiting.since).await?;
        let memory = self.inner.store.conversation(&waiting.id).await?.map(|one| one.memory).unwrap_or_default();
        let voice = self.voice_of(&memory);
        let there = presence.agents > 0;
        let text = if there {
            voice.takes_longer(presence.position, presence.eta_s)
        } else {
            let email = self.inner.store.customer(&waiting.customer_id).await?.and_then(|customer| customer.email);
            voice.nobody_came(email.as_deref(), self.back_at(voice).await?.as_deref())
        };
        let handoff = Content::Handoff {
            state: if there { HandoffState::Queued } else { HandoffState::Unavailable },
            reason: waiting.reason.clone(),
            position: Some(presence.position),
            eta_s: there.then_some(presence.eta_s),
            agent: None,
        };
        Ok(vec![Content::text(text), handoff])
    }

    /// One mail for each colleague who is not there and wants them.
    async fn mails_to_the_absent(&self, waiting: &Waiting, step: i64) -> Result<Vec<NewMail>, HandoffError> {
        if self.inner.mailer.is_none() {
            return Ok(Vec::new());
        }
        let absent: Vec<_> = self
            .colleagues()
            .await?
            .into_iter()
            .filter(|one| !one.present && one.agent.mail && one.agent.role >= Role::Agent && one.agent.email.is_some())
            .collect();
        if absent.is_empty() {
            return Ok(Vec::new());
        }
        let story = self.story_for_a_mail(waiting).await?;
        Ok(absent.iter().map(|one| letters::escalation(&story, &one.agent, step)).collect())
    }

    /// What somebody needs to know who reads of it in a mail.
    async fn story_for_a_mail(&self, waiting: &Waiting) -> Result<letters::Story, HandoffError> {
        let store = &self.inner.store;
        let customer = store.customer(&waiting.customer_id).await?;
        let summary = store.explanations(&waiting.id).await?.into_iter().rev().find_map(|(_, why)| why.summary);
        let waited_s = self.inner.clock.now().duration_since(waiting.since).as_secs();
        Ok(letters::Story {
            shop: self.shop_name().await?,
            address: self.inner.settings.address.clone(),
            conversation: waiting.id.clone(),
            since: waiting.since,
            waited_s,
            reason: waiting.reason.clone(),
            customer: customer.and_then(|customer| customer.name.or(customer.email)),
            asked: summary.map(|summary| summary.asked).unwrap_or_default(),
        })
    }
}
