//! By what a person is known, proven: the keys that make one customer of several channels.
//!
//! A contact is one person's. Nobody is ever linked by what only looks the same: an
//! address that somebody typed is kept with the customer, and is no contact.

use sqlx::{Any, Row, Transaction};

use super::merges::current;
use super::threads::Person;
use super::{Result, Store};
use crate::domain::{Contact, CustomerId};

impl Store {
    /// By what a customer is known.
    pub async fn contacts(&self, id: &CustomerId) -> Result<Vec<Contact>> {
        let rows = sqlx::query("SELECT kind, value FROM contacts WHERE customer_id = $1 ORDER BY kind, value")
            .bind(id.as_str())
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| Ok(Contact { kind: row.try_get("kind")?, value: row.try_get("value")? })).collect()
    }

    /// The customer who is known by that, if there is one.
    pub async fn customer_with(&self, contact: &Contact) -> Result<Option<CustomerId>> {
        let row = sqlx::query("SELECT customer_id FROM contacts WHERE kind = $1 AND value = $2")
            .bind(contact.kind.clone())
            .bind(contact.value.clone())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| Ok(CustomerId(row.try_get("customer_id")?))).transpose()
    }

    /// Keeps that a customer wants no messages, or wants them again.
    pub async fn set_opted_out(&self, id: &CustomerId, out: bool) -> Result<()> {
        sqlx::query("UPDATE customers SET opted_out_at = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(out.then(|| self.now_micros()))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub async fn opted_out(&self, id: &CustomerId) -> Result<bool> {
        let row = sqlx::query("SELECT 1 FROM customers WHERE id = $1 AND opted_out_at IS NOT NULL")
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.is_some())
    }
}

/// The customer whom a person is, made if nobody knows them. `None` if another transaction
/// has just made them: look again.
pub(super) async fn find_person(
    tx: &mut Transaction<'static, Any>,
    person: &Person,
    now: i64,
) -> Result<Option<CustomerId>> {
    for contact in &person.contacts {
        let row = sqlx::query("SELECT customer_id FROM contacts WHERE kind = $1 AND value = $2")
            .bind(contact.kind.clone())
            .bind(contact.value.clone())
            .fetch_optional(&mut **tx)
            .await?;
        if let Some(row) = row {
            let id = CustomerId(row.try_get("customer_id")?);
            keep_person(tx, &id, person, now).await?;
            // Writing waited for a merge that was under way; what it moved is not seen above.
            return Ok(Some(current(tx, id).await?));
        }
    }
    let id = CustomerId::generate();
    sqlx::query("INSERT INTO customers (id, created_at) VALUES ($1, $2)")
        .bind(id.as_str())
        .bind(now)
        .execute(&mut **tx)
        .await?;
    let kept = keep_person(tx, &id, person, now).await?;
    Ok((kept == person.contacts.len()).then_some(id))
}

/// Whether a person is that customer: one of the contacts is theirs, or they have none
/// that could be.
pub(super) async fn is_known_as(tx: &mut Transaction<'static, Any>, id: &CustomerId, person: &Person) -> Result<bool> {
    for contact in &person.contacts {
        let row = sqlx::query("SELECT 1 FROM contacts WHERE kind = $1 AND value = $2 AND customer_id = $3")
            .bind(contact.kind.clone())
            .bind(contact.value.clone())
            .bind(id.as_str())
            .fetch_optional(&mut **tx)
            .await?;
        if row.is_some() {
            return Ok(true);
        }
    }
    Ok(person.contacts.is_empty())
}

/// Writes what the channel knows of a customer, where nothing better is known; how many of
/// the contacts are theirs alone.
pub(super) async fn keep_person(
    tx: &mut Transaction<'static, Any>,
    id: &CustomerId,
    person: &Person,
    now: i64,
) -> Result<usize> {
    sqlx::query(
        "UPDATE customers SET name = COALESCE(name, $2), email = COALESCE(email, $3), phone = COALESCE(phone, $4), \
         locale = COALESCE(locale, $5) WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(person.name.clone())
    .bind(person.email.clone())
    .bind(person.phone.clone())
    .bind(person.locale.clone())
    .execute(&mut **tx)
    .await?;
    let mut own = 0;
    for contact in &person.contacts {
        own += usize::from(keep_contact(tx, id, contact, "channel", now).await?);
    }
    Ok(own)
}

/// Keeps a contact, unless it is somebody else's; whether it is this customer's now.
pub(super) async fn keep_contact(
    tx: &mut Transaction<'static, Any>,
    id: &CustomerId,
    contact: &Contact,
    source: &str,
    now: i64,
) -> Result<bool> {
    let row = sqlx::query(
        "INSERT INTO contacts (kind, value, customer_id, source, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (kind, value) DO UPDATE SET source = contacts.source RETURNING customer_id",
    )
    .bind(contact.kind.clone())
    .bind(contact.value.clone())
    .bind(id.as_str())
    .bind(source)
    .bind(now)
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.try_get::<&str, _>("customer_id")? == id.as_str())
}
