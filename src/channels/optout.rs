//! Words by which customers of telephone channels end messages and get them again. Only a
//! message that is such a word and nothing else counts.

/// What was asked, and how it is confirmed in the word's language.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    /// No more messages; else messages again.
    pub out: bool,
    pub confirmation: &'static str,
}

const OUT: &[(&[&str], &str)] = &[
    (
        &["stop", "stop all", "stopall", "stop promotions", "unsubscribe", "opt out", "opt-out", "optout"],
        "You will get no more messages from us here. Write START to get them again.",
    ),
    (&["stopp", "abmelden"], "Sie bekommen hier keine Nachrichten mehr von uns. Mit START bekommen Sie wieder welche."),
    (
        &["arrêt", "arret", "désabonner", "desabonner"],
        "Vous ne recevrez plus de messages de notre part ici. Écrivez START pour en recevoir de nouveau.",
    ),
    (&["baja"], "Ya no recibirá más mensajes nuestros aquí. Escriba START para volver a recibirlos."),
    (&["parar", "sair"], "Você não receberá mais mensagens nossas aqui. Escreva START para voltar a recebê-las."),
    (&["afmelden"], "U krijgt hier geen berichten meer van ons. Schrijf START om ze weer te krijgen."),
];

const IN: &[(&[&str], &str)] = &[
    (&["start", "unstop", "subscribe"], "You get our messages again. How can we help? Write STOP to end them."),
    (&["alta"], "Vuelve a recibir nuestros mensajes. ¿En qué podemos ayudarle? Escriba STOP para dejar de recibirlos."),
];

pub fn asked(text: &str) -> Option<Asked> {
    let word = text.trim().trim_matches(['.', '!', '"', '\'']).trim().to_lowercase();
    let find = |table: &'static [(&[&str], &str)]| {
        table.iter().find(|(words, _)| words.contains(&word.as_str())).map(|(_, confirmation)| *confirmation)
    };
    let out = find(OUT).map(|confirmation| Asked { out: true, confirmation });
    out.or_else(|| find(IN).map(|confirmation| Asked { out: false, confirmation }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("STOP", Some(true))]
    #[case(" Stop! ", Some(true))]
    #[case("ARRÊT", Some(true))]
    #[case("arrêt.", Some(true))]
    #[case("Baja", Some(true))]
    #[case("STOPP", Some(true))]
    #[case("unsubscribe", Some(true))]
    #[case("START", Some(false))]
    #[case("stop sending me the wrong size", None)]
    #[case("cancel", None)]
    #[case("", None)]
    fn only_the_word_alone_counts(#[case] text: &str, #[case] out: Option<bool>) {
        assert_eq!(asked(text).map(|asked| asked.out), out);
    }
}
