//! The articles as readers see them: each in its languages, grouped by category. Pure.

use std::collections::BTreeMap;

use crate::base::markdown::slug;
use crate::domain::article::Article;

/// All articles.
#[derive(Debug, Default)]
pub struct Library {
    /// By id; each in its languages, by locale.
    articles: BTreeMap<String, Vec<Article>>,
    /// The languages that there are, the shop's own first.
    languages: Vec<String>,
}

/// The articles of one category, by title.
#[derive(Debug)]
pub struct Category<'a> {
    pub name: &'a str,
    pub slug: String,
    pub articles: Vec<&'a Article>,
}

impl Library {
    /// `own` is the shop's own language.
    pub fn new(all: Vec<Article>, own: &str) -> Self {
        let mut articles: BTreeMap<String, Vec<Article>> = BTreeMap::new();
        let mut languages: Vec<String> = Vec::new();
        for article in all {
            let language = language_of(&article.locale).to_owned();
            if !languages.contains(&language) {
                languages.push(language);
            }
            articles.entry(article.id.clone()).or_default().push(article);
        }
        articles.values_mut().for_each(|versions| versions.sort_by(|a, b| a.locale.cmp(&b.locale)));
        languages.sort_by_key(|language| (language != own, language.clone()));
        Self { articles, languages }
    }

    /// The languages that there are articles in, the shop's own first.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// The wanted language where there are articles in it, else the first.
    pub fn language(&self, wanted: Option<&str>) -> &str {
        let wanted = wanted.map(language_of);
        let known = self.languages.iter().find(|language| Some(language.as_str()) == wanted);
        known.or(self.languages.first()).map_or("en", String::as_str)
    }

    /// An article in all its languages, the one that its bare address leads to first.
    pub fn versions(&self, id: &str) -> &[Article] {
        self.articles.get(id).map_or(&[], Vec::as_slice)
    }

    /// An article in the wanted language, else in the first that there is.
    pub fn article(&self, id: &str, wanted: Option<&str>) -> Option<&Article> {
        let versions = self.versions(id);
        let wanted = wanted.map(language_of);
        versions.iter().find(|article| Some(language_of(&article.locale)) == wanted).or(versions.first())
    }

    pub fn articles(&self) -> impl Iterator<Item = &Article> {
        self.articles.values().flatten()
    }

    /// Where an article is read in its own language: its bare address where it is the first.
    pub fn path(&self, article: &Article) -> String {
        match self.versions(&article.id).first() {
            Some(first) if first.locale != article.locale => format!("{}?locale={}", article.url(), article.locale),
            _ => article.url(),
        }
    }

    /// Each article once, in the language or, where it is not there, in the shop's own or
    /// the first; by category.
    pub fn categories(&self, language: &str) -> Vec<Category<'_>> {
        let own = self.languages.first().map(String::as_str);
        let mut groups: BTreeMap<&str, Vec<&Article>> = BTreeMap::new();
        for versions in self.articles.values() {
            let has = |wanted: &str| versions.iter().find(|article| language_of(&article.locale) == wanted);
            let Some(article) = has(language).or_else(|| own.and_then(has)).or(versions.first()) else { continue };
            groups.entry(article.category.trim()).or_default().push(article);
        }
        let mut categories: Vec<Category<'_>> = groups
            .into_iter()
            .map(|(name, mut articles)| {
                // What the reader understands goes first.
                articles.sort_by_key(|article| (language_of(&article.locale) != language, &article.title));
                Category { name, slug: slug(name), articles }
            })
            .collect();
        // A group without a name is what is left over.
        categories.sort_by_key(|category| {
            let foreign = category.articles.iter().all(|article| language_of(&article.locale) != language);
            (foreign, category.name.is_empty(), category.name)
        });
        categories
    }

    /// The category's name in another language: that in which its articles' translations stand.
    pub fn translated(&self, category: &Category<'_>, language: &str) -> Option<String> {
        let translations = category.articles.iter().flat_map(|article| self.versions(&article.id));
        let there = translations.filter(|article| language_of(&article.locale) == language);
        there.map(|article| slug(article.category.trim())).next()
    }
}

/// `nl` of `nl-BE`.
pub fn language_of(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(id: &str, locale: &str, title: &str, category: &str) -> Article {
        Article {
            id: id.into(),
            title: title.into(),
            tags: Vec::new(),
            category: category.into(),
            locale: locale.into(),
            updated: jiff::civil::date(2026, 11, 1),
            body: String::new(),
        }
    }

    fn library() -> Library {
        let articles = vec![
            article("returns", "en", "Returns", "Returns"),
            article("returns", "nl-BE", "Terugsturen", "Retour"),
            article("care", "en", "Care", ""),
            article("pay", "en", "Paying", "Payment"),
            article("costs", "en", "Costs", "Returns"),
        ];
        Library::new(articles, "en")
    }

    fn listed(library: &Library, language: &str) -> Vec<(String, Vec<String>)> {
        let titles = |category: Category<'_>| {
            (category.name.to_owned(), category.articles.iter().map(|article| article.title.clone()).collect())
        };
        library.categories(language).into_iter().map(titles).collect()
    }

    #[test]
    fn articles_stand_once_each_in_their_categories() {
        let expected = [("Payment", vec!["Paying"]), ("Returns", vec!["Costs", "Returns"]), ("", vec!["Care"])];
        let expected =
            expected.map(|(name, titles)| (name.to_owned(), titles.into_iter().map(str::to_owned).collect()));
        assert_eq!(listed(&library(), "en"), expected);
    }

    #[test]
    fn what_is_translated_goes_first_and_the_rest_stays_readable() {
        let listed = listed(&library(), "nl");
        assert_eq!(listed[0], ("Retour".to_owned(), vec!["Terugsturen".to_owned()]));
        assert_eq!(listed.iter().map(|(_, titles)| titles.len()).sum::<usize>(), 4);
    }

    #[test]
    fn an_article_is_read_in_the_wanted_language_or_the_first() {
        let library = library();
        assert_eq!(library.article("returns", Some("nl")).unwrap().title, "Terugsturen");
        assert_eq!(library.article("returns", Some("fr")).unwrap().title, "Returns");
        assert!(library.article("nothing", None).is_none());
        assert_eq!(library.path(library.article("returns", Some("nl")).unwrap()), "/help/returns?locale=nl-BE");
        assert_eq!(library.path(library.article("returns", None).unwrap()), "/help/returns");
    }

    #[test]
    fn a_category_is_found_in_another_language() {
        let library = library();
        let categories = library.categories("en");
        let returns = categories.iter().find(|category| category.name == "Returns").unwrap();
        assert_eq!(library.translated(returns, "nl").as_deref(), Some("retour"));
        assert_eq!(library.translated(returns, "fr"), None);
    }

    #[test]
    fn the_shops_own_language_stands_for_unknown_ones() {
        assert_eq!(library().languages(), ["en", "nl"]);
        assert_eq!(library().language(Some("nl-NL")), "nl");
        assert_eq!(library().language(Some("xx")), "en");
        assert_eq!(Library::default().language(None), "en");
    }
}
