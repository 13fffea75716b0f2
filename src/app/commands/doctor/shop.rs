//! The shop's own files: intents and articles.

use std::collections::BTreeMap;
use std::path::Path;

use super::Finding;
use crate::base::home::Home;
use crate::nlu::training::read_intents;
use crate::search::articles::read_folder;
use crate::search::words::primary;

const INTENTS: &str = "intents";
const ARTICLES: &str = "articles";
const LANGUAGES: &str = "languages";
/// So many broken files are named; `rapport kb check` names all.
const NAMED: usize = 3;

pub(super) fn findings(home: &Home, languages: &[String]) -> Vec<Finding> {
    let mut findings = vec![intents(&home.intents()), articles(&home.knowledge_base())];
    findings.extend(translations(home, languages));
    findings
}

/// What there is in the shop's further languages, and what there is in languages that it
/// does not name.
fn translations(home: &Home, languages: &[String]) -> Vec<Finding> {
    let intents = read_intents(&home.intents()).unwrap_or_default();
    let (articles, _) = read_folder(&home.knowledge_base());
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for language in intents.iter().flat_map(|intent| intent.translations.keys()) {
        counts.entry(language.clone()).or_default().0 += 1;
    }
    for read in &articles {
        counts.entry(primary(&read.article.locale).to_owned()).or_default().1 += 1;
    }
    let named = languages.iter().skip(1).map(|language| {
        let (intents, articles) = counts.get(language).copied().unwrap_or_default();
        Finding::ok(
            LANGUAGES,
            format!("{language}: {intents} intents and {articles} articles; the rest is answered in {}", languages[0]),
        )
    });
    let unnamed = counts.keys().filter(|language| !languages.contains(language)).map(|language| {
        Finding::warn(
            LANGUAGES,
            format!("there are words in `{language}`, which `shop.locales` does not name: nobody is answered in it"),
        )
    });
    named.chain(unnamed.filter(|_| !languages.is_empty())).collect()
}

fn intents(folder: &Path) -> Finding {
    match read_intents(folder) {
        Ok(intents) => {
            let few: Vec<_> =
                intents.iter().filter(|intent| intent.examples.len() < 10).map(|intent| intent.name.as_str()).collect();
            match few.as_slice() {
                [] => Finding::ok(INTENTS, format!("{} can be read", intents.len())),
                few => {
                    Finding::warn(INTENTS, format!("few examples in {}: write ten or more for each", few.join(", ")))
                }
            }
        }
        Err(error) => Finding::fail(INTENTS, error.to_string()),
    }
}

fn articles(folder: &Path) -> Finding {
    if !folder.is_dir() {
        return Finding::warn(
            ARTICLES,
            format!("there is no folder {}: make it, and write what the bot may answer", folder.display()),
        );
    }
    let (articles, problems) = read_folder(folder);
    if !problems.is_empty() {
        let mut says: Vec<String> = problems.iter().take(NAMED).map(ToString::to_string).collect();
        if problems.len() > NAMED {
            says.push(format!("and {} more, see `rapport kb check`", problems.len() - NAMED));
        }
        return Finding::warn(
            ARTICLES,
            format!("{} can be read, {} are left out:\n{}", articles.len(), problems.len(), says.join("\n")),
        );
    }
    if articles.is_empty() {
        return Finding::warn(ARTICLES, format!("{} is empty: write what the bot may answer", folder.display()));
    }
    Finding::ok(ARTICLES, format!("{} can be read", articles.len()))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn the_sample_shop_is_well() {
        let home = Home::at(env!("CARGO_MANIFEST_DIR"));
        let findings = findings(&home, &["en".to_owned(), "nl".to_owned()]);
        assert!(findings.iter().any(|finding| finding.message.starts_with("nl: ")), "{findings:?}");
        assert!(findings.iter().all(|finding| finding.state == State::Ok), "{findings:?}");
    }

    #[test]
    fn broken_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        assert_eq!(intents(&home.intents()).state, State::Fail);
        assert_eq!(articles(&home.knowledge_base()).state, State::Warn);
        std::fs::create_dir(home.knowledge_base()).unwrap();
        for name in ["a.md", "b.md", "c.md", "d.md"] {
            std::fs::write(home.knowledge_base().join(name), "no front matter").unwrap();
        }
        let finding = articles(&home.knowledge_base());
        assert!(finding.message.contains("a.md:1") && finding.message.contains("and 1 more"), "{finding:?}");
    }
}
