//! Replacing the sample shop: its articles, products, orders and intents go, starter files
//! with the owner's answers come into the data directory and are live at once.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use futures_util::FutureExt;

use super::commands::init::starter_intents;
use super::watch::{self, Folders};
use crate::base::config::Config;
use crate::base::home::Home;
use crate::console::{NewShop, ResetShop};
use crate::engine::{Engine, ShopIdentity};

/// What the console calls for it.
pub(super) fn resetting(engine: Engine, config: Arc<Config>, folders: Folders) -> Arc<ResetShop> {
    Arc::new(move |shop| {
        let (engine, config, folders) = (engine.clone(), config.clone(), folders.clone());
        async move { reset(&engine, &config, &folders, shop).await }.boxed()
    })
}

async fn reset(engine: &Engine, config: &Config, folders: &Folders, shop: NewShop) -> anyhow::Result<()> {
    let folder = Home::shop_folder(&config.data_dir);
    let today = engine.clock().now().strftime("%Y-%m-%d").to_string();
    let (name, locale) = (shop.name.clone(), shop.locale.clone());
    tokio::task::spawn_blocking(move || write(&folder, &shop, &today)).await.context("writing files panicked")??;
    engine.store().empty_shop().await?;
    engine.store().set_setting("shop", &ShopIdentity { name, locale }).await?;
    folders.move_to(folders.home().with_shop_of(&config.data_dir));
    watch::reload_folders(engine, &folders.home()).await;
    engine.follow_versions().await?;
    // Last: a crash before leaves a sample shop that can be replaced again.
    engine.store().set_setting("sample", &false).await?;
    tracing::info!("the sample shop was replaced");
    Ok(())
}

fn write(folder: &Path, shop: &NewShop, today: &str) -> anyhow::Result<()> {
    for (path, text) in starter_intents(&shop.name) {
        put(&folder.join(path), &text)?;
    }
    for (name, text) in articles(shop, today) {
        put(&folder.join("knowledge-base").join(name), &text)?;
    }
    Ok(())
}

fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// An article for each answer that was given; the first one always.
fn articles(shop: &NewShop, today: &str) -> Vec<(&'static str, String)> {
    let front = |title: &str, tags: &str| {
        let locale = &shop.locale;
        format!("---\ntitle: {title}\ntags: [{tags}]\ncategory: The shop\nlocale: {locale}\nupdated: {today}\n---\n\n")
    };
    let name = &shop.name;
    let mut contact = front("How to reach us", "contact, phone, e-mail, opening hours, address");
    contact.push_str(&format!(
        "You reach {name} in this chat at any time: the assistant answers at once, and a colleague takes over when \
         somebody is there.\n"
    ));
    let mut section = |heading: &str, words: &str| {
        if !words.trim().is_empty() {
            contact.push_str(&format!("\n## {heading}\n\n{}\n", flat(words)));
        }
    };
    section("When are you open?", &shop.hours);
    section("How else can I reach you?", &shop.contact);
    let mut articles = vec![("contact-and-opening-hours.md", contact)];
    if !shop.returns.trim().is_empty() {
        let returns = front("Returns and refunds", "return, refund, send back, exchange");
        let words = flat(&shop.returns);
        articles.push((
            "returns.md",
            format!("{returns}How you send something back to {name}.\n\n## How do I return something?\n\n{words}\n"),
        ));
    }
    articles
}

/// An answer as the body of a section: its own headings would break the article up.
fn flat(words: &str) -> String {
    let lines = words.trim().lines().map(|line| line.trim_start_matches('#').trim());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::articles::parse;

    #[test]
    fn the_answers_become_articles_that_can_be_read() {
        let shop = NewShop {
            name: "Eva's Mugs".into(),
            locale: "en".into(),
            hours: "Monday to Friday, 9 to 17".into(),
            returns: "# Within 30 days\nunused".into(),
            contact: String::new(),
            confirm: String::new(),
        };
        let articles = articles(&shop, "2026-11-20");
        assert_eq!(articles.len(), 2);
        for (name, text) in &articles {
            parse(Path::new(name), "article", text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        }
        assert!(articles[0].1.contains("9 to 17") && !articles[0].1.contains("How else"));
        assert!(articles[1].1.contains("\nWithin 30 days\nunused"));
    }
}
