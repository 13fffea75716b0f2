//! Messages as Block Kit, within its limits; pure.
//!
//! <https://docs.slack.dev/reference/block-kit/blocks>

use serde_json::{Value, json};

use crate::base::markdown::escape;
use crate::channels::channel::{Card, Markup, Outgoing, Pick};
use crate::channels::render::{cut, marked_up, pieces};
use crate::domain::ConversationId;

/// Signs of a section.
const SECTION: usize = 3000;
/// Signs of a button, and of an option of a menu.
pub const TITLE: usize = 75;
/// Signs of an address behind a button or a picture.
const ADDRESS: usize = 3000;
/// Signs of what a reader hears of a picture.
const ALT: usize = 2000;
/// Elements of one context block.
const CONTEXT: usize = 10;
/// The block in which the customer chooses; what was chosen takes its place.
const CHOICE: &str = "choice";

/// A message for `chat.postMessage`, with its words for notifications and for those who
/// cannot see blocks; a file is none.
pub fn message(outgoing: &Outgoing) -> Value {
    match outgoing {
        Outgoing::Text(text) => json!({"text": text, "blocks": answer(text)}),
        Outgoing::Buttons { text, options } => {
            let buttons: Vec<Value> = options.iter().map(button).collect();
            let actions = json!({"type": "actions", "block_id": CHOICE, "elements": buttons});
            json!({"text": text, "blocks": with(sections(text), actions)})
        }
        Outgoing::List { text, options } => {
            let options: Vec<Value> = options.iter().map(option).collect();
            let menu = json!({"type": "static_select", "action_id": "menu", "options": options,
                              "placeholder": plain("Choose one")});
            let actions = json!({"type": "actions", "block_id": CHOICE, "elements": [menu]});
            json!({"text": text, "blocks": with(sections(text), actions)})
        }
        Outgoing::Cards { items } => {
            let lines: Vec<String> = items.iter().map(headline).collect();
            json!({"text": lines.join("\n"), "blocks": items.iter().flat_map(card).collect::<Vec<_>>()})
        }
        Outgoing::File { caption, .. } => json!({"text": caption}),
    }
}

/// The first message of a staff thread, with what can be done there.
pub fn escalation(text: &str, conversation: &ConversationId) -> Value {
    let button = |action: &str, title: &str, style: Option<&str>| {
        let mut button = json!({"type": "button", "action_id": action, "text": plain(title), "value": conversation});
        if let Some(style) = style {
            button["style"] = json!(style);
        }
        button
    };
    let buttons = [
        button("staff_take", "Take", Some("primary")),
        button("staff_handback", "Hand back", None),
        button("staff_resolve", "Resolve", None),
    ];
    let actions = json!({"type": "actions", "block_id": "staff", "elements": buttons});
    json!({"text": text, "blocks": with(sections(text), actions)})
}

/// The blocks of a message once something was chosen in it: it says what, and takes no
/// second choice. `None` where there is nothing to choose.
pub fn chosen(blocks: &Value, title: &str) -> Option<Vec<Value>> {
    let blocks = blocks.as_array()?;
    let place = blocks.iter().position(|block| block["block_id"] == CHOICE)?;
    let mut blocks = blocks.clone();
    blocks[place] = json!({"type": "context", "elements": [plain(&format!("✓ {}", cut(title, TITLE)))]});
    Some(blocks)
}

/// The same without pictures: Slack takes no message with one that it cannot fetch.
pub fn without_pictures(blocks: &Value) -> Value {
    let mut blocks = blocks.clone();
    for block in blocks.as_array_mut().into_iter().flatten() {
        if let Some(block) = block.as_object_mut() {
            block.remove("accessory");
        }
    }
    blocks
}

/// Words; where they end in nothing but links, those are sources, and stand below, smaller.
fn answer(text: &str) -> Vec<Value> {
    let parts = text.rsplit_once("\n\n").and_then(|(words, end)| Some((words, links(end)?)));
    match parts {
        Some((words, links)) => {
            let elements: Vec<Value> = links.into_iter().take(CONTEXT).map(mrkdwn).collect();
            with(sections(words), json!({"type": "context", "elements": elements}))
        }
        None => sections(text),
    }
}

/// The links of a text that has nothing else.
fn links(text: &str) -> Option<Vec<&str>> {
    let mut links = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.starts_with("<http").then(|| rest.find('>'))?? + 1;
        links.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    Some(links)
}

fn card(card: &Card) -> [Value; 2] {
    let reason = cut(&card.product.reason, 1000);
    let text = format!("*{}*\n{}", headline(card), words(&reason));
    let mut section = json!({"type": "section", "text": mrkdwn(&text)});
    if let Some(image) = card.product.image.as_deref().filter(|url| url.starts_with("http") && url.len() <= ADDRESS) {
        let alt = cut(&card.product.title, ALT);
        section["accessory"] = json!({"type": "image", "image_url": image, "alt_text": alt});
    }
    let mut buttons =
        vec![json!({"type": "button", "action_id": "about", "text": plain("Tell me more"), "value": card.id})];
    if let Some(url) = card.product.url.as_deref().filter(|url| url.starts_with("http") && url.len() <= ADDRESS) {
        buttons.push(json!({"type": "button", "action_id": "open", "text": plain("Open in the shop"), "url": url}));
    }
    [section, json!({"type": "actions", "elements": buttons})]
}

fn headline(card: &Card) -> String {
    let product = &card.product;
    format!("{}: {} {}", words(&cut(&product.title, 500)), words(&product.price), words(&product.currency))
}

fn button(pick: &Pick) -> Value {
    json!({"type": "button", "action_id": pick.id, "text": plain(&pick.title), "value": pick.id})
}

fn option(pick: &Pick) -> Value {
    let mut option = json!({"text": plain(&pick.title), "value": pick.id});
    if !pick.description.is_empty() {
        option["description"] = plain(&pick.description);
    }
    option
}

/// Text in sections that fit, none of which ends inside `<…>` or `&…;`.
fn sections(text: &str) -> Vec<Value> {
    let mut sections = Vec::new();
    let mut rest = text.trim();
    while let Some(piece) = pieces(rest, SECTION).first() {
        let end = whole(piece);
        sections.push(json!({"type": "section", "text": mrkdwn(rest[..end].trim_end())}));
        rest = rest[end..].trim_start();
    }
    sections
}

/// Where a text ends that leaves out what it opens and does not close.
fn whole(text: &str) -> usize {
    let opened = [('<', '>'), ('&', ';')].map(|(opens, closes)| {
        text.rfind(opens).filter(|place| *place > 0 && !text[*place..].contains(closes)).unwrap_or(text.len())
    });
    opened[0].min(opened[1])
}

fn words(text: &str) -> String {
    marked_up(&escape(text), Markup::Slack)
}

fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text})
}

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text, "emoji": true})
}

fn with(mut blocks: Vec<Value>, last: Value) -> Vec<Value> {
    blocks.push(last);
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::content::ProductCard;
    use proptest::prelude::*;

    fn texts(blocks: &Value) -> Vec<&str> {
        blocks.as_array().unwrap().iter().filter_map(|block| block["text"]["text"].as_str()).collect()
    }

    #[test]
    fn sources_stand_below_in_small() {
        let written = message(&Outgoing::Text(
            "Thirty days.\n\n<https://a.example/r|Returns>\n<https://a.example/s|Shops>".into(),
        ));
        assert_eq!(texts(&written["blocks"]), ["Thirty days."]);
        let context = &written["blocks"][1];
        assert_eq!(context["type"], "context");
        assert_eq!(context["elements"].as_array().unwrap().len(), 2);
        let plain = message(&Outgoing::Text("One.\n\nSee <https://a.example/r|Returns>".into()));
        assert_eq!(plain["blocks"].as_array().unwrap().len(), 1, "words with a link stay words");
    }

    #[test]
    fn a_section_ends_outside_links_and_entities() {
        let link = format!("<https://a.example/{}|many words in here>", "x".repeat(60));
        let text = [&"w ".repeat(1470), link.as_str(), " end"].concat();
        let written = message(&Outgoing::Text(text));
        let sections = texts(&written["blocks"]);
        assert_eq!(sections.len(), 2);
        assert!(sections[1].starts_with("<https://") && sections[1].ends_with("> end"));
        let written = message(&Outgoing::Text(format!("{}&amp;rest", "a".repeat(2997))));
        assert!(texts(&written["blocks"])[1].starts_with("&amp;"));
    }

    #[test]
    fn a_product_has_its_picture_price_reason_and_buttons() {
        let product = ProductCard {
            sku: "B-1".into(),
            title: "Blanket <wool>".into(),
            price: "79.00".into(),
            currency: "EUR".into(),
            image: Some("https://a.example/b.jpg".into()),
            url: Some("https://a.example/b".into()),
            model_3d: None,
            reason: "It is *warm*".into(),
        };
        let written = message(&Outgoing::Cards { items: vec![Card { id: "p4.0".into(), product }] });
        assert_eq!(written["text"], "Blanket &lt;wool&gt;: 79.00 EUR");
        let [section, actions] = written["blocks"].as_array().unwrap().as_slice() else { panic!("two blocks") };
        assert_eq!(section["text"]["text"], "*Blanket &lt;wool&gt;: 79.00 EUR*\nIt is *warm*");
        assert_eq!(section["accessory"]["image_url"], "https://a.example/b.jpg");
        assert_eq!(
            (&actions["elements"][0]["value"], &actions["elements"][1]["url"]),
            (&json!("p4.0"), &json!("https://a.example/b"))
        );
        assert_eq!(without_pictures(&written["blocks"])[0]["accessory"], Value::Null);
    }

    #[test]
    fn what_was_chosen_takes_the_place_of_the_buttons() {
        let pick = |place: usize| Pick {
            id: format!("c3.{place}"),
            title: format!("Choice {place}"),
            description: String::new(),
        };
        let options: Vec<Pick> = (0..12).map(pick).collect();
        let buttons = message(&Outgoing::Buttons { text: "Which?".into(), options: options.clone() });
        assert_eq!(buttons["blocks"][1]["elements"].as_array().unwrap().len(), 12);
        let menu = message(&Outgoing::List { text: "Which?".into(), options });
        assert_eq!(menu["blocks"][1]["elements"][0]["options"][11]["value"], "c3.11");
        for written in [buttons, menu] {
            let after = chosen(&written["blocks"], "Choice 3").unwrap();
            assert_eq!(after[1]["elements"][0]["text"], "✓ Choice 3");
            assert_eq!(chosen(&json!(after), "Choice 4"), None, "only once");
        }
        assert_eq!(chosen(&Value::Null, "x"), None);
    }

    proptest! {
        #[test]
        fn every_section_fits_and_no_sign_is_lost(text in "(\\PC|[ \n]|<https://a\\.example/\\|[a-z ]{0,40}>|&amp;){0,900}") {
            let blocks = sections(&text);
            let written = json!(blocks);
            for section in texts(&written) {
                prop_assert!((1..=SECTION).contains(&section.chars().count()));
            }
            let kept = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(kept(&texts(&written).concat()), kept(&text));
        }
    }
}
