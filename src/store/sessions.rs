//! Browsers that are signed in, and links that work once.

use jiff::{SignedDuration, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::agents::{COLUMNS, NewAgent, read_agent};
use super::{Agent, Result, Role, Store, StoreError};
use crate::base::clock::from_micros;
use crate::base::ids::{new_id, new_secret};
use crate::base::secret::token_hash;
use crate::domain::AgentId;

/// A session that was not used for so long has ended.
pub const SESSION: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A session's last use is written at most this often.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// The first owner gives themselves a name, an address and a password.
    Setup,
    /// A new colleague joins.
    Invitation,
    /// A colleague gets a new password.
    Reset,
}

/// A link that still works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: String,
    pub kind: LinkKind,
    pub role: Role,
    pub agent_id: Option<AgentId>,
    pub email: Option<String>,
    pub name: Option<String>,
    pub expires_at: Timestamp,
}

/// A link about to be made.
#[derive(Clone, Debug)]
pub struct NewLink {
    pub kind: LinkKind,
    pub role: Role,
    pub agent_id: Option<AgentId>,
    pub email: Option<String>,
    pub name: Option<String>,
    pub lasts: SignedDuration,
}

/// Who comes in by a link.
#[derive(Clone, Debug)]
pub struct Newcomer {
    pub name: Option<String>,
    pub email: Option<String>,
    pub password_hash: String,
}

/// What became of a link that somebody used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkUse {
    Done(Agent),
    /// Used before, run out, or never made.
    Gone,
    /// Somebody has that address.
    AddressTaken,
}

impl LinkKind {
    pub fn as_str(self) -> &'static str {
        match self {
            LinkKind::Setup => "setup",
            LinkKind::Invitation => "invitation",
            LinkKind::Reset => "reset",
        }
    }

    /// The page of the console that such a link leads to.
    pub fn page(self) -> &'static str {
        match self {
            LinkKind::Setup => "setup",
            LinkKind::Invitation => "join",
            LinkKind::Reset => "reset",
        }
    }

    fn parse(name: &str) -> Result<Self> {
        let all = [LinkKind::Setup, LinkKind::Invitation, LinkKind::Reset];
        all.into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| StoreError::Corrupt { what: "link", reason: format!("no link is a `{name}`") })
    }
}

impl Store {
    /// Signs an agent in; returns the cookie's secret, which is kept nowhere.
    pub async fn create_session(&self, agent: &AgentId) -> Result<String> {
        let (secret, now) = (new_secret("ses"), self.now_micros());
        let mut tx = self.begin().await?;
        // The place to forget sessions that nobody will use again.
        sqlx::query("DELETE FROM sessions WHERE used_at < $1").bind(now - micros(SESSION)).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO sessions (hash, agent_id, created_at, used_at) VALUES ($1, $2, $3, $3)")
            .bind(token_hash(&secret))
            .bind(agent.as_str())
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// Whose session this is, if it has not ended.
    pub async fn agent_by_session(&self, secret: &str) -> Result<Option<Agent>> {
        let (hash, now) = (token_hash(secret), self.now_micros());
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS}, s.used_at FROM sessions s JOIN agents a ON a.id = s.agent_id \
             WHERE s.hash = $1 AND s.used_at > $2 AND a.active = 1"
        )))
        .bind(hash.clone())
        .bind(now - micros(SESSION))
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        if now - row.try_get::<i64, _>("used_at")? > micros(NOTED_EVERY) {
            sqlx::query("UPDATE sessions SET used_at = $2 WHERE hash = $1")
                .bind(hash)
                .bind(now)
                .execute(&self.writer)
                .await?;
        }
        read_agent(&row).map(Some)
    }

    pub async fn end_session(&self, secret: &str) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE hash = $1").bind(token_hash(secret)).execute(&self.writer).await?;
        Ok(())
    }

    /// Ends an agent's sessions but the one with this secret.
    pub async fn end_sessions_of(&self, agent: &AgentId, but: Option<&str>) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE agent_id = $1 AND hash <> $2")
            .bind(agent.as_str())
            .bind(but.map(token_hash).unwrap_or_default())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// A new one-time link; its secret is kept nowhere. Older ones of the same kind for
    /// the same person (and for setting up: all of them) end.
    pub async fn create_link(&self, link: NewLink) -> Result<(Link, String)> {
        let (id, secret, now) = (new_id("lnk"), new_secret("one"), self.now_micros());
        let expires_at = now + micros(link.lasts);
        let mut tx = self.begin().await?;
        sqlx::query(
            "DELETE FROM links WHERE expires_at < $4 OR (kind = $1 AND used_at IS NULL AND \
             COALESCE(agent_id, '') = COALESCE($2, '') AND COALESCE(email, '') = COALESCE($3, ''))",
        )
        .bind(link.kind.as_str())
        .bind(link.agent_id.as_ref().map(|id| id.0.clone()))
        .bind(link.email.clone())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO links (id, hash, kind, role, agent_id, email, name, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(id.clone())
        .bind(token_hash(&secret))
        .bind(link.kind.as_str())
        .bind(link.role.as_str())
        .bind(link.agent_id.as_ref().map(|id| id.0.clone()))
        .bind(link.email.clone())
        .bind(link.name.clone())
        .bind(now)
        .bind(expires_at)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        let NewLink { kind, role, agent_id, email, name, .. } = link;
        Ok((Link { id, kind, role, agent_id, email, name, expires_at: from_micros(expires_at) }, secret))
    }

    /// A link that still works.
    pub async fn link(&self, secret: &str) -> Result<Option<Link>> {
        let row = sqlx::query("SELECT * FROM links WHERE hash = $1 AND used_at IS NULL AND expires_at > $2")
            .bind(token_hash(secret))
            .bind(self.now_micros())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_link).transpose()
    }

    /// Invitations that still work, the newest first.
    pub async fn invitations(&self) -> Result<Vec<Link>> {
        let rows = sqlx::query(
            "SELECT * FROM links WHERE kind = 'invitation' AND used_at IS NULL AND expires_at > $1 \
             ORDER BY created_at DESC, id",
        )
        .bind(self.now_micros())
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(read_link).collect()
    }

    /// Takes an invitation back; whether there was one.
    pub async fn withdraw_invitation(&self, id: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM links WHERE id = $1 AND kind = 'invitation' AND used_at IS NULL")
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Whether somebody owns the console: an owner who can sign in.
    pub async fn has_owner(&self) -> Result<bool> {
        let row = sqlx::query("SELECT 1 FROM agents WHERE active = 1 AND role = 'owner' AND email IS NOT NULL LIMIT 1")
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.is_some())
    }

    /// Uses a link up: a newcomer becomes an agent, a colleague gets the new password.
    /// Of two who use it at once, one gets in.
    pub async fn use_link(&self, secret: &str, newcomer: Newcomer) -> Result<LinkUse> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let row = sqlx::query(
            "UPDATE links SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING *",
        )
        .bind(token_hash(secret))
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(LinkUse::Gone) };
        let link = read_link(&row)?;
        let agent = match &link.agent_id {
            Some(id) => reset(&mut tx, id, &newcomer.password_hash).await?,
            None => {
                let new = NewAgent {
                    name: newcomer.name.or(link.name).unwrap_or_default(),
                    email: link.email.or(newcomer.email),
                    role: link.role,
                    password_hash: Some(newcomer.password_hash),
                };
                super::agents::insert(&mut tx, new, now).await?
            }
        };
        let Some(agent) = agent else {
            // The rollback leaves the link as it was, for another address.
            return Ok(if link.agent_id.is_some() { LinkUse::Gone } else { LinkUse::AddressTaken });
        };
        tx.commit().await?;
        Ok(LinkUse::Done(agent))
    }

    /// Ends the password, the sessions and the tokens of an agent: what a lost or stolen
    /// password opened is closed. How many tokens ended.
    pub async fn lock_out(&self, agent: &AgentId) -> Result<u64> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE agents SET password_hash = NULL WHERE id = $1")
            .bind(agent.as_str())
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE agent_id = $1").bind(agent.as_str()).execute(&mut *tx).await?;
        let done = sqlx::query("UPDATE tokens SET revoked_at = $2 WHERE agent_id = $1 AND revoked_at IS NULL")
            .bind(agent.as_str())
            .bind(self.now_micros())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// An agent and the hash of their password, by the address that they sign in with.
    pub async fn credentials(&self, email: &str) -> Result<Option<(Agent, String)>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS}, a.password_hash FROM agents a \
             WHERE a.email = $1 AND a.active = 1 AND a.password_hash IS NOT NULL"
        )))
        .bind(email)
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| Ok((read_agent(&row)?, row.try_get("password_hash")?))).transpose()
    }
}

async fn reset(tx: &mut Transaction<'static, Any>, id: &AgentId, password_hash: &str) -> Result<Option<Agent>> {
    sqlx::query("UPDATE agents SET password_hash = $2 WHERE id = $1 AND active = 1")
        .bind(id.as_str())
        .bind(password_hash)
        .execute(&mut **tx)
        .await?;
    sqlx::query("DELETE FROM sessions WHERE agent_id = $1").bind(id.as_str()).execute(&mut **tx).await?;
    let row =
        sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM agents a WHERE a.id = $1 AND a.active = 1")))
            .bind(id.as_str())
            .fetch_optional(&mut **tx)
            .await?;
    row.as_ref().map(read_agent).transpose()
}

fn read_link(row: &AnyRow) -> Result<Link> {
    Ok(Link {
        id: row.try_get("id")?,
        kind: LinkKind::parse(row.try_get("kind")?)?,
        role: Role::parse(row.try_get("role")?)?,
        agent_id: row.try_get::<Option<String>, _>("agent_id")?.map(AgentId),
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        expires_at: from_micros(row.try_get("expires_at")?),
    })
}

fn micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
