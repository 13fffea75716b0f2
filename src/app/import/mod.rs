//! Importers: a shop's own files become what the database holds.
//!
//! Everything of all files is read and checked before anything is returned, so that the
//! caller writes all of it or nothing. Every problem names its file, line and column, and
//! says what would do. Nothing here writes to the database.

mod customers;
mod fields;
mod kept;
mod orders;
mod problem;
mod products;
mod shapes;
mod source;
#[cfg(test)]
mod testing;
mod tree;

use std::collections::HashSet;
use std::path::PathBuf;

pub use problem::{Problem, Problems};

use crate::domain::order::Order;
use crate::domain::product::Product;
use crate::store::ImportedCustomer;
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
pub fn orders_of(paths: &[PathBuf], known_skus: &HashSet<String>) -> Result<(Vec<Order>, Vec<Problem>), Problems> {
    let orders = orders::read(paths)?;
    let warnings = orders::unknown_skus(&orders, known_skus);
    Ok((values(orders), warnings))
}

/// The customers of all files.
pub fn customers(paths: &[PathBuf]) -> Result<Vec<ImportedCustomer>, Problems> {
    customers::read(paths)
}

fn values<T>(kept: Vec<Kept<T>>) -> Vec<T> {
    kept.into_iter().map(|kept| kept.value).collect()
}
