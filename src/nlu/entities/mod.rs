//! What a message names: people's addresses and numbers, prices, days, how long and how many,
//! orders, parcels, products, and whatever the shop defines.
//!
//! Rules, not a model: each type of entity is one file that looks for itself alone, and this
//! one settles who keeps words that two of them claim. It knows a text, the day it was
//! written and the shop's vocabulary. It must not know the clock, whether an order exists, or
//! what a message wants with what it names.

mod date;
mod duration;
mod found;
mod lexicon;
mod money;
mod numerals;
mod order_number;
pub mod own;
mod personal;
mod phone;
mod postcode;
mod product;
mod quantity;
mod spelling;
mod tracking_number;
mod url;

#[cfg(test)]
mod suite;
#[cfg(test)]
mod tests;

use jiff::civil::Date;

use crate::domain::analysis::Entity;

pub use lexicon::{Lexicon, OrderPattern, ProductName, VariantName};

/// Beyond this nothing is looked for, in bytes: what is pasted below a letter is not what the
/// writer says, and a huge message must not hold up others.
const MAX_BYTES: usize = 8_000;

/// Everything that `text` names, in the order of the text, without overlaps. Days are
/// resolved against `today`, the writer's day.
pub fn find(text: &str, today: Date, lexicon: &Lexicon) -> Vec<Entity> {
    find_from(text, today, &lexicon.country, lexicon)
}

/// The same, from a writer in that country (ISO 3166).
pub fn find_from(text: &str, today: Date, country: &str, lexicon: &Lexicon) -> Vec<Entity> {
    let text = &text[..text.floor_char_boundary(MAX_BYTES)];
    let mut claims = personal::find(text, country);
    claims.extend(url::find(text));
    claims.extend(tracking_number::find(text));
    claims.extend(order_number::find(text, &lexicon.orders));
    claims.extend(postcode::find(text, country));
    claims.extend(date::find(text, today));
    claims.extend(money::find(text, &lexicon.currency));
    claims.extend(duration::find(text));
    let products = product::find(text, &lexicon.products);
    claims.extend(quantity::find(text, &products));
    claims.extend(products);
    if !lexicon.own.is_empty() {
        claims.extend(lexicon.own.find(text, &spelling::every_word(text)));
    }
    found::settle(text, claims)
}
