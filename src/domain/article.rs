//! A help article, and its passages.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One article of the knowledge base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Article {
    /// The file's stem, for example `return-an-item`.
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub category: String,
    pub locale: String,
    #[schemars(with = "String")]
    #[schema(value_type = String, format = Date)]
    pub updated: Date,
    /// Markdown, without the front matter.
    pub body: String,
}

impl Article {
    /// Where the article is read, relative to the server's own address.
    pub fn url(&self) -> String {
        format!("/help/{}", self.id)
    }
}
