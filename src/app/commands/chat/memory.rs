//! What `rapport chat --resume` needs to know: the visitor's token, kept for this user alone.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::app::client::Address;

/// One file per server and inbox, below the user's state directory.
pub struct Memory {
    /// None where the user has no home; then nothing is remembered.
    file: Option<PathBuf>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    pub token: String,
}

impl Memory {
    pub fn of(address: &Address, inbox: &str) -> Self {
        let state = std::env::var_os("XDG_STATE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state")));
        Self::below(state.as_deref(), address, inbox)
    }

    fn below(state: Option<&Path>, address: &Address, inbox: &str) -> Self {
        let name = file_name(&format!("{}_{inbox}", address.server()));
        Self { file: state.map(|state| state.join("rapport/chat").join(name)) }
    }

    pub fn recall(&self) -> anyhow::Result<Option<Remembered>> {
        let Some(file) = &self.file else { return Ok(None) };
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
        };
        let remembered = serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged: remove it, and start without --resume", file.display()))?;
        Ok(Some(remembered))
    }

    pub fn keep(&self, remembered: &Remembered) -> anyhow::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let folder = file.parent().expect("the file lies in a folder of ours: this is a bug");
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let text = serde_json::to_string(remembered)?;
        write_private(file, &text).with_context(|| format!("cannot write {}", file.display()))
    }
}

/// A token lets its bearer read the conversation, so only the user may read the file.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(text.as_bytes())
}

fn file_name(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' };
    format!("{}.json", text.chars().map(safe).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(folder: &Path, inbox: &str) -> Memory {
        Memory::below(Some(folder), &"localhost:8080".parse().unwrap(), inbox)
    }

    #[test]
    fn remembers_each_inbox_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let demo = memory(folder.path(), "demo");
        assert_eq!(demo.recall().unwrap(), None);
        let remembered = Remembered { token: "vst_1".to_owned() };
        demo.keep(&remembered).unwrap();
        assert_eq!(demo.recall().unwrap(), Some(remembered));
        assert_eq!(memory(folder.path(), "other").recall().unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let demo = memory(folder.path(), "demo");
        demo.keep(&Remembered { token: "vst_1".to_owned() }).unwrap();
        let mode = fs::metadata(demo.file.unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let demo = memory(folder.path(), "demo");
        demo.keep(&Remembered { token: String::new() }).unwrap();
        fs::write(demo.file.as_ref().unwrap(), "{").unwrap();
        let error = demo.recall().unwrap_err().to_string();
        assert!(error.contains("localhost_8080_demo.json is damaged"), "{error}");
    }
}
