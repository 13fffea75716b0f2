//! Judging a conversation's log against the rules of docs/interfaces.md.

use std::collections::HashMap;

use serde_json::Value;

/// Panics unless the events are a log from its start: gap-free, turns whole and
/// contiguous, at most one turn a message, replies behind what they reply to.
pub fn check(events: &[Value]) {
    let mut turn_of: HashMap<i64, &str> = HashMap::new();
    let mut last_turn: Option<&str> = None;
    for (index, event) in events.iter().enumerate() {
        let seq = seq(event);
        assert_eq!(seq, index as i64 + 1, "gap-free from 1: {event}");
        let at = event["at"].as_str().unwrap_or_default();
        assert!(at.ends_with('Z') && at.parse::<jiff::Timestamp>().is_ok(), "RFC 3339 in UTC: {event}");

        let (asked, turn) = (event["in_reply_to"].as_i64(), event["turn"].as_str());
        assert_eq!(asked.is_some(), turn.is_some(), "both or neither: {event}");
        if event["author"]["kind"] == "customer" || event["author"]["kind"] == "agent" {
            assert_eq!(turn, None, "only bot turns carry them: {event}");
        }
        if let (Some(asked), Some(turn)) = (asked, turn) {
            assert!(asked < seq, "a message stands before its reply: {event}");
            let question = &events[asked as usize - 1];
            assert_eq!(question["author"]["kind"], "customer", "a turn replies to a customer: {event}");
            let first = *turn_of.entry(asked).or_insert(turn);
            assert_eq!(first, turn, "one turn a message: {event}");
            let continues = last_turn == Some(turn);
            let begins = events[..index].iter().all(|earlier| earlier["turn"] != turn);
            assert!(continues || begins, "a turn is contiguous: {event}");
        }
        last_turn = turn;
    }
}

/// The seqs of a customer's messages that have no turn.
pub fn unanswered(events: &[Value]) -> Vec<i64> {
    let answered: Vec<i64> = events.iter().filter_map(|event| event["in_reply_to"].as_i64()).collect();
    messages(events).into_iter().map(seq).filter(|seq| !answered.contains(seq)).collect()
}

/// Panics unless every message has its turn.
pub fn check_all_answered(events: &[Value]) {
    let left = unanswered(events);
    assert!(left.is_empty(), "the messages {left:?} have no reply in {events:#?}");
}

/// The customer's own words.
pub fn messages(events: &[Value]) -> Vec<&Value> {
    events.iter().filter(|event| event["author"]["kind"] == "customer" && event["content"]["type"] == "text").collect()
}

pub fn seq(event: &Value) -> i64 {
    event["seq"].as_i64().expect("an event has a seq")
}
