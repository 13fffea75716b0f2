//! What a shop calls its things: the names of its products, the form of its order numbers,
//! its currency. Built once when the catalogue changes, then shared. It must not know prices,
//! stock or descriptions.

use super::order_number::OrderFinder;
use super::product::ProductIndex;

/// A product as a customer may name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductName {
    pub sku: String,
    pub title: String,
}

/// The form of the shop's order numbers: a prefix (which customers may leave out) and a fixed
/// number of digits. The value is written `PREFIX-digits`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPattern {
    pub prefix: String,
    pub digits: usize,
}

impl Default for OrderPattern {
    fn default() -> Self {
        Self { prefix: "AW".to_owned(), digits: 5 }
    }
}

/// The shop's vocabulary, compiled for searching.
#[derive(Clone, Debug)]
pub struct Lexicon {
    pub(super) orders: OrderFinder,
    pub(super) products: ProductIndex,
    /// ISO 4217; what a bare number in a price's place is counted in.
    pub(super) currency: String,
}

impl Lexicon {
    pub fn new(products: Vec<ProductName>) -> Self {
        Self {
            orders: OrderFinder::new(&OrderPattern::default()),
            products: ProductIndex::new(products),
            currency: "EUR".to_owned(),
        }
    }

    pub fn with_orders(mut self, pattern: &OrderPattern) -> Self {
        self.orders = OrderFinder::new(pattern);
        self
    }

    /// `currency` is an ISO 4217 code.
    pub fn with_currency(mut self, currency: &str) -> Self {
        currency.clone_into(&mut self.currency);
        self
    }
}

impl Default for Lexicon {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}
