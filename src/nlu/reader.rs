//! Reading one message: the floor's door for everybody above.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use jiff::civil::Date;

use super::encoder::{EncodeError, Encoder, EncoderOptions, Encoding, Precision, StartError, Vector};
use super::entities::own::{EntitiesError, OwnTypes, read_entities};
use super::entities::{self, Lexicon, OrderPattern, ProductName};
use super::heads::Heads;
use super::heads::file::HeadFileError;
use super::heads::intent::{IntentHead, IntentVerdict};
use super::heads::mood::{self, Moods};
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
    languages: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct NluOptions {
    pub encoder: EncoderOptions,
    pub orders: OrderPattern,
    /// ISO 4217, for amounts without a currency of their own.
    pub currency: String,
    /// ISO 3166, for telephone numbers and postcodes without a country of their own.
    pub country: String,
    /// The languages in which the shop answers, its own first.
    pub languages: Vec<String>,
}

impl Default for NluOptions {
    fn default() -> Self {
        Self {
            encoder: EncoderOptions::default(),
            orders: OrderPattern::default(),
            currency: "EUR".to_owned(),
            country: "BE".to_owned(),
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
            country: config.shop.country.clone(),
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
    #[error(transparent)]
    Entities(#[from] EntitiesError),
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
        let own = OwnTypes::new(&read_entities(&home.entities())?);
        let lexicon = Lexicon::default()
            .with_orders(&options.orders)
            .with_currency(&options.currency)
            .with_country(&options.country)
            .with_own(own);
        Ok(Self {
            inner: Arc::new(Inner {
                encoder,
                heads: ArcSwap::from_pointee(heads),
                lexicon: ArcSwap::from_pointee(lexicon),
                languages: options.languages,
            }),
        })
    }

    /// The catalogue's names, by which products are recognised from now on.
    pub fn set_lexicon(&self, names: Vec<ProductName>) {
        self.inner.lexicon.rcu(|lexicon| Lexicon::clone(lexicon).with_products(names.clone()));
    }

    /// Reads the shop's own entity types again. Where a file is broken, the old ones stay and
    /// the error says what is wrong.
    pub fn reload_entities(&self, home: &Home) -> Result<(), NluError> {
        let own = OwnTypes::new(&read_entities(&home.entities())?);
        self.inner.lexicon.rcu(|lexicon| Lexicon::clone(lexicon).with_own(own.clone()));
        Ok(())
    }

    /// From the next message on, intents are read by this head. A message that is being read
    /// now is finished with the old one. Gives how long the step took.
    pub fn use_intents(&self, head: Arc<IntentHead>, version: &str) -> Duration {
        let began = Instant::now();
        self.inner.heads.rcu(|now| now.with_intents(head.clone(), version));
        let took = began.elapsed();
        metrics::histogram!("rapport_model_swap_seconds").record(took.as_secs_f64());
        took
    }

    /// Reads the other heads again, after `rapport train`. Where they are broken, the old
    /// ones stay and the error says what is wrong.
    pub fn reload_feelings(&self, home: &Home) -> Result<(), NluError> {
        let files = Heads::load(&home.heads_folders(), self.inner.encoder.identity())?;
        self.inner.heads.rcu(|now| now.with_feelings(&files));
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
        // The same heads read it that wanted it encoded so, whatever is swapped meanwhile.
        let heads = self.inner.heads.load_full();
        let text = message.mended.unwrap_or(message.text);
        let encoding = self.inner.encoder.read(text, heads.wanted()).await?;
        let encoded = Instant::now();
        let mut analysis = self.analyse(&message, &heads, &encoding);
        analysis.timings_ms.insert("encoder".to_owned(), millis(encoded - started));
        Ok(Reading { analysis, vector: encoding.vector })
    }

    /// Begins to read a text that will be asked for in a moment.
    pub fn read_ahead(&self, text: &str) {
        self.inner.encoder.read_ahead(text, self.inner.heads.load().wanted());
    }

    fn analyse(&self, message: &Utterance<'_>, heads: &Heads, encoding: &Encoding) -> Analysis {
        let began = Instant::now();
        let verdict = heads.read_intent(message.mended.unwrap_or(message.text), encoding);
        let Moods { sentiment, emotions } = heads.read_mood(encoding);
        let earlier: Vec<Earlier<'_>> = message.history.iter().map(Earlier::from).collect();
        let unhappiness = heads.unhappiness.read(message.text, &encoding.vector, &sentiment, &earlier);
        let read = Instant::now();

        let lexicon = self.inner.lexicon.load();
        let country = message.locale.and_then(country_of).unwrap_or_else(|| lexicon.country());
        let entities = entities::find_from(message.text, message.today, country, &lexicon);
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
            model: heads.version.to_string(),
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

/// The country that a language setting names: `nl-BE` is Belgium's.
fn country_of(locale: &str) -> Option<&str> {
    let regions = locale.split(['-', '_']).skip(1);
    regions.into_iter().find(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase()))
}

/// What a set of heads makes of one message's intent.
#[derive(Clone, Debug)]
pub struct IntentReading {
    /// The likeliest, best first.
    pub ranking: Vec<RankedIntent>,
    pub out_of_scope: bool,
}

impl IntentReading {
    /// The intent that covers the message, if one does.
    pub fn covered(mut self) -> Option<String> {
        if self.out_of_scope || self.ranking.is_empty() {
            return None;
        }
        Some(self.ranking.swap_remove(0).name)
    }
}

impl Heads {
    /// Reads the intent alone.
    pub fn intents(&self, text: &str, encoding: &Encoding) -> IntentReading {
        let verdict = self.read_intent(text, encoding);
        IntentReading { ranking: ranking(&self.intent, &verdict), out_of_scope: verdict.out_of_scope }
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
