//! Files of conversations: their bytes lie in `files/` in the data directory, what is
//! known of them in the database.

use std::path::PathBuf;

use crate::base::ids::new_id;
use crate::domain::{Content, CustomerId, FileId};
use crate::store::{Store, StoreError, StoredFile};

/// The folder, and how large a file may be.
#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
    /// In bytes.
    pub largest: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("a file may have {0} bytes")]
    TooLarge(usize),
    #[error("the file could not be kept; please try again")]
    Io(#[from] std::io::Error),
    #[error("the file could not be kept; please try again")]
    Store(#[from] StoreError),
}

impl Files {
    pub fn new(data_dir: &std::path::Path, largest: usize) -> Self {
        Self { folder: data_dir.join("files"), largest }
    }

    /// Keeps a file of a customer's conversation; its name and kind are made harmless.
    pub async fn keep(
        &self,
        store: &Store,
        customer_id: &CustomerId,
        (name, media_type): (&str, &str),
        bytes: &[u8],
    ) -> Result<StoredFile, FileError> {
        if bytes.len() > self.largest {
            return Err(FileError::TooLarge(self.largest));
        }
        let id = FileId(new_id("fil"));
        tokio::fs::create_dir_all(&self.folder).await?;
        tokio::fs::write(self.path_of(&id), bytes).await?;
        let media_type = if is_media_type(media_type) { media_type } else { "application/octet-stream" };
        let file = StoredFile {
            id,
            customer_id: customer_id.clone(),
            name: clean_name(name),
            media_type: media_type.to_owned(),
            bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        };
        store.add_file(&file).await?;
        Ok(file)
    }

    /// Removes a file that no entry shows.
    pub async fn remove(&self, store: &Store, id: &FileId) -> Result<(), FileError> {
        store.remove_file(id).await?;
        match tokio::fs::remove_file(self.path_of(id)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub async fn read(&self, id: &FileId) -> std::io::Result<Vec<u8>> {
        tokio::fs::read(self.path_of(id)).await
    }

    /// An id has only signs that no path misreads: others name no file of ours.
    fn path_of(&self, id: &FileId) -> PathBuf {
        let name: String = id.as_str().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        self.folder.join(name)
    }
}

/// The entry that shows a file.
pub fn file_content(file: StoredFile) -> Content {
    let url = format!("/v1/files/{}", file.id);
    Content::File { id: file.id.0, name: file.name, media_type: file.media_type, bytes: file.bytes, url }
}

/// A name for a file that came without one: `photo.jpg`.
pub fn name_for(what: &str, media_type: &str) -> String {
    let bare = media_type.split(';').next().unwrap_or_default().trim();
    match bare.rsplit('/').next().unwrap_or_default() {
        "jpeg" => format!("{what}.jpg"),
        "mpeg" => format!("{what}.mp3"),
        "plain" => format!("{what}.txt"),
        "quicktime" => format!("{what}.mov"),
        end @ ("png" | "webp" | "gif" | "mp4" | "3gpp" | "ogg" | "aac" | "amr" | "pdf") => format!("{what}.{end}"),
        _ => what.to_owned(),
    }
}

/// Only the last part of a path, without what a header or a shell could misread.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe: String = last
        .chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .filter(|c| !"\"\\;".contains(*c))
        .take(100)
        .collect();
    if safe.trim_matches(['.', ' ']).is_empty() { "file".to_owned() } else { safe }
}

fn is_media_type(kind: &str) -> bool {
    kind.len() < 100
        && kind.split_once('/').is_some()
        && kind.chars().all(|c| c.is_ascii_alphanumeric() || "/+-.;= ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("photo", "image/jpeg", "photo.jpg")]
    #[case("voice", "audio/ogg; codecs=opus", "voice.ogg")]
    #[case("file", "application/x-odd", "file")]
    fn a_file_without_a_name_gets_one(#[case] what: &str, #[case] media_type: &str, #[case] name: &str) {
        assert_eq!(name_for(what, media_type), name);
    }

    #[rstest]
    #[case("photo.jpg", "photo.jpg")]
    #[case("../../etc/passwd", "passwd")]
    #[case("C:\\Users\\ann\\a b.png", "a b.png")]
    #[case("a\"; rm.png", "a rm.png")]
    #[case("..", "file")]
    fn a_file_name_cannot_leave_its_header(#[case] name: &str, #[case] clean: &str) {
        assert_eq!(clean_name(name), clean);
    }
}
