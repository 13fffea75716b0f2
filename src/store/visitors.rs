//! Visitors: the bearer tokens by which a browser resumes its conversation.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Any, Row, Transaction};

use super::contacts::keep_contact;
use super::{Result, Store, to_json};
use crate::base::clock::from_micros;
use crate::base::email::parse_email;
use crate::base::ids::new_secret;
use crate::base::secret::token_hash;
use crate::domain::conversation::Memory;
use crate::domain::customer::Customer;
use crate::domain::{Contact, ConversationId, CustomerId, InboxId};

/// A visitor as a socket knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    pub inbox_id: InboxId,
    pub customer_id: CustomerId,
    pub conversation_id: ConversationId,
}

/// Who the website says the visitor is; its signature was verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub external_id: String,
    pub email: Option<String>,
    pub name: Option<String>,
}

/// A customer as the shop's own system knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedCustomer {
    pub identity: Identity,
    pub phone: Option<String>,
    /// BCP 47.
    pub locale: Option<String>,
    /// Further facts, for example `city`.
    pub attributes: BTreeMap<String, String>,
}

impl Store {
    /// The visitor whom a token stands for, in that inbox.
    pub async fn visitor(&self, inbox: &InboxId, token: &str) -> Result<Option<Visitor>> {
        let row =
            sqlx::query("SELECT customer_id, conversation_id FROM visitors WHERE token_hash = $1 AND inbox_id = $2")
                .bind(token_hash(token))
                .bind(inbox.as_str())
                .fetch_optional(&self.reader)
                .await?;
        row.map(|row| {
            Ok(Visitor {
                inbox_id: inbox.clone(),
                customer_id: CustomerId(row.try_get("customer_id")?),
                conversation_id: ConversationId(row.try_get("conversation_id")?),
            })
        })
        .transpose()
    }

    /// The visitor whom a token stands for, in whatever inbox.
    pub async fn visitor_of_any_inbox(&self, token: &str) -> Result<Option<Visitor>> {
        let row = sqlx::query("SELECT inbox_id FROM visitors WHERE token_hash = $1")
            .bind(token_hash(token))
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        self.visitor(&InboxId(row.try_get("inbox_id")?), token).await
    }

    /// A new visitor with a new conversation; returns the token, which is kept nowhere.
    /// A known identity keeps its customer and its latest conversation in that inbox.
    pub async fn new_visitor(
        &self,
        inbox: &InboxId,
        identity: Option<&Identity>,
        locale: Option<&str>,
    ) -> Result<(String, Visitor)> {
        let token = new_secret("vis");
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let customer_id = match identity {
            Some(identity) => upsert_identified(&mut tx, identity, locale, now).await?,
            None => {
                let id = CustomerId::generate();
                sqlx::query("INSERT INTO customers (id, locale, created_at) VALUES ($1, $2, $3)")
                    .bind(id.as_str())
                    .bind(locale)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                id
            }
        };
        let known = match identity {
            Some(_) => latest_conversation(&mut tx, inbox, &customer_id).await?,
            None => None,
        };
        let conversation_id = match known {
            Some(id) => id,
            None => new_conversation(&mut tx, inbox, &customer_id, now).await?,
        };
        sqlx::query(
            "INSERT INTO visitors (token_hash, inbox_id, customer_id, conversation_id, created_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(token_hash(&token))
        .bind(inbox.as_str())
        .bind(customer_id.as_str())
        .bind(conversation_id.as_str())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok((token, Visitor { inbox_id: inbox.clone(), customer_id, conversation_id }))
    }

    /// Tells that this customer is that person. False where the customer is known to be
    /// somebody else, or somebody else's record already stands for that person.
    pub async fn identify(&self, id: &CustomerId, identity: &Identity) -> Result<bool> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "UPDATE customers SET external_id = $2, name = COALESCE($3, name), email = COALESCE($4, email) \
             WHERE id = $1 AND (external_id = $2 OR (external_id IS NULL AND NOT EXISTS \
             (SELECT 1 FROM customers other WHERE other.external_id = $2)))",
        )
        .bind(id.as_str())
        .bind(identity.external_id.clone())
        .bind(identity.name.clone())
        .bind(identity.email.clone())
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        keep_address(&mut tx, id, identity, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub async fn customer(&self, id: &CustomerId) -> Result<Option<Customer>> {
        let row =
            sqlx::query("SELECT id, external_id, name, email, phone, locale, created_at FROM customers WHERE id = $1")
                .bind(id.as_str())
                .fetch_optional(&self.reader)
                .await?;
        row.map(|row| {
            Ok(Customer {
                id: CustomerId(row.try_get("id")?),
                external_id: row.try_get("external_id")?,
                name: row.try_get("name")?,
                email: row.try_get("email")?,
                phone: row.try_get("phone")?,
                locale: row.try_get("locale")?,
                created_at: from_micros(row.try_get("created_at")?),
            })
        })
        .transpose()
    }

    /// Keeps the address that an unidentified customer left to be written to.
    pub async fn set_contact(&self, id: &CustomerId, email: &str) -> Result<()> {
        sqlx::query("UPDATE customers SET email = $2 WHERE id = $1 AND external_id IS NULL")
            .bind(id.as_str())
            .bind(email)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The numbers among these that no customer has.
    pub async fn unknown_customers(&self, external_ids: &BTreeSet<String>) -> Result<BTreeSet<String>> {
        let mut unknown = BTreeSet::new();
        for external_id in external_ids {
            let row = sqlx::query("SELECT id FROM customers WHERE external_id = $1")
                .bind(external_id.clone())
                .fetch_optional(&self.reader)
                .await?;
            if row.is_none() {
                unknown.insert(external_id.clone());
            }
        }
        Ok(unknown)
    }

    /// Adds a customer of an import, or brings the known one up to date.
    pub async fn import_customers(&self, customers: &[ImportedCustomer]) -> Result<()> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        for customer in customers {
            let id = upsert_identified(&mut tx, &customer.identity, customer.locale.as_deref(), now).await?;
            sqlx::query("UPDATE customers SET phone = COALESCE($2, phone), attributes = $3 WHERE id = $1")
                .bind(id.as_str())
                .bind(customer.phone.clone())
                .bind(to_json(&customer.attributes))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

async fn upsert_identified(
    tx: &mut Transaction<'static, Any>,
    identity: &Identity,
    locale: Option<&str>,
    now: i64,
) -> Result<CustomerId> {
    let row = sqlx::query(
        "INSERT INTO customers (id, external_id, name, email, locale, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (external_id) DO UPDATE SET name = COALESCE($3, customers.name), \
         email = COALESCE($4, customers.email), locale = COALESCE($5, customers.locale) RETURNING id",
    )
    .bind(CustomerId::generate().0)
    .bind(identity.external_id.clone())
    .bind(identity.name.clone())
    .bind(identity.email.clone())
    .bind(locale.map(str::to_owned))
    .bind(now)
    .fetch_one(&mut **tx)
    .await?;
    let id = CustomerId(row.try_get("id")?);
    keep_address(tx, &id, identity, now).await?;
    Ok(id)
}

/// The shop's own word for an address is proof enough.
async fn keep_address(
    tx: &mut Transaction<'static, Any>,
    id: &CustomerId,
    identity: &Identity,
    now: i64,
) -> Result<()> {
    if let Some(value) = identity.email.as_deref().and_then(parse_email) {
        let contact = Contact { kind: "email".to_owned(), value };
        keep_contact(tx, id, &contact, "signed", now).await?;
    }
    Ok(())
}

async fn latest_conversation(
    tx: &mut Transaction<'static, Any>,
    inbox: &InboxId,
    customer: &CustomerId,
) -> Result<Option<ConversationId>> {
    let row = sqlx::query(
        "SELECT id FROM conversations WHERE customer_id = $1 AND inbox_id = $2 ORDER BY updated_at DESC LIMIT 1",
    )
    .bind(customer.as_str())
    .bind(inbox.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| Ok(ConversationId(row.try_get("id")?))).transpose()
}

pub(super) async fn new_conversation(
    tx: &mut Transaction<'static, Any>,
    inbox: &InboxId,
    customer: &CustomerId,
    now: i64,
) -> Result<ConversationId> {
    let id = ConversationId::generate();
    sqlx::query(
        "INSERT INTO conversations (id, inbox_id, customer_id, status, last_seq, memory, created_at, updated_at) \
         VALUES ($1, $2, $3, 'open', 0, $4, $5, $5)",
    )
    .bind(id.as_str())
    .bind(inbox.as_str())
    .bind(customer.as_str())
    .bind(to_json(&Memory::default()))
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(id)
}
