//! Feelings for another encoder, where the data that Rapport's own were trained on is not at
//! hand: the shipped heads read English messages, and what they read is the lesson.

use std::sync::Arc;

use crate::base::home::Home;
use crate::nlu::encoder::{Encoder, EncoderOptions, Encoding, Wanted};
use crate::nlu::heads::file::{self, MOOD_FILE};
use crate::nlu::heads::mood::MoodHead;
use crate::nlu::training::comments;
use crate::nlu::training::mood::Comment;

/// The texts as Rapport's own encoder and mood head read them.
pub fn comments(texts: Vec<String>, home: &Home, progress: impl Fn(usize)) -> anyhow::Result<Vec<Comment>> {
    let own = home.clone().with_own_encoder();
    let encoder = Encoder::start(&own, EncoderOptions::default())?;
    let head: MoodHead = file::load(encoder.identity(), &own.shipped_heads().join(MOOD_FILE))?;
    let wanted = Wanted { branches: vec![Arc::clone(&head.branch)], ..Wanted::default() };
    let encodings = encoder.read_all(&texts, &wanted, progress)?;
    let names = comments::emotion_names();
    let comment = |(text, encoding): (String, &Encoding)| {
        let moods = head.read(encoding.branches.first().map(Vec::as_slice).unwrap_or_default());
        let shown: Vec<&str> = head.shown(&moods).collect();
        Comment {
            sentiment: moods.sentiment,
            emotions: names.iter().map(|name| f32::from(u8::from(shown.contains(&name.as_str())))).collect(),
            text,
        }
    };
    Ok(texts.into_iter().zip(&encodings).map(comment).collect())
}
