//! Two records found to be one person: merged by an agent, and parted again.
//!
//! Whatever refers to the merged record goes over to the kept one, in one transaction, and
//! is written down, so that parting moves exactly those rows back. The log is not touched.
//! A merged record forwards: who still knows its id is led to the kept one ([`current`]).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::{Result, Store, json, parse_json, to_json};
use crate::base::clock::from_micros;
use crate::domain::{AgentId, Contact, ConversationId, CustomerId, MergeId};

/// Tables whose rows belong to a customer, with their keys; contacts have a key of two.
const BELONGINGS: [(&str, &str); 4] =
    [("conversations", "id"), ("visitors", "token_hash"), ("tracks", "id"), ("files", "id")];
/// What is taken over where the kept record has nothing.
const FACTS: [&str; 5] = ["external_id", "name", "email", "phone", "locale"];

/// Two records that are one person now, or were for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    pub id: MergeId,
    pub kept: CustomerId,
    pub merged: CustomerId,
    pub agent_id: AgentId,
    pub agent_name: String,
    pub at: Timestamp,
    pub undone_at: Option<Timestamp>,
    /// Those that changed hands.
    pub conversations: Vec<ConversationId>,
}

/// What became of a merge.
#[derive(Clone, Debug, PartialEq)]
pub enum Merging {
    Done(Merge),
    /// One of the two is not there.
    Missing,
    /// Both are the same record.
    Same,
    /// One of the two was merged with this one before.
    Forwarded(CustomerId),
}

/// What became of parting.
#[derive(Clone, Debug, PartialEq)]
pub enum Unmerging {
    Done(Merge),
    Missing,
    /// It was undone before.
    Already,
    /// The kept record itself was merged into this one afterwards; that is undone first.
    Later(CustomerId),
}

/// What changed hands, so that it can change back.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Moved {
    /// The rows' keys, by table.
    rows: BTreeMap<String, Vec<String>>,
    contacts: Vec<Contact>,
    /// Facts that the kept record did not have.
    facts: BTreeMap<String, String>,
    attributes: BTreeMap<String, String>,
    /// The merged record's wish for silence, where the kept one had none; in microseconds.
    opted_out_at: Option<i64>,
}

impl Store {
    /// Makes one customer of two: everything of `merged` goes over to `kept`.
    pub async fn merge_customers(&self, kept: &CustomerId, merged: &CustomerId, agent: &AgentId) -> Result<Merging> {
        if kept == merged {
            return Ok(Merging::Same);
        }
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        for id in lock_both(&mut tx, kept, merged).await? {
            match id {
                None => return Ok(Merging::Missing),
                Some(Some(into)) => return Ok(Merging::Forwarded(into)),
                Some(None) => {}
            }
        }
        let moved = move_over(&mut tx, kept, merged).await?;
        let id = MergeId::generate();
        sqlx::query("INSERT INTO merges (id, kept, merged, agent_id, moved, at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id.as_str())
            .bind(kept.as_str())
            .bind(merged.as_str())
            .bind(agent.as_str())
            .bind(to_json(&moved))
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let merge = read(&mut tx, &id).await?.map(|(merge, _)| merge);
        tx.commit().await?;
        Ok(merge.map_or(Merging::Missing, Merging::Done))
    }

    /// Parts two customers again: what the merge moved goes back, and nothing else.
    pub async fn unmerge_customers(&self, id: &MergeId) -> Result<Unmerging> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let done = sqlx::query("UPDATE merges SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL")
            .bind(id.as_str())
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let Some((merge, moved)) = read(&mut tx, id).await? else { return Ok(Unmerging::Missing) };
        if done.rows_affected() == 0 {
            return Ok(Unmerging::Already);
        }
        let [kept, _] = lock_both(&mut tx, &merge.kept, &merge.merged).await?;
        if let Some(Some(into)) = kept {
            return Ok(Unmerging::Later(into));
        }
        move_back(&mut tx, &merge, &moved).await?;
        tx.commit().await?;
        Ok(Unmerging::Done(merge))
    }

    /// The merges into a record that hold now, the latest first.
    pub async fn merges_of(&self, kept: &CustomerId) -> Result<Vec<Merge>> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{SELECT} WHERE m.kept = $1 AND m.undone_at IS NULL ORDER BY m.at DESC, m.id DESC"
        )))
        .bind(kept.as_str())
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| Ok(merge(row)?.0)).collect()
    }

    /// The record that stands for a customer now: their own, or the one it was merged into.
    pub async fn current_customer(&self, id: &CustomerId) -> Result<CustomerId> {
        let mut id = id.clone();
        while let Some(into) = forwarded(&self.reader, &id).await? {
            id = into;
        }
        Ok(id)
    }
}

const SELECT: &str = "SELECT m.id, m.kept, m.merged, m.agent_id, m.moved, m.at, m.undone_at, a.name AS agent_name \
                      FROM merges m JOIN agents a ON a.id = m.agent_id";

/// The record that stands for a customer now, within a transaction.
pub(super) async fn current(tx: &mut Transaction<'static, Any>, id: CustomerId) -> Result<CustomerId> {
    let mut id = id;
    while let Some(into) = forwarded(&mut **tx, &id).await? {
        id = into;
    }
    Ok(id)
}

/// Moves everything of a record nobody knows into that of a person who was proven to be the
/// same. No agent decided it, so no agent takes it back.
pub(super) async fn absorb(tx: &mut Transaction<'static, Any>, kept: &CustomerId, merged: &CustomerId) -> Result<()> {
    lock_both(tx, kept, merged).await?;
    move_over(tx, kept, merged).await?;
    Ok(())
}

/// A record is merged once and only into one that is not merged itself, so this ends.
async fn forwarded<'c>(
    database: impl sqlx::Executor<'c, Database = Any>,
    id: &CustomerId,
) -> Result<Option<CustomerId>> {
    let row = sqlx::query("SELECT merged_into FROM customers WHERE id = $1 AND merged_into IS NOT NULL")
        .bind(id.as_str())
        .fetch_optional(database)
        .await?;
    row.map(|row| Ok(CustomerId(row.try_get("merged_into")?))).transpose()
}

/// Locks both rows until the commit, always in the same order; where each was merged into,
/// `None` for one that is not there.
async fn lock_both(
    tx: &mut Transaction<'static, Any>,
    one: &CustomerId,
    other: &CustomerId,
) -> Result<[Option<Option<CustomerId>>; 2]> {
    let mut found = BTreeMap::new();
    let mut ids = [one, other];
    ids.sort();
    for id in ids {
        let row = sqlx::query("UPDATE customers SET created_at = created_at WHERE id = $1 RETURNING merged_into")
            .bind(id.as_str())
            .fetch_optional(&mut **tx)
            .await?;
        if let Some(row) = row {
            found.insert(id, row.try_get::<Option<String>, _>("merged_into")?.map(CustomerId));
        }
    }
    Ok([found.get(one).cloned(), found.get(other).cloned()])
}

async fn move_over(tx: &mut Transaction<'static, Any>, kept: &CustomerId, merged: &CustomerId) -> Result<Moved> {
    let mut moved = Moved::default();
    for (table, key) in BELONGINGS {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "UPDATE {table} SET customer_id = $1 WHERE customer_id = $2 RETURNING {key} AS key"
        )))
        .bind(kept.as_str())
        .bind(merged.as_str())
        .fetch_all(&mut **tx)
        .await?;
        let keys = rows.iter().map(|row| row.try_get("key")).collect::<std::result::Result<_, _>>()?;
        moved.rows.insert(table.to_owned(), keys);
    }
    let rows = sqlx::query("UPDATE contacts SET customer_id = $1 WHERE customer_id = $2 RETURNING kind, value")
        .bind(kept.as_str())
        .bind(merged.as_str())
        .fetch_all(&mut **tx)
        .await?;
    for row in &rows {
        moved.contacts.push(Contact { kind: row.try_get("kind")?, value: row.try_get("value")? });
    }
    fill_facts(tx, kept, merged, &mut moved).await?;
    sqlx::query("UPDATE customers SET merged_into = $1 WHERE id = $2")
        .bind(kept.as_str())
        .bind(merged.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(moved)
}

/// A customer's own columns.
struct Record {
    facts: BTreeMap<&'static str, Option<String>>,
    attributes: BTreeMap<String, String>,
    opted_out_at: Option<i64>,
}

async fn record(tx: &mut Transaction<'static, Any>, id: &CustomerId) -> Result<Record> {
    let row = sqlx::query(
        "SELECT external_id, name, email, phone, locale, attributes, opted_out_at FROM customers WHERE id = $1",
    )
    .bind(id.as_str())
    .fetch_one(&mut **tx)
    .await?;
    let mut facts = BTreeMap::new();
    for column in FACTS {
        facts.insert(column, row.try_get(column)?);
    }
    Ok(Record { facts, attributes: json(&row, "attributes")?, opted_out_at: row.try_get("opted_out_at")? })
}

async fn write(tx: &mut Transaction<'static, Any>, id: &CustomerId, record: &Record) -> Result<()> {
    sqlx::query(
        "UPDATE customers SET external_id = $2, name = $3, email = $4, phone = $5, locale = $6, attributes = $7, \
         opted_out_at = $8 WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(record.facts["external_id"].clone())
    .bind(record.facts["name"].clone())
    .bind(record.facts["email"].clone())
    .bind(record.facts["phone"].clone())
    .bind(record.facts["locale"].clone())
    .bind(to_json(&record.attributes))
    .bind(record.opted_out_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Fills what the kept record does not know. The shop's number is one record's only, so it
/// goes over; where both have one, the merged record keeps its own and forwards.
async fn fill_facts(
    tx: &mut Transaction<'static, Any>,
    kept: &CustomerId,
    merged: &CustomerId,
    moved: &mut Moved,
) -> Result<()> {
    let (mut own, mut theirs) = (record(tx, kept).await?, record(tx, merged).await?);
    for column in FACTS {
        if own.facts[column].is_none()
            && let Some(value) = theirs.facts[column].clone()
        {
            moved.facts.insert(column.to_owned(), value.clone());
            own.facts.insert(column, Some(value));
        }
    }
    for (name, value) in &theirs.attributes {
        if !own.attributes.contains_key(name) {
            moved.attributes.insert(name.clone(), value.clone());
            own.attributes.insert(name.clone(), value.clone());
        }
    }
    // Who wanted silence in one place wants it as the same person.
    if own.opted_out_at.is_none() {
        moved.opted_out_at = theirs.opted_out_at;
        own.opted_out_at = theirs.opted_out_at;
    }
    if moved.facts.contains_key("external_id") {
        theirs.facts.insert("external_id", None);
        write(tx, merged, &theirs).await?;
    }
    write(tx, kept, &own).await
}

async fn move_back(tx: &mut Transaction<'static, Any>, merge: &Merge, moved: &Moved) -> Result<()> {
    for (table, key) in BELONGINGS {
        let sql = format!("UPDATE {table} SET customer_id = $1 WHERE {key} = $2 AND customer_id = $3");
        for row in moved.rows.get(table).into_iter().flatten() {
            sqlx::query(AssertSqlSafe(sql.clone()))
                .bind(merge.merged.as_str())
                .bind(row.clone())
                .bind(merge.kept.as_str())
                .execute(&mut **tx)
                .await?;
        }
    }
    for contact in &moved.contacts {
        sqlx::query("UPDATE contacts SET customer_id = $1 WHERE kind = $2 AND value = $3 AND customer_id = $4")
            .bind(merge.merged.as_str())
            .bind(contact.kind.clone())
            .bind(contact.value.clone())
            .bind(merge.kept.as_str())
            .execute(&mut **tx)
            .await?;
    }
    take_facts_back(tx, merge, moved).await?;
    sqlx::query("UPDATE customers SET merged_into = NULL WHERE id = $1")
        .bind(merge.merged.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Empties what was filled, unless something newer stands there.
async fn take_facts_back(tx: &mut Transaction<'static, Any>, merge: &Merge, moved: &Moved) -> Result<()> {
    let (mut own, mut theirs) = (record(tx, &merge.kept).await?, record(tx, &merge.merged).await?);
    for column in FACTS {
        if let Some(filled) = moved.facts.get(column)
            && own.facts[column].as_ref() == Some(filled)
        {
            own.facts.insert(column, None);
            if column == "external_id" {
                theirs.facts.insert(column, Some(filled.clone()));
            }
        }
    }
    for (name, filled) in &moved.attributes {
        if own.attributes.get(name) == Some(filled) {
            own.attributes.remove(name);
        }
    }
    if moved.opted_out_at.is_some() && own.opted_out_at == moved.opted_out_at {
        own.opted_out_at = None;
    }
    // The number is unique: it leaves one row before it returns to the other.
    write(tx, &merge.kept, &own).await?;
    write(tx, &merge.merged, &theirs).await
}

async fn read(tx: &mut Transaction<'static, Any>, id: &MergeId) -> Result<Option<(Merge, Moved)>> {
    let row = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE m.id = $1")))
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(merge).transpose()
}

fn merge(row: &AnyRow) -> Result<(Merge, Moved)> {
    let moved: Moved = parse_json(row.try_get("moved")?, "merge")?;
    let conversations = moved.rows.get("conversations").into_iter().flatten();
    let merge = Merge {
        id: MergeId(row.try_get("id")?),
        kept: CustomerId(row.try_get("kept")?),
        merged: CustomerId(row.try_get("merged")?),
        agent_id: AgentId(row.try_get("agent_id")?),
        agent_name: row.try_get("agent_name")?,
        at: from_micros(row.try_get("at")?),
        undone_at: row.try_get::<Option<i64>, _>("undone_at")?.map(from_micros),
        conversations: conversations.cloned().map(ConversationId).collect(),
    };
    Ok((merge, moved))
}
