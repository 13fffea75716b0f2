//! Today's numbers, from the database.

use axum::Json;
use axum::extract::State;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Console;
use super::auth::Viewer;
use super::problem::{Problem, ProblemDocument, Query};
use super::views::{CustomerNameView, PreviewView};
use crate::store::{DayReport, Listed, hour_start};

#[derive(Deserialize, IntoParams)]
pub struct TodayQuery {
    /// An IANA name; by default the shop's.
    tz: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct TodayView {
    /// The local date.
    pub day: String,
    pub time_zone: String,
    /// One for each hour of the local day.
    pub hours: Vec<HourView>,
    /// In which the customer wrote.
    pub conversations: i64,
    pub messages: i64,
    /// Those that needed nobody.
    pub answered_by_bot: i64,
    /// Those that asked for a person.
    pub escalated: i64,
    pub waiting_now: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub longest_waiting_since: Option<Timestamp>,
    pub waited: WaitedView,
    pub csat: CsatView,
    pub helpful: HelpfulView,
    pub unhappiest: Vec<UnhappyView>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct HourView {
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
    pub conversations: i64,
    pub messages: i64,
}

/// Those who waited for a person and were taken.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct WaitedView {
    pub taken: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_s: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct CsatView {
    pub answers: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average: Option<f64>,
    /// The share of 4 and 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfied: Option<f64>,
    /// How often each score from 1 to 5 was given.
    pub scores: Vec<i64>,
}

/// Votes on answers.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct HelpfulView {
    pub yes: i64,
    pub no: i64,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct UnhappyView {
    pub id: String,
    pub customer: CustomerNameView,
    pub unhappiness: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<PreviewView>,
}

/// The numbers of today.
#[utoipa::path(get, path = "/v1/reports/today", params(TodayQuery),
    responses((status = 200, body = TodayView), (status = 422, body = ProblemDocument)))]
pub async fn today(
    _viewer: Viewer,
    State(console): State<Console>,
    Query(query): Query<TodayQuery>,
) -> Result<Json<TodayView>, Problem> {
    let name = query.tz.unwrap_or_else(|| console.shared.config.shop.time_zone.clone());
    let zone = TimeZone::get(&name)
        .map_err(|_| Problem::Invalid(format!("`tz` is `{name}`; write an IANA name, for example Europe/Brussels")))?;
    let engine = console.engine();
    let now = engine.clock().now().to_zoned(zone);
    let start = now.start_of_day().map_err(|error| Problem::Internal(error.into()))?;
    let end = start.checked_add(1.day()).map_err(|error| Problem::Internal(error.into()))?;
    let report = engine.store().day_report(start.timestamp(), end.timestamp()).await?;
    let unhappiest = engine.store().listed(&report.unhappiest, None).await?;
    let hours = hours(&report, start.timestamp(), end.timestamp());
    Ok(Json(view(report, hours, &unhappiest, now.date().to_string(), name)))
}

/// One for each hour of the day, those without anything included.
fn hours(report: &DayReport, start: Timestamp, end: Timestamp) -> Vec<HourView> {
    let count = (end.duration_since(start).as_secs() + 3599) / 3600;
    let mut hours: Vec<HourView> =
        (0..count).map(|hour| HourView { at: hour_start(start, hour), conversations: 0, messages: 0 }).collect();
    for counted in &report.hours {
        if let Some(hour) = usize::try_from(counted.hour).ok().and_then(|hour| hours.get_mut(hour)) {
            hour.conversations = counted.conversations;
            hour.messages = counted.messages;
        }
    }
    hours
}

fn view(report: DayReport, hours: Vec<HourView>, unhappiest: &[Listed], day: String, time_zone: String) -> TodayView {
    TodayView {
        day,
        time_zone,
        hours,
        conversations: report.conversations,
        messages: report.messages,
        answered_by_bot: report.answered_by_bot,
        escalated: report.escalated,
        waiting_now: report.waiting_now,
        longest_waiting_since: report.longest_waiting_since,
        waited: WaitedView { taken: report.taken, median_s: report.median_wait_s },
        csat: CsatView {
            answers: report.csat.iter().sum(),
            average: report.csat_average(),
            satisfied: report.csat_satisfied(),
            scores: report.csat.to_vec(),
        },
        helpful: HelpfulView { yes: report.helpful, no: report.unhelpful },
        unhappiest: unhappiest
            .iter()
            .map(|listed| UnhappyView {
                id: listed.conversation.id.0.clone(),
                customer: CustomerNameView::of(&listed.customer),
                unhappiness: listed.conversation.memory.moods.last().map_or(0.0, |mood| mood.unhappiness),
                preview: listed.preview.as_ref().map(PreviewView::of),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::HourCount;

    #[test]
    fn every_hour_of_a_day_is_there_however_long_the_day_is() {
        let report =
            DayReport { hours: vec![HourCount { hour: 24, conversations: 1, messages: 2 }], ..DayReport::default() };
        let start: Timestamp = "2026-10-24T22:00:00Z".parse().unwrap();
        let hours = hours(&report, start, "2026-10-25T23:00:00Z".parse().unwrap());
        assert_eq!(hours.len(), 25, "the day on which clocks go back");
        assert_eq!((hours[24].conversations, hours[24].messages), (1, 2));
    }
}
