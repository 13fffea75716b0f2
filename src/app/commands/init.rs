//! `rapport init`: a new, empty shop.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args as ClapArgs;

use super::{inbox, open_store};
use crate::app::database;
use crate::base::config::Config;
use crate::base::home::Home;
use crate::nlu::heads::file::{MOOD_FILE, UNHAPPINESS_FILE};

/// Every key of the configuration, as a comment.
const CONFIGURATION: &str = include_str!("init/rapport.toml");

macro_rules! starter {
    ($($path:literal),+ $(,)?) => { [$(($path, include_str!(concat!("init/starter/", $path)))),+] };
}

/// What a shop begins with: intents that every shop has, and one article as an example.
const STARTER: [(&str, &str); 11] = starter![
    "intents/affirm.yaml",
    "intents/bot_identity.yaml",
    "intents/complaint.yaml",
    "intents/deny.yaml",
    "intents/goodbye.yaml",
    "intents/greeting.yaml",
    "intents/order_status.yaml",
    "intents/product_search.yaml",
    "intents/talk_to_person.yaml",
    "intents/thanks.yaml",
    "knowledge-base/contact-and-opening-hours.md",
];

/// Make a new, empty shop: its folder, its database and its first inbox.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The shop's name, as customers know it.
    #[arg(long, default_value = "My shop")]
    name: String,
    /// The language of customers who do not tell theirs, for example `en` or `nl-BE`.
    #[arg(long, default_value = "en")]
    locale: String,
    /// The public key of the first inbox, which stands in the website's page.
    #[arg(long, value_name = "KEY", default_value = "web")]
    inbox: String,
    /// A new folder for the shop's intents, articles, configuration and data. Without it,
    /// only the database is made, and the folders beside the models are the shop's.
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
}

/// The intents that every shop has, by their path in a shop's folder.
pub(in crate::app) fn starter_intents(shop: &str) -> impl Iterator<Item = (&'static str, String)> {
    let intents = STARTER.into_iter().filter(|(path, _)| path.starts_with("intents/"));
    intents.map(move |(path, text)| (path, text.replace("{shop}", shop)))
}

pub async fn run(args: Args, config: &Config, home: &Home) -> anyhow::Result<()> {
    let name = args.name.trim();
    if name.is_empty() {
        bail!("--name must not be empty: write the shop's name, as customers know it");
    }
    let config = match &args.home {
        Some(folder) => inside(folder, config),
        None => config.clone(),
    };
    if database::exists(&config) {
        let store = open_store(&config).await?;
        if let Some(inbox) = store.inboxes().await?.first() {
            bail!(
                "the database holds a shop already, with the inbox `{}`: nothing was changed; set RAPPORT_DATA_DIR to \
                 another folder, or name a new one with --home",
                inbox.public_key
            );
        }
    }
    if let Some(folder) = &args.home {
        let shop = Shop { name, locale: &args.locale, data_dir: &config.data_dir };
        write_home(folder, &shop, home)?;
    }
    let store = open_store(&config).await?;
    // Last, because an inbox is what says that there is a shop: a crash before repeats it.
    inbox::create(&store, &args.inbox, Some(name), &[]).await?;
    say_what_is_next(&args);
    Ok(())
}

/// The configuration of a shop in a folder of its own: a relative data directory lies there.
fn inside(folder: &Path, config: &Config) -> Config {
    Config { data_dir: folder.join(&config.data_dir), ..config.clone() }
}

struct Shop<'a> {
    name: &'a str,
    locale: &'a str,
    data_dir: &'a Path,
}

fn write_home(folder: &Path, shop: &Shop<'_>, home: &Home) -> anyhow::Result<()> {
    let written = STARTER.iter().map(|(path, _)| *path).chain(["rapport.toml", "models/manifest.toml"]);
    if let Some(there) = written.map(|path| folder.join(path)).find(|path| path.exists()) {
        bail!("{} is there already: nothing was changed; name a new folder with --home", there.display());
    }
    for (path, text) in STARTER {
        write(&folder.join(path), &text.replace("{shop}", shop.name))?;
    }
    write(&folder.join("rapport.toml"), &configuration(shop, folder))?;
    link_models(&folder.join("models"), &home.models())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The encoder is the same for every shop; the heads are trained from this shop's intents,
/// and so have a place of their own.
fn link_models(models: &Path, of_clone: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(models).with_context(|| format!("cannot make the folder {}", models.display()))?;
    let manifest = of_clone.join("manifest.toml");
    fs::copy(&manifest, models.join("manifest.toml")).with_context(|| format!("cannot copy {}", manifest.display()))?;
    for name in ["encoder", "training"] {
        let target = of_clone.join(name);
        if let Ok(target) = target.canonicalize() {
            let link = models.join(name);
            std::os::unix::fs::symlink(&target, &link).with_context(|| format!("cannot link {}", link.display()))?;
        }
    }
    // How customers feel is read alike in every shop; what they want is trained for this one.
    let heads = models.join("heads");
    fs::create_dir_all(&heads).with_context(|| format!("cannot make the folder {}", heads.display()))?;
    for name in [MOOD_FILE, UNHAPPINESS_FILE] {
        let head = of_clone.join("heads").join(name);
        fs::copy(&head, heads.join(name)).with_context(|| format!("cannot copy {}", head.display()))?;
    }
    Ok(())
}

/// The configuration with the shop's own values set, and every other key as a comment.
fn configuration(shop: &Shop<'_>, folder: &Path) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut text = CONFIGURATION
        .replacen("#name = \"Alder & Wick\"", &format!("name = {}", quoted(shop.name)), 1)
        .replacen("#locale = \"en\"", &format!("locale = {}", quoted(shop.locale)), 1)
        .replacen("#locales = [\"en\", \"nl\"]", &format!("locales = [{}]", quoted(shop.locale)), 1);
    let usual = folder.join("var");
    if shop.data_dir != usual {
        let data_dir = shop.data_dir.strip_prefix(folder).unwrap_or(shop.data_dir).display().to_string();
        text = text.replacen("#data_dir = \"var\"", &format!("data_dir = {}", quoted(&data_dir)), 1);
    }
    text
}

fn say_what_is_next(args: &Args) {
    let program = std::env::current_exe().map_or_else(|_| "rapport".to_owned(), |path| path.display().to_string());
    match &args.home {
        Some(folder) => println!(
            "1. Write your articles into {home}/knowledge-base and look through {home}/intents and {home}/rapport.toml.\n\
             2. In {home}, run `{program} train`, and bring in your catalogue: `{program} import products FILE…`.\n\
             3. There, start the server with `{program} serve`, and try it with `{program} chat --inbox {key}`.",
            home = folder.display(),
            key = args.inbox
        ),
        None => println!(
            "1. Replace the articles and intents beside the models by your own, or make a folder of your own with --home.\n\
             2. Run `{program} train`, and bring in your catalogue: `{program} import products FILE…`.\n\
             3. Start the server with `{program} serve`, and try it with `{program} chat --inbox {key}`.",
            key = args.inbox
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::intent::IntentSpec;
    use crate::search::articles;

    fn shop(data_dir: &Path) -> Shop<'_> {
        Shop { name: "Eva's \"Mugs\"", locale: "nl-BE", data_dir }
    }

    /// A folder with the files that a clone has.
    fn clone_in(folder: &Path) -> Home {
        for path in ["models/encoder", "models/heads"] {
            fs::create_dir_all(folder.join(path)).unwrap();
        }
        for name in ["manifest.toml", "heads/mood.safetensors", "heads/unhappiness.safetensors"] {
            fs::write(folder.join("models").join(name), "").unwrap();
        }
        Home::at(folder)
    }

    #[test]
    fn every_comment_of_the_configuration_is_its_default() {
        let uncommented: String = CONFIGURATION
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(key) if !key.starts_with(' ') => format!("{key}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let read: Config = toml::from_str(&uncommented).unwrap();
        assert_eq!(Config { database_url: None, ..read.clone() }, Config::default());
        assert!(read.database_url.is_some(), "the one key without a default is shown as well");

        fn keys(value: &serde_json::Value, found: &mut Vec<String>) {
            for (key, value) in value.as_object().into_iter().flatten() {
                found.push(key.clone());
                keys(value, found);
            }
        }
        let mut all = Vec::new();
        keys(&serde_json::to_value(Config::default()).unwrap(), &mut all);
        for key in all {
            let stands = uncommented.contains(&format!("\n{key} = ")) || uncommented.contains(&format!("\n[{key}]"));
            assert!(stands, "`{key}` is missing from the configuration that `init` writes");
        }
    }

    #[test]
    fn the_shops_own_values_stand_in_its_configuration() {
        let folder = Path::new("/srv/shop");
        let text = configuration(&shop(&folder.join("var")), folder);
        let read: Config = toml::from_str(&text).unwrap();
        assert_eq!((read.shop.name.as_str(), read.shop.locale.as_str()), ("Eva's \"Mugs\"", "nl-BE"));
        assert_eq!(read.shop.languages(), ["nl"]);
        assert_eq!(read.data_dir, Path::new("var"));
        let text = configuration(&shop(Path::new("/data")), folder);
        assert_eq!(toml::from_str::<Config>(&text).unwrap().data_dir, Path::new("/data"));
    }

    #[test]
    fn the_starter_files_are_right() {
        for (path, text) in STARTER {
            let text = text.replace("{shop}", "Eva's Mugs");
            assert!(!text.contains("{shop"), "{path}");
            if path.ends_with(".md") {
                articles::parse(Path::new(path), "article", &text).unwrap();
            } else {
                let spec: IntentSpec = serde_norway::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
                assert!(spec.examples.len() >= 15, "{path}");
                assert!(!spec.reply.is_empty(), "{path}");
            }
        }
    }

    #[tokio::test]
    async fn a_shop_is_made_once_and_with_its_own_models_folder() {
        let scratch = tempfile::tempdir().unwrap();
        let home = clone_in(&scratch.path().join("clone"));
        let folder = scratch.path().join("shop");
        let args =
            || Args { name: "Mugs".into(), locale: "en".into(), inbox: "web".into(), home: Some(folder.clone()) };
        run(args(), &Config::default(), &home).await.unwrap();

        assert!(folder.join("var/rapport.db").is_file());
        assert!(folder.join("models/manifest.toml").is_file() && folder.join("models/encoder").is_dir());
        assert!(folder.join("models/heads/mood.safetensors").is_file());
        let greeting = fs::read_to_string(folder.join("intents/greeting.yaml")).unwrap();
        assert!(greeting.contains("welcome to Mugs"));

        let again = run(args(), &Config::default(), &home).await.unwrap_err().to_string();
        assert!(again.contains("holds a shop already, with the inbox `web`"), "{again}");
    }

    #[tokio::test]
    async fn a_folder_in_use_is_left_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let home = clone_in(&scratch.path().join("clone"));
        let folder = scratch.path().join("shop");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("rapport.toml"), "[shop]\n").unwrap();
        let args = Args { name: "Mugs".into(), locale: "en".into(), inbox: "web".into(), home: Some(folder.clone()) };
        let error = run(args, &Config::default(), &home).await.unwrap_err().to_string();
        assert!(error.contains("rapport.toml is there already"), "{error}");
        assert!(!folder.join("var").exists() && !folder.join("intents").exists());
    }
}
