//! Lists of conversations: filtered, searched, ordered by need, and counted.
//!
//! A page is found in two steps: first the ids, by an expression that the indexes serve,
//! then what a list shows of each of them.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::conversations::{COLUMNS, conversation};
use super::{Result, Store};
use crate::base::clock::from_micros;
use crate::domain::entry::{AuthorKind, Seq};
use crate::domain::{AgentId, Conversation, ConversationId, InboxId};

/// So many of the newest entries are searched for words.
const SEARCHED: i64 = 200_000;
/// Conversations that a search finds at the most.
const FOUND: i64 = 1000;

/// Which conversations, in what order.
#[derive(Clone, Debug)]
pub struct Listing {
    pub state: ListState,
    pub holder: Option<HolderFilter>,
    pub offered_to: Option<AgentId>,
    pub inbox: Option<InboxId>,
    pub channel: Option<String>,
    /// Words to look for.
    pub search: Option<String>,
    pub order: ListOrder,
    pub cursor: Option<ListCursor>,
    pub limit: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListState {
    /// Waiting for a person.
    Queued,
    /// Held by a person.
    Assigned,
    /// Neither resolved nor snoozed.
    Open,
    Snoozed,
    Resolved,
    All,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HolderFilter {
    Bot,
    Agent(AgentId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOrder {
    /// Who should be helped first.
    Need,
    /// Last changed first.
    Newest,
    /// Longest waiting first.
    Oldest,
}

/// Where a page ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListCursor {
    /// When the first page was made, in microseconds: need is compared as it was then.
    pub now: i64,
    pub key: i64,
    pub id: ConversationId,
}

/// A conversation as a list shows it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub conversation: Conversation,
    pub channel: String,
    pub customer: ListedCustomer,
    pub agent_name: Option<String>,
    pub waiting_since: Option<Timestamp>,
    /// How often this waiting was told to the staff.
    pub alarms: i64,
    pub offered_to: Option<AgentId>,
    pub snoozed_until: Option<Timestamp>,
    pub customer_seq: Seq,
    /// Up to where the asking agent has read, where one asks.
    pub seen_seq: Option<Seq>,
    pub preview: Option<Preview>,
    /// What the customer's orders come to, in cents.
    pub value_cents: i64,
    /// In thousandths.
    pub need: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCustomer {
    pub name: Option<String>,
    pub email: Option<String>,
    /// Whether the website has signed who this is.
    pub verified: bool,
}

/// The last words in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub seq: Seq,
    pub author: AuthorKind,
    pub text: String,
}

/// How many conversations there are in each list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub queued: i64,
    pub mine: i64,
    pub unassigned: i64,
    pub assigned: i64,
    pub open: i64,
    pub snoozed: i64,
    pub resolved: i64,
    pub offered: i64,
    /// Since when the first in the queue waits.
    pub longest_waiting_since: Option<Timestamp>,
}

/// What the orders under the customer's address come to.
const VALUE: &str = "(SELECT CAST(COALESCE(SUM(o.total), 0) AS BIGINT) FROM orders o WHERE o.email = LOWER(k.email))";

/// In thousandths: 50 for unhappiness, 30 for waiting and 0.5 a minute up to 60, and up to
/// 10 for the customer's value. `$1` is now.
fn need() -> String {
    format!(
        "CASE WHEN c.status <> 'open' OR c.snoozed_until IS NOT NULL THEN 0 ELSE 50 * c.unhappiness \
         + CASE WHEN c.waiting_since IS NULL THEN 0 WHEN c.waiting_since > $1 THEN 30000 \
           WHEN $1 - c.waiting_since > 3600000000 THEN 60000 ELSE 30000 + 500 * (($1 - c.waiting_since) / 60000000) END \
         + CASE WHEN k.email IS NULL THEN 0 WHEN {VALUE} > 50000 THEN 10000 ELSE {VALUE} / 5 END END"
    )
}

impl Store {
    /// One page, and where the next one begins. Conversations in which nobody has said
    /// anything (a chat that was only opened) are left out.
    pub async fn list(&self, listing: &Listing, asking: Option<&AgentId>) -> Result<(Vec<Listed>, Option<ListCursor>)> {
        let now = listing.cursor.as_ref().map_or_else(|| self.now_micros(), |cursor| cursor.now);
        let mut conditions = Vec::new();
        let mut texts = Vec::new();
        conditions.push(match listing.state {
            ListState::Queued => "c.queued_at IS NOT NULL AND c.holder IS NULL AND c.snoozed_until IS NULL".to_owned(),
            ListState::Assigned => "c.holder IS NOT NULL AND c.snoozed_until IS NULL".to_owned(),
            ListState::Open => "c.status = 'open' AND c.snoozed_until IS NULL".to_owned(),
            ListState::Snoozed => "c.snoozed_until IS NOT NULL".to_owned(),
            ListState::Resolved => "c.status = 'resolved'".to_owned(),
            ListState::All => "1 = 1".to_owned(),
        });
        // $1 is now, $2 the limit, $3 and $4 the cursor; the texts follow.
        let mut text = |condition: &str, value: String| {
            texts.push(value);
            conditions.push(condition.replace("$?", &format!("${}", 4 + texts.len())));
        };
        match &listing.holder {
            Some(HolderFilter::Agent(id)) => text("c.holder = $?", id.0.clone()),
            Some(HolderFilter::Bot) => text("$? = '' AND c.holder IS NULL", String::new()),
            None => {}
        }
        if let Some(id) = &listing.offered_to {
            text("c.offered_to = $? AND c.holder IS NULL AND c.queued_at IS NOT NULL", id.0.clone());
        }
        if let Some(id) = &listing.inbox {
            text("c.inbox_id = $?", id.0.clone());
        }
        if let Some(channel) = &listing.channel {
            text("c.inbox_id IN (SELECT id FROM inboxes WHERE channel = $?)", channel.clone());
        }
        if let Some(words) = &listing.search {
            text(&search(), like(words));
        }
        let key = match listing.order {
            ListOrder::Need => need(),
            ListOrder::Newest => "c.updated_at".to_owned(),
            ListOrder::Oldest => "COALESCE(c.queued_at, c.waiting_since, c.updated_at)".to_owned(),
        };
        let (direction, comparison) = match listing.order {
            ListOrder::Oldest => ("ASC", ">"),
            ListOrder::Need | ListOrder::Newest => ("DESC", "<"),
        };
        let sql = format!(
            "SELECT id, sort_key FROM (SELECT c.id, {key} AS sort_key FROM conversations c \
             JOIN customers k ON k.id = c.customer_id WHERE $1 = $1 AND c.last_seq > 0 AND {}) found \
             WHERE $4 = '' OR sort_key {comparison} $3 OR (sort_key = $3 AND id {comparison} $4) \
             ORDER BY sort_key {direction}, id {direction} LIMIT $2",
            conditions.join(" AND ")
        );
        let cursor = listing.cursor.as_ref();
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(now)
            .bind(listing.limit)
            .bind(cursor.map_or(0, |cursor| cursor.key))
            .bind(cursor.map(|cursor| cursor.id.0.clone()).unwrap_or_default());
        for text in texts {
            query = query.bind(text);
        }
        let rows = query.fetch_all(&self.reader).await?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in &rows {
            keys.push((ConversationId(row.try_get("id")?), row.try_get::<i64, _>("sort_key")?));
        }
        let full = i64::try_from(keys.len()).is_ok_and(|n| n == listing.limit);
        let next = keys.last().filter(|_| full).map(|(id, key)| ListCursor { now, key: *key, id: id.clone() });
        let ids: Vec<_> = keys.into_iter().map(|(id, _)| id).collect();
        Ok((self.listed(&ids, asking).await?, next))
    }

    /// What a list shows of these, in their order; those that are not there are left out.
    pub async fn listed(&self, ids: &[ConversationId], asking: Option<&AgentId>) -> Result<Vec<Listed>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<String> = (0..ids.len()).map(|place| format!("${}", place + 3)).collect();
        let sql = format!(
            "SELECT {COLUMNS}, i.channel, k.name, k.email, k.external_id, a.name AS agent_name, c.waiting_since, c.alarms, \
             c.offered_to, c.snoozed_until, c.customer_seq, s.seq AS seen_seq, c.words_seq, e.author_kind, e.words, \
             {VALUE} AS value, {} AS need \
             FROM conversations c JOIN inboxes i ON i.id = c.inbox_id JOIN customers k ON k.id = c.customer_id \
             LEFT JOIN agents a ON a.id = c.holder \
             LEFT JOIN seen s ON s.conversation_id = c.id AND s.agent_id = $2 \
             LEFT JOIN entries e ON e.conversation_id = c.id AND e.seq = c.words_seq \
             WHERE c.id IN ({})",
            need(),
            places.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.now_micros())
            .bind(asking.map(|agent| agent.0.clone()).unwrap_or_default());
        for id in ids {
            query = query.bind(id.0.clone());
        }
        let rows = query.fetch_all(&self.reader).await?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in &rows {
            let mut listed = listed(row)?;
            listed.seen_seq = asking.map(|_| listed.seen_seq.unwrap_or(0));
            found.insert(listed.conversation.id.clone(), listed);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// How many there are in each list.
    pub async fn counts(
        &self,
        agent: Option<&AgentId>,
        inbox: Option<&InboxId>,
        channel: Option<&str>,
    ) -> Result<Counts> {
        let row = sqlx::query(
            "SELECT \
             CAST(COALESCE(SUM(CASE WHEN queued_at IS NOT NULL AND holder IS NULL AND snoozed_until IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS queued, \
             CAST(COALESCE(SUM(CASE WHEN holder = $1 AND snoozed_until IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS mine, \
             CAST(COALESCE(SUM(CASE WHEN holder IS NULL AND snoozed_until IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS unassigned, \
             CAST(COALESCE(SUM(CASE WHEN holder IS NOT NULL AND snoozed_until IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS assigned, \
             CAST(COALESCE(SUM(CASE WHEN snoozed_until IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS open, \
             CAST(COALESCE(SUM(CASE WHEN snoozed_until IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) AS snoozed, \
             CAST(COALESCE(SUM(CASE WHEN offered_to = $1 AND holder IS NULL AND queued_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS offered, \
             MIN(CASE WHEN holder IS NULL AND snoozed_until IS NULL THEN queued_at ELSE NULL END) AS longest \
             FROM conversations WHERE status = 'open' AND last_seq > 0 AND ($2 = '' OR inbox_id = $2) \
             AND ($3 = '' OR inbox_id IN (SELECT id FROM inboxes WHERE channel = $3))",
        )
        .bind(agent.map(|agent| agent.0.clone()).unwrap_or_default())
        .bind(inbox.map(|inbox| inbox.0.clone()).unwrap_or_default())
        .bind(channel.unwrap_or_default().to_owned())
        .fetch_one(&self.reader)
        .await?;
        let resolved = sqlx::query(
            "SELECT COUNT(*) AS n FROM conversations WHERE status = 'resolved' AND ($1 = '' OR inbox_id = $1) \
             AND ($2 = '' OR inbox_id IN (SELECT id FROM inboxes WHERE channel = $2))",
        )
        .bind(inbox.map(|inbox| inbox.0.clone()).unwrap_or_default())
        .bind(channel.unwrap_or_default().to_owned())
        .fetch_one(&self.reader)
        .await?;
        Ok(Counts {
            queued: row.try_get("queued")?,
            mine: row.try_get("mine")?,
            unassigned: row.try_get("unassigned")?,
            assigned: row.try_get("assigned")?,
            open: row.try_get("open")?,
            snoozed: row.try_get("snoozed")?,
            resolved: resolved.try_get("n")?,
            offered: row.try_get("offered")?,
            longest_waiting_since: row.try_get::<Option<i64>, _>("longest")?.map(from_micros),
        })
    }
}

fn search() -> String {
    let like = "LIKE $? ESCAPE '!'";
    format!(
        "c.id IN (SELECT id FROM (SELECT conversation_id AS id FROM entries \
         WHERE position > (SELECT COALESCE(MAX(position), 0) FROM entries) - {SEARCHED} \
         AND words IS NOT NULL AND LOWER(words) {like} GROUP BY conversation_id LIMIT {FOUND}) said \
         UNION SELECT c2.id FROM conversations c2 JOIN customers k2 ON k2.id = c2.customer_id \
         WHERE LOWER(k2.name) {like} OR LOWER(k2.email) {like} OR k2.phone {like} OR LOWER(k2.external_id) {like})"
    )
}

/// The pattern that finds these words anywhere, with its own signs taken literally.
pub(super) fn like(words: &str) -> String {
    let literal = words.trim().to_lowercase().replace('\0', "");
    let literal = literal.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{literal}%")
}

fn listed(row: &AnyRow) -> Result<Listed> {
    let time = |column: &'static str| -> Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(from_micros))
    };
    let author = row.try_get::<Option<String>, _>("author_kind")?.as_deref().and_then(AuthorKind::parse);
    let words: Option<String> = row.try_get("words")?;
    let seq = row.try_get("words_seq")?;
    Ok(Listed {
        conversation: conversation(row)?,
        channel: row.try_get("channel")?,
        customer: ListedCustomer {
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            verified: row.try_get::<Option<String>, _>("external_id")?.is_some(),
        },
        agent_name: row.try_get("agent_name")?,
        waiting_since: time("waiting_since")?,
        alarms: row.try_get("alarms")?,
        offered_to: row.try_get::<Option<String>, _>("offered_to")?.map(AgentId),
        snoozed_until: time("snoozed_until")?,
        customer_seq: row.try_get("customer_seq")?,
        seen_seq: row.try_get("seen_seq")?,
        preview: author.zip(words).map(|(author, text)| Preview { seq, author, text: short(&text) }),
        value_cents: row.try_get("value")?,
        need: row.try_get("need")?,
    })
}

/// One line of a list.
fn short(text: &str) -> String {
    const SIGNS: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SIGNS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_takes_its_words_literally() {
        assert_eq!(like(" 100% Wool_! "), "%100!% wool!_!!%");
    }

    #[test]
    fn a_preview_is_one_short_line() {
        assert_eq!(short("one\n\ntwo  three"), "one two three");
        assert_eq!(short(&"a".repeat(200)).chars().count(), 161);
    }
}
