//! Slots: what an action needs to know, filled from what messages name.

use std::collections::BTreeMap;

use crate::domain::{Entity, EntityType};

/// What is known after this message of what an action needs. A newer value replaces an
/// older one, since people correct themselves.
pub fn fill(
    known: &BTreeMap<EntityType, String>,
    needs: &[EntityType],
    entities: &[Entity],
) -> BTreeMap<EntityType, String> {
    let mut filled = known.clone();
    for entity in entities {
        if needs.contains(&entity.kind) {
            filled.insert(entity.kind.clone(), entity.value.clone());
        }
    }
    filled
}
