//! A sign of life that others on this machine can look for: there as long as its owner, however that ends.

use std::fs;

use meshery_core::Result;

use super::folder::{Folder, is_abandoned};

/// Between the parts of a sign.
const BETWEEN: char = '|';

/// There as long as it is not dropped and its process lives.
pub(crate) struct Sign {
    /// Held for as long as this lives.
    #[allow(dead_code, reason = "what counts is that it is there")]
    folder: Folder,
    text: String,
}

impl Sign {
    pub(crate) fn new() -> Result<Self> {
        let folder = Folder::new()?;
        let text = format!("{}{BETWEEN}{}", view(), folder.path().display());
        Ok(Self { folder, text })
    }

    /// What others look for it by.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Whether the owner of a sign is known to be gone. One of another machine, or of a container that sees other files,
/// never is.
pub(crate) fn is_gone(text: &str) -> bool {
    let Some((seen_from, path)) = text.rsplit_once(BETWEEN) else { return false };
    let path = std::path::Path::new(path);
    !seen_from.is_empty() && seen_from == view() && (!path.exists() || is_abandoned(path))
}

/// From where files are seen: the start of this kernel, and the mounts. Empty where that cannot be told.
fn view() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let mounts = fs::read_link("/proc/self/ns/mnt").map(|link| link.display().to_string()).unwrap_or_default();
    if boot.is_empty() || mounts.is_empty() { String::new() } else { format!("{} {mounts}", boot.trim()) }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_sign_lives_as_long_as_its_owner() {
        let sign = Sign::new().unwrap();
        let text = sign.text().to_owned();
        assert!(!is_gone(&text));
        drop(sign);
        assert!(is_gone(&text));
        assert!(!is_gone("another boot mnt:[1]|/tmp/meshery-0000000000000000"), "who knows");
        assert!(!is_gone("|/tmp/nothing") && !is_gone(""));
    }
}
