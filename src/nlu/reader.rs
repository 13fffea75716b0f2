//! Reading one message: the floor's door for everybody above.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use jiff::civil::Date;

use super::encoder::{EncodeError, Encoder, EncoderOptions, Precision, StartError, Vector};
use super::entities::{self, Lexicon, OrderPattern, ProductName};
use super::heads::Heads;
use super::heads::file::HeadFileError;
use super::heads::intent::{IntentHead, IntentVerdict};
use super::heads::mood;
use super::heads::unhappiness::Earlier;
use super::language;
use crate::base::config::{self, Config};
use crate::base::home::Home;
use crate::domain::Analysis;
use crate::domain::analysis::{Intent, Language, RankedIntent};
use crate::domain::conversation::Mood;
use crate::domain::entry::AuthorKind;

/// Intents that are told in the ranking.
const RANKED: usize = 5;

/// Understanding; cheap to clone, all clones see new heads and names.
#[derive(Clone)]
pub struct Nlu {
    inner: Arc<Inner>,
}

struct Inner {
    encoder: Encoder,
    heads: ArcSwap<Heads>,
    lexicon: ArcSwap<Lexicon>,
    orders: OrderPattern,
    currency: String,
    languages: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct NluOptions {
    pub encoder: EncoderOptions,
    pub orders: OrderPattern,
    /// ISO 4217, for amounts without a currency of their own.
    pub currency: String,
    /// The languages in which the shop answers, its own first.
    pub languages: Vec<String>,
}

impl Default for NluOptions {
    fn default() -> Self {
        Self {
            encoder: EncoderOptions::default(),
            orders: OrderPattern::default(),
            currency: "EUR".to_owned(),
            languages: vec!["en".to_owned()],
        }
    }
}

impl NluOptions {
    pub fn of(config: &Config) -> Self {
        let precision = match config.model.precision {
            config::Precision::Auto => Precision::Auto,
            config::Precision::Fp32 => Precision::Fp32,
            config::Precision::Bf16 => Precision::Bf16,
        };
        Self {
            encoder: EncoderOptions { precision, threads: config.model.threads, ..EncoderOptions::default() },
            currency: config.shop.currency.clone(),
            languages: config.shop.languages(),
            ..Self::default()
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum NluError {
    #[error(transparent)]
    Encoder(#[from] StartError),
    #[error(transparent)]
    Heads(#[from] HeadFileError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// A customer's message with what was said before it, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Utterance<'a> {
    pub text: &'a str,
    /// The text with its misspelt words mended, where there are any: what the models read
    /// for its meaning.
    pub mended: Option<&'a str>,
    /// The customer's language setting, where it is known.
    pub locale: Option<&'a str>,
    pub history: &'a [PastTurn<'a>],
    /// Where the customer is: "tomorrow" counts from here.
    pub today: Date,
}

#[derive(Clone, Copy, Debug)]
pub struct PastTurn<'a> {
    pub author: AuthorKind,
    pub text: &'a str,
    /// Of customer turns that were read before.
    pub mood: Option<Mood>,
    /// The bot admitted that it did not know.
    pub failed: bool,
    /// How long before the message that is read now.
    pub minutes_ago: Option<f32>,
}

#[derive(Clone, Debug)]
pub struct Reading {
    pub analysis: Analysis,
    /// For search and recommendation.
    pub vector: Vector,
}

impl Nlu {
    /// Starts the encoder and reads the shop's heads. Takes about a second and blocks.
    pub fn start(home: &Home, options: NluOptions) -> Result<Self, NluError> {
        let encoder = Encoder::start(home, options.encoder)?;
        let heads = Heads::load(&home.heads_folders(), encoder.identity())?;
        let nlu = Self {
            inner: Arc::new(Inner {
                encoder,
                heads: ArcSwap::from_pointee(heads),
                lexicon: ArcSwap::from_pointee(Lexicon::default()),
                orders: options.orders,
                currency: options.currency,
                languages: options.languages,
            }),
        };
        nlu.set_lexicon(Vec::new());
        Ok(nlu)
    }

    /// The catalogue's names, by which products are recognised from now on.
    pub fn set_lexicon(&self, names: Vec<ProductName>) {
        let lexicon = Lexicon::new(names).with_orders(&self.inner.orders).with_currency(&self.inner.currency);
        self.inner.lexicon.store(Arc::new(lexicon));
    }

    /// Reads the heads again, after `rapport train`. Where they are broken, the old ones
    /// stay and the error says what is wrong.
    pub fn reload_heads(&self, home: &Home) -> Result<(), NluError> {
        let heads = Heads::load(&home.heads_folders(), self.inner.encoder.identity())?;
        self.inner.heads.store(Arc::new(heads));
        Ok(())
    }

    pub fn encoder(&self) -> &Encoder {
        &self.inner.encoder
    }

    /// The heads in use now.
    pub fn heads(&self) -> Arc<Heads> {
        self.inner.heads.load_full()
    }

    /// The shop's own language.
    pub fn own_language(&self) -> &str {
        self.inner.languages.first().map_or("en", String::as_str)
    }

    /// The language of a message, by itself and by what the customer wrote before.
    pub fn language(&self, text: &str, hint: Option<&str>, earlier: &[&str]) -> Language {
        language::detect(text, &language::Context { languages: &self.inner.languages, hint, earlier })
    }

    pub async fn read(&self, message: Utterance<'_>) -> Result<Reading, ReadError> {
        let started = Instant::now();
        let vector = self.inner.encoder.encode(message.mended.unwrap_or(message.text)).await?;
        let encoded = Instant::now();
        let mut analysis = self.analyse(&message, &vector);
        analysis.timings_ms.insert("encoder".to_owned(), millis(encoded - started));
        Ok(Reading { analysis, vector })
    }

    fn analyse(&self, message: &Utterance<'_>, vector: &Vector) -> Analysis {
        let began = Instant::now();
        let heads = self.inner.heads.load();
        let verdict = heads.intent.read(message.mended.unwrap_or(message.text), vector);
        let sentiment = heads.mood.sentiment(message.text, vector);
        let earlier: Vec<Earlier<'_>> = message.history.iter().map(Earlier::from).collect();
        let unhappiness = heads.unhappiness.read(message.text, vector, &sentiment, &earlier);
        let emotions = heads.mood.emotions(vector);
        let read = Instant::now();

        let lexicon = self.inner.lexicon.load();
        let entities = entities::find(message.text, message.today, &lexicon);
        let customers = message.history.iter().filter(|turn| turn.author == AuthorKind::Customer);
        let before: Vec<&str> = customers.map(|turn| turn.text).collect();
        let language = self.language(message.text, message.locale, &before);
        let intent_ranking = ranking(&heads.intent, &verdict);
        let timings_ms = BTreeMap::from([
            ("heads".to_owned(), millis(read - began)),
            ("entities".to_owned(), millis(read.elapsed())),
        ]);
        Analysis {
            language,
            intent: intent_of(&intent_ranking, verdict.out_of_scope),
            intent_ranking,
            sentiment: mood::verdict(&sentiment),
            emotions,
            entities,
            unhappiness,
            timings_ms,
        }
    }
}

impl<'a> From<&PastTurn<'a>> for Earlier<'a> {
    fn from(turn: &PastTurn<'a>) -> Self {
        Earlier {
            author: turn.author,
            text: turn.text,
            sentiment: turn.mood.map(|mood| mood.sentiment),
            unhappiness: turn.mood.map(|mood| mood.unhappiness),
            failed: turn.failed,
            minutes_ago: turn.minutes_ago,
        }
    }
}

fn ranking(head: &IntentHead, verdict: &IntentVerdict) -> Vec<RankedIntent> {
    let mut order: Vec<usize> = (0..head.labels.len()).collect();
    order.sort_by(|&a, &b| verdict.probabilities[b].total_cmp(&verdict.probabilities[a]));
    let best = order.into_iter().take(RANKED);
    best.map(|label| RankedIntent { name: head.labels[label].clone(), confidence: verdict.probabilities[label] })
        .collect()
}

fn intent_of(ranking: &[RankedIntent], out_of_scope: bool) -> Intent {
    let best = ranking.first();
    Intent {
        name: best.map(|ranked| ranked.name.clone()).unwrap_or_default(),
        confidence: best.map_or(0.0, |ranked| ranked.confidence),
        out_of_scope,
    }
}

fn millis(time: std::time::Duration) -> f64 {
    // Microseconds are as fine as it means anything.
    (time.as_secs_f64() * 1e6).round() / 1e3
}
