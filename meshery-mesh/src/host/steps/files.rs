//! Folders, and what processes write.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use meshery_core::{Error, ErrorKind, Result};

use super::super::site::Site;
use crate::pki::Identity;
use crate::process::folder::Folder;

/// Between two looks at whether a file is there.
const PAUSE: Duration = Duration::from_millis(10);

impl Site {
    pub(super) fn make_folder(&mut self, name: &str, files: &BTreeMap<String, String>) -> Result<()> {
        let folder = Folder::new()?;
        self.references.folders.insert(name.to_owned(), folder.path().display().to_string());
        for (path, text) in self.references.files(files)? {
            folder.write_below(&path, &text)?;
        }
        self.folders.insert(name.to_owned(), folder);
        Ok(())
    }

    /// Waits for a file with something in it, and reads it.
    pub(super) async fn await_file(&mut self, path: &str, limit: Duration) -> Result<String> {
        let path = self.references.text(path)?;
        let begun = Instant::now();
        loop {
            if let Some(text) = std::fs::read_to_string(&path).ok().filter(|text| !text.is_empty()) {
                return Ok(text);
            }
            self.all_alive().await?;
            if begun.elapsed() >= limit {
                return Err(Error::new(ErrorKind::Timeout, "no process has written the file")
                    .at(path)
                    .expected(format!("a file within {limit:?}"))
                    .with("last words", self.last_words().await));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The certificate is written before its key or after: each may be there a moment earlier.
    pub(super) async fn take_identity(
        &mut self,
        name: &str,
        certificate: &str,
        key: &str,
        limit: Duration,
    ) -> Result<()> {
        let certificate = self.await_file(certificate, limit).await?;
        let key = self.await_file(key, limit).await?;
        let identity = Identity::from_pem(certificate, key).map_err(|error| error.at(name))?;
        self.identities.take(name, identity);
        Ok(())
    }
}
