//! Importers: a shop's own files become what the database holds.
//!
//! Everything of all files is read and checked before anything is returned, so that the
//! caller writes all of it or nothing. Every problem names its file, line and column, and
//! says what would do. Nothing here writes to the database.

mod articles;
mod customers;
mod events;
mod fields;
mod kept;
mod orders;
mod problem;
mod products;
mod rasa;
mod shapes;
mod source;
#[cfg(test)]
mod testing;
mod tree;

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

pub use articles::{ReadSource, Surroundings, pages_of};
pub use problem::Problems;
pub(in crate::app) use rasa::has_slot;
pub use rasa::{ImportedEntity, ImportedValue, rasa};

use crate::domain::order::Order;
use crate::domain::product::Product;
use crate::store::{ImportedCustomer, ImportedEvent};
use kept::Kept;

/// The products of all files; a folder stands for the files in it.
pub fn products(paths: &[PathBuf]) -> Result<Vec<Product>, Problems> {
    Ok(values(products::read(paths)?))
}

/// The orders of all files.
pub fn orders(paths: &[PathBuf]) -> Result<Vec<Order>, Problems> {
    Ok(values(orders::read(paths)?))
}

/// The orders of all files, and warnings of lines with none of the known SKUs.
pub fn orders_of(paths: &[PathBuf], known_skus: &HashSet<String>) -> Result<(Vec<Order>, Problems), Problems> {
    let orders = orders::read(paths)?;
    let warnings = orders::unknown_skus(&orders, known_skus);
    Ok((values(orders), warnings))
}

/// The customers of all files.
pub fn customers(paths: &[PathBuf]) -> Result<Vec<ImportedCustomer>, Problems> {
    customers::read(paths)
}

/// The events of all files.
pub fn events(paths: &[PathBuf]) -> Result<Events, Problems> {
    Ok(Events(events::read(paths)?))
}

/// Events that were read; whether their customers are known must still be checked.
pub struct Events(Vec<Kept<ImportedEvent>>);

impl Events {
    pub fn customers(&self) -> BTreeSet<String> {
        self.0.iter().map(|event| event.value.customer.clone()).collect()
    }

    /// The events, unless some are of customers whom nobody knows.
    pub fn checked(self, unknown: &BTreeSet<String>) -> Result<Vec<ImportedEvent>, Problems> {
        if unknown.is_empty() { Ok(values(self.0)) } else { Err(events::of_unknown(&self.0, unknown)) }
    }
}

/// The articles of all files, file by file and folder by folder.
pub fn articles(paths: &[PathBuf], around: &Surroundings) -> Result<Vec<ReadSource>, Problems> {
    articles::read(paths, around)
}

fn values<T>(kept: Vec<Kept<T>>) -> Vec<T> {
    kept.into_iter().map(|kept| kept.value).collect()
}

#[cfg(test)]
mod tests {
    use super::testing::Folder;
    use super::*;
    use proptest::prelude::*;

    /// The sample shop's own files are right, and show every field.
    #[test]
    fn the_sample_shop_can_be_imported() {
        let catalogue = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("catalogue");
        let products = products(&[catalogue.join("products")]).unwrap_or_else(|problems| panic!("{problems}"));
        let customers = customers(&[catalogue.join("customers.yaml")]).unwrap_or_else(|problems| panic!("{problems}"));
        let skus = products.iter().flat_map(|product| &product.variants).map(|variant| variant.sku.clone()).collect();
        let (orders, warnings) =
            orders_of(&[catalogue.join("orders.yaml")], &skus).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(products.len() >= 150 && orders.len() >= 30 && !customers.is_empty());
        assert_eq!(warnings.to_string(), "");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever stands in a file, the worst that happens is a problem.
        #[test]
        fn no_bytes_make_an_importer_panic(
            bytes in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                "[-a-z:{}\\[\\]\"',#&*!|>%@ \n;=0-9.é]{0,200}".prop_map(String::into_bytes),
            ],
            ending in prop::sample::select(vec!["csv", "jsonl", "json", "yaml"]),
        ) {
            let folder = Folder::new();
            let file = folder.bytes(&format!("f.{ending}"), &bytes);
            let _ = products(std::slice::from_ref(&file));
            let _ = orders(std::slice::from_ref(&file));
            let _ = customers(std::slice::from_ref(&file));
            let _ = events(std::slice::from_ref(&file));
            let around = Surroundings { languages: vec!["en".into()], today: jiff::civil::date(2026, 11, 20) };
            let _ = articles(std::slice::from_ref(&file), &around);
            let _ = rasa(&[file]);
        }

        /// The same with a header that is right, so that the rows are reached.
        #[test]
        fn no_rows_make_an_importer_panic(rows in "[-a-zA-Z0-9,;=\"\n. é{}:]{0,300}") {
            let folder = Folder::new();
            let header = "product_sku,title,category,currency,variant_sku,options,price,stock\n";
            let _ = products(&[folder.file("p.csv", &format!("{header}{rows}"))]);
            let header = "number,email,name,country,placed_at,status,sku,quantity,price,shipping,total,currency\n";
            let _ = orders(&[folder.file("o.csv", &format!("{header}{rows}"))]);
        }
    }
}
