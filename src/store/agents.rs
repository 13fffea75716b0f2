//! The shop's staff and their bearer tokens.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};
use utoipa::ToSchema;

use super::{Result, Store, StoreError};
use crate::base::ids::new_secret;
use crate::base::secret::token_hash;
use crate::domain::{AgentId, TokenId};

pub(super) const COLUMNS: &str = "a.id, a.name, a.email, a.role, a.status, a.capacity, a.mail";
/// Conversations that an agent may hold before no further one is offered to them.
const CAPACITY: i64 = 5;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub email: Option<String>,
    pub role: Role,
    pub status: AgentStatus,
    /// So many conversations at once are theirs before no further one is offered.
    pub capacity: i64,
    /// Whether they get mails while they are not there.
    pub mail: bool,
}

/// Whether an agent who is there wants new conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentStatus {
    Available,
    Away,
}

/// What of an agent is to be changed; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct AgentChange {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub status: Option<AgentStatus>,
    pub capacity: Option<i64>,
    pub mail: Option<bool>,
}

/// What somebody may do; each role may do what the ones after it may.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Viewer,
    Agent,
    Admin,
    Owner,
}

#[derive(Clone, Debug)]
pub struct NewAgent {
    pub name: String,
    pub email: Option<String>,
    pub role: Role,
    /// An argon2id PHC string; an agent without one has tokens only.
    pub password_hash: Option<String>,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Agent => "agent",
            Role::Admin => "admin",
            Role::Owner => "owner",
        }
    }

    pub(super) fn parse(name: &str) -> Result<Self> {
        let all = [Role::Viewer, Role::Agent, Role::Admin, Role::Owner];
        all.into_iter()
            .find(|role| role.as_str() == name)
            .ok_or_else(|| StoreError::Corrupt { what: "role", reason: format!("no role is `{name}`") })
    }
}

impl AgentStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            AgentStatus::Available => "available",
            AgentStatus::Away => "away",
        }
    }
}

impl Store {
    /// A new agent; `None` if the e-mail address is taken.
    pub async fn create_agent(&self, agent: NewAgent) -> Result<Option<Agent>> {
        let mut tx = self.begin().await?;
        let created = insert(&mut tx, agent, self.now_micros()).await?;
        tx.commit().await?;
        Ok(created)
    }

    pub async fn agents(&self) -> Result<Vec<Agent>> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM agents a WHERE a.active = 1 ORDER BY a.created_at, a.id"
        )))
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(read_agent).collect()
    }

    pub async fn agent(&self, id: &AgentId) -> Result<Option<Agent>> {
        let row =
            sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM agents a WHERE a.id = $1 AND a.active = 1")))
                .bind(id.as_str())
                .fetch_optional(&self.reader)
                .await?;
        row.as_ref().map(read_agent).transpose()
    }

    pub async fn agent_by_email(&self, email: &str) -> Result<Option<Agent>> {
        let row =
            sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM agents a WHERE a.email = $1 AND a.active = 1")))
                .bind(email)
                .fetch_optional(&self.reader)
                .await?;
        row.as_ref().map(read_agent).transpose()
    }

    /// Changes what is given; the agent as they are then, `None` if there is none.
    pub async fn change_agent(&self, id: &AgentId, change: AgentChange) -> Result<Option<Agent>> {
        sqlx::query(
            "UPDATE agents SET name = COALESCE($2, name), role = COALESCE($3, role), status = COALESCE($4, status), \
             capacity = COALESCE($5, capacity), mail = COALESCE($6, mail) WHERE id = $1 AND active = 1",
        )
        .bind(id.as_str())
        .bind(change.name)
        .bind(change.role.map(Role::as_str))
        .bind(change.status.map(AgentStatus::as_str))
        .bind(change.capacity)
        .bind(change.mail.map(i64::from))
        .execute(&self.writer)
        .await?;
        self.agent(id).await
    }

    /// Takes an agent off the staff: no password and no token of theirs works any more, and
    /// the address is free again. The name stays in the conversations.
    pub async fn remove_agent(&self, id: &AgentId) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE agents SET active = 0, email = NULL, password_hash = NULL WHERE id = $1")
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE agent_id = $1").bind(id.as_str()).execute(&mut *tx).await?;
        sqlx::query("UPDATE tokens SET revoked_at = $2 WHERE agent_id = $1 AND revoked_at IS NULL")
            .bind(id.as_str())
            .bind(self.now_micros())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    pub async fn set_password(&self, id: &AgentId, password_hash: &str) -> Result<()> {
        sqlx::query("UPDATE agents SET password_hash = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(password_hash)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// A new bearer token of that agent, kept as its hash only.
    pub async fn create_token(&self, agent: &AgentId) -> Result<(TokenId, String)> {
        let (id, token) = (TokenId::generate(), new_secret("rpt"));
        sqlx::query("INSERT INTO tokens (id, hash, agent_id, created_at) VALUES ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(token_hash(&token))
            .bind(agent.as_str())
            .bind(self.now_micros())
            .execute(&self.writer)
            .await?;
        Ok((id, token))
    }

    /// All tokens that work, with whose they are.
    pub async fn tokens(&self) -> Result<Vec<(TokenId, Agent)>> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT t.id AS token_id, {COLUMNS} FROM tokens t \
             JOIN agents a ON a.id = t.agent_id WHERE t.revoked_at IS NULL AND a.active = 1 ORDER BY t.created_at, t.id"
        )))
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| Ok((TokenId(row.try_get("token_id")?), read_agent(row)?))).collect()
    }

    /// Ends a token; whether there was one to end.
    pub async fn revoke_token(&self, id: &TokenId) -> Result<bool> {
        let done = sqlx::query("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
            .bind(id.as_str())
            .bind(self.now_micros())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Whose token this is, if it works.
    pub async fn agent_by_token(&self, token: &str) -> Result<Option<Agent>> {
        let row = sqlx::query(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM tokens t JOIN agents a ON a.id = t.agent_id \
             WHERE t.hash = $1 AND t.revoked_at IS NULL AND a.active = 1"
        )))
        .bind(token_hash(token))
        .fetch_optional(&self.reader)
        .await?;
        row.as_ref().map(read_agent).transpose()
    }

    /// Notes that an agent is at work; written at most every ten seconds.
    pub async fn seen(&self, agent: &AgentId) -> Result<()> {
        let now = self.now_micros();
        let row = sqlx::query("SELECT seen_at FROM agents WHERE id = $1")
            .bind(agent.as_str())
            .fetch_optional(&self.reader)
            .await?;
        let seen_at: i64 = row.map(|row| row.try_get("seen_at")).transpose()?.unwrap_or(0);
        if now - seen_at > 10_000_000 {
            sqlx::query("UPDATE agents SET seen_at = $2 WHERE id = $1 AND seen_at < $2")
                .bind(agent.as_str())
                .bind(now)
                .execute(&self.writer)
                .await?;
        }
        Ok(())
    }

    /// How many who may take conversations were seen since then.
    pub async fn agents_present(&self, since: Timestamp) -> Result<i64> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS n FROM agents \
             WHERE active = 1 AND role <> 'viewer' AND status = 'available' AND seen_at >= $1",
        )
        .bind(since.as_microsecond())
        .fetch_one(&self.reader)
        .await?;
        Ok(row.try_get("n")?)
    }
}

/// Adds an agent within a transaction; `None` if the e-mail address is taken.
pub(super) async fn insert(tx: &mut Transaction<'static, Any>, agent: NewAgent, now: i64) -> Result<Option<Agent>> {
    let id = AgentId::generate();
    let row = sqlx::query(
        "INSERT INTO agents (id, name, email, role, password_hash, capacity, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING RETURNING id",
    )
    .bind(id.as_str())
    .bind(agent.name.clone())
    .bind(agent.email.clone())
    .bind(agent.role.as_str())
    .bind(agent.password_hash)
    .bind(CAPACITY)
    .bind(now)
    .fetch_optional(&mut **tx)
    .await?;
    let NewAgent { name, email, role, .. } = agent;
    let status = AgentStatus::Available;
    Ok(row.map(|_| Agent { id, name, email, role, status, capacity: CAPACITY, mail: true }))
}

pub(super) fn read_agent(row: &AnyRow) -> Result<Agent> {
    Ok(Agent {
        id: AgentId(row.try_get("id")?),
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        role: Role::parse(row.try_get("role")?)?,
        status: match row.try_get("status")? {
            "away" => AgentStatus::Away,
            _ => AgentStatus::Available,
        },
        capacity: row.try_get("capacity")?,
        mail: row.try_get::<i64, _>("mail")? != 0,
    })
}
