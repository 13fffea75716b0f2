//! The catalogue: products, their variants, and prices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// A product with everything that differs between its variants below it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub sku: String,
    pub title: String,
    /// A slug, for example `bed-linen`.
    pub category: String,
    #[serde(default)]
    pub description: String,
    /// ISO 4217.
    pub currency: String,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// A file in the catalogue's `pictures/`, or an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// A file in the catalogue's `models/`, or an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_3d: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub variants: Vec<Variant>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    pub sku: String,
    /// What tells it from its siblings, for example `colour: grey`.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    pub price: Price,
    #[serde(default)]
    pub stock: i64,
}

/// An amount of money in minor units (cents), written as a decimal string `"24.90"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price {
    pub cents: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a price: write it with two decimals, for example \"24.90\"")]
pub struct PriceError(String);

impl FromStr for Price {
    type Err = PriceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || PriceError(text.to_owned());
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 12 || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
            return Err(error());
        }
        let whole: i64 = whole.parse().map_err(|_| error())?;
        let cents: i64 = format!("{fraction:0<2}").parse().map_err(|_| error())?;
        Ok(Price { cents: whole * 100 + cents })
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.cents / 100, self.cents % 100)
    }
}

impl Serialize for Price {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Price {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Price".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]+\\.[0-9]{2}$" })
    }
}

impl utoipa::PartialSchema for Price {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

impl ToSchema for Price {}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("24.90", 2490)]
    #[case("7", 700)]
    #[case("7.5", 750)]
    #[case("0.05", 5)]
    fn reads_prices(#[case] text: &str, #[case] cents: i64) {
        assert_eq!(text.parse::<Price>().unwrap().cents, cents);
    }

    #[rstest]
    #[case("")]
    #[case("-1.00")]
    #[case("1,50")]
    #[case("1.505")]
    #[case("12 EUR")]
    #[case("9999999999999999999")]
    fn refuses_what_is_no_price(#[case] text: &str) {
        assert!(text.parse::<Price>().is_err());
    }

    #[test]
    fn writes_two_decimals() {
        assert_eq!(Price { cents: 705 }.to_string(), "7.05");
    }
}
