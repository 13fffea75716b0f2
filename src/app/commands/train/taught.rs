//! Feelings for another encoder, where the data that Rapport's own were trained on is not at
//! hand: the shipped heads read English messages, and what they read is the lesson.

use crate::base::home::Home;
use crate::nlu::encoder::{Encoder, EncoderOptions};
use crate::nlu::heads::file::{self, MOOD_FILE};
use crate::nlu::heads::mood::{self, MoodHead};
use crate::nlu::training::comments::{self, RawComment};

/// From this probability on the teacher's emotion is one.
const SHOWN: f32 = 0.3;

/// The texts as Rapport's own encoder and mood head read them.
pub fn comments(texts: Vec<String>, home: &Home, progress: impl Fn(usize)) -> anyhow::Result<Vec<RawComment>> {
    let own = home.clone().with_own_encoder();
    let encoder = Encoder::start(&own, EncoderOptions::default())?;
    let head: MoodHead = file::load(encoder.identity(), &own.shipped_heads().join(MOOD_FILE))?;
    let vectors = encoder.encode_all(&texts, progress)?;
    let names = comments::emotion_names();
    let comment = |(text, vector): (String, Vec<f32>)| {
        let emotions = head.emotions(&vector);
        let shown = |name: &String| emotions.get(name).is_some_and(|p| *p >= SHOWN);
        let sentiment = mood::verdict(&head.sentiment(&text, &vector));
        RawComment {
            sentiment: Some(sentiment.label),
            emotions: (0..names.len()).filter(|&number| shown(&names[number])).collect(),
            text,
        }
    };
    Ok(texts.into_iter().zip(vectors).map(comment).collect())
}
