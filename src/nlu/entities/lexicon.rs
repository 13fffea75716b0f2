//! What a shop calls its things: the names of its products, the form of its order numbers,
//! its currency and country, types of its own. Built once when they change, then shared. It must not know prices,
//! stock or descriptions.

use std::sync::Arc;

use super::order_number::OrderFinder;
use super::own::OwnTypes;
use super::product::ProductIndex;
use crate::domain::product::Product;

/// A product as a customer may name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductName {
    pub sku: String,
    pub title: String,
    pub variants: Vec<VariantName>,
}

/// A variant and what tells it from its siblings: `grey`, `L`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantName {
    pub sku: String,
    pub options: Vec<String>,
}

impl From<&Product> for ProductName {
    fn from(product: &Product) -> Self {
        let variants = product.variants.iter().map(|variant| VariantName {
            sku: variant.sku.clone(),
            options: variant.options.values().cloned().collect(),
        });
        Self { sku: product.sku.clone(), title: product.title.clone(), variants: variants.collect() }
    }
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
    pub(super) products: Arc<ProductIndex>,
    pub(super) own: Arc<OwnTypes>,
    /// ISO 4217; what a bare number in a price's place is counted in.
    pub(super) currency: String,
    /// ISO 3166; where telephone numbers and postcodes without a country belong.
    pub(super) country: String,
}

impl Lexicon {
    pub fn new(products: Vec<ProductName>) -> Self {
        Self {
            orders: OrderFinder::new(&OrderPattern::default()),
            products: Arc::new(ProductIndex::new(products)),
            own: Arc::default(),
            currency: "EUR".to_owned(),
            country: "BE".to_owned(),
        }
    }

    pub fn with_orders(mut self, pattern: &OrderPattern) -> Self {
        self.orders = OrderFinder::new(pattern);
        self
    }

    /// The same with other products.
    pub fn with_products(mut self, products: Vec<ProductName>) -> Self {
        self.products = Arc::new(ProductIndex::new(products));
        self
    }

    pub fn with_own(mut self, types: OwnTypes) -> Self {
        self.own = Arc::new(types);
        self
    }

    /// `country` is an ISO 3166 code.
    pub fn with_country(mut self, country: &str) -> Self {
        country.clone_into(&mut self.country);
        self
    }

    pub fn country(&self) -> &str {
        &self.country
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
