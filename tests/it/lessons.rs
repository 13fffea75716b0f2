//! What the store keeps of teaching, on both engines: doubts, lessons, models, trainings.

use jiff::SignedDuration;
use rapport::domain::decision::Explanation;
use rapport::domain::intent::IntentSpec;
use rapport::domain::teaching::{Doubt, DoubtReason, Verdict};
use rapport::domain::{Author, Content, Memory};
use rapport::store::{
    Feedback, FeedbackKind, ModelSource, NewLesson, NewModel, TrainingEnd, TrainingState, TurnCommit, TurnOutcome,
};
use rstest::rstest;

use crate::support::databases::Engine;
use crate::support::shop::Shop;

impl Shop {
    /// A message, and the bot's turn on it that casts these doubts.
    async fn say_doubtfully(&self, key: &str, reasons: &[DoubtReason]) -> i64 {
        let turn = self.say(key).await.turn.expect("the bot holds the conversation");
        let seq = turn.message_seq;
        let outcome = TurnOutcome {
            author: Author::bot("Wick"),
            contents: vec![Content::text("Hm.")],
            memory: Memory::default(),
            escalate: None,
            analysis: None,
            explanation: Explanation::default(),
            doubts: reasons.iter().map(|&reason| Doubt { seq, reason }).collect(),
            asked: None,
        };
        let end = self.database.store.commit_turn(&turn, outcome).await.unwrap();
        assert!(matches!(end, TurnCommit::Spoken(_)), "{end:?}");
        seq
    }

    fn lesson(&self, seq: i64, verdict: Verdict, text: &str) -> NewLesson {
        NewLesson {
            conversation_id: self.conversation.clone(),
            seq,
            verdict,
            text: text.into(),
            locale: Some("en".into()),
        }
    }

    async fn doubted(&self) -> Vec<(i64, Vec<DoubtReason>)> {
        let since = self.database.clock.now() - SignedDuration::from_hours(24);
        let doubted = self.database.store.doubted(since, 100).await.unwrap();
        doubted.into_iter().map(|message| (message.seq, message.reasons)).collect()
    }
}

fn example(intent: &str) -> Verdict {
    Verdict::Example(intent.into())
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_understood_waits_until_somebody_judges_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let first = shop.say_doubtfully("a", &[DoubtReason::NoAnswer, DoubtReason::OutOfScope]).await;
    shop.database.clock.advance(SignedDuration::from_secs(1));
    let second = shop.say_doubtfully("b", &[DoubtReason::Unsure]).await;
    shop.say_doubtfully("c", &[]).await;
    let both = [(second, vec![DoubtReason::Unsure]), (first, vec![DoubtReason::OutOfScope, DoubtReason::NoAnswer])];
    assert_eq!(shop.doubted().await, both, "the newest first, each message once");

    let ids = store.teach(&shop.agent.id, &[shop.lesson(first, example("order_status"), "a")]).await.unwrap();
    assert_eq!(shop.doubted().await, both[..1]);
    assert_eq!(store.unteach(&ids).await.unwrap(), 1);
    assert_eq!(shop.doubted().await, both, "what is taken back waits again");

    let later = shop.database.clock.now() + SignedDuration::from_secs(1);
    assert_eq!(store.doubted(later, 100).await.unwrap(), [], "and old ones do not come up");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_latest_lesson_on_a_message_counts(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let seq = shop.say_doubtfully("a", &[DoubtReason::Unsure]).await;
    store.teach(&shop.agent.id, &[shop.lesson(seq, example("returns"), "a")]).await.unwrap();
    let ids = store.teach(&shop.agent.id, &[shop.lesson(seq, Verdict::Outside, "a")]).await.unwrap();
    let verdicts =
        |lessons: Vec<rapport::store::Lesson>| lessons.into_iter().map(|one| one.verdict).collect::<Vec<_>>();
    assert_eq!(verdicts(store.lessons().await.unwrap()), [Verdict::Outside]);
    assert_eq!(verdicts(store.lessons_of(&shop.conversation).await.unwrap()), [Verdict::Outside]);
    store.unteach(&ids).await.unwrap();
    let lessons = store.lessons().await.unwrap();
    assert_eq!((lessons[0].agent_name.as_str(), lessons[0].locale.as_deref()), ("Ada", Some("en")));
    assert_eq!(verdicts(lessons), [example("returns")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_vote_against_an_answer_is_a_doubt_until_it_is_changed(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    let seq = shop.say_doubtfully("a", &[]).await;
    let vote = |score| Feedback { about: seq + 1, kind: FeedbackKind::Rating, score, comment: None };
    let give = |score| shop.database.store.give_feedback(&shop.conversation, shop.customer.clone(), vote(score));
    give(0).await.unwrap();
    assert_eq!(shop.doubted().await, [(seq, vec![DoubtReason::Unhelpful])]);
    give(1).await.unwrap();
    assert_eq!(shop.doubted().await, []);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_intent_of_the_console_goes_with_its_lessons(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let seq = shop.say_doubtfully("a", &[DoubtReason::OutOfScope]).await;
    let spec = IntentSpec {
        name: "gift_wrap".into(),
        description: "Wants it wrapped.".into(),
        reply: vec!["We do.".into()],
        ..IntentSpec::default()
    };
    let lessons = [shop.lesson(seq, example("gift_wrap"), "a")];
    let before = store.version("intents").await.unwrap();
    assert_eq!(store.teach_intent(&shop.agent.id, &spec, &lessons).await.unwrap().map(|ids| ids.len()), Some(1));
    assert_eq!(store.teach_intent(&shop.agent.id, &spec, &lessons).await.unwrap(), None, "a name is taken once");
    assert_eq!(store.lessons().await.unwrap().len(), 1, "and nothing of a refused one is kept");
    let taught = store.taught_intents().await.unwrap();
    assert_eq!((&taught[0].spec, taught[0].agent_name.as_str()), (&spec, "Ada"));
    assert!(store.version("intents").await.unwrap() > before, "the other nodes notice");
    assert!(store.forget_intent("gift_wrap").await.unwrap());
    assert!(!store.forget_intent("gift_wrap").await.unwrap());
    assert_eq!((store.taught_intents().await.unwrap().len(), store.lessons().await.unwrap().len()), (0, 0));
}

fn model(head: &str, source: ModelSource) -> NewModel {
    NewModel {
        source,
        agent: None,
        encoder: "e".into(),
        head: head.as_bytes().to_vec(),
        digest: format!("digest of {head}"),
        report: None,
        evidence: Some(format!("{{\"of\":\"{head}\"}}")),
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ten_models_are_kept_and_the_one_in_use(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    assert_eq!(store.model_in_use().await.unwrap(), None);
    let first = store.add_model(model("0", ModelSource::Console), true).await.unwrap();
    assert_eq!(store.model_in_use().await.unwrap(), Some(first));
    let mut last = first;
    for number in 1..=12 {
        last = store.add_model(model(&number.to_string(), ModelSource::Console), false).await.unwrap();
    }
    assert_eq!(store.model_in_use().await.unwrap(), Some(first), "a new one is not used by itself");
    let numbers: Vec<i64> = store.models().await.unwrap().into_iter().map(|model| model.number).collect();
    let newest: Vec<i64> = (last - 9..=last).rev().chain([first]).collect();
    assert_eq!(numbers, newest);
    assert_eq!(store.model_head(first).await.unwrap().as_deref(), Some(&b"0"[..]));
    assert_eq!(store.model_evidence(last).await.unwrap().as_deref(), Some("{\"of\":\"12\"}"));
    assert_eq!(store.model_head(first + 1).await.unwrap(), None);

    let before = store.version("model").await.unwrap();
    assert!(store.use_model(last).await.unwrap());
    assert!(!store.use_model(first + 1).await.unwrap(), "one that is gone cannot be used");
    assert_eq!(store.model_in_use().await.unwrap(), Some(last));
    assert_eq!(store.version("model").await.unwrap(), before + 1, "the other nodes notice, once");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_becomes_the_model_in_use_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let adopt = |head: &'static str| store.adopt_model(model(head, ModelSource::Files));
    let first = adopt("one").await.unwrap().expect("it is new");
    let trained = store.add_model(model("two", ModelSource::Console), true).await.unwrap();
    assert_eq!(adopt("one").await.unwrap(), None, "a restart finds the same file");
    assert_eq!(store.model_in_use().await.unwrap(), Some(trained));
    let third = adopt("three").await.unwrap().expect("`rapport train` wrote another");
    assert_eq!(store.model_in_use().await.unwrap(), Some(third));
    assert!(first < trained && trained < third);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_training_runs_at_a_time(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let (store, clock) = (&shop.database.store, &shop.database.clock);
    let lease = || clock.now() + SignedDuration::from_secs(60);
    assert_eq!(store.last_training().await.unwrap(), None);
    let id = store.begin_training(&shop.agent.id, lease()).await.unwrap().expect("none runs");
    assert_eq!(store.begin_training(&shop.agent.id, lease()).await.unwrap(), None);
    assert!(store.training_goes_on(&id, "encoding", 250, lease()).await.unwrap());
    let last = store.last_training().await.unwrap().expect("it runs");
    assert_eq!((last.state, last.step.as_str(), last.done), (TrainingState::Running, "encoding", 250));

    assert!(store.cancel_training().await.unwrap());
    assert!(!store.training_goes_on(&id, "encoding", 300, lease()).await.unwrap(), "it hears that it shall stop");
    store.end_training(&id, &TrainingEnd::Cancelled).await.unwrap();
    assert!(!store.cancel_training().await.unwrap(), "none runs any more");
    assert_eq!(store.last_training().await.unwrap().expect("it ran").state, TrainingState::Cancelled);

    clock.advance(SignedDuration::from_secs(1));
    let id = store.begin_training(&shop.agent.id, lease()).await.unwrap().expect("the other has ended");
    store.free_trainings().await.unwrap();
    assert_eq!(
        store.last_training().await.unwrap().expect("it ran").state,
        TrainingState::Failed,
        "nobody works on it"
    );
    assert!(store.training_goes_on(&id, "encoding", 0, lease()).await.unwrap(), "unless somebody does");
    clock.advance(SignedDuration::from_secs(61));
    let last = store.last_training().await.unwrap().expect("it ran");
    assert_eq!(last.state, TrainingState::Failed, "its node was not heard of");
    let next = store.begin_training(&shop.agent.id, lease()).await.unwrap().expect("nobody waits for a dead node");
    store.end_training(&id, &TrainingEnd::Done(7)).await.unwrap();
    assert_eq!(store.last_training().await.unwrap().expect("one runs").id, next);
    store.end_training(&next, &TrainingEnd::Done(8)).await.unwrap();
    let last = store.last_training().await.unwrap().expect("it ran");
    assert_eq!((last.state, last.version), (TrainingState::Done, Some(8)));
}
