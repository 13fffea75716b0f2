//! A copy of the program's own files, made of links, in which single files can be spoilt.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::support::scratch::Scratch;

const PARTS: [&str; 4] = ["models", "intents", "knowledge-base", "catalogue"];

pub struct TamperedHome {
    folder: Scratch,
}

impl TamperedHome {
    pub fn new() -> Self {
        let folder = Scratch::new();
        let clone = Path::new(env!("CARGO_MANIFEST_DIR"));
        for part in PARTS {
            symlink(clone.join(part), folder.path().join(part)).expect("links can be made");
        }
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a file in the place of the one that is there.
    pub fn replace(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.make_own(name);
        std::fs::write(&path, content).expect("it can be written");
        path
    }

    pub fn remove(&self, name: &str) {
        self.make_own(name);
    }

    /// Turns the folders on the way from links into folders full of links, and takes the
    /// file's own link away.
    fn make_own(&self, name: &str) -> PathBuf {
        let mut here = self.folder.path().to_owned();
        let parts: Vec<&str> = name.split('/').collect();
        for part in &parts[..parts.len() - 1] {
            here.push(part);
            if here.is_symlink() {
                let original = std::fs::canonicalize(&here).expect("the link leads somewhere");
                std::fs::remove_file(&here).expect("the link is ours");
                std::fs::create_dir(&here).expect("the scratch folder can be written");
                for entry in std::fs::read_dir(original).expect("it is a folder").flatten() {
                    symlink(entry.path(), here.join(entry.file_name())).expect("links can be made");
                }
            }
        }
        here.push(parts[parts.len() - 1]);
        if here.is_symlink() {
            std::fs::remove_file(&here).expect("the link is ours");
        }
        here
    }
}
