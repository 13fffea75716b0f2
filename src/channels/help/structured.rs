//! What search engines are told of an article, as JSON-LD (schema.org).

use serde_json::{Value, json};

use super::frame::Shop;
use crate::domain::article::Article;
use crate::search::passages::split;

/// Sections that ask something, from which on an article is a list of questions as well.
const QUESTIONS_FROM: usize = 2;

/// The article, the way to it, and the questions that its headings ask.
pub fn article(shop: &Shop<'_>, article: &Article, path: &str, description: &str) -> Value {
    let address = format!("{}{path}", shop.address);
    let mut graph = vec![
        json!({
            "@type": "Article", "headline": article.title, "description": description,
            "inLanguage": article.locale, "dateModified": article.updated, "articleSection": article.category,
            "mainEntityOfPage": address, "publisher": { "@type": "Organization", "name": shop.name },
        }),
        json!({
            "@type": "BreadcrumbList",
            "itemListElement": [
                { "@type": "ListItem", "position": 1, "name": shop.name, "item": format!("{}/help", shop.address) },
                { "@type": "ListItem", "position": 2, "name": article.title, "item": address },
            ],
        }),
    ];
    let questions = questions(article);
    if questions.len() >= QUESTIONS_FROM {
        graph.push(json!({ "@type": "FAQPage", "inLanguage": article.locale, "mainEntity": questions }));
    }
    json!({ "@context": "https://schema.org", "@graph": graph })
}

fn questions(article: &Article) -> Vec<Value> {
    let is_question = |heading: &&String| heading.trim_end().ends_with(['?', '؟', '？']);
    split(article)
        .iter()
        .filter_map(|passage| {
            let heading = passage.path.last().filter(is_question)?;
            Some(json!({
                "@type": "Question", "name": heading,
                "acceptedAnswer": { "@type": "Answer", "text": passage.text },
            }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(body: &str) -> Vec<String> {
        let article = Article {
            id: "a".into(),
            title: "A".into(),
            tags: Vec::new(),
            category: String::new(),
            locale: "en".into(),
            updated: jiff::civil::date(2026, 10, 4),
            body: body.into(),
        };
        let shop = Shop { name: "Shop", address: "https://shop.example", own: "en" };
        let data = super::article(&shop, &article, "/help/a", "A");
        data["@graph"].as_array().unwrap().iter().map(|one| one["@type"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn an_article_of_questions_is_told_as_questions_as_well() {
        assert_eq!(types("x\n\n## Steps\ny"), ["Article", "BreadcrumbList"]);
        assert_eq!(types("x\n\n## When?\ny\n\n## How?\nz"), ["Article", "BreadcrumbList", "FAQPage"]);
    }
}
