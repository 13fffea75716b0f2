//! The configuration: one TOML file, a few environment variables above it.
//!
//! Every key has a default that suits a small shop. `docs/configuration.md` shows them
//! all; a test fails when a key is missing there or has another default.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::secret::Password;
use super::thresholds::Thresholds;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server listens. `RAPPORT_LISTEN` overrides it.
    pub listen: SocketAddr,
    /// Where everything that the server writes lies. `RAPPORT_DATA_DIR` overrides it.
    pub data_dir: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; by default `rapport.db` in the data directory.
    /// `RAPPORT_DATABASE_URL` overrides it.
    pub database_url: Option<String>,
    /// Where customers and colleagues reach this server, for example
    /// `https://chat.shop.example`; links in mails begin with it. `RAPPORT_PUBLIC_URL`
    /// overrides it.
    pub public_url: String,
    pub shop: Shop,
    pub assistant: Assistant,
    /// The bot's own sentences, by name, where the shop has other words: `answer::Phrases`.
    pub phrases: BTreeMap<String, Phrasing>,
    pub knowledge: Knowledge,
    /// When to answer, to ask, and to fetch a person.
    pub policy: Thresholds,
    pub handoff: Handoff,
    pub mail: Mail,
    pub network: Network,
    pub privacy: Privacy,
    pub limits: Limits,
    pub model: Model,
    pub log: Log,
}

/// The shop that the assistant speaks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shop {
    pub name: String,
    /// BCP 47; the shop's own language, in which it has everything.
    pub locale: String,
    /// The languages in which it answers as well, where it has the words.
    pub locales: Vec<String>,
    /// IANA name; what "today" means.
    pub time_zone: String,
    /// ISO 4217.
    pub currency: String,
    /// ISO 3166-1 alpha-2; where telephone numbers and postcodes without a country belong.
    pub country: String,
}

impl Shop {
    /// The languages of its customers, without regions, its own first.
    pub fn languages(&self) -> Vec<String> {
        let mut languages: Vec<String> = Vec::new();
        for locale in std::iter::once(&self.locale).chain(&self.locales) {
            let language = locale.split('-').next().unwrap_or(locale).to_ascii_lowercase();
            if !languages.contains(&language) {
                languages.push(language);
            }
        }
        languages
    }
}

/// A phrase of the shop's own language, or those of another one by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Phrasing {
    Own(String),
    Language(BTreeMap<String, String>),
}

/// How the assistant presents itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Assistant {
    pub name: String,
    /// Told in every `welcome`: that this is a machine, and that people can be reached.
    pub disclosure: String,
}

/// Where answers come from beside the folder and the console.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knowledge {
    /// Websites that are read by their sitemaps, again and again.
    pub websites: Vec<Website>,
}

/// A website whose pages become articles; see `engine::websites`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Website {
    /// The site's address, or its sitemap's.
    pub address: String,
    /// It is read again after so many hours.
    #[serde(default = "a_day")]
    pub hours: u32,
    /// Hosts beside the address's own whose pages are read as well.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// What the paths of pages begin with; empty: all.
    #[serde(default)]
    pub paths: Vec<String>,
    /// No more pages than this are read.
    #[serde(default = "many_pages")]
    pub pages: usize,
    /// Of its articles, in the help centre.
    #[serde(default)]
    pub category: String,
}

fn a_day() -> u32 {
    24
}

fn many_pages() -> usize {
    1_000
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Handoff {
    /// How long after their last call an agent counts as present, in seconds.
    pub present_s: u32,
    /// After so many seconds without a sign of the agent who holds it, a conversation
    /// goes back to the bot.
    pub absent_after_s: u32,
    /// How long one waiting customer takes an agent, in minutes: the basis of `eta_s`.
    pub minutes_each: u32,
    /// An agent's words that a customer who has gone did not read are mailed after so
    /// many seconds.
    pub mail_after_s: u32,
}

/// The way out for mails: an SMTP server. Without a host none is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    pub host: String,
    /// 0 takes the usual one: 587, 465 or 25.
    pub port: u16,
    pub security: MailSecurity,
    /// Empty: without signing in.
    pub username: String,
    /// `RAPPORT_SMTP_PASSWORD` overrides it.
    pub password: Password,
    /// For example `Alder & Wick <chat@shop.example>`.
    pub from: String,
    /// Where answers go; empty: to `from`.
    pub reply_to: String,
}

/// What the server may call by itself: vendors of channels, webhooks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// Hosts of the private network (names or addresses) that may be called although they
    /// are; everything else there is refused, so that nobody reaches it through a setting.
    pub private_hosts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS begins after the greeting; a server without it is refused.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// In the clear: for a server on this machine.
    None,
}

/// What other systems are told of people; see `base::privacy`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// Whether e-mail addresses and telephone numbers in messages are masked in webhooks.
    /// Cards, bank accounts and national numbers always are.
    pub mask_contacts_in_webhooks: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Messages a second that one visitor may send on and on …
    pub visitor_rate: u32,
    /// … and how many at once.
    pub visitor_burst: u32,
    /// Messages a second from one network address.
    pub address_rate: u32,
    /// The largest frame, in bytes.
    pub frame_bytes: usize,
    /// The largest upload, in bytes.
    pub upload_bytes: usize,
    /// Sockets open at once; more are told to come back.
    pub sockets: usize,
    /// A socket without a sign of life for so many seconds is closed.
    pub heartbeat_s: u64,
    /// Messages that wait for the models in memory; more wait on disk.
    pub queued_turns: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Model {
    /// The folder of the sentence encoder; a relative path begins at Rapport's own folder.
    pub encoder: PathBuf,
    /// `auto` measures at start; `fp32` or `bf16` fixes it.
    pub precision: Precision,
    /// Threads of one pass of the model; 0 takes a thread for each core. With one, the
    /// other cores do the server's own work, and a pass never waits for one of them.
    pub threads: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    Auto,
    Fp32,
    Bf16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, or per module as in `info,rapport::engine=debug`.
    pub level: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data_dir: PathBuf::from("var"),
            database_url: None,
            public_url: String::new(),
            shop: Shop::default(),
            assistant: Assistant::default(),
            phrases: BTreeMap::new(),
            knowledge: Knowledge::default(),
            policy: Thresholds::default(),
            handoff: Handoff::default(),
            mail: Mail::default(),
            network: Network::default(),
            privacy: Privacy::default(),
            limits: Limits::default(),
            model: Model::default(),
            log: Log::default(),
        }
    }
}

impl Default for Shop {
    fn default() -> Self {
        Self {
            name: "Alder & Wick".into(),
            locale: "en".into(),
            locales: vec!["en".into(), "nl".into()],
            time_zone: "Europe/Brussels".into(),
            currency: "EUR".into(),
            country: "BE".into(),
        }
    }
}

impl Default for Assistant {
    fn default() -> Self {
        Self { name: "Wick".into(), disclosure: "I am an automatic assistant. Ask for a person at any time.".into() }
    }
}

impl Default for Privacy {
    fn default() -> Self {
        Self { mask_contacts_in_webhooks: true }
    }
}

impl Default for Handoff {
    fn default() -> Self {
        Self { present_s: 60, absent_after_s: 900, minutes_each: 4, mail_after_s: 180 }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 0,
            security: MailSecurity::Starttls,
            username: String::new(),
            password: Password::default(),
            from: String::new(),
            reply_to: String::new(),
        }
    }
}

impl Mail {
    pub fn configured(&self) -> bool {
        !self.host.is_empty()
    }

    pub fn port(&self) -> u16 {
        match (self.port, self.security) {
            (0, MailSecurity::Starttls) => 587,
            (0, MailSecurity::Tls) => 465,
            (0, MailSecurity::None) => 25,
            (port, _) => port,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            visitor_rate: 5,
            visitor_burst: 20,
            address_rate: 200,
            frame_bytes: 64 * 1024,
            upload_bytes: 10 * 1024 * 1024,
            sockets: 20_000,
            heartbeat_s: 60,
            queued_turns: 10_000,
        }
    }
}

impl Default for Model {
    fn default() -> Self {
        Self { encoder: PathBuf::from("models/encoder"), precision: Precision::Auto, threads: 1 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".into() }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the configuration {path} is wrong:\n{reason}")]
    Malformed { path: PathBuf, reason: String },
    #[error("{key} = {value} will not do: {needed}")]
    Value { key: String, value: String, needed: String },
}

impl Config {
    /// Reads the file (named, else `RAPPORT_CONFIG`, else `rapport.toml` here if there is
    /// one), then the environment, then checks every value.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let from_environment = std::env::var_os("RAPPORT_CONFIG").map(PathBuf::from);
        let file = named.map(Path::to_owned).or(from_environment).or_else(|| {
            let here = PathBuf::from("rapport.toml");
            here.is_file().then_some(here)
        });
        let mut config = match file {
            Some(path) => Self::read(&path)?,
            None => Self::default(),
        };
        config.override_from(|name| std::env::var(name).ok())?;
        config.check()?;
        Ok(config)
    }

    /// Where this server is reached, without a slash at the end: the public address, or
    /// the one that it listens on.
    pub fn address(&self) -> String {
        match self.public_url.trim_end_matches('/') {
            "" => format!("http://{}", self.listen),
            url => url.to_owned(),
        }
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|reason| ConfigError::Malformed { path: path.to_owned(), reason })
    }

    /// toml's own errors show the line and point at the value; what would do stands in them.
    fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    fn override_from(&mut self, variable: impl Fn(&str) -> Option<String>) -> Result<(), ConfigError> {
        if let Some(listen) = variable("RAPPORT_LISTEN") {
            self.listen = listen.parse().map_err(|_| {
                unfit("RAPPORT_LISTEN", &listen, "write an address and a port, for example 127.0.0.1:8080")
            })?;
        }
        if let Some(data_dir) = variable("RAPPORT_DATA_DIR") {
            self.data_dir = PathBuf::from(data_dir);
        }
        if let Some(url) = variable("RAPPORT_DATABASE_URL") {
            self.database_url = Some(url);
        }
        if let Some(url) = variable("RAPPORT_PUBLIC_URL") {
            self.public_url = url;
        }
        if let Some(password) = variable("RAPPORT_SMTP_PASSWORD") {
            self.mail.password = Password::new(password);
        }
        Ok(())
    }

    fn check(&self) -> Result<(), ConfigError> {
        for (key, value) in self.policy.probabilities() {
            if !(0.0..=1.0).contains(&value) {
                return Err(unfit(&format!("policy.{key}"), value, "a probability lies between 0 and 1"));
            }
        }
        if self.policy.clarify > self.policy.answer {
            return Err(unfit("policy.clarify", self.policy.clarify, "it must not be above policy.answer"));
        }
        let at_least_one = [
            ("policy.failed_answers", u64::from(self.policy.failed_answers)),
            ("policy.choices", self.policy.choices as u64),
            ("handoff.present_s", u64::from(self.handoff.present_s)),
            ("handoff.absent_after_s", u64::from(self.handoff.absent_after_s)),
            ("handoff.mail_after_s", u64::from(self.handoff.mail_after_s)),
            ("limits.visitor_rate", u64::from(self.limits.visitor_rate)),
            ("limits.visitor_burst", u64::from(self.limits.visitor_burst)),
            ("limits.address_rate", u64::from(self.limits.address_rate)),
            ("limits.sockets", self.limits.sockets as u64),
            ("limits.heartbeat_s", self.limits.heartbeat_s),
            ("limits.queued_turns", self.limits.queued_turns as u64),
        ];
        for (key, value) in at_least_one {
            if value == 0 {
                return Err(unfit(key, value, "it must be at least 1"));
            }
        }
        for website in &self.knowledge.websites {
            website.check()?;
        }
        if !(1024..=16 * 1024 * 1024).contains(&self.limits.frame_bytes) {
            return Err(unfit("limits.frame_bytes", self.limits.frame_bytes, "write 1024 to 16777216 bytes"));
        }
        let country = &self.shop.country;
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(unfit("shop.country", country, "write an ISO 3166 code of two capitals such as BE"));
        }
        for locale in std::iter::once(&self.shop.locale).chain(&self.shop.locales) {
            let language = locale.split('-').next().unwrap_or_default();
            if !matches!(language.len(), 2 | 3) || !language.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                return Err(unfit("shop.locales", locale, "write language codes, for example [\"en\", \"nl\"]"));
            }
        }
        if self.model.encoder.file_name().is_none() {
            return Err(unfit(
                "model.encoder",
                self.model.encoder.display(),
                "write the folder of an encoder, for example models/encoder",
            ));
        }
        if jiff::tz::TimeZone::get(&self.shop.time_zone).is_err() {
            return Err(unfit(
                "shop.time_zone",
                &self.shop.time_zone,
                "write an IANA name, for example Europe/Brussels",
            ));
        }
        let public_url = self.public_url.strip_prefix("https://").or(self.public_url.strip_prefix("http://"));
        if !self.public_url.is_empty()
            && public_url.is_none_or(|host| host.is_empty() || host.contains(['?', '#', ' ']))
        {
            return Err(unfit("public_url", &self.public_url, "write for example https://chat.shop.example"));
        }
        if self.mail.configured() && !self.mail.from.contains('@') {
            return Err(unfit("mail.from", &self.mail.from, "write for example Alder & Wick <chat@shop.example>"));
        }
        if let Some(url) = &self.database_url
            && !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme))
        {
            // The address may carry a password: it is not repeated.
            return Err(unfit("database_url", "…", "write sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME"));
        }
        Ok(())
    }
}

impl Website {
    fn check(&self) -> Result<(), ConfigError> {
        let host = self.address.strip_prefix("https://").or(self.address.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.starts_with('/') || host.contains(['#', ' '])) {
            return Err(unfit("knowledge.websites.address", &self.address, "write for example https://shop.example"));
        }
        if self.hours == 0 || self.pages == 0 {
            return Err(unfit("knowledge.websites", &self.address, "`hours` and `pages` must be at least 1"));
        }
        if let Some(path) = self.paths.iter().find(|path| !path.starts_with('/')) {
            return Err(unfit("knowledge.websites.paths", path, "a path begins with a slash, for example /help/"));
        }
        Ok(())
    }
}

pub fn unfit(key: &str, value: impl std::fmt::Display, needed: &str) -> ConfigError {
    ConfigError::Value { key: key.to_owned(), value: value.to_string(), needed: needed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn the_documentation_shows_every_key_with_its_default() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
        let block = page.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("a TOML block");
        let shown = Config { phrases: BTreeMap::new(), ..Config::parse(block).unwrap() };
        assert_eq!(shown, Config::default());
        for (section, keys) in toml::Table::try_from(Config::default()).unwrap() {
            let keys: Vec<String> = keys.as_table().into_iter().flatten().map(|(key, _)| key.clone()).collect();
            assert!(block.contains(&section), "{section}");
            assert!(keys.iter().all(|key| block.contains(&format!("{key} = "))), "{section}: {keys:?}");
        }
    }

    #[test]
    fn the_default_passes_its_own_check() {
        Config::default().check().unwrap();
    }

    #[rstest]
    #[case("limit = 3", "limit")]
    #[case("[limits]\nvisitor_rate = \"many\"", "visitor_rate")]
    #[case("[model]\nprecision = \"int8\"", "`auto`, `fp32`, `bf16`")]
    #[case("listen = 8080", "listen")]
    fn a_wrong_line_is_shown_with_what_would_do(#[case] text: &str, #[case] names: &str) {
        let error = Config::parse(text).unwrap_err();
        assert!(error.contains(names) && error.contains("line"), "{error}");
    }

    #[rstest]
    #[case("[policy]\nanswer = 1.5", "policy.answer = 1.5")]
    #[case("[policy]\nclarify = 0.9", "policy.clarify = 0.9")]
    #[case("[policy]\ndoubt = -0.1", "policy.doubt = -0.1")]
    #[case("[policy]\nchoices = 0", "policy.choices = 0")]
    #[case("[limits]\nvisitor_rate = 0", "limits.visitor_rate = 0")]
    #[case("public_url = \"chat.shop.example\"", "public_url = chat.shop.example")]
    #[case("[mail]\nhost = \"smtp.shop.example\"", "mail.from = ")]
    #[case("[shop]\ntime_zone = \"Mars/Base\"", "shop.time_zone = Mars/Base")]
    #[case("[shop]\ncountry = \"Belgium\"", "shop.country = Belgium")]
    #[case("[model]\nencoder = \"\"", "model.encoder = ")]
    #[case("[shop]\nlocales = [\"Dutch\"]", "shop.locales = Dutch")]
    #[case("[[knowledge.websites]]\naddress = \"shop.example\"", "knowledge.websites.address = shop.example")]
    #[case(
        "[[knowledge.websites]]\naddress = \"https://a.example\"\nhours = 0",
        "knowledge.websites = https://a.example"
    )]
    #[case(
        "[[knowledge.websites]]\naddress = \"https://a.example\"\npaths = [\"help\"]",
        "knowledge.websites.paths = help"
    )]
    fn an_unfit_value_is_named_with_its_key(#[case] text: &str, #[case] names: &str) {
        let error = Config::parse(text).unwrap().check().unwrap_err().to_string();
        assert!(error.starts_with(names), "{error}");
    }

    #[test]
    fn the_shops_own_language_comes_first() {
        let shop = Config::parse("[shop]\nlocale = \"nl-BE\"\nlocales = [\"en\", \"nl\", \"FR\"]").unwrap().shop;
        assert_eq!(shop.languages(), ["nl", "en", "fr"]);
    }

    #[test]
    fn phrases_of_another_language_stand_below_its_code() {
        let config = Config::parse("[phrases]\nwhich = \"Which?\"\n[phrases.nl]\nwhich = \"Welke?\"").unwrap();
        assert_eq!(config.phrases["which"], Phrasing::Own("Which?".into()));
        let dutch = BTreeMap::from([("which".to_owned(), "Welke?".to_owned())]);
        assert_eq!(config.phrases["nl"], Phrasing::Language(dutch));
    }

    #[test]
    fn the_environment_wins_and_is_checked() {
        let mut config = Config::default();
        let set = |name: &str| (name == "RAPPORT_LISTEN").then(|| "0.0.0.0:9000".to_owned());
        config.override_from(set).unwrap();
        assert_eq!(config.listen.port(), 9000);
        let error = config.override_from(|_| Some("localhost".to_owned())).unwrap_err().to_string();
        assert!(error.starts_with("RAPPORT_LISTEN = localhost"), "{error}");
    }
}
