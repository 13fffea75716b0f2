//! Business hours: when somebody of the staff is there, as the owner says.

use std::collections::BTreeMap;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// An IANA name.
    pub time_zone: String,
    /// `mon` to `sun`, each with its spans `["09:00", "17:00"]`; a day that is missing is
    /// closed, and `24:00` is its end.
    pub week: BTreeMap<Day, Vec<[String; 2]>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Day::Mon,
            Weekday::Tuesday => Day::Tue,
            Weekday::Wednesday => Day::Wed,
            Weekday::Thursday => Day::Thu,
            Weekday::Friday => Day::Fri,
            Weekday::Saturday => Day::Sat,
            Weekday::Sunday => Day::Sun,
        }
    }
}

impl Hours {
    /// What is wrong with them, if anything.
    pub fn problem(&self) -> Option<String> {
        if TimeZone::get(&self.time_zone).is_err() {
            return Some(format!("`{}` is no time zone; write for example Europe/Brussels", self.time_zone));
        }
        for [from, to] in self.week.values().flatten() {
            match (minutes(from), minutes(to)) {
                (Some(from), Some(to)) if from < to => {}
                _ => return Some(format!("`{from}` to `{to}` is no span; write for example 09:00 to 17:00")),
            }
        }
        None
    }

    pub fn open_at(&self, now: Timestamp) -> bool {
        let Ok(zone) = TimeZone::get(&self.time_zone) else { return true };
        let local = now.to_zoned(zone).datetime();
        let minute = i64::from(local.time().hour()) * 60 + i64::from(local.time().minute());
        self.spans(Day::of(local.weekday())).any(|(from, to)| (from..to).contains(&minute))
    }

    /// When the shop opens next; `None` while it is open, and where it never is.
    pub fn opens_after(&self, now: Timestamp) -> Option<Timestamp> {
        if self.open_at(now) {
            return None;
        }
        let zone = TimeZone::get(&self.time_zone).ok()?;
        let today = now.to_zoned(zone.clone()).date();
        // A week from now it is the same weekday again, possibly earlier.
        (0..=7).find_map(|days| {
            let date = today.checked_add(SignedDuration::from_hours(24 * days)).ok()?;
            let starts = self.spans(Day::of(date.weekday())).filter_map(|(from, _)| {
                let time = Time::new(i8::try_from(from / 60).ok()?, i8::try_from(from % 60).ok()?, 0, 0).ok()?;
                Some(date.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp())
            });
            starts.filter(|start| *start > now).min()
        })
    }

    /// That day's spans, in minutes since midnight.
    fn spans(&self, day: Day) -> impl Iterator<Item = (i64, i64)> {
        let spans = self.week.get(&day).map(Vec::as_slice).unwrap_or_default();
        spans.iter().filter_map(|[from, to]| Some((minutes(from)?, minutes(to)?)))
    }
}

/// `09:30` in minutes since midnight.
fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = (0..24).contains(&hours) && (0..60).contains(&minutes) || (hours, minutes) == (24, 0);
    fits.then_some(60 * hours + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn hours() -> Hours {
        serde_json::from_str(
            r#"{"time_zone": "Europe/Brussels",
                "week": {"mon": [["09:00", "12:00"], ["13:00", "17:00"]], "fri": [["09:00", "24:00"]], "sun": []}}"#,
        )
        .unwrap()
    }

    #[rstest]
    // 2026-11-20 is a Friday; Brussels is an hour ahead of UTC.
    #[case("2026-11-20T07:59:00Z", Some("2026-11-20T08:00:00Z"))]
    #[case("2026-11-20T08:00:00Z", None)]
    #[case("2026-11-20T22:59:00Z", None)]
    #[case("2026-11-20T23:00:00Z", Some("2026-11-23T08:00:00Z"))]
    #[case("2026-11-23T11:30:00Z", Some("2026-11-23T12:00:00Z"))]
    #[case("2026-11-23T16:00:00Z", Some("2026-11-27T08:00:00Z"))]
    fn it_is_known_when_somebody_is_back(#[case] now: &str, #[case] opens: Option<&str>) {
        let now: Timestamp = now.parse().unwrap();
        assert_eq!(hours().opens_after(now), opens.map(|opens| opens.parse().unwrap()));
        assert_eq!(hours().open_at(now), opens.is_none());
    }

    #[test]
    fn a_shop_that_never_opens_promises_nothing() {
        let never = Hours { week: BTreeMap::new(), ..hours() };
        assert_eq!(never.opens_after("2026-11-20T08:00:00Z".parse().unwrap()), None);
    }

    #[rstest]
    #[case("Mars/Base", "09:00", "17:00", false)]
    #[case("UTC", "17:00", "09:00", false)]
    #[case("UTC", "9:00", "17:00", false)]
    #[case("UTC", "00:00", "24:00", true)]
    #[case("UTC", "00:00", "24:01", false)]
    fn what_is_no_span_is_told(#[case] zone: &str, #[case] from: &str, #[case] to: &str, #[case] fits: bool) {
        let week = BTreeMap::from([(Day::Mon, vec![[from.to_owned(), to.to_owned()]])]);
        assert_eq!(Hours { time_zone: zone.into(), week }.problem().is_none(), fits);
    }
}
