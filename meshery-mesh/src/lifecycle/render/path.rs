//! Manifests in a file, or in all files of a folder.

use std::fs;
use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use meshery_core::{Error, ErrorKind, Result};

use super::{Renderer, Task};
use crate::analyze::Source;

/// What the names of manifests end with. A file that is named itself may have any name.
const ENDINGS: [&str; 3] = ["json", "yaml", "yml"];

pub(super) struct Manifests<'a>(pub(super) &'a str);

#[async_trait]
impl Renderer for Manifests<'_> {
    async fn render(&self, _task: &Task<'_>) -> Result<Vec<Source>> {
        let path = Path::new(self.0);
        let mut files = Vec::new();
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => collect(path, &mut files)?,
            Ok(_) => files.push(path.to_owned()),
            Err(error) if error.kind() == NotFound => {
                return Err(Error::new(ErrorKind::NotFound, "there is no such file or folder").found(self.0));
            }
            Err(error) => return Err(unreadable(path, error)),
        }
        if files.is_empty() {
            // Nothing wanted would mean that everything goes.
            return Err(Error::new(ErrorKind::NotFound, "there are no manifests in the folder")
                .expected(format!("files that end with .{}", ENDINGS.join(", .")))
                .found(self.0));
        }
        let read = |file: &PathBuf| match fs::read(file) {
            Ok(text) => Ok(Source::new(file.display().to_string(), text)),
            Err(error) => Err(unreadable(file, error)),
        };
        files.iter().map(read).collect()
    }
}

/// The manifests of a folder and of those in it, sorted. Hidden files are not meant, and links to folders are not
/// followed: they may lead in a circle.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| unreadable(folder, error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type().map_err(|error| unreadable(&path, error))?.is_dir() {
            collect(&path, files)?;
        } else if is_manifest(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_manifest(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.contains(&ending)) && !path.is_dir()
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::from(error).with("file", path.display().to_string())
}
