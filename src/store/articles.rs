//! Articles, of which the database is the truth: what the folder says is brought in step,
//! what the console says goes before an older file, and every version is kept.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::shop::bump;
use super::{Result, Store, json, parse_json, to_json};
use crate::base::clock::from_micros;
use crate::base::secret::token_hash;
use crate::domain::AgentId;
use crate::domain::article::Article;

/// An article with where its last word comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptArticle {
    pub article: Article,
    /// The number of its newest version.
    pub version: i64,
    /// Whether it was edited here (or imported) after its file was read.
    pub edited: bool,
    /// Who changed it last, where it was in the console.
    pub agent_name: Option<String>,
    pub at: Timestamp,
}

/// An article as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleVersion {
    pub number: i64,
    /// `None` where it was removed.
    pub article: Option<Article>,
    pub source: ArticleSource,
    pub agent_name: Option<String>,
    pub at: Timestamp,
}

/// Where a version comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArticleSource {
    Console,
    File,
    Import,
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq)]
pub enum ArticleWrite {
    /// The number of the new version.
    Done(i64),
    /// Somebody else has changed it: the number of the version that there is.
    Overtaken(i64),
    /// There is one with this id and locale already.
    Taken,
    Missing,
}

impl ArticleSource {
    pub fn as_str(self) -> &'static str {
        match self {
            ArticleSource::Console => "console",
            ArticleSource::File => "file",
            ArticleSource::Import => "import",
        }
    }

    pub(super) fn parse(name: &str) -> Self {
        match name {
            "file" => ArticleSource::File,
            "import" => ArticleSource::Import,
            _ => ArticleSource::Console,
        }
    }
}

/// Who writes, and whence.
#[derive(Clone, Copy)]
pub(super) struct Author<'a> {
    pub(super) source: ArticleSource,
    pub(super) agent: Option<&'a AgentId>,
    pub(super) now: i64,
}

const KEPT: &str = "SELECT a.article, a.edited, a.changed_at, v.number, g.name AS agent_name FROM articles a \
     LEFT JOIN article_versions v ON v.article = a.id AND v.locale = a.locale AND v.number = \
       (SELECT MAX(n.number) FROM article_versions n WHERE n.article = a.id AND n.locale = a.locale) \
     LEFT JOIN agents g ON g.id = v.agent_id WHERE a.removed = 0";

impl Store {
    pub async fn articles(&self) -> Result<Vec<Article>> {
        let rows = sqlx::query("SELECT article FROM articles WHERE removed = 0 ORDER BY id, locale")
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| json(row, "article")).collect()
    }

    /// An article in all its languages.
    pub async fn articles_with_id(&self, id: &str) -> Result<Vec<Article>> {
        let rows = sqlx::query("SELECT article FROM articles WHERE id = $1 AND removed = 0 ORDER BY locale")
            .bind(id)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| json(row, "article")).collect()
    }

    /// All of them with where they come from, by id and locale.
    pub async fn kept_articles(&self) -> Result<Vec<KeptArticle>> {
        let sql = format!("{KEPT} ORDER BY a.id, a.locale");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.reader).await?;
        rows.iter().map(kept).collect()
    }

    pub async fn kept_article(&self, id: &str, locale: &str) -> Result<Option<KeptArticle>> {
        let sql = format!("{KEPT} AND a.id = $1 AND a.locale = $2");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(locale).fetch_optional(&self.reader).await?;
        row.as_ref().map(kept).transpose()
    }

    /// Those that were edited here after their files were read, and the ids and locales of
    /// those that were removed: what an export writes.
    pub async fn edited_articles(&self) -> Result<(Vec<Article>, Vec<(String, String)>)> {
        let rows =
            sqlx::query("SELECT id, locale, article, removed FROM articles WHERE edited = 1 ORDER BY id, locale")
                .fetch_all(&self.reader)
                .await?;
        let (mut edited, mut removed) = (Vec::new(), Vec::new());
        for row in &rows {
            if row.try_get::<i64, _>("removed")? > 0 {
                removed.push((row.try_get("id")?, row.try_get("locale")?));
            } else {
                edited.push(json(row, "article")?);
            }
        }
        Ok((edited, removed))
    }

    /// An article's versions, the newest first.
    pub async fn article_versions(&self, id: &str, locale: &str) -> Result<Vec<ArticleVersion>> {
        let rows = sqlx::query(
            "SELECT v.number, v.content, v.source, v.at, g.name AS agent_name FROM article_versions v \
             LEFT JOIN agents g ON g.id = v.agent_id WHERE v.article = $1 AND v.locale = $2 ORDER BY v.number DESC",
        )
        .bind(id)
        .bind(locale)
        .fetch_all(&self.reader)
        .await?;
        let version = |row: &AnyRow| {
            let content: Option<String> = row.try_get("content")?;
            Ok(ArticleVersion {
                number: row.try_get("number")?,
                article: content.map(|content| parse_json(&content, "content")).transpose()?,
                source: ArticleSource::parse(row.try_get("source")?),
                agent_name: row.try_get("agent_name")?,
                at: from_micros(row.try_get("at")?),
            })
        };
        rows.iter().map(version).collect()
    }

    /// A new article; one that was removed may be made anew.
    pub async fn create_article(&self, agent: &AgentId, article: &Article) -> Result<ArticleWrite> {
        let mut tx = self.begin().await?;
        let row = sqlx::query("SELECT removed FROM articles WHERE id = $1 AND locale = $2")
            .bind(article.id.clone())
            .bind(article.locale.clone())
            .fetch_optional(&mut *tx)
            .await?;
        let taken = row.map(|row| row.try_get::<i64, _>("removed")).transpose()?.is_some_and(|removed| removed == 0);
        if taken {
            return Ok(ArticleWrite::Taken);
        }
        let number = write(&mut tx, article, self.by(agent)).await?;
        bump(&mut tx, "articles").await?;
        tx.commit().await?;
        Ok(ArticleWrite::Done(number))
    }

    /// New words for an article whose newest version is `seen`.
    pub async fn change_article(&self, agent: &AgentId, article: &Article, seen: i64) -> Result<ArticleWrite> {
        let mut tx = self.begin().await?;
        if let Some(refused) = stands_at(&mut tx, &article.id, &article.locale, seen).await? {
            return Ok(refused);
        }
        let number = write(&mut tx, article, self.by(agent)).await?;
        bump(&mut tx, "articles").await?;
        tx.commit().await?;
        Ok(ArticleWrite::Done(number))
    }

    /// Takes an article away whose newest version is `seen`; its versions stay.
    pub async fn remove_article(&self, agent: &AgentId, id: &str, locale: &str, seen: i64) -> Result<ArticleWrite> {
        let mut tx = self.begin().await?;
        if let Some(refused) = stands_at(&mut tx, id, locale, seen).await? {
            return Ok(refused);
        }
        let by = self.by(agent);
        sqlx::query("UPDATE articles SET removed = 1, edited = 1, changed_at = $3 WHERE id = $1 AND locale = $2")
            .bind(id)
            .bind(locale)
            .bind(by.now)
            .execute(&mut *tx)
            .await?;
        let number = add_version(&mut tx, (id, locale), None, by).await?;
        bump(&mut tx, "articles").await?;
        tx.commit().await?;
        Ok(ArticleWrite::Done(number))
    }

    fn by<'a>(&self, agent: &'a AgentId) -> Author<'a> {
        Author { source: ArticleSource::Console, agent: Some(agent), now: self.now_micros() }
    }

    /// Brings the articles that come from files in step with the folder. What was edited
    /// in the console goes before a file that is as old as the edit or older; a file that
    /// was changed after it is taken, and the edit stays among the versions. Those whose
    /// files are `broken` now (ids) stay as they are. Whether anything changed.
    pub async fn sync_articles(&self, articles: &[Article], broken: &[String]) -> Result<bool> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let rows =
            sqlx::query("SELECT id, locale, article, file_hash, edited FROM articles").fetch_all(&mut *tx).await?;
        let mut known = HashMap::new();
        for row in &rows {
            let key: (String, String) = (row.try_get("id")?, row.try_get("locale")?);
            let (text, hash): (String, Option<String>) = (row.try_get("article")?, row.try_get("file_hash")?);
            known.insert(key, (text, hash, row.try_get::<i64, _>("edited")? > 0));
        }
        let mut changed = false;
        for article in articles {
            let text = to_json(article);
            let hash = token_hash(&text);
            let newer = match known.remove(&(article.id.clone(), article.locale.clone())) {
                Some((_, Some(old), _)) if old == hash => continue,
                // The file says what the console says: an export, or the same edit twice.
                Some((here, _, _)) if here == text => false,
                // A file that is seen for the first time after the edit may be of any age.
                Some((_, None, true)) => {
                    file_is_known(&mut tx, article, &hash, true).await?;
                    continue;
                }
                _ => true,
            };
            if newer {
                changed = true;
                write(&mut tx, article, Author { source: ArticleSource::File, agent: None, now }).await?;
            }
            file_is_known(&mut tx, article, &hash, false).await?;
        }
        for ((id, locale), (_, hash, edited)) in known {
            if hash.is_none() || broken.contains(&id) {
                continue;
            }
            if edited {
                // The file is gone; what the console made of it is not.
                sqlx::query("UPDATE articles SET file_hash = NULL WHERE id = $1 AND locale = $2 AND removed = 0")
                    .bind(id)
                    .bind(locale)
                    .execute(&mut *tx)
                    .await?;
                continue;
            }
            changed = true;
            add_version(&mut tx, (&id, &locale), None, Author { source: ArticleSource::File, agent: None, now })
                .await?;
            sqlx::query("DELETE FROM articles WHERE id = $1 AND locale = $2")
                .bind(id)
                .bind(locale)
                .execute(&mut *tx)
                .await?;
        }
        if changed {
            bump(&mut tx, "articles").await?;
        }
        tx.commit().await?;
        Ok(changed)
    }
}

/// `None` where the article is there and its newest version is that one.
async fn stands_at(
    tx: &mut Transaction<'static, Any>,
    id: &str,
    locale: &str,
    seen: i64,
) -> Result<Option<ArticleWrite>> {
    // The update locks the row, so that of two edits one comes second.
    let there =
        sqlx::query("UPDATE articles SET changed_at = changed_at WHERE id = $1 AND locale = $2 AND removed = 0")
            .bind(id)
            .bind(locale)
            .execute(&mut **tx)
            .await?;
    if there.rows_affected() == 0 {
        return Ok(Some(ArticleWrite::Missing));
    }
    let number = newest(tx, id, locale).await?;
    Ok((number != seen).then_some(ArticleWrite::Overtaken(number)))
}

async fn newest(tx: &mut Transaction<'static, Any>, id: &str, locale: &str) -> Result<i64> {
    let row = sqlx::query(
        "SELECT COALESCE(MAX(number), 0) AS number FROM article_versions WHERE article = $1 AND locale = $2",
    )
    .bind(id)
    .bind(locale)
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.try_get("number")?)
}

/// Writes an article and its version; the version's number. Whether a file stands behind
/// it is noted by [`file_is_known`].
pub(super) async fn write(tx: &mut Transaction<'static, Any>, article: &Article, by: Author<'_>) -> Result<i64> {
    let text = to_json(article);
    sqlx::query(
        "INSERT INTO articles (id, locale, article, file_hash, changed_at, edited, removed) \
         VALUES ($1, $2, $3, NULL, $4, 1, 0) \
         ON CONFLICT (id, locale) DO UPDATE SET article = $3, changed_at = $4, edited = 1, removed = 0",
    )
    .bind(article.id.clone())
    .bind(article.locale.clone())
    .bind(text.clone())
    .bind(by.now)
    .execute(&mut **tx)
    .await?;
    add_version(tx, (&article.id, &article.locale), Some(text), by).await
}

async fn add_version(
    tx: &mut Transaction<'static, Any>,
    (id, locale): (&str, &str),
    content: Option<String>,
    by: Author<'_>,
) -> Result<i64> {
    let number = newest(tx, id, locale).await? + 1;
    sqlx::query(
        "INSERT INTO article_versions (article, locale, number, content, source, agent_id, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(locale)
    .bind(number)
    .bind(content)
    .bind(by.source.as_str())
    .bind(by.agent.map(|agent| agent.0.clone()))
    .bind(by.now)
    .execute(&mut **tx)
    .await?;
    Ok(number)
}

/// The file's words, by their hash, and whether the console has the last word nevertheless.
async fn file_is_known(tx: &mut Transaction<'static, Any>, article: &Article, hash: &str, edited: bool) -> Result<()> {
    sqlx::query("UPDATE articles SET file_hash = $3, edited = $4 WHERE id = $1 AND locale = $2")
        .bind(article.id.clone())
        .bind(article.locale.clone())
        .bind(hash)
        .bind(i64::from(edited))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn kept(row: &AnyRow) -> Result<KeptArticle> {
    Ok(KeptArticle {
        article: json(row, "article")?,
        version: row.try_get::<Option<i64>, _>("number")?.unwrap_or_default(),
        edited: row.try_get::<i64, _>("edited")? > 0,
        agent_name: row.try_get("agent_name")?,
        at: from_micros(row.try_get("changed_at")?),
    })
}
