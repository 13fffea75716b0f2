//! Trainings: at most one runs, on whichever node was asked, and every node can tell how
//! far it is and call it off.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Result, Store, StoreError};
use crate::base::clock::from_micros;
use crate::base::ids::new_id;
use crate::domain::AgentId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrainingState {
    Running,
    Done,
    Cancelled,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Training {
    pub id: String,
    pub state: TrainingState,
    /// In words.
    pub step: String,
    /// Thousandths of the step.
    pub done: i64,
    pub agent_name: String,
    /// The model that came of it.
    pub version: Option<i64>,
    pub error: Option<String>,
    pub began_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// What came of a training.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrainingEnd {
    Done(i64),
    Cancelled,
    Failed(String),
}

impl TrainingState {
    pub fn as_str(self) -> &'static str {
        match self {
            TrainingState::Running => "running",
            TrainingState::Done => "done",
            TrainingState::Cancelled => "cancelled",
            TrainingState::Failed => "failed",
        }
    }
}

impl Store {
    /// Begins a training; `None` while another one runs. One whose node has not been heard
    /// of since its lease ran out runs no more.
    pub async fn begin_training(&self, agent: &AgentId, leased_until: Timestamp) -> Result<Option<String>> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        sqlx::query(
            "UPDATE trainings SET state = 'failed', ended_at = $1, error = 'the server stopped meanwhile' \
             WHERE state = 'running' AND leased_until < $1",
        )
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let id = new_id("tng");
        let row = sqlx::query(
            "INSERT INTO trainings (id, state, agent_id, leased_until, began_at) VALUES ($1, 'running', $2, $3, $4) \
             ON CONFLICT DO NOTHING RETURNING id",
        )
        .bind(id.clone())
        .bind(agent.as_str())
        .bind(leased_until.as_microsecond())
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(row.map(|_| id))
    }

    /// Lets go of a training that a process before this one left behind. Only for a node
    /// that knows it is alone with the database.
    pub async fn free_trainings(&self) -> Result<()> {
        sqlx::query("UPDATE trainings SET leased_until = 0 WHERE state = 'running'").execute(&self.writer).await?;
        Ok(())
    }

    /// Tells how far it is, and renews the lease; whether it shall go on.
    pub async fn training_goes_on(&self, id: &str, step: &str, done: i64, leased_until: Timestamp) -> Result<bool> {
        let row = sqlx::query(
            "UPDATE trainings SET step = $2, done = $3, leased_until = $4 WHERE id = $1 AND state = 'running' \
             RETURNING cancelled",
        )
        .bind(id)
        .bind(step)
        .bind(done)
        .bind(leased_until.as_microsecond())
        .fetch_optional(&self.writer)
        .await?;
        Ok(row.map(|row| row.try_get::<i64, _>("cancelled")).transpose()? == Some(0))
    }

    /// Asks the running training to stop; whether one runs.
    pub async fn cancel_training(&self) -> Result<bool> {
        let done =
            sqlx::query("UPDATE trainings SET cancelled = 1 WHERE state = 'running'").execute(&self.writer).await?;
        Ok(done.rows_affected() > 0)
    }

    pub async fn end_training(&self, id: &str, end: &TrainingEnd) -> Result<()> {
        let (state, version, error) = match end {
            TrainingEnd::Done(version) => (TrainingState::Done, Some(*version), None),
            TrainingEnd::Cancelled => (TrainingState::Cancelled, None, None),
            TrainingEnd::Failed(error) => (TrainingState::Failed, None, Some(error.clone())),
        };
        sqlx::query(
            "UPDATE trainings SET state = $2, version = $3, error = $4, ended_at = $5 \
             WHERE id = $1 AND state = 'running'",
        )
        .bind(id)
        .bind(state.as_str())
        .bind(version)
        .bind(error)
        .bind(self.now_micros())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The last training, running or not.
    pub async fn last_training(&self) -> Result<Option<Training>> {
        let row = sqlx::query(
            "SELECT t.id, t.state, t.step, t.done, a.name AS agent_name, t.version, t.error, t.began_at, t.ended_at, \
             t.leased_until FROM trainings t JOIN agents a ON a.id = t.agent_id ORDER BY t.began_at DESC, t.id DESC \
             LIMIT 1",
        )
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| training(&row, self.now_micros())).transpose()
    }
}

fn training(row: &AnyRow, now: i64) -> Result<Training> {
    let state = match row.try_get::<&str, _>("state")? {
        // Its node is gone, and nobody has said so yet.
        "running" if row.try_get::<i64, _>("leased_until")? < now => TrainingState::Failed,
        "running" => TrainingState::Running,
        "done" => TrainingState::Done,
        "cancelled" => TrainingState::Cancelled,
        "failed" => TrainingState::Failed,
        other => {
            return Err(StoreError::Corrupt { what: "training", reason: format!("no training is `{other}`") });
        }
    };
    Ok(Training {
        id: row.try_get("id")?,
        state,
        step: row.try_get("step")?,
        done: row.try_get("done")?,
        agent_name: row.try_get("agent_name")?,
        version: row.try_get("version")?,
        error: row.try_get("error")?,
        began_at: from_micros(row.try_get("began_at")?),
        ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(from_micros),
    })
}
