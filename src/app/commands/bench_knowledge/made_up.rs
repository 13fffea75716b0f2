//! Articles and questions that a seed makes up: a shop's words, thousands of names, as many
//! words a passage as help centres have.

use crate::domain::article::Article;

/// Numbers from a seed (SplitMix64), and what is made of them.
pub(super) struct MadeUp {
    state: u64,
    names: Vec<String>,
}

/// Names of things and places, of which a large base has many.
const NAMES: usize = 30_000;
const SYLLABLES: [&str; 24] = [
    "ba", "cor", "den", "el", "fin", "gra", "hol", "ista", "jo", "kar", "lin", "mo", "nor", "ola", "per", "qui", "ra",
    "sen", "tal", "ul", "ver", "win", "yor", "zen",
];
const THINGS: [&str; 48] = [
    "order",
    "parcel",
    "refund",
    "invoice",
    "voucher",
    "delivery",
    "address",
    "account",
    "password",
    "newsletter",
    "warranty",
    "return",
    "exchange",
    "size",
    "colour",
    "material",
    "blanket",
    "lamp",
    "chair",
    "sofa",
    "carpet",
    "payment",
    "card",
    "bank transfer",
    "instalment",
    "subscription",
    "receipt",
    "discount",
    "code",
    "gift card",
    "courier",
    "pickup point",
    "customs form",
    "label",
    "spare part",
    "manual",
    "battery",
    "cover",
    "cushion",
    "frame",
    "shelf",
    "table",
    "appointment",
    "showroom",
    "complaint",
    "repair",
    "confirmation",
    "stock",
];
const DEEDS: [&str; 24] = [
    "change", "cancel", "return", "track", "collect", "pay", "print", "send", "open", "clean", "repair", "replace",
    "register", "confirm", "combine", "split", "postpone", "measure", "assemble", "store", "wash", "check", "update",
    "report",
];
const SENTENCES: [&str; 16] = [
    "You can {d} the {t} within {n} days as long as the {t} of {x} has not left our warehouse.",
    "To {d} your {t}, open your account, choose {x} and follow the steps that are shown.",
    "We send the {t} to the address that you gave when you ordered {x}.",
    "It costs {n} EUR, and nothing if your order is above {m} EUR.",
    "If the {t} is missing, write to us with the number of your {t} and a photograph.",
    "The {t} for {x} takes {n} working days, in December up to {m}.",
    "Please keep the {t} until you have received the {t}.",
    "Customers in {x} have to {d} the {t} themselves before they {d} it.",
    "We do not {d} a {t} that has been used, unless it arrived damaged.",
    "Choose between {x} and {x}: the first is softer, the second can be washed at {n} degrees.",
    "A {t} can be combined with {n} others, but not with the {t} of {x}.",
    "After {m} days we {d} it, and you get a message about your {t}.",
    "This also holds for {x}, whose {t} comes from another warehouse.",
    "Ask our colleagues in {x} if you would rather {d} it in the shop.",
    "With {x} you pay the {t} in {n} parts without interest.",
    "The guarantee covers the {t} for {n} years, and every {t} that belongs to it.",
];

impl MadeUp {
    pub fn new(seed: u64) -> Self {
        let mut made_up = Self { state: seed, names: Vec::new() };
        let names = (0..NAMES).map(|_| made_up.name()).collect();
        made_up.names = names;
        made_up
    }

    /// The article of that number, another one each time; with how many sections.
    pub fn article(&mut self, number: usize, most_sections: usize) -> (Article, usize) {
        let sections = (2 + self.below(4)).min(most_sections.max(1));
        let title = self.fill("How to {d} the {t} of {x}");
        let mut body = self.paragraph();
        for section in 1..sections {
            let heading = self.fill("When can I {d} the {t} of {x}?");
            body.push_str(&format!("\n\n## {heading} ({section})\n\n{}", self.paragraph()));
        }
        let article = Article {
            id: format!("article-{number}"),
            title,
            tags: vec![self.fill("{d} {t}"), self.fill("{x}")],
            category: "Help".into(),
            locale: "en".into(),
            updated: jiff::civil::date(2026, 1, 1),
            body,
        };
        (article, sections)
    }

    /// A customer's question: one in five has a slip of the pen.
    pub fn question(&mut self) -> String {
        let mut question =
            self.fill("hello, how many days do I have to {d} the {t} of {x} and what does the {t} cost?");
        if self.below(5) == 0 {
            let slip = self.fill("{x}");
            question.push_str(&format!(" it is for {}x{}", &slip[..slip.len() - 2], &slip[slip.len() - 1..]));
        }
        question
    }

    /// Of unit length, in any direction.
    pub fn vector(&mut self, width: usize) -> Vec<f32> {
        // The sum of four even numbers is near enough to a normal one.
        let mut number = || (0..4).map(|_| (self.next() >> 40) as f32 / (1u64 << 24) as f32 - 0.5).sum::<f32>();
        let vector: Vec<f32> = (0..width).map(|_| number()).collect();
        let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
        vector.into_iter().map(|number| number / length).collect()
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Three to eight sentences.
    fn paragraph(&mut self) -> String {
        let sentences: Vec<String> = (0..3 + self.below(6))
            .map(|_| {
                let pattern = SENTENCES[self.below(SENTENCES.len())];
                self.fill(pattern)
            })
            .collect();
        sentences.join(" ")
    }

    fn fill(&mut self, pattern: &str) -> String {
        let mut text = String::with_capacity(pattern.len() + 40);
        let mut parts = pattern.split('{');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (what, rest) = part.split_once('}').unwrap_or(("", part));
            match what {
                "t" => text.push_str(THINGS[self.below(THINGS.len())]),
                "d" => text.push_str(DEEDS[self.below(DEEDS.len())]),
                "n" => text.push_str(&(2 + self.below(28)).to_string()),
                "m" => text.push_str(&(30 + self.below(300)).to_string()),
                _ => {
                    // Few names are in everyone's mouth, most in hardly anyone's.
                    let (one, other) = (self.below(NAMES), self.below(NAMES));
                    let name = one * other / NAMES;
                    text.push_str(&self.names[name]);
                }
            }
            text.push_str(rest);
        }
        text
    }

    fn name(&mut self) -> String {
        (0..2 + self.below(3)).map(|_| SYLLABLES[self.below(SYLLABLES.len())]).collect()
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
