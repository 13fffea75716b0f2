//! Finding customers: by words, and those who may be somebody whom we know already.
//!
//! What two records have in common is a hint for an agent, who knows more; nothing here
//! links anybody.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::listing::like;
use super::visitors::{CUSTOMER, customer};
use super::{Result, Store};
use crate::base::clock::from_micros;
use crate::base::email::parse_email;
use crate::base::phone::parse_phone;
use crate::domain::customer::Customer;
use crate::domain::{Contact, CustomerId};

/// So many are told at the most.
const FOUND: i64 = 20;

/// A customer among others.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub customer: Customer,
    /// Those in which something was said.
    pub conversations: i64,
    /// When something last happened in one of them.
    pub last_at: Option<Timestamp>,
}

/// Somebody who may be the same person.
#[derive(Clone, Debug, PartialEq)]
pub struct MaybeSame {
    pub profile: Profile,
    pub resemblance: Resemblance,
}

/// What two records have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resemblance {
    Email,
    Phone,
}

/// By what a customer is known, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownBy {
    pub contact: Contact,
    /// `signed`, `import`, `channel` or `agent`.
    pub source: String,
    pub since: Timestamp,
}

/// A number as it was written, without what is only there to be read.
fn bare(column: &str) -> String {
    [" ", "-", "(", ")", ".", "/"].iter().fold(column.to_owned(), |text, sign| format!("REPLACE({text}, '{sign}', '')"))
}

impl Store {
    /// Customers whose name, address, number or contact has these words, those who wrote
    /// last first.
    pub async fn find_customers(&self, words: &str) -> Result<Vec<Profile>> {
        let digits: String = words.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        // "05" stands in every second number.
        let number = if digits.len() >= 4 { like(&digits) } else { String::new() };
        let is_like = "LIKE $1 ESCAPE '!'";
        self.profiles(
            &format!(
                "LOWER(k.name) {is_like} OR LOWER(k.email) {is_like} OR LOWER(k.external_id) {is_like} \
                 OR k.id IN (SELECT customer_id FROM contacts WHERE LOWER(value) {is_like}) \
                 OR ($2 <> '' AND ({phone} LIKE $2 OR k.id IN (SELECT customer_id FROM contacts \
                 WHERE kind = 'phone' AND value LIKE $2)))",
                phone = bare("k.phone")
            ),
            &[like(words), number],
        )
        .await
    }

    /// Who has the same e-mail address or telephone number, proven or only typed.
    pub async fn maybe_same(&self, customer: &Customer) -> Result<Vec<MaybeSame>> {
        let contacts = self.contacts(&customer.id).await?;
        let proven = |kinds: &[&str]| -> Vec<String> {
            contacts.iter().filter(|one| kinds.contains(&one.kind.as_str())).map(|one| one.value.clone()).collect()
        };
        let mut emails = proven(&["email", "mailbox"]);
        emails.extend(customer.email.as_deref().and_then(parse_email));
        let mut phones = proven(&["phone"]);
        if let Some(written) = &customer.phone {
            phones.extend(parse_phone(written));
            phones.push(written.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect());
        }
        let same_email = "LOWER(k.email) IN ($?) \
                          OR k.id IN (SELECT customer_id FROM contacts WHERE kind IN ('email', 'mailbox') AND value IN ($?))";
        let same_phone = format!(
            "{} IN ($?) OR k.id IN (SELECT customer_id FROM contacts WHERE kind = 'phone' AND value IN ($?))",
            bare("k.phone")
        );
        let mut found: Vec<MaybeSame> = Vec::new();
        for (condition, mut values, resemblance) in
            [(same_email, emails, Resemblance::Email), (&same_phone, phones, Resemblance::Phone)]
        {
            values.retain(|value| value.len() > 4);
            if values.is_empty() {
                continue;
            }
            let places: Vec<String> = (0..values.len()).map(|place| format!("${}", place + 1)).collect();
            for profile in self.profiles(&condition.replace("$?", &places.join(", ")), &values).await? {
                let known = found.iter().any(|one| one.profile.customer.id == profile.customer.id);
                if !known && profile.customer.id != customer.id {
                    found.push(MaybeSame { profile, resemblance });
                }
            }
        }
        Ok(found)
    }

    /// By what a customer is known, and who says so.
    pub async fn known_by(&self, id: &CustomerId) -> Result<Vec<KnownBy>> {
        let rows = sqlx::query(
            "SELECT kind, value, source, created_at FROM contacts WHERE customer_id = $1 ORDER BY kind, value",
        )
        .bind(id.as_str())
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(KnownBy {
                    contact: Contact { kind: row.try_get("kind")?, value: row.try_get("value")? },
                    source: row.try_get("source")?,
                    since: from_micros(row.try_get("created_at")?),
                })
            })
            .collect()
    }

    /// A customer as others see them in a list, merged or not.
    pub async fn profile(&self, id: &CustomerId) -> Result<Option<Profile>> {
        let sql = format!("SELECT {CUSTOMER}, {TALKS} FROM customers k WHERE k.id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id.as_str()).fetch_optional(&self.reader).await?;
        row.as_ref().map(profile).transpose()
    }

    /// Customers who stand for themselves and of whom that is true.
    async fn profiles(&self, condition: &str, values: &[String]) -> Result<Vec<Profile>> {
        let sql = format!(
            "SELECT * FROM (SELECT {CUSTOMER}, {TALKS} FROM customers k \
             WHERE k.merged_into IS NULL AND ({condition})) found \
             ORDER BY COALESCE(last_at, 0) DESC, created_at DESC, id DESC LIMIT {FOUND}"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = query.bind(value.clone());
        }
        let rows = query.fetch_all(&self.reader).await?;
        rows.iter().map(profile).collect()
    }
}

/// An opened chat in which nobody said anything is no conversation.
const TALKS: &str = "(SELECT COUNT(*) FROM conversations c WHERE c.customer_id = k.id AND c.last_seq > 0) AS talks, \
                     (SELECT MAX(c.updated_at) FROM conversations c WHERE c.customer_id = k.id AND c.last_seq > 0) \
                     AS last_at";

fn profile(row: &AnyRow) -> Result<Profile> {
    Ok(Profile {
        customer: customer(row)?,
        conversations: row.try_get("talks")?,
        last_at: row.try_get::<Option<i64>, _>("last_at")?.map(from_micros),
    })
}
