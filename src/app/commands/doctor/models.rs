//! The models: the encoder's files, and the heads trained for this shop.

use std::collections::BTreeSet;

use super::Finding;
use crate::base::home::Home;
use crate::nlu::encoder::trial::{self, TrialResult};
use crate::nlu::encoder::{Encoder, EncoderOptions, Precision};
use crate::nlu::heads::Heads;
use crate::nlu::training::read_intents;

const AREA: &str = "models";
/// So many names are told of a difference.
const NAMED: usize = 5;

pub(super) fn findings(home: &Home, languages: &[String]) -> Vec<Finding> {
    let encoder = match Encoder::start(home, EncoderOptions::default()) {
        Ok(encoder) => encoder,
        // Without the encoder's identity, nothing can be said of the heads.
        Err(error) => return vec![Finding::fail(AREA, error.to_string())],
    };
    let mut findings = vec![Finding::ok(AREA, describe(&encoder))];
    findings.extend(languages.iter().map(|language| fits(&encoder, language)));
    findings.push(match Heads::load(&home.heads_folders(), encoder.identity()) {
        Ok(heads) => {
            // Intents that cannot be read are told where the shop's files are.
            let names =
                read_intents(&home.intents()).map(|intents| intents.into_iter().map(|intent| intent.name).collect());
            match names {
                Ok(names) => compare(&heads.intent.labels, &names),
                Err(_) => Finding::ok(AREA, "the heads can be read"),
            }
        }
        Err(error) => Finding::fail(AREA, error.to_string()),
    });
    findings
}

fn describe(encoder: &Encoder) -> String {
    let (shape, speed) = (encoder.shape(), encoder.speed());
    let milliseconds = match speed.precision {
        Precision::Bf16 => speed.bf16_ms,
        Precision::Fp32 | Precision::Auto => speed.fp32_ms,
    };
    format!(
        "the encoder is {}: {:.0} MB, {} layers, {} numbers a vector, {milliseconds:.1} ms a message",
        encoder.name(),
        encoder.bytes() as f64 / 1e6,
        shape.layers,
        shape.dimensions
    )
}

/// Whether the encoder reads a language, by sentences of which it is known what they mean.
fn fits(encoder: &Encoder, language: &str) -> Finding {
    match trial::run(encoder, language) {
        Ok(Some(result)) if result.fits() => {
            Finding::ok(AREA, format!("the encoder reads {language}: {}", told(&result)))
        }
        Ok(Some(result)) => Finding::warn(
            AREA,
            format!(
                "the encoder reads {language} badly: {}; messages in it are understood by their words alone. \
                 A multilingual encoder reads them better: see docs/languages.md",
                told(&result)
            ),
        ),
        Ok(None) => Finding::ok(AREA, format!("there are no sentences here to try the encoder on {language} with")),
        Err(error) => Finding::fail(AREA, error.to_string()),
    }
}

fn told(result: &TrialResult) -> String {
    format!("{} of {} paraphrases are nearer than what means something else", result.nearer, result.pairs)
}

fn compare(trained: &[String], names: &BTreeSet<String>) -> Finding {
    let trained: BTreeSet<String> = trained.iter().cloned().collect();
    let (new, gone): (Vec<_>, Vec<_>) = (names.difference(&trained).collect(), trained.difference(names).collect());
    if new.is_empty() && gone.is_empty() {
        return Finding::ok(AREA, format!("the heads know all {} intents", names.len()));
    }
    let mut says = Vec::new();
    for (which, names) in [("do not know", new), ("still know", gone)] {
        if !names.is_empty() {
            let named: Vec<&str> = names.iter().take(NAMED).map(|name| name.as_str()).collect();
            let more = if names.len() > NAMED { " …" } else { "" };
            says.push(format!("{which} {}{more}", named.join(", ")));
        }
    }
    Finding::warn(AREA, format!("the heads {}: run `rapport train`", says.join(", and ")))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn heads_of_other_intents_are_told() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let trained = ["a".to_owned(), "b".to_owned()];
        assert_eq!(compare(&trained, &names(&["a", "b"])).state, State::Ok);
        let finding = compare(&trained, &names(&["a", "c"]));
        assert_eq!(finding.message, "the heads do not know c, and still know b: run `rapport train`");
    }

    #[test]
    fn missing_files_fail_with_the_cure() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("models")).unwrap();
        let findings = findings(&Home::at(folder.path()), &[]);
        assert_eq!((findings.len(), findings[0].state), (1, State::Fail));
    }
}
