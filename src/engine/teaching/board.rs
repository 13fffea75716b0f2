//! What was not understood, by what it means.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::Timestamp;

use super::example_of;
use super::readings::Read;
use crate::domain::ConversationId;
use crate::domain::analysis::RankedIntent;
use crate::domain::entry::Seq;
use crate::domain::teaching::DoubtReason;
use crate::engine::Engine;
use crate::engine::think::words_of;
use crate::nlu::EncodeError;
use crate::nlu::clusters::clusters;
use crate::store::{DoubtedMessage, StoreError};

/// Doubts that are looked at, the newest.
const DOUBTS: i64 = 4000;
/// Different texts that are clustered, the newest.
const TEXTS: usize = 1500;
/// The average cosine from which on messages mean about the same. Of the sample shop's
/// examples it makes groups that are nearly of one intent each (a homogeneity of 0.89): a
/// lower one puts together what means different things, a higher one scatters what does not.
const SIMILAR: f32 = 0.45;
/// Intents that are named as the likely ones.
const LIKELY: usize = 3;
/// Members that the likely intents are read from, the most central.
const READ: usize = 12;

/// Texts that mean about the same.
pub(in crate::engine) struct Group {
    /// Their places, the most central first, and texts that are the same side by side.
    pub places: Vec<usize>,
    /// How the most central different ones are read.
    pub readings: Vec<Read>,
}

/// What was not understood in some days.
#[derive(Clone, Debug)]
pub struct Board {
    /// All of them, also those that are too many to be clustered.
    pub messages: usize,
    /// The largest first.
    pub clusters: Vec<Cluster>,
}

/// Messages that mean about the same.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The most central message.
    pub title: String,
    /// Why they are here, and how often.
    pub reasons: BTreeMap<DoubtReason, usize>,
    /// What they could mean, the likeliest first.
    pub likely: Vec<RankedIntent>,
    /// The most central first.
    pub messages: Vec<ClusterMessage>,
}

#[derive(Clone, Debug)]
pub struct ClusterMessage {
    pub conversation_id: ConversationId,
    pub seq: Seq,
    /// Without personal data.
    pub text: String,
    pub reasons: Vec<DoubtReason>,
    pub at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl Engine {
    /// What was not understood since so long ago and nobody has judged yet.
    pub async fn board(&self, back: Duration) -> Result<Board, BoardError> {
        let since = self.inner.clock.now() - jiff::SignedDuration::try_from(back).unwrap_or_default();
        let doubted = self.inner.store.doubted(since, DOUBTS).await?;
        let engine = self.clone();
        let board = tokio::task::spawn_blocking(move || engine.cluster(&doubted)).await;
        Ok(board.unwrap_or(Err(EncodeError::Unavailable))?)
    }

    /// Texts that mean about the same. Blocks: new texts are encoded, and clustering a
    /// thousand texts takes a moment.
    pub(in crate::engine) fn groups(&self, texts: &[String]) -> Result<Vec<Group>, EncodeError> {
        let same = same_texts(texts);
        let distinct: Vec<&str> = same.iter().map(|places| texts[places[0]].as_str()).collect();
        let nlu = &self.inner.nlu;
        let readings = self.inner.teaching.readings.of(nlu.encoder(), &nlu.heads(), &distinct)?;
        let rows: Vec<&[f32]> = readings.iter().map(|reading| reading.vector.as_slice()).collect();
        let group = |members: Vec<usize>| Group {
            places: members.iter().flat_map(|&member| same[member].iter().copied()).collect(),
            readings: members.iter().take(READ).map(|&member| readings[member].clone()).collect(),
        };
        Ok(clusters(&rows, SIMILAR).into_iter().map(group).collect())
    }

    fn cluster(&self, doubted: &[DoubtedMessage]) -> Result<Board, EncodeError> {
        let texts: Vec<String> = doubted.iter().map(|message| example_of(&words_of(&message.content))).collect();
        let mut found: Vec<Cluster> = self
            .groups(&texts)?
            .into_iter()
            .map(|group| {
                let message = |&place: &usize| ClusterMessage {
                    conversation_id: doubted[place].conversation_id.clone(),
                    seq: doubted[place].seq,
                    text: texts[place].clone(),
                    reasons: doubted[place].reasons.clone(),
                    at: doubted[place].at,
                };
                let messages: Vec<ClusterMessage> = group.places.iter().map(message).collect();
                let mut reasons = BTreeMap::new();
                for reason in messages.iter().flat_map(|message| &message.reasons) {
                    *reasons.entry(*reason).or_default() += 1;
                }
                let title = messages[0].text.clone();
                Cluster { title, reasons, likely: likely(&group.readings), messages }
            })
            .collect();
        let newest = |cluster: &Cluster| cluster.messages.iter().map(|message| message.at).max();
        found.sort_by(|a, b| b.messages.len().cmp(&a.messages.len()).then_with(|| newest(b).cmp(&newest(a))));
        Ok(Board { messages: doubted.len(), clusters: found })
    }
}

/// The intents that the model finds the likeliest for these together.
fn likely(readings: &[Read]) -> Vec<RankedIntent> {
    let mut sums: HashMap<&str, f32> = HashMap::new();
    for ranked in readings.iter().flat_map(|reading| &reading.intents.ranking) {
        *sums.entry(&ranked.name).or_default() += ranked.confidence / readings.len() as f32;
    }
    let ranked = |(name, confidence): (&str, f32)| RankedIntent { name: name.to_owned(), confidence };
    let mut likely: Vec<RankedIntent> = sums.into_iter().map(ranked).collect();
    likely.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| a.name.cmp(&b.name)));
    likely.truncate(LIKELY);
    likely
}

/// Places of texts that are the same but for case and spacing, in the order of the first.
fn same_texts(texts: &[String]) -> Vec<Vec<usize>> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut same: Vec<Vec<usize>> = Vec::new();
    for (place, text) in texts.iter().enumerate() {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() {
            continue;
        }
        match known.get(&words.join(" ")) {
            Some(&first) => same[first].push(place),
            None if same.len() < TEXTS => {
                known.insert(words.join(" "), same.len());
                same.push(vec![place]);
            }
            None => {}
        }
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_counted_together() {
        let texts = ["Gift wrap?", "where is it", "gift  WRAP?", " "].map(str::to_owned);
        assert_eq!(same_texts(&texts), [vec![0, 2], vec![1]]);
    }
}
