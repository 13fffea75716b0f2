//! What a message names: e-mail addresses, phone numbers, prices, days, orders, products.
//!
//! Rules, not a model: each type of entity is one file that looks for itself alone, and this
//! one settles who keeps words that two of them claim. It knows a text, the day it was
//! written and the shop's vocabulary. It must not know the clock, whether an order exists, or
//! what a message wants with what it names.

mod date;
mod found;
mod lexicon;
mod money;
mod numerals;
mod order_number;
mod personal;
mod product;
mod spelling;

#[cfg(test)]
mod tests;

use jiff::civil::Date;

use crate::domain::analysis::Entity;

pub use lexicon::{Lexicon, OrderPattern, ProductName};

/// Beyond this nothing is looked for, in bytes: what is pasted below a letter is not what the
/// writer says, and a huge message must not hold up others.
const MAX_BYTES: usize = 8_000;

/// Everything that `text` names, in the order of the text, without overlaps. Days are
/// resolved against `today`, the writer's day.
pub fn find(text: &str, today: Date, lexicon: &Lexicon) -> Vec<Entity> {
    let text = &text[..text.floor_char_boundary(MAX_BYTES)];
    let mut claims = personal::find(text);
    claims.extend(order_number::find(text, &lexicon.orders));
    claims.extend(date::find(text, today));
    claims.extend(money::find(text, &lexicon.currency));
    claims.extend(product::find(text, &lexicon.products));
    found::settle(text, claims)
}
