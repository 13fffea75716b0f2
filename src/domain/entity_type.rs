//! The kinds of things that messages name: those that Rapport knows, and the shop's own.

use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{PartialSchema, ToSchema};

/// In JSON it is the name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityType {
    Email,
    Phone,
    Money,
    Date,
    Duration,
    OrderNumber,
    TrackingNumber,
    Product,
    Quantity,
    Url,
    Postcode,
    CardNumber,
    Iban,
    NationalId,
    /// A type of the shop's own, defined in `entities/`.
    Own(Arc<str>),
}

impl EntityType {
    /// Those that need no definition.
    pub const KNOWN: [EntityType; 14] = [
        EntityType::Email,
        EntityType::Phone,
        EntityType::Money,
        EntityType::Date,
        EntityType::Duration,
        EntityType::OrderNumber,
        EntityType::TrackingNumber,
        EntityType::Product,
        EntityType::Quantity,
        EntityType::Url,
        EntityType::Postcode,
        EntityType::CardNumber,
        EntityType::Iban,
        EntityType::NationalId,
    ];

    pub fn as_str(&self) -> &str {
        match self {
            EntityType::Email => "email",
            EntityType::Phone => "phone",
            EntityType::Money => "money",
            EntityType::Date => "date",
            EntityType::Duration => "duration",
            EntityType::OrderNumber => "order_number",
            EntityType::TrackingNumber => "tracking_number",
            EntityType::Product => "product",
            EntityType::Quantity => "quantity",
            EntityType::Url => "url",
            EntityType::Postcode => "postcode",
            EntityType::CardNumber => "card_number",
            EntityType::Iban => "iban",
            EntityType::NationalId => "national_id",
            EntityType::Own(name) => name,
        }
    }

    /// One of those that need no definition.
    pub fn parse(name: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|kind| kind.as_str() == name)
    }

    /// By its name, whether it needs a definition or not; none where that is no name: small
    /// letters, digits and `_`, a letter first.
    pub fn named(name: &str) -> Option<Self> {
        let letter = name.starts_with(|c: char| c.is_ascii_lowercase());
        let fits = name.len() <= 64 && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        (letter && fits).then(|| Self::parse(name).unwrap_or_else(|| EntityType::Own(name.into())))
    }
}

impl Serialize for EntityType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EntityType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let rule = "is no entity type: it is named with small letters, digits and _, a letter first";
        EntityType::named(&name).ok_or_else(|| serde::de::Error::custom(format!("{name} {rule}")))
    }
}

const DESCRIPTION: &str = "email, phone, money, date, duration, order_number, tracking_number, product, quantity, url, \
                           postcode, card_number, iban, national_id, or a type of the shop's own";

impl JsonSchema for EntityType {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EntityType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": DESCRIPTION, "pattern": "^[a-z][a-z0-9_]*$" })
    }
}

impl PartialSchema for EntityType {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        let text = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String);
        text.description(Some(DESCRIPTION)).pattern(Some("^[a-z][a-z0-9_]*$")).into()
    }
}

impl ToSchema for EntityType {
    fn name() -> std::borrow::Cow<'static, str> {
        "EntityType".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_json_it_is_the_name() {
        let own = EntityType::named("shoe_size").unwrap();
        for kind in EntityType::KNOWN.into_iter().chain([own]) {
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{}\"", kind.as_str()));
            assert_eq!(serde_json::from_str::<EntityType>(&json).unwrap(), kind);
            assert!(DESCRIPTION.contains(kind.as_str()) || matches!(kind, EntityType::Own(_)));
        }
        assert!(serde_json::from_str::<EntityType>("\"Shoe size\"").unwrap_err().to_string().contains("small letters"));
    }
}
