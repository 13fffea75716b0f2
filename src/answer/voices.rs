//! How the bot speaks: its own sentences, and the words in them, language by language.
//!
//! A language that is shipped is one file of `voices/`. A shop may replace any phrase, in
//! any language. Articles and intents speak for themselves: they have files of their own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::phrases::Phrases;
use crate::base::config::Phrasing;
use crate::domain::EntityType;

const SHIPPED: [(&str, &str); 2] = [("en", include_str!("voices/en.toml")), ("nl", include_str!("voices/nl.toml"))];

static READ: LazyLock<BTreeMap<&'static str, Voice>> = LazyLock::new(|| {
    let read = |(language, text): (&'static str, &str)| {
        let mut voice: Voice = toml::from_str(text).expect("tests read every file: this is a bug");
        language.clone_into(&mut voice.language);
        (language, voice)
    };
    SHIPPED.into_iter().map(read).collect()
});

/// Everything that is said in one language.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    #[serde(skip)]
    pub language: String,
    pub phrases: Phrases,
    /// The names of languages, by their codes.
    pub languages: BTreeMap<String, String>,
    pub slots: BTreeMap<EntityType, String>,
    pub time: TimeWords,
    pub order: OrderWords,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeWords {
    minute: String,
    minutes: String,
    today: String,
    tomorrow: String,
    yesterday: String,
    today_at: String,
    tomorrow_at: String,
    weekday_at: String,
    near: String,
    far: String,
    /// From Monday on.
    weekdays: [String; 7],
    months: [String; 12],
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderWords {
    pub name: String,
    pub more: String,
    pub awaiting_payment: String,
    pub placed: String,
    pub backorder: String,
    pub packed: String,
    pub shipped: String,
    pub delivered: String,
    pub returned: String,
    pub refunded: String,
    pub cancelled: String,
    pub carrier: String,
    pub since: String,
    pub day: String,
    pub expected: String,
    pub late: String,
    pub tracking: String,
}

/// The voices of one shop.
#[derive(Clone, Debug, PartialEq)]
pub struct Voices {
    own: Voice,
    others: BTreeMap<String, Voice>,
}

impl Voices {
    /// With the shop's own words in place of some of ours. A language that is not shipped
    /// has its phrases in the configuration, and what is missing there in English.
    ///
    /// # Errors
    /// The name that is not known, and what would do.
    pub fn of(own: &str, replaced: &BTreeMap<String, Phrasing>) -> Result<Self, (String, String)> {
        let mut own_words = BTreeMap::new();
        let mut voices: BTreeMap<String, Voice> =
            READ.iter().map(|(language, voice)| ((*language).to_owned(), voice.clone())).collect();
        for (name, phrasing) in replaced {
            match phrasing {
                Phrasing::Own(text) => {
                    own_words.insert(name.clone(), text.clone());
                }
                Phrasing::Language(words) => {
                    let voice = shipped(name);
                    let phrases =
                        voice.phrases.replaced(words).map_err(|(key, needed)| (format!("{name}.{key}"), needed))?;
                    voices.insert(name.clone(), Voice { phrases, ..voice });
                }
            }
        }
        let voice = voices.remove(own).unwrap_or_else(|| shipped(own));
        let phrases = voice.phrases.replaced(&own_words)?;
        Ok(Self { own: Voice { phrases, ..voice }, others: voices })
    }

    /// The voice for a language, or else the shop's own.
    pub fn in_language(&self, language: &str) -> &Voice {
        self.others.get(language).unwrap_or(&self.own)
    }

    pub fn own(&self) -> &Voice {
        &self.own
    }

    /// Whether these words of the bot admit that it did not know, in whatever language.
    pub fn admit_ignorance(&self, text: &str) -> bool {
        std::iter::once(&self.own).chain(self.others.values()).any(|voice| voice.phrases.admits_ignorance(text))
    }
}

impl Default for Voices {
    fn default() -> Self {
        Self::of("en", &BTreeMap::new()).expect("nothing is replaced: this is a bug")
    }
}

/// A language's voice as it is shipped, or the English one under its name.
fn shipped(language: &str) -> Voice {
    let voice = READ.get(language).unwrap_or_else(|| &READ["en"]);
    Voice { language: language.to_owned(), ..voice.clone() }
}

impl Voice {
    /// Said before words in another language than the customer's.
    pub fn only_in(&self, language: &str) -> String {
        let name = self.languages.get(language).map_or(language, String::as_str);
        self.phrases.other_language.replace("{language}", name)
    }

    /// The question for a slot that the intent has no words for.
    pub fn ask(&self, slot: EntityType) -> String {
        match slot {
            EntityType::OrderNumber => self.phrases.ask_order_number.clone(),
            EntityType::Email => self.phrases.ask_email.clone(),
            other => self.phrases.ask_other.replace("{slot}", &self.label(other).to_lowercase()),
        }
    }

    /// What a slot is called, in a form.
    pub fn label(&self, slot: EntityType) -> String {
        self.slots.get(&slot).cloned().unwrap_or_else(|| slot.as_str().to_owned())
    }

    pub fn again(&self, question: &str) -> String {
        self.phrases.again.replace("{question}", question)
    }

    /// Told when the customer joins the queue.
    pub fn queued(&self, position: i64, eta_s: i64) -> String {
        let phrase = if position <= 1 { &self.phrases.queued_first } else { &self.phrases.queued };
        self.in_the_queue(phrase, position, eta_s)
    }

    /// Told when a waiting customer asks again.
    pub fn still_queued(&self, position: i64, eta_s: i64) -> String {
        self.in_the_queue(&self.phrases.still_queued, position, eta_s)
    }

    /// Told when a waiting customer has waited longer than promised, and somebody is there.
    pub fn takes_longer(&self, position: i64, eta_s: i64) -> String {
        self.in_the_queue(&self.phrases.takes_longer, position, eta_s)
    }

    fn in_the_queue(&self, phrase: &str, position: i64, eta_s: i64) -> String {
        phrase.replace("{position}", &position.to_string()).replace("{minutes}", &self.minutes(eta_s))
    }

    /// Told when nobody has come and nobody is there.
    pub fn nobody_came(&self, email: Option<&str>, back_at: Option<&str>) -> String {
        let write = match email {
            Some(email) => self.phrases.will_write.replace("{email}", email),
            None => self.phrases.leave_address.clone(),
        };
        let back = back_at.map(|when| format!(" {}", self.back(when))).unwrap_or_default();
        format!("{}{back} {write}", self.phrases.nobody_came)
    }

    /// When somebody is back, for example `on Monday at 09:00`.
    pub fn back(&self, when: &str) -> String {
        self.phrases.back_at.replace("{when}", when)
    }

    pub fn address_noted(&self, email: &str) -> String {
        self.phrases.address_noted.replace("{email}", email)
    }

    pub fn returned(&self, agent: &str) -> String {
        self.phrases.returned.replace("{agent}", agent)
    }

    fn minutes(&self, seconds: i64) -> String {
        match (seconds + 59) / 60 {
            ..=1 => self.time.minute.clone(),
            minutes => self.time.minutes.replace("{minutes}", &minutes.to_string()),
        }
    }
}

impl TimeWords {
    /// A date as one says it: with the weekday when it is near.
    pub fn day(&self, date: Date, today: Date) -> String {
        let away = today.until(date).map_or(i32::MAX, |span| span.get_days());
        match away {
            0 => self.today.clone(),
            1 => self.tomorrow.clone(),
            -1 => self.yesterday.clone(),
            -6..=6 => self.written(&self.near, date),
            _ => self.written(&self.far, date),
        }
    }

    /// `today at 09:00`, `tomorrow at 09:00`, `on Monday at 09:00`.
    pub fn moment(&self, date: Date, time: &str, today: Date) -> String {
        let away = today.until(date).map_or(i32::MAX, |span| span.get_days());
        let form = match away {
            0 => &self.today_at,
            1 => &self.tomorrow_at,
            _ => &self.weekday_at,
        };
        self.written(form, date).replace("{time}", time)
    }

    fn written(&self, form: &str, date: Date) -> String {
        let weekday = &self.weekdays[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)];
        let month = &self.months[usize::try_from(date.month() - 1).unwrap_or(0)];
        form.replace("{weekday}", weekday).replace("{day}", &date.day().to_string()).replace("{month}", month)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_voice_fills_in_what_english_does() {
        let braces = |text: &str| -> BTreeSet<String> {
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
        };
        let english: toml::Table = SHIPPED[0].1.parse().unwrap();
        for (language, text) in SHIPPED {
            assert_eq!(READ[language].language, language);
            let here: toml::Table = text.parse().unwrap();
            for (section, keys) in &english {
                let keys = keys.as_table().unwrap();
                let theirs = here[section].as_table().unwrap();
                assert_eq!(keys.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "{language} {section}");
                for (key, value) in keys.iter().filter_map(|(key, value)| Some((key, value.as_str()?))) {
                    let wanted = braces(value);
                    assert_eq!(braces(theirs[key].as_str().unwrap()), wanted, "{language} {section}.{key}");
                }
            }
        }
    }

    #[test]
    fn the_queue_is_told_in_plain_words() {
        let voices = Voices::default();
        assert!(voices.own().queued(1, 60).contains("You are next; it should take about a minute."));
        assert!(voices.own().queued(3, 700).contains("number 3 in the queue; it should take about 12 minutes."));
        assert!(voices.in_language("nl").queued(3, 700).contains("nummer 3 in de rij; het duurt ongeveer 12 minuten."));
    }

    #[test]
    fn a_shop_may_speak_in_its_own_words_in_each_language() {
        let replaced = BTreeMap::from([
            ("which".to_owned(), Phrasing::Own("Welke bedoel je?".to_owned())),
            ("fr".to_owned(), Phrasing::Language(BTreeMap::from([("which".to_owned(), "Lequel ?".to_owned())]))),
        ]);
        let voices = Voices::of("nl", &replaced).unwrap();
        assert_eq!((voices.own().language.as_str(), voices.own().phrases.which.as_str()), ("nl", "Welke bedoel je?"));
        assert_eq!(voices.in_language("fr").phrases.which, "Lequel ?");
        assert_eq!(voices.in_language("en").phrases.which, READ["en"].phrases.which);
        // Nobody speaks it: the shop's own voice.
        assert_eq!(voices.in_language("sv").language, "nl");

        let unknown = BTreeMap::from([("wich".to_owned(), Phrasing::Own(String::new()))]);
        let (name, needed) = Voices::of("en", &unknown).unwrap_err();
        assert!(name == "wich" && needed.contains("which"), "{needed}");
    }

    #[test]
    fn ignorance_is_recognised_in_every_language() {
        let voices = Voices::default();
        assert!(voices.admit_ignorance(&READ["nl"].phrases.dont_know));
        assert!(voices.admit_ignorance(&READ["en"].phrases.apology));
        assert!(!voices.admit_ignorance(&READ["nl"].phrases.which));
    }

    #[test]
    fn days_are_told_as_people_say_them() {
        let (english, dutch) = (&READ["en"].time, &READ["nl"].time);
        let today = date(2026, 11, 20);
        assert_eq!(english.day(date(2026, 11, 21), today), "tomorrow");
        assert_eq!(english.day(date(2026, 11, 23), today), "Monday 23 November");
        assert_eq!(dutch.day(date(2026, 11, 23), today), "maandag 23 november");
        assert_eq!(dutch.day(date(2026, 12, 23), today), "23 december");
        assert_eq!(english.moment(date(2026, 11, 20), "09:00", today), "today at 09:00");
        assert_eq!(english.moment(date(2026, 11, 23), "09:00", today), "on Monday at 09:00");
        assert_eq!(dutch.moment(date(2026, 11, 21), "09:30", today), "morgen om 09:30 uur");
    }

    #[test]
    fn words_in_another_language_are_announced() {
        assert_eq!(READ["nl"].only_in("en"), "Dit heb ik alleen in het Engels:");
        assert_eq!(READ["en"].only_in("nl"), "I have this in Dutch only:");
    }
}
