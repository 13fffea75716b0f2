//! The shop's staff and their bearer tokens.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;
use utoipa::ToSchema;

use super::{Result, Store, StoreError};
use crate::base::ids::new_secret;
use crate::base::secret::token_hash;
use crate::domain::{AgentId, TokenId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub email: Option<String>,
    pub role: Role,
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

    fn parse(name: &str) -> Option<Self> {
        [Role::Viewer, Role::Agent, Role::Admin, Role::Owner].into_iter().find(|role| role.as_str() == name)
    }
}

impl Store {
    /// A new agent; `None` if the e-mail address is taken.
    pub async fn create_agent(&self, agent: NewAgent) -> Result<Option<Agent>> {
        let row = sqlx::query(
            "INSERT INTO agents (id, name, email, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (email) DO NOTHING RETURNING id, name, email, role",
        )
        .bind(AgentId::generate().0)
        .bind(agent.name)
        .bind(agent.email)
        .bind(agent.role.as_str())
        .bind(agent.password_hash)
        .bind(self.now_micros())
        .fetch_optional(&self.writer)
        .await?;
        row.as_ref().map(read_agent).transpose()
    }

    pub async fn agents(&self) -> Result<Vec<Agent>> {
        let rows = sqlx::query("SELECT id, name, email, role FROM agents WHERE active = 1 ORDER BY created_at, id")
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(read_agent).collect()
    }

    pub async fn agent_by_email(&self, email: &str) -> Result<Option<Agent>> {
        let row = sqlx::query("SELECT id, name, email, role FROM agents WHERE email = $1 AND active = 1")
            .bind(email)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_agent).transpose()
    }

    /// Takes an agent off the staff: no password and no token of theirs works any more, and
    /// the address is free again. The name stays in the conversations.
    pub async fn remove_agent(&self, id: &AgentId) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE agents SET active = 0, email = NULL, password_hash = NULL WHERE id = $1")
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
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
        let rows = sqlx::query(
            "SELECT t.id AS token_id, a.id, a.name, a.email, a.role FROM tokens t \
             JOIN agents a ON a.id = t.agent_id WHERE t.revoked_at IS NULL AND a.active = 1 ORDER BY t.created_at, t.id",
        )
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

    /// Ends every token of an agent.
    pub async fn revoke_tokens_of(&self, agent: &AgentId) -> Result<u64> {
        let done = sqlx::query("UPDATE tokens SET revoked_at = $2 WHERE agent_id = $1 AND revoked_at IS NULL")
            .bind(agent.as_str())
            .bind(self.now_micros())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }

    /// Whose token this is, if it works.
    pub async fn agent_by_token(&self, token: &str) -> Result<Option<Agent>> {
        let row = sqlx::query(
            "SELECT a.id, a.name, a.email, a.role FROM tokens t JOIN agents a ON a.id = t.agent_id \
             WHERE t.hash = $1 AND t.revoked_at IS NULL AND a.active = 1",
        )
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
        let row =
            sqlx::query("SELECT COUNT(*) AS n FROM agents WHERE active = 1 AND role <> 'viewer' AND seen_at >= $1")
                .bind(since.as_microsecond())
                .fetch_one(&self.reader)
                .await?;
        Ok(row.try_get("n")?)
    }
}

fn read_agent(row: &AnyRow) -> Result<Agent> {
    let role: &str = row.try_get("role")?;
    Ok(Agent {
        id: AgentId(row.try_get("id")?),
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        role: Role::parse(role)
            .ok_or_else(|| StoreError::Corrupt { what: "role", reason: format!("no role is `{role}`") })?,
    })
}
