//! Writing articles in the console: checked as a file is, kept with their versions, and
//! answered from as soon as they are saved.

use std::path::Path;

use crate::domain::article::Article;
use crate::engine::{Engine, RebuildError};
use crate::search::articles::{parse, write};
use crate::store::{Agent, ArticleWrite, StoreError};

const LONGEST_TITLE: usize = 200;
const LONGEST_BODY: usize = 100_000;
const MOST_TAGS: usize = 50;

/// What an author writes; the day of the change is today's.
#[derive(Clone, Debug)]
pub struct NewWords {
    pub title: String,
    pub tags: Vec<String>,
    pub category: String,
    pub body: String,
}

#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Unfit(String),
    #[error("there is an article `{0}` in this language already: take another id, or change that one")]
    Taken(String),
    #[error("somebody has changed this article meanwhile (version {0}): read it, and save again with that `version`")]
    Overtaken(i64),
    #[error("there is no such article")]
    Missing,
}

impl Engine {
    /// A new article; its version's number.
    pub async fn create_article(&self, agent: &Agent, article: &Article) -> Result<i64, EditError> {
        let written = self.inner.store.create_article(&agent.id, article).await?;
        self.written(written, &article.id).await
    }

    /// New words for an article whose newest version the author has seen.
    pub async fn change_article(&self, agent: &Agent, article: &Article, seen: i64) -> Result<i64, EditError> {
        let written = self.inner.store.change_article(&agent.id, article, seen).await?;
        self.written(written, &article.id).await
    }

    /// Takes an article away; its versions stay, and bring it back.
    pub async fn remove_article(&self, agent: &Agent, id: &str, locale: &str, seen: i64) -> Result<i64, EditError> {
        let written = self.inner.store.remove_article(&agent.id, id, locale, seen).await?;
        self.written(written, id).await
    }

    /// An earlier version as a new one; also that of an article that was removed.
    pub async fn restore_article(
        &self,
        agent: &Agent,
        (id, locale): (&str, &str),
        number: i64,
    ) -> Result<i64, EditError> {
        let store = &self.inner.store;
        let versions = store.article_versions(id, locale).await?;
        let newest = versions.first().map(|version| version.number).ok_or(EditError::Missing)?;
        let wanted = versions.into_iter().find(|version| version.number == number).ok_or(EditError::Missing)?;
        let Some(article) = wanted.article else {
            return self.remove_article(agent, id, locale, newest).await;
        };
        let written = match store.change_article(&agent.id, &article, newest).await? {
            ArticleWrite::Missing => store.create_article(&agent.id, &article).await?,
            other => other,
        };
        self.written(written, id).await
    }

    /// An article of these words, checked; its id is made of the title where there is none.
    pub fn article_of(&self, id: Option<&str>, locale: Option<&str>, words: NewWords) -> Result<Article, EditError> {
        let title = words.title.split_whitespace().collect::<Vec<_>>().join(" ");
        let unfit = |what: &str| EditError::Unfit(what.to_owned());
        if title.is_empty() || title.chars().count() > LONGEST_TITLE {
            return Err(unfit("`title` has 1 to 200 signs: the question or the matter, as a customer would name it"));
        }
        if words.body.trim().is_empty() || words.body.len() > LONGEST_BODY {
            return Err(unfit("`body` has 1 to 100,000 bytes of Markdown"));
        }
        if words.tags.len() > MOST_TAGS {
            return Err(unfit("`tags` are 50 at most"));
        }
        let id = id.map_or_else(|| id_of_title(&title), |id| id.trim().to_owned());
        if id.contains('.') {
            return Err(unfit("`id` has letters, digits, - and _ only, such as return-an-item"));
        }
        let article = Article {
            id,
            title,
            tags: words.tags.into_iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect(),
            category: words.category.trim().to_owned(),
            locale: locale.unwrap_or_else(|| self.own_language()).to_owned(),
            updated: self.today(),
            body: words.body.trim().to_owned(),
        };
        // What is saved here can be exported, and its file says the same to the letter.
        let read = parse(Path::new("the article"), &article.id, &write(&article));
        read.map(|read| read.article).map_err(|problem| EditError::Unfit(problem.message))
    }

    async fn written(&self, written: ArticleWrite, id: &str) -> Result<i64, EditError> {
        match written {
            ArticleWrite::Done(number) => {
                self.follow_articles().await;
                Ok(number)
            }
            ArticleWrite::Taken => Err(EditError::Taken(id.to_owned())),
            ArticleWrite::Overtaken(number) => Err(EditError::Overtaken(number)),
            ArticleWrite::Missing => Err(EditError::Missing),
        }
    }

    /// This node answers from it at once; the others follow within a second. The article is
    /// saved whatever happens here, and the next look at the versions tries again.
    async fn follow_articles(&self) {
        if let Err(error) = self.follow_closely().await {
            let error: RebuildError = error;
            tracing::warn!(%error, "an article was saved and is not indexed yet");
        }
    }
}

/// `How do I return it?` is `how-do-i-return-it`.
pub fn id_of_title(title: &str) -> String {
    const LONGEST: usize = 60;
    let slug = crate::base::markdown::slug(title);
    let cut: String = slug.chars().take(LONGEST).collect();
    match cut.len() < slug.len() {
        true => cut.rsplit_once('-').map_or(cut.clone(), |(before, _)| before.to_owned()),
        false => cut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_of_the_title() {
        assert_eq!(id_of_title("How do I return it?"), "how-do-i-return-it");
        let long = id_of_title(&"very long title ".repeat(10));
        assert!(long.len() <= 60 && !long.ends_with('-'), "{long}");
    }
}
