//! What the owner has set about the shop itself: its name, and when somebody is there.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Engine;
use crate::answer::voices::Voice;
use crate::domain::hours::Hours;
use crate::store::StoreError;

/// The shop as the console has named it; without one the configuration speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopIdentity {
    pub name: String,
    pub locale: String,
}

impl Engine {
    pub async fn shop_identity(&self) -> Result<Option<ShopIdentity>, StoreError> {
        self.inner.store.setting("shop").await
    }

    pub async fn shop_name(&self) -> Result<String, StoreError> {
        Ok(self.shop_identity().await?.map_or_else(|| self.inner.settings.shop.clone(), |shop| shop.name))
    }

    /// Whether the shop is the sample still, which its owner may replace.
    pub async fn is_sample(&self) -> Result<bool, StoreError> {
        Ok(self.inner.store.setting("sample").await?.unwrap_or(false))
    }

    /// The business hours; `None` where none are set.
    pub async fn hours(&self) -> Result<Option<Hours>, StoreError> {
        Ok(self.inner.store.setting::<Option<Hours>>("hours").await?.flatten())
    }

    /// When somebody is back, in words; `None` where no hours are set, or it is now.
    pub(super) async fn back_at(&self, voice: &Voice) -> Result<Option<String>, StoreError> {
        let Some(hours) = self.hours().await? else { return Ok(None) };
        let now = self.inner.clock.now();
        let zone = TimeZone::get(&hours.time_zone).unwrap_or(TimeZone::UTC);
        Ok(hours.opens_after(now).map(|opens| in_words(now, opens, &zone, voice)))
    }
}

/// For example `today at 09:00`, or `on Monday at 09:00`.
fn in_words(now: Timestamp, then: Timestamp, zone: &TimeZone, voice: &Voice) -> String {
    let (today, then) = (now.to_zoned(zone.clone()).date(), then.to_zoned(zone.clone()));
    voice.time.moment(then.date(), &then.strftime("%H:%M").to_string(), today)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::voices::Voices;
    use rstest::rstest;

    #[rstest]
    #[case("2026-11-20T08:00:00Z", "today at 09:00")]
    #[case("2026-11-21T08:30:00Z", "tomorrow at 09:30")]
    #[case("2026-11-23T08:00:00Z", "on Monday at 09:00")]
    fn the_opening_is_told_as_people_say_it(#[case] then: &str, #[case] words: &str) {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        assert_eq!(
            in_words("2026-11-20T05:00:00Z".parse().unwrap(), then.parse().unwrap(), &zone, Voices::default().own()),
            words
        );
    }
}
