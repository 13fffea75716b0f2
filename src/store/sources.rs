//! Articles that were read elsewhere, in files and on websites: which page became which
//! article, so that reading it again changes that one, and only where its words changed.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::articles::{Author, write};
use super::shop::bump;
use super::{ArticleSource, Result, Store, parse_json, to_json};
use crate::base::clock::from_micros;
use crate::base::secret::token_hash;
use crate::domain::article::Article;

/// A page that was read, and the article that it shall be.
#[derive(Clone, Debug)]
pub struct ReadPage {
    /// Where in its source it stands.
    pub address: String,
    pub article: Article,
    pub name: PageName,
    /// Whether the day of its last change is its own; otherwise it is that of the reading,
    /// and no change by itself.
    pub is_dated: bool,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// Whose the article's id is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageName {
    /// Its author's: an article of that id is replaced.
    Given,
    /// A file's: an article of that id is replaced if it was imported as well.
    File,
    /// Made for it: where it is taken, the article gets another.
    Made,
}

/// What became of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taking {
    New {
        id: String,
    },
    Changed {
        id: String,
    },
    Unchanged {
        id: String,
    },
    /// Somebody has edited the article since (their name, where it is known): it stays.
    Edited {
        id: String,
        by: Option<String>,
    },
    /// Somebody has taken the article away: it stays away.
    Removed {
        id: String,
        by: Option<String>,
    },
    /// The id is that of an article from elsewhere, which stays.
    Foreign {
        id: String,
    },
}

impl Taking {
    /// Why the article is not what the page says, where it is not.
    pub fn why_not(&self) -> Option<String> {
        let who = |by: &Option<String>| by.clone().unwrap_or_else(|| "somebody".into());
        match self {
            Taking::New { .. } | Taking::Changed { .. } | Taking::Unchanged { .. } => None,
            Taking::Edited { id, by } => Some(format!(
                "{} has edited its article `{id}` in the console: that stays; import it with --overwrite to have these \
                 words instead",
                who(by)
            )),
            Taking::Removed { id, by } => Some(format!(
                "{} has taken its article `{id}` away in the console: it stays away; import it with --overwrite to have \
                 it back",
                who(by)
            )),
            Taking::Foreign { id } => Some(format!(
                "`{id}` is an article of the folder knowledge-base already: rename the file, or import it with \
                 --overwrite"
            )),
        }
    }
}

/// A page as it was read the last time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePage {
    pub address: String,
    /// Id and locale of the article that it became, where there still is one.
    pub article: Option<(String, String)>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub problem: Option<String>,
    pub seen_at: Timestamp,
}

/// A source and its last reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub source: String,
    pub began_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub counts: SourceCounts,
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceCounts {
    pub listed: i64,
    /// New articles and new versions.
    pub written: i64,
    pub unchanged: i64,
    pub skipped: i64,
}

/// Whether the last word on an article stays, whoever has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edits {
    Stay,
    Overwrite,
}

impl Store {
    /// Begins reading a source, or goes on with a reading that was broken off after
    /// `resume_after`: when it began. `None` while somebody else reads it.
    pub async fn begin_source(
        &self,
        source: &str,
        leased_until: Timestamp,
        resume_after: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let row = sqlx::query(
            "INSERT INTO sources (source, began_at, ended_at, leased_until) VALUES ($1, $2, NULL, $3) \
             ON CONFLICT (source) DO UPDATE SET \
               began_at = CASE WHEN sources.ended_at IS NULL AND sources.began_at > $4 THEN sources.began_at ELSE $2 END, \
               ended_at = NULL, leased_until = $3 \
             WHERE sources.leased_until <= $2 RETURNING began_at",
        )
        .bind(source)
        .bind(self.now_micros())
        .bind(leased_until.as_microsecond())
        .bind(resume_after.as_microsecond())
        .fetch_optional(&self.writer)
        .await?;
        row.map(|row| Ok(from_micros(row.try_get("began_at")?))).transpose()
    }

    /// Goes on reading: others keep away until then.
    pub async fn source_goes_on(&self, source: &str, leased_until: Timestamp) -> Result<()> {
        sqlx::query("UPDATE sources SET leased_until = $2 WHERE source = $1")
            .bind(source)
            .bind(leased_until.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Lets go of a source whose reading was broken off; the next one goes on with it.
    pub async fn release_source(&self, source: &str) -> Result<()> {
        sqlx::query("UPDATE sources SET leased_until = 0 WHERE source = $1").bind(source).execute(&self.writer).await?;
        Ok(())
    }

    /// Lets go of what a process before this one was reading. Only for a node that knows it
    /// is alone; a command that reads at that moment does no harm.
    pub async fn free_sources(&self) -> Result<()> {
        sqlx::query("UPDATE sources SET leased_until = 0").execute(&self.writer).await?;
        Ok(())
    }

    pub async fn end_source(&self, source: &str, counts: SourceCounts, error: Option<&str>) -> Result<()> {
        sqlx::query(
            "UPDATE sources SET ended_at = $2, leased_until = 0, listed = $3, written = $4, unchanged = $5, \
             skipped = $6, error = $7 WHERE source = $1",
        )
        .bind(source)
        .bind(self.now_micros())
        .bind(counts.listed)
        .bind(counts.written)
        .bind(counts.unchanged)
        .bind(counts.skipped)
        .bind(error)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// All of them, by name.
    pub async fn sources(&self) -> Result<Vec<Source>> {
        let rows = sqlx::query(
            "SELECT source, began_at, ended_at, listed, written, unchanged, skipped, error FROM sources ORDER BY source",
        )
        .fetch_all(&self.reader)
        .await?;
        let source = |row: &AnyRow| {
            Ok(Source {
                source: row.try_get("source")?,
                began_at: from_micros(row.try_get("began_at")?),
                ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(from_micros),
                counts: SourceCounts {
                    listed: row.try_get("listed")?,
                    written: row.try_get("written")?,
                    unchanged: row.try_get("unchanged")?,
                    skipped: row.try_get("skipped")?,
                },
                error: row.try_get("error")?,
            })
        };
        rows.iter().map(source).collect()
    }

    /// What was read of a source, by address.
    pub async fn source_pages(&self, source: &str) -> Result<Vec<SourcePage>> {
        let rows = sqlx::query(
            "SELECT p.address, a.id, a.locale, p.etag, p.last_modified, p.problem, p.seen_at FROM source_pages p \
             LEFT JOIN articles a ON a.id = p.article AND a.locale = p.locale AND a.removed = 0 \
             WHERE p.source = $1 ORDER BY p.address",
        )
        .bind(source)
        .fetch_all(&self.reader)
        .await?;
        let page = |row: &AnyRow| {
            let id: Option<String> = row.try_get("id")?;
            let locale: Option<String> = row.try_get("locale")?;
            Ok(SourcePage {
                address: row.try_get("address")?,
                article: id.zip(locale),
                etag: row.try_get("etag")?,
                last_modified: row.try_get("last_modified")?,
                problem: row.try_get("problem")?,
                seen_at: from_micros(row.try_get("seen_at")?),
            })
        };
        rows.iter().map(page).collect()
    }

    /// Makes articles of pages, all of them or none; what became of each, in their order.
    pub async fn take_pages(&self, source: &str, pages: &[ReadPage], edits: Edits) -> Result<Vec<Taking>> {
        let mut tx = self.begin().await?;
        let now = self.now_micros();
        let mut takings = Vec::with_capacity(pages.len());
        for page in pages {
            takings.push(take(&mut tx, source, page, edits, now).await?);
        }
        let is_news = |taking: &Taking| matches!(taking, Taking::New { .. } | Taking::Changed { .. });
        if takings.iter().any(is_news) {
            bump(&mut tx, "articles").await?;
        }
        tx.commit().await?;
        Ok(takings)
    }

    /// Pages that are as they were; their articles were not looked at.
    pub async fn pages_unchanged(&self, source: &str, addresses: &[String]) -> Result<()> {
        let mut tx = self.begin().await?;
        for address in addresses {
            sqlx::query("UPDATE source_pages SET seen_at = $3, problem = NULL WHERE source = $1 AND address = $2")
                .bind(source)
                .bind(address.clone())
                .bind(self.now_micros())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A page that could not be taken, and why; what it was before stays.
    pub async fn page_failed(&self, source: &str, address: &str, problem: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO source_pages (source, address, problem, seen_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (source, address) DO UPDATE SET problem = $3, seen_at = $4",
        )
        .bind(source)
        .bind(address)
        .bind(problem)
        .bind(self.now_micros())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

/// An article as it stands.
struct Standing {
    article: Article,
    is_removed: bool,
    source: ArticleSource,
    agent_name: Option<String>,
}

async fn take(
    tx: &mut Transaction<'static, Any>,
    source: &str,
    page: &ReadPage,
    edits: Edits,
    now: i64,
) -> Result<Taking> {
    let hash = hash_of(page);
    let before = sqlx::query("SELECT article, locale, hash FROM source_pages WHERE source = $1 AND address = $2")
        .bind(source)
        .bind(page.address.clone())
        .fetch_optional(&mut **tx)
        .await?;
    let mut known: Option<(String, Option<String>)> = None;
    if let Some(row) = &before {
        let (id, locale): (Option<String>, Option<String>) = (row.try_get("article")?, row.try_get("locale")?);
        if let Some(id) = id.filter(|_| locale.as_deref() == Some(page.article.locale.as_str())) {
            known = Some((id, row.try_get("hash")?));
        }
    }
    let mut article = page.article.clone();
    let known_hash = match (&known, page.name) {
        (Some((id, hash)), PageName::Made) => {
            article.id.clone_from(id);
            hash.clone()
        }
        (None, PageName::Made) => {
            article.id = free_id(tx, &article).await?;
            None
        }
        (known, _) => known.as_ref().filter(|(id, _)| *id == article.id).and_then(|(_, hash)| hash.clone()),
    };
    let standing = standing(tx, &article.id, &article.locale).await?;
    let is_owned = known_hash.is_some();
    let taking = judge(&mut article, standing, page, is_owned, known_hash.as_ref() == Some(&hash), edits);
    let keeps_hash = match &taking {
        Taking::New { .. } | Taking::Changed { .. } => {
            write(tx, &article, Author { source: ArticleSource::Import, agent: None, now }).await?;
            false
        }
        Taking::Unchanged { .. } => false,
        // The next reading tells it again.
        Taking::Edited { .. } | Taking::Removed { .. } => true,
        Taking::Foreign { .. } => return Ok(taking),
    };
    let (etag, last_modified) = if keeps_hash { (None, None) } else { (page.etag.clone(), page.last_modified.clone()) };
    sqlx::query(
        "INSERT INTO source_pages (source, address, article, locale, hash, etag, last_modified, problem, seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8) ON CONFLICT (source, address) DO UPDATE SET \
         article = $3, locale = $4, hash = $5, etag = $6, last_modified = $7, problem = NULL, seen_at = $8",
    )
    .bind(source)
    .bind(page.address.clone())
    .bind(article.id.clone())
    .bind(article.locale.clone())
    .bind(if keeps_hash { known_hash } else { Some(hash) })
    .bind(etag)
    .bind(last_modified)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(taking)
}

/// What becomes of a page, given the article that stands there.
fn judge(
    article: &mut Article,
    standing: Option<Standing>,
    page: &ReadPage,
    is_owned: bool,
    is_as_before: bool,
    edits: Edits,
) -> Taking {
    let id = article.id.clone();
    let Some(standing) = standing else { return Taking::New { id } };
    if !page.is_dated && same_words(article, &standing.article) {
        article.updated = standing.article.updated;
    }
    if !standing.is_removed && *article == standing.article {
        return Taking::Unchanged { id };
    }
    if edits == Edits::Overwrite {
        return if standing.is_removed { Taking::New { id } } else { Taking::Changed { id } };
    }
    if page.name == PageName::File && !is_owned && standing.source == ArticleSource::File && !standing.is_removed {
        return Taking::Foreign { id };
    }
    match (standing.source, standing.is_removed) {
        // Whoever edited it knew these words.
        (ArticleSource::Console, _) if is_as_before => Taking::Unchanged { id },
        (ArticleSource::Console, true) => Taking::Removed { id, by: standing.agent_name },
        (ArticleSource::Console, false) => Taking::Edited { id, by: standing.agent_name },
        (_, true) => Taking::New { id },
        (_, false) => Taking::Changed { id },
    }
}

fn same_words(one: &Article, other: &Article) -> bool {
    let words = |article: &Article| {
        (article.title.clone(), article.tags.clone(), article.category.clone(), article.body.clone())
    };
    words(one) == words(other)
}

/// Of the words alone, unless the page has a day of its own.
fn hash_of(page: &ReadPage) -> String {
    let article = &page.article;
    let words = (&article.title, &article.tags, &article.category, &article.body);
    match page.is_dated {
        true => token_hash(&to_json(&(words, article.updated))),
        false => token_hash(&to_json(&words)),
    }
}

async fn standing(tx: &mut Transaction<'static, Any>, id: &str, locale: &str) -> Result<Option<Standing>> {
    let row = sqlx::query(
        "SELECT a.article, a.removed, v.source, g.name AS agent_name FROM articles a \
         LEFT JOIN article_versions v ON v.article = a.id AND v.locale = a.locale AND v.number = \
           (SELECT MAX(n.number) FROM article_versions n WHERE n.article = a.id AND n.locale = a.locale) \
         LEFT JOIN agents g ON g.id = v.agent_id WHERE a.id = $1 AND a.locale = $2",
    )
    .bind(id)
    .bind(locale)
    .fetch_optional(&mut **tx)
    .await?;
    let standing = |row: AnyRow| {
        let source: Option<String> = row.try_get("source")?;
        Ok(Standing {
            article: parse_json(row.try_get("article")?, "article")?,
            is_removed: row.try_get::<i64, _>("removed")? > 0,
            source: ArticleSource::parse(source.as_deref().unwrap_or("import")),
            agent_name: row.try_get("agent_name")?,
        })
    };
    row.map(standing).transpose()
}

/// The id, or the first that is free with a number: those of articles in other languages
/// are taken as well, since an article's languages share its id.
async fn free_id(tx: &mut Transaction<'static, Any>, article: &Article) -> Result<String> {
    let mut number = 1;
    loop {
        let id = if number == 1 { article.id.clone() } else { format!("{}-{number}", article.id) };
        let taken = sqlx::query("SELECT id FROM articles WHERE id = $1 LIMIT 1")
            .bind(id.clone())
            .fetch_optional(&mut **tx)
            .await?;
        if taken.is_none() {
            return Ok(id);
        }
        number += 1;
    }
}
