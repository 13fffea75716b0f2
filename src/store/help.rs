//! The help centre's votes and searches. Who gave them is not known here.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Result, Store};
use crate::base::clock::from_micros;
use crate::base::ids::new_id;

/// A reader's word on an article.
#[derive(Clone, Debug)]
pub struct ArticleVote {
    /// The page as it was served: a second vote on it replaces the first.
    pub page: String,
    pub article: String,
    pub locale: String,
    pub helpful: bool,
}

/// How many readers said that an article helped, and how many that it did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    pub helpful: i64,
    pub unhelpful: i64,
}

/// Something that was searched for in the help centre.
#[derive(Clone, Debug)]
pub struct HelpSearch {
    /// Without personal data.
    pub terms: String,
    pub locale: String,
    /// Articles that were shown.
    pub found: usize,
}

/// Words that were searched for in vain, whatever their case and spacing.
#[derive(Clone, Debug, PartialEq)]
pub struct MissedSearch {
    pub terms: String,
    pub locale: String,
    pub count: i64,
    pub last_at: Timestamp,
}

impl Store {
    /// Keeps a vote. A page belongs to one article: a vote on another is not counted.
    pub async fn vote_on_article(&self, vote: &ArticleVote) -> Result<()> {
        sqlx::query(
            "INSERT INTO article_votes (page, article, locale, helpful, at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (page) DO UPDATE SET helpful = $4, at = $5 \
             WHERE article_votes.article = $2 AND article_votes.locale = $3",
        )
        .bind(vote.page.clone())
        .bind(vote.article.clone())
        .bind(vote.locale.clone())
        .bind(i64::from(vote.helpful))
        .bind(self.now_micros())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The votes by article and locale; articles without one are not in it.
    pub async fn article_votes(&self) -> Result<HashMap<(String, String), Votes>> {
        let rows = sqlx::query(
            "SELECT article, locale, CAST(SUM(helpful) AS BIGINT) AS helpful, CAST(COUNT(*) AS BIGINT) AS votes \
             FROM article_votes GROUP BY article, locale",
        )
        .fetch_all(&self.reader)
        .await?;
        let votes = |row: &AnyRow| {
            let helpful: i64 = row.try_get("helpful")?;
            let all: i64 = row.try_get("votes")?;
            let key = (row.try_get("article")?, row.try_get("locale")?);
            Ok((key, Votes { helpful, unhelpful: all - helpful }))
        };
        rows.iter().map(votes).collect()
    }

    /// The votes by article, those of the help centre and those of conversations in which it
    /// was shown.
    pub async fn votes_by_article(&self) -> Result<HashMap<String, Votes>> {
        let rows = sqlx::query(
            "SELECT article, CAST(SUM(helpful) AS BIGINT) AS helpful, CAST(COUNT(*) AS BIGINT) AS votes FROM \
             (SELECT article, helpful FROM article_votes UNION ALL \
              SELECT article, helpful FROM questions WHERE article IS NOT NULL AND helpful IS NOT NULL) AS both_kinds \
             GROUP BY article",
        )
        .fetch_all(&self.reader)
        .await?;
        let votes = |row: &AnyRow| {
            let (helpful, all): (i64, i64) = (row.try_get("helpful")?, row.try_get("votes")?);
            Ok((row.try_get("article")?, Votes { helpful, unhelpful: all - helpful }))
        };
        rows.iter().map(votes).collect()
    }

    /// Searches without a result since then, the most frequent first; at most so many.
    pub async fn missed_searches(&self, since: Timestamp, limit: i64) -> Result<Vec<MissedSearch>> {
        let rows = sqlx::query(
            "SELECT LOWER(terms) AS terms, locale, CAST(COUNT(*) AS BIGINT) AS searches, MAX(at) AS last_at \
             FROM help_searches WHERE found = 0 AND at >= $1 GROUP BY LOWER(terms), locale \
             ORDER BY searches DESC, last_at DESC LIMIT $2",
        )
        .bind(since.as_microsecond())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        let missed = |row: &AnyRow| {
            Ok(MissedSearch {
                terms: row.try_get("terms")?,
                locale: row.try_get("locale")?,
                count: row.try_get("searches")?,
                last_at: from_micros(row.try_get("last_at")?),
            })
        };
        rows.iter().map(missed).collect()
    }

    pub async fn keep_search(&self, search: &HelpSearch) -> Result<()> {
        sqlx::query("INSERT INTO help_searches (id, terms, locale, found, at) VALUES ($1, $2, $3, $4, $5)")
            .bind(new_id("hsr"))
            .bind(search.terms.clone())
            .bind(search.locale.clone())
            .bind(i64::try_from(search.found).unwrap_or(i64::MAX))
            .bind(self.now_micros())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
