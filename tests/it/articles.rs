//! What the store keeps of articles and of questions to them, on both engines.

use jiff::SignedDuration;
use rapport::domain::article::Article;
use rapport::domain::decision::Explanation;
use rapport::domain::question::{Asked, AskedOutcome, FoundPassage};
use rapport::domain::{Author, Content, Memory};
use rapport::store::{
    ArticleSource, ArticleVote, ArticleWrite, Edits, Feedback, FeedbackKind, HelpSearch, PageName, ReadPage,
    SourceCounts, Taking, TurnOutcome, Votes,
};
use rstest::rstest;

use crate::support::databases::{Database, Engine};
use crate::support::shop::Shop;

fn article(id: &str, body: &str) -> Article {
    Article {
        id: id.into(),
        title: "Gift wrap".into(),
        tags: vec!["ribbon".into()],
        category: "Gifts".into(),
        locale: "en".into(),
        updated: jiff::civil::date(2026, 11, 22),
        body: body.into(),
    }
}

/// A page of a source that shall be this article.
fn page(address: &str, article: Article, name: PageName) -> ReadPage {
    ReadPage { address: address.into(), article, name, is_dated: false, etag: None, last_modified: None }
}

impl Shop {
    /// The body that is answered from now.
    async fn body(&self, id: &str) -> Option<String> {
        self.database.store.kept_article(id, "en").await.unwrap().map(|kept| kept.article.body)
    }

    async fn sync(&self, articles: &[Article]) -> bool {
        self.database.store.sync_articles(articles, &[]).await.unwrap()
    }

    /// A message, and a turn that found that passage for it.
    async fn ask(&self, key: &str, article: &str, outcome: AskedOutcome, escalate: Option<&str>) -> i64 {
        let turn = self.say(key).await.turn.expect("the bot holds the conversation");
        let passage = FoundPassage { article: article.into(), section: "Costs".into(), confidence: 0.9 };
        let shown = (outcome == AskedOutcome::Answered).then_some(0);
        let outcome = TurnOutcome {
            author: Author::bot("Wick"),
            contents: vec![Content::text("Hm.")],
            memory: Memory::default(),
            escalate: escalate.map(str::to_owned),
            analysis: None,
            explanation: Explanation::default(),
            doubts: Vec::new(),
            asked: Some(Asked { outcome, found: vec![passage], shown, language: "en".into() }),
        };
        let seq = turn.message_seq;
        self.database.store.commit_turn(&turn, outcome).await.unwrap();
        seq
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_goes_before_an_older_file_and_a_newer_file_before_the_edit(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let file = article("wrap", "Five euros.");
    assert!(shop.sync(std::slice::from_ref(&file)).await);
    assert!(!shop.sync(std::slice::from_ref(&file)).await, "nothing is new");

    let kept = store.kept_article("wrap", "en").await.unwrap().unwrap();
    assert_eq!((kept.version, kept.edited, kept.agent_name), (1, false, None));
    let edit = article("wrap", "It is free.");
    assert_eq!(store.change_article(&shop.agent.id, &edit, 1).await.unwrap(), ArticleWrite::Done(2));
    assert!(!shop.sync(std::slice::from_ref(&file)).await, "the file is as old as the edit");
    assert_eq!(shop.body("wrap").await.as_deref(), Some("It is free."));
    let kept = store.kept_article("wrap", "en").await.unwrap().unwrap();
    assert_eq!((kept.version, kept.edited, kept.agent_name.as_deref()), (2, true, Some("Ada")));
    assert_eq!(store.edited_articles().await.unwrap(), (vec![edit.clone()], vec![]));

    // An export: the file says the same as the edit, and nothing is edited any more.
    assert!(!shop.sync(std::slice::from_ref(&edit)).await);
    assert_eq!(store.edited_articles().await.unwrap(), (vec![], vec![]));
    store.change_article(&shop.agent.id, &article("wrap", "Free on Sundays."), 2).await.unwrap();

    let newer = article("wrap", "Six euros.");
    assert!(shop.sync(&[newer]).await);
    assert_eq!(shop.body("wrap").await.as_deref(), Some("Six euros."));
    let sources: Vec<ArticleSource> =
        store.article_versions("wrap", "en").await.unwrap().into_iter().map(|version| version.source).collect();
    use ArticleSource::{Console, File};
    assert_eq!(sources, [File, Console, Console, File], "the newest first, and none is lost");
    assert!(shop.sync(&[]).await, "a file that is gone takes its article along");
    assert_eq!(shop.body("wrap").await, None);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_second_changes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let (store, ada) = (&shop.database.store, &shop.agent.id);
    let first = article("wrap", "One.");
    assert_eq!(store.create_article(ada, &first).await.unwrap(), ArticleWrite::Done(1));
    assert_eq!(store.create_article(ada, &first).await.unwrap(), ArticleWrite::Taken);
    assert_eq!(store.change_article(ada, &article("wrap", "Two."), 1).await.unwrap(), ArticleWrite::Done(2));
    assert_eq!(store.change_article(ada, &article("wrap", "Three."), 1).await.unwrap(), ArticleWrite::Overtaken(2));
    assert_eq!(store.change_article(ada, &article("none", "x"), 1).await.unwrap(), ArticleWrite::Missing);
    assert_eq!(shop.body("wrap").await.as_deref(), Some("Two."));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_away_stays_away_and_comes_back(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let (store, ada) = (&shop.database.store, &shop.agent.id);
    let file = article("wrap", "Five euros.");
    shop.sync(std::slice::from_ref(&file)).await;
    assert_eq!(store.remove_article(ada, "wrap", "en", 1).await.unwrap(), ArticleWrite::Done(2));
    assert!(store.articles().await.unwrap().is_empty() && store.articles_with_id("wrap").await.unwrap().is_empty());
    assert!(!shop.sync(std::slice::from_ref(&file)).await, "its file does not bring it back");
    assert_eq!(store.articles().await.unwrap(), []);
    assert_eq!(store.edited_articles().await.unwrap().1, [("wrap".to_owned(), "en".to_owned())]);
    let versions = store.article_versions("wrap", "en").await.unwrap();
    assert_eq!(versions[0].article, None);
    assert_eq!(store.article_editions().await.unwrap(), []);
    assert_eq!(store.create_article(ada, &file).await.unwrap(), ArticleWrite::Done(3));
    assert_eq!(store.articles().await.unwrap(), [file]);
    assert_eq!(store.article_editions().await.unwrap(), [("wrap".to_owned(), "en".to_owned(), 3)]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_import_stays_without_a_file(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let page = page("wrap.md", article("wrap", "Imported."), PageName::Given);
    shop.database.store.take_pages("folder", &[page], Edits::Stay).await.unwrap();
    assert!(!shop.sync(&[]).await);
    assert!(!shop.sync(&[article("wrap", "A file of any age.")]).await, "the import goes before it");
    assert_eq!(shop.body("wrap").await.as_deref(), Some("Imported."));
    assert!(shop.sync(&[article("wrap", "A newer file.")]).await);
    assert_eq!(shop.body("wrap").await.as_deref(), Some("A newer file."));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_read_again_is_the_same_article(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let (store, ada) = (&shop.database.store, &shop.agent.id);
    let take = async |address: &str, body: &str, edits: Edits| {
        let read = ReadPage { etag: Some("e".into()), ..page(address, article("wrap", body), PageName::Made) };
        store.take_pages("site", &[read], edits).await.unwrap().remove(0)
    };
    let id = || "wrap".to_owned();
    assert_eq!(take("/wrap", "Five euros.", Edits::Stay).await, Taking::New { id: id() });
    let version = store.version("articles").await.unwrap();
    assert_eq!(take("/wrap", "Five euros.", Edits::Stay).await, Taking::Unchanged { id: id() });
    assert_eq!(store.version("articles").await.unwrap(), version, "nothing is to be indexed");
    assert_eq!(take("/wrap", "Six euros.", Edits::Stay).await, Taking::Changed { id: id() });
    assert_eq!(take("/other", "Another page.", Edits::Stay).await, Taking::New { id: "wrap-2".into() });
    assert_eq!(store.article_versions("wrap", "en").await.unwrap().len(), 2);

    // What a person has written stays until the owner says otherwise; it is told each time.
    store.change_article(ada, &article("wrap", "Free."), 2).await.unwrap();
    assert_eq!(take("/wrap", "Six euros.", Edits::Stay).await, Taking::Unchanged { id: id() });
    let edited = Taking::Edited { id: id(), by: Some("Ada".into()) };
    assert_eq!(take("/wrap", "Seven euros.", Edits::Stay).await, edited);
    assert_eq!(take("/wrap", "Seven euros.", Edits::Stay).await, edited);
    assert_eq!(shop.body("wrap").await.as_deref(), Some("Free."));
    let kept = store.source_pages("site").await.unwrap();
    let wrap = kept.iter().find(|page| page.address == "/wrap").unwrap();
    assert_eq!((wrap.etag.as_deref(), wrap.article.is_some()), (None, true), "it is fetched again");
    assert_eq!(take("/wrap", "Seven euros.", Edits::Overwrite).await, Taking::Changed { id: id() });
    assert_eq!(shop.body("wrap").await.as_deref(), Some("Seven euros."));

    store.remove_article(ada, "wrap", "en", 4).await.unwrap();
    assert_eq!(take("/wrap", "Eight.", Edits::Stay).await, Taking::Removed { id: id(), by: Some("Ada".into()) });
    assert_eq!(shop.body("wrap").await, None);

    // A file whose name an article of the folder has is not that article.
    shop.sync(&[article("care", "From the folder.")]).await;
    let file = page("care.pdf", article("care", "From a file."), PageName::File);
    let takings = store.take_pages("folder", &[file], Edits::Stay).await.unwrap();
    assert_eq!(takings, [Taking::Foreign { id: "care".into() }]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_read_by_one_at_a_time_and_goes_on_where_it_stopped(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Database { store, clock, .. } = &Database::new(engine).await;
    let begin = async || {
        let now = clock.now();
        let (until, after) = (now + SignedDuration::from_secs(20), now - SignedDuration::from_hours(24));
        store.begin_source("site", until, after).await.unwrap()
    };
    let began = begin().await.expect("nobody reads it");
    assert_eq!(begin().await, None, "somebody reads it");
    clock.advance(SignedDuration::from_secs(21));
    assert_eq!(begin().await, Some(began), "who reads it has died, and it goes on");
    store.release_source("site").await.unwrap();
    clock.advance(SignedDuration::from_hours(25));
    let anew = begin().await.unwrap();
    assert!(anew > began, "a reading of yesterday begins anew");
    let counts = SourceCounts { listed: 3, written: 1, unchanged: 1, skipped: 1 };
    store.end_source("site", counts, Some("why")).await.unwrap();
    let source = store.sources().await.unwrap().remove(0);
    assert_eq!((source.counts, source.error.as_deref()), (counts, Some("why")));
    assert_eq!((source.began_at, source.ended_at), (anew, Some(clock.now())));
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(begin().await, Some(clock.now()), "it had ended");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_kept_with_what_became_of_it(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let first = shop.ask("what does wrapping cost", "wrap", AskedOutcome::Answered, None).await;
    let vote = |score| Feedback { about: first + 1, kind: FeedbackKind::Rating, score, comment: None };
    store.give_feedback(&shop.conversation, shop.customer.clone(), vote(0)).await.unwrap();
    shop.database.clock.advance(SignedDuration::from_mins(5));
    let second = shop.ask("I mean the price of wrapping", "wrap", AskedOutcome::Answered, None).await;
    shop.database.clock.advance(SignedDuration::from_mins(5));
    let third = shop.ask("is it on fire", "candles", AskedOutcome::Declined, Some("Nobody knows")).await;

    let since = shop.database.clock.now() - SignedDuration::from_hours(1);
    let kept = store.questions(since, 10).await.unwrap();
    let seen: Vec<_> = kept
        .iter()
        .map(|question| (question.seq, question.outcome, question.helpful, question.asked_again, question.person))
        .collect();
    use AskedOutcome::{Answered, Declined};
    let expected = [
        (third, Declined, None, false, true),
        (second, Answered, None, false, false),
        (first, Answered, Some(false), true, false),
    ];
    assert_eq!(seen, expected, "the newest first");
    assert_eq!((kept[2].article.as_deref(), kept[0].article.as_deref()), (Some("wrap"), None));
    assert_eq!(kept[0].found[0].article, "candles", "what came near is kept, too");
    assert_eq!(kept[1].content, Content::text("I mean the price of wrapping"));
    assert_eq!(store.questions(shop.database.clock.now() + SignedDuration::from_secs(1), 10).await.unwrap(), []);

    store.give_feedback(&shop.conversation, shop.customer.clone(), vote(1)).await.unwrap();
    assert_eq!(store.questions(since, 10).await.unwrap()[2].helpful, Some(true), "a vote may be changed");
    assert_eq!(store.votes_by_article().await.unwrap()["wrap"], Votes { helpful: 1, unhelpful: 0 });
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_comes_in_is_noted_at_the_last_question(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    shop.ask("what does wrapping cost", "wrap", AskedOutcome::Answered, None).await;
    shop.take().await;
    let since = shop.database.clock.now() - SignedDuration::from_hours(1);
    assert!(shop.database.store.questions(since, 10).await.unwrap()[0].person);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn votes_and_searches_of_the_help_centre_are_counted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let vote = |page: &str, article: &str, helpful| ArticleVote {
        page: page.into(),
        article: article.into(),
        locale: "en".into(),
        helpful,
    };
    for vote in [vote("1", "wrap", true), vote("1", "wrap", false), vote("2", "wrap", true), vote("2", "other", true)] {
        store.vote_on_article(&vote).await.unwrap();
    }
    let votes = store.article_votes().await.unwrap();
    assert_eq!(votes.len(), 1, "a page is one article's: {votes:?}");
    assert_eq!(votes[&("wrap".to_owned(), "en".to_owned())], Votes { helpful: 1, unhelpful: 1 });
    assert_eq!(store.votes_by_article().await.unwrap()["wrap"], Votes { helpful: 1, unhelpful: 1 });

    for (terms, found) in [("Moon dust", 0), ("moon dust", 0), ("lamp", 3), ("sun dust", 0)] {
        let search = HelpSearch { terms: terms.into(), locale: "en".into(), found };
        store.keep_search(&search).await.unwrap();
    }
    let since = shop.database.clock.now() - SignedDuration::from_hours(1);
    let missed = store.missed_searches(since, 10).await.unwrap();
    let seen: Vec<(&str, i64)> = missed.iter().map(|one| (one.terms.as_str(), one.count)).collect();
    assert_eq!(seen, [("moon dust", 2), ("sun dust", 1)]);
}
