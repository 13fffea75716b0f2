//! Visitors: the bearer tokens by which a browser resumes its conversation, and whose
//! they are where the website or the shop says so.
//!
//! What the shop vouches for and a customer has proven in a channel is one person: the
//! shop's customer joins the channel's instead of becoming a second one.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::contacts::keep_contact;
use super::merges::{absorb, current};
use super::{Result, Store, to_json};
use crate::base::clock::from_micros;
use crate::base::email::parse_email;
use crate::base::ids::new_secret;
use crate::base::phone::parse_phone;
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

/// Who the website says the visitor is; its signature of `external_id` was verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub external_id: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub name: Option<String>,
    pub proof: Proof,
}

/// Who vouches for an identity's address and number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proof {
    /// Nobody: the browser may have changed them. They are kept, and link nobody.
    #[default]
    None,
    /// The website has signed them, too.
    Signature,
    /// The shop's own records.
    Import,
}

/// A customer as the shop's own system knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedCustomer {
    pub identity: Identity,
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
    /// somebody else, or the shop's record of that person is another one. A record without
    /// a name of its own goes into that of a person who is proven to be the same.
    pub async fn identify(&self, id: &CustomerId, identity: &Identity) -> Result<bool> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let id = current(&mut tx, id.clone()).await?;
        let own: Option<String> = sqlx::query("SELECT external_id FROM customers WHERE id = $1")
            .bind(id.as_str())
            .fetch_one(&mut *tx)
            .await?
            .try_get("external_id")?;
        match known_by_shop(&mut tx, identity).await? {
            Some(theirs) if theirs != id => return Ok(false),
            None if own.is_some() => return Ok(false),
            _ => {}
        }
        let id = match known_by_channel(&mut tx, identity).await? {
            Some(theirs) if theirs != id && own.is_none() => {
                absorb(&mut tx, &theirs, &id).await?;
                theirs
            }
            _ => id,
        };
        keep_identity(&mut tx, &id, identity, None, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub async fn customer(&self, id: &CustomerId) -> Result<Option<Customer>> {
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {CUSTOMER} FROM customers k WHERE k.id = $1")))
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(customer).transpose()
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
            sqlx::query("UPDATE customers SET attributes = $2 WHERE id = $1")
                .bind(id.as_str())
                .bind(to_json(&customer.attributes))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The customer for whom an identity stands, made if there is none.
async fn upsert_identified(
    tx: &mut Transaction<'static, Any>,
    identity: &Identity,
    locale: Option<&str>,
    now: i64,
) -> Result<CustomerId> {
    let known = match known_by_shop(tx, identity).await? {
        Some(id) => Some(id),
        None => known_by_channel(tx, identity).await?,
    };
    let id = match known {
        Some(id) => id,
        None => {
            // Who else makes the same at the same moment gets the same record.
            let row = sqlx::query(
                "INSERT INTO customers (id, external_id, created_at) VALUES ($1, $2, $3) \
                 ON CONFLICT (external_id) DO UPDATE SET external_id = customers.external_id RETURNING id",
            )
            .bind(CustomerId::generate().0)
            .bind(identity.external_id.clone())
            .bind(now)
            .fetch_one(&mut **tx)
            .await?;
            CustomerId(row.try_get("id")?)
        }
    };
    keep_identity(tx, &id, identity, locale, now).await?;
    Ok(id)
}

/// The customer whom the shop knows under that number.
async fn known_by_shop(tx: &mut Transaction<'static, Any>, identity: &Identity) -> Result<Option<CustomerId>> {
    let row = sqlx::query("SELECT id FROM customers WHERE external_id = $1")
        .bind(identity.external_id.clone())
        .fetch_optional(&mut **tx)
        .await?;
    match row {
        Some(row) => Ok(Some(current(tx, CustomerId(row.try_get("id")?)).await?)),
        None => Ok(None),
    }
}

/// The customer who has proven one of the identity's addresses in a channel, and whom the
/// shop does not know under another number.
async fn known_by_channel(tx: &mut Transaction<'static, Any>, identity: &Identity) -> Result<Option<CustomerId>> {
    for contact in identity.contacts() {
        let row = sqlx::query(
            "SELECT c.customer_id FROM contacts c JOIN customers k ON k.id = c.customer_id \
             WHERE c.kind = $1 AND c.value = $2 AND k.external_id IS NULL AND k.merged_into IS NULL",
        )
        .bind(contact.kind)
        .bind(contact.value)
        .fetch_optional(&mut **tx)
        .await?;
        if let Some(row) = row {
            return Ok(Some(CustomerId(row.try_get("customer_id")?)));
        }
    }
    Ok(None)
}

/// Writes what the shop says of a customer, and by what it has proven them.
async fn keep_identity(
    tx: &mut Transaction<'static, Any>,
    id: &CustomerId,
    identity: &Identity,
    locale: Option<&str>,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "UPDATE customers SET external_id = COALESCE(external_id, $2), name = COALESCE($3, name), \
         email = COALESCE($4, email), phone = COALESCE($5, phone), locale = COALESCE($6, locale) WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(identity.external_id.clone())
    .bind(identity.name.clone())
    .bind(identity.email.clone())
    .bind(identity.phone.clone())
    .bind(locale.map(str::to_owned))
    .execute(&mut **tx)
    .await?;
    let source = if identity.proof == Proof::Import { "import" } else { "signed" };
    for contact in identity.contacts() {
        keep_contact(tx, id, &contact, source, now).await?;
    }
    Ok(())
}

impl Identity {
    /// What somebody vouches for; nothing where nobody does.
    fn contacts(&self) -> Vec<Contact> {
        if self.proof == Proof::None {
            return Vec::new();
        }
        let email = self.email.as_deref().and_then(parse_email).map(|value| ("email", value));
        let phone = self.phone.as_deref().and_then(parse_phone).map(|value| ("phone", value));
        let found = email.into_iter().chain(phone);
        found.map(|(kind, value)| Contact { kind: kind.to_owned(), value }).collect()
    }
}

/// What [`customer`] reads, of `customers k`.
pub(super) const CUSTOMER: &str = "k.id, k.external_id, k.name, k.email, k.phone, k.locale, k.created_at";

pub(super) fn customer(row: &AnyRow) -> Result<Customer> {
    Ok(Customer {
        id: CustomerId(row.try_get("id")?),
        external_id: row.try_get("external_id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        phone: row.try_get("phone")?,
        locale: row.try_get("locale")?,
        created_at: from_micros(row.try_get("created_at")?),
    })
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
