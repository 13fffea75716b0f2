//! The numbers of one day, counted by the database.

use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store};
use crate::base::clock::from_micros;
use crate::domain::ConversationId;

const HOUR: i64 = 3_600_000_000;
const UNHAPPIEST: i64 = 5;
/// Below this nobody is called unhappy, in thousandths.
const UNHAPPY: i64 = 300;

/// The numbers since the day's start.
#[derive(Clone, Debug, Default)]
pub struct DayReport {
    /// By the hour since the start: conversations in which the customer wrote, messages.
    pub hours: Vec<HourCount>,
    pub conversations: i64,
    pub messages: i64,
    pub answered_by_bot: i64,
    pub escalated: i64,
    pub waiting_now: i64,
    pub longest_waiting_since: Option<Timestamp>,
    /// How many of those who waited were taken, and how long they waited at the median.
    pub taken: i64,
    pub median_wait_s: Option<i64>,
    /// How often each score from 1 to 5 was given.
    pub csat: [i64; 5],
    pub helpful: i64,
    pub unhelpful: i64,
    pub unhappiest: Vec<ConversationId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourCount {
    pub hour: i64,
    pub conversations: i64,
    pub messages: i64,
}

impl Store {
    /// What happened from `start` (a local midnight) to before `end`.
    pub async fn day_report(&self, start: Timestamp, end: Timestamp) -> Result<DayReport> {
        let (start, end) = (start.as_microsecond(), end.as_microsecond());
        let mut report = DayReport { hours: self.hours(start, end).await?, ..DayReport::default() };
        let row = sqlx::query(
            "SELECT COUNT(*) AS conversations, CAST(COALESCE(SUM(messages), 0) AS BIGINT) AS messages, \
             CAST(COALESCE(SUM(person), 0) AS BIGINT) AS person FROM ( \
               SELECT e.conversation_id, COUNT(*) AS messages, CASE WHEN EXISTS (SELECT 1 FROM entries p \
                 WHERE p.conversation_id = e.conversation_id AND p.author_kind = 'agent' AND p.at >= $1 AND p.at < $2) \
                 OR EXISTS (SELECT 1 FROM waits w WHERE w.conversation_id = e.conversation_id AND w.since < $2 \
                   AND (w.ended_at IS NULL OR w.ended_at >= $1)) THEN 1 ELSE 0 END AS person \
               FROM entries e WHERE e.author_kind = 'customer' AND e.words IS NOT NULL AND e.at >= $1 AND e.at < $2 \
               GROUP BY e.conversation_id) wrote",
        )
        .bind(start)
        .bind(end)
        .fetch_one(&self.reader)
        .await?;
        report.conversations = row.try_get("conversations")?;
        report.messages = row.try_get("messages")?;
        report.answered_by_bot = report.conversations - row.try_get::<i64, _>("person")?;
        let row =
            sqlx::query("SELECT COUNT(DISTINCT conversation_id) AS n FROM waits WHERE since >= $1 AND since < $2")
                .bind(start)
                .bind(end)
                .fetch_one(&self.reader)
                .await?;
        report.escalated = row.try_get("n")?;
        let counts = self.counts(None, None, None).await?;
        report.waiting_now = counts.queued;
        report.longest_waiting_since = counts.longest_waiting_since;
        (report.taken, report.median_wait_s) = self.waited(start, end).await?;
        self.count_feedback(start, end, &mut report).await?;
        let rows = sqlx::query(
            "SELECT id FROM conversations WHERE status = 'open' AND updated_at >= $1 AND unhappiness >= $2 \
             ORDER BY unhappiness DESC, id LIMIT $3",
        )
        .bind(start)
        .bind(UNHAPPY)
        .bind(UNHAPPIEST)
        .fetch_all(&self.reader)
        .await?;
        for row in &rows {
            report.unhappiest.push(ConversationId(row.try_get("id")?));
        }
        Ok(report)
    }

    async fn hours(&self, start: i64, end: i64) -> Result<Vec<HourCount>> {
        let rows = sqlx::query(
            "SELECT (at - $1) / $3 AS hour, COUNT(DISTINCT conversation_id) AS conversations, COUNT(*) AS messages \
             FROM entries WHERE author_kind = 'customer' AND words IS NOT NULL AND at >= $1 AND at < $2 \
             GROUP BY 1 ORDER BY 1",
        )
        .bind(start)
        .bind(end)
        .bind(HOUR)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(HourCount {
                    hour: row.try_get("hour")?,
                    conversations: row.try_get("conversations")?,
                    messages: row.try_get("messages")?,
                })
            })
            .collect()
    }

    /// How many who waited were taken, and the median of their waiting, in seconds.
    async fn waited(&self, start: i64, end: i64) -> Result<(i64, Option<i64>)> {
        let row =
            sqlx::query("SELECT COUNT(*) AS n FROM waits WHERE ending = 'taken' AND ended_at >= $1 AND ended_at < $2")
                .bind(start)
                .bind(end)
                .fetch_one(&self.reader)
                .await?;
        let taken: i64 = row.try_get("n")?;
        let row = sqlx::query(
            "SELECT ended_at - since AS waited FROM waits WHERE ending = 'taken' AND ended_at >= $1 AND ended_at < $2 \
             ORDER BY 1 LIMIT 1 OFFSET $3",
        )
        .bind(start)
        .bind(end)
        .bind(taken / 2)
        .fetch_optional(&self.reader)
        .await?;
        let median = row.map(|row| row.try_get::<i64, _>("waited")).transpose()?;
        Ok((taken, median.map(|micros| micros / 1_000_000)))
    }

    async fn count_feedback(&self, start: i64, end: i64, report: &mut DayReport) -> Result<()> {
        let rows = sqlx::query(
            "SELECT kind, score, COUNT(*) AS n FROM feedback WHERE at >= $1 AND at < $2 GROUP BY kind, score",
        )
        .bind(start)
        .bind(end)
        .fetch_all(&self.reader)
        .await?;
        for row in &rows {
            let (kind, score, n): (&str, i64, i64) = (row.try_get("kind")?, row.try_get("score")?, row.try_get("n")?);
            match (kind, score) {
                ("rating", 0) => report.unhelpful = n,
                ("rating", _) => report.helpful = n,
                ("csat", 1..=5) => report.csat[usize::try_from(score - 1).unwrap_or_default()] = n,
                _ => {}
            }
        }
        Ok(())
    }
}

impl DayReport {
    /// Answers to the survey, and their average.
    pub fn csat_average(&self) -> Option<f64> {
        let answers: i64 = self.csat.iter().sum();
        let sum: i64 = self.csat.iter().zip(1..).map(|(n, score)| n * score).sum();
        (answers > 0).then(|| sum as f64 / answers as f64)
    }

    /// The share of those who gave 4 or 5.
    pub fn csat_satisfied(&self) -> Option<f64> {
        let answers: i64 = self.csat.iter().sum();
        (answers > 0).then(|| (self.csat[3] + self.csat[4]) as f64 / answers as f64)
    }
}

/// When an hour of the day began.
pub fn hour_start(start: Timestamp, hour: i64) -> Timestamp {
    from_micros(start.as_microsecond() + hour * HOUR)
}
