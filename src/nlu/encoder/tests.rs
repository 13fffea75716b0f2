//! The queue and the thread with models that are made up; the real one in `tests/it`.

use std::sync::mpsc;

use proptest::prelude::*;

use super::bert::Occasion;
use super::queue::Work;
use super::*;

type Answer = oneshot::Receiver<Result<Encoding, EncodeError>>;

fn live(length: usize) -> (LiveJob, Answer) {
    let (reply, answer) = oneshot::channel();
    (LiveJob { tokens: vec![1; length], wanted: Wanted::default(), reply }, answer)
}

fn lengths(work: Option<Work>) -> Vec<usize> {
    match work {
        Some(Work::Live(batch)) => batch.iter().map(|job| job.tokens.len()).collect(),
        _ => panic!("live work was expected"),
    }
}

#[test]
fn a_batch_is_what_queued_up_to_the_budget() {
    let queue = Queue::new(10, 40);
    let answers: Vec<Answer> = [10, 10, 12, 5]
        .into_iter()
        .map(|length| {
            let (job, answer) = live(length);
            assert!(queue.push_live(job).is_ok());
            answer
        })
        .collect();
    // 3 × 12 = 36 fits, a fourth would make it 48.
    assert_eq!(lengths(queue.next()), [10, 10, 12]);
    assert_eq!(lengths(queue.next()), [5]);
    drop(answers);
}

#[test]
fn texts_of_which_other_things_are_wanted_go_apart() {
    let queue = Queue::new(10, 100);
    let (plain, _a) = live(1);
    let (mut viewed, _b) = live(2);
    viewed.wanted.layers = true;
    let (branched, _c) = live(3);
    let branched = LiveJob { wanted: Wanted { branches: vec![Arc::default()], ..Wanted::default() }, ..branched };
    let (alike, _d) = live(4);
    let alike = LiveJob { wanted: branched.wanted.clone(), ..alike };
    for job in [plain, viewed, branched, alike] {
        assert!(queue.push_live(job).is_ok());
    }
    assert_eq!(lengths(queue.next()), [1]);
    assert_eq!(lengths(queue.next()), [2]);
    assert_eq!(lengths(queue.next()), [3, 4]);
}

#[test]
fn one_that_exceeds_the_budget_goes_alone() {
    let queue = Queue::new(10, 40);
    let (long, _a) = live(100);
    let (short, _b) = live(1);
    assert!(queue.push_live(long).is_ok() && queue.push_live(short).is_ok());
    assert_eq!(lengths(queue.next()), [100]);
    assert_eq!(lengths(queue.next()), [1]);
}

#[test]
fn who_left_is_dropped_and_makes_room() {
    let queue = Queue::new(2, 100);
    let (gone, answer) = live(1);
    assert!(queue.push_live(gone).is_ok());
    let (waiting, _kept) = live(2);
    assert!(queue.push_live(waiting).is_ok());
    let (late, _late) = live(3);
    assert_eq!(queue.push_live(late), Err(Refused::Full));
    drop(answer);
    let (later, _later) = live(4);
    assert!(queue.push_live(later).is_ok());
    assert_eq!(lengths(queue.next()), [2, 4]);
}

#[test]
fn indexing_has_its_turn_under_load() {
    let queue = Queue::new(100, 1);
    let (reply, _answers) = mpsc::sync_channel(1);
    assert!(queue.push_bulk(BulkJob { batch: vec![vec![1]], wanted: Wanted::default(), reply }).is_ok());
    let mut kept = Vec::new();
    let mut order = String::new();
    for _ in 0..8 {
        let (job, answer) = live(1);
        kept.push(answer);
        assert!(queue.push_live(job).is_ok());
    }
    for _ in 0..9 {
        order.push(match queue.next() {
            Some(Work::Live(_)) => 'l',
            Some(Work::Bulk(_)) => 'b',
            None => '-',
        });
    }
    assert_eq!(order, "llllbllll");
}

#[test]
fn a_closed_queue_lets_go_of_everybody() {
    let queue = Queue::new(10, 40);
    let (job, mut answer) = live(1);
    assert!(queue.push_live(job).is_ok());
    queue.close();
    assert!(queue.next().is_none());
    assert!(answer.try_recv().is_err());
    let (job, _answer) = live(1);
    assert_eq!(queue.push_live(job), Err(Refused::Closed));
}

/// Gives the number of tokens; panics on a batch with a text of 13.
fn counting(batch: &[Vec<u32>], _: &Wanted, _: Occasion) -> Vec<Encoding> {
    assert!(batch.iter().all(|text| text.len() != 13), "thirteen");
    batch.iter().map(|text| Encoding { vector: vec![text.len() as f32], ..Encoding::default() }).collect()
}

#[test]
fn a_panic_fails_its_batch_and_no_other() {
    let queue = Arc::new(Queue::new(10, 10));
    let (unlucky, bad) = live(13);
    let (lucky, good) = live(3);
    assert!(queue.push_live(unlucky).is_ok() && queue.push_live(lucky).is_ok());
    let thread = worker::spawn(Arc::clone(&queue), || Some(counting)).unwrap();
    assert_eq!(bad.blocking_recv().unwrap().unwrap_err(), EncodeError::Unavailable);
    assert_eq!(good.blocking_recv().unwrap().unwrap().vector, [3.0]);
    queue.close();
    thread.join().unwrap();
}

#[test]
fn a_model_that_does_not_load_leaves_nobody_waiting() {
    let queue = Arc::new(Queue::new(10, 10));
    let (job, answer) = live(1);
    assert!(queue.push_live(job).is_ok());
    worker::spawn(Arc::clone(&queue), || None::<fn(&[Vec<u32>], &Wanted, Occasion) -> Vec<Encoding>>)
        .unwrap()
        .join()
        .unwrap();
    assert!(answer.blocking_recv().is_err());
    let (job, _answer) = live(1);
    assert_eq!(queue.push_live(job), Err(Refused::Closed));
}

proptest! {
    /// First come, first served; no batch above the budget but of one; nobody starves.
    #[test]
    fn batches_keep_order_and_budget(texts in prop::collection::vec(1usize..80, 1..60), budget in 1usize..200) {
        let queue = Queue::new(100, budget);
        let mut answers = Vec::new();
        for &length in &texts {
            let (job, answer) = live(length);
            prop_assert!(queue.push_live(job).is_ok());
            answers.push(answer);
        }
        let mut served = Vec::new();
        while served.len() < texts.len() {
            let batch = lengths(queue.next());
            let longest = batch.iter().max().copied().unwrap_or(0);
            prop_assert!(batch.len() == 1 || longest * batch.len() <= budget);
            served.extend(batch);
        }
        prop_assert_eq!(served, texts);
    }
}
