//! Predictions as CSV.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;

pub fn write_csv(rows: &[impl Serialize], path: &Path) -> anyhow::Result<()> {
    let failed = || format!("the predictions cannot be written to {}", path.display());
    let mut writer = csv::Writer::from_path(path).with_context(failed)?;
    for row in rows {
        writer.serialize(row).with_context(failed)?;
    }
    writer.flush().with_context(failed)
}
