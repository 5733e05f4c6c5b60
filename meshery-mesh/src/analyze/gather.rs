//! From paths to files.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use meshery_core::{Error, ErrorKind, Result};

use super::Source;

/// What a folder's files are called that are read.
const EXTENSIONS: [&str; 3] = ["json", "yaml", "yml"];
/// What a folder's file is called that Kustomize reads, and nobody applies.
const KUSTOMIZATION: [&str; 2] = ["kustomization.yaml", "kustomization.yml"];
/// The file that makes a folder a Helm chart.
const CHART: &str = "Chart.yaml";
/// Standard input.
const STDIN: &str = "-";
/// What makes a path a pattern.
const PATTERN: [char; 3] = ['*', '?', '['];

/// Reads files, folders with all that is below them, patterns such as `deploy/**/*.yaml`, and `-` for standard input. Of a
/// folder only files that are called `.yaml`, `.yml` or `.json` are read, and what is hidden is not; what is named itself
/// is read whatever it is called. A link to a folder is followed once. What cannot be read is said, and keeps nothing else
/// from being read. What Kustomize and Helm read themselves is left out of a folder: a `kustomization.yaml` without a word, for
/// what it names is read, and a chart with an error, for only what it renders can be.
///
/// ```
/// use meshery_mesh::analyze::gather;
///
/// let folder = std::env::temp_dir().join(format!("meshery-gather-{}", std::process::id()));
/// std::fs::create_dir_all(folder.join("shop"))?;
/// std::fs::write(folder.join("shop/a.yaml"), "kind: List")?;
/// std::fs::write(folder.join("README.md"), "a shop")?;
/// let (sources, errors) = gather([&folder]);
/// assert!(sources.len() == 1 && sources[0].name.ends_with("shop/a.yaml") && errors.is_empty());
/// let (sources, errors) = gather([folder.join("*.json")]);
/// assert!(sources.is_empty() && errors[0].to_string().contains("no file is called so"));
/// std::fs::remove_dir_all(folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn gather(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> (Vec<Source>, Vec<Error>) {
    let mut gathering = Gathering::default();
    for path in paths {
        gathering.named(path.as_ref());
    }
    (gathering.sources, gathering.errors)
}

/// How many bytes of a file are read at most: what is read takes some ten times as much memory.
const MOST: u64 = 256 << 20;

#[derive(Default)]
struct Gathering {
    sources: Vec<Source>,
    errors: Vec<Error>,
    /// What was read, by what it is and not by what it is called.
    seen: BTreeSet<PathBuf>,
}

impl Gathering {
    /// What the caller has named.
    fn named(&mut self, path: &Path) {
        let text = path.to_string_lossy();
        if text == STDIN {
            return self.add(path, whole(std::io::stdin().lock()));
        }
        if !path.exists() && text.contains(PATTERN) {
            return self.pattern(path, &text);
        }
        if path.is_dir() { self.folder(path) } else { self.file(path) }
    }

    fn pattern(&mut self, path: &Path, text: &str) {
        // Written as the paths are that it is compared with: a slash that is there twice counts once.
        let written: PathBuf = path.components().collect();
        let pattern = match glob::Pattern::new(&written.to_string_lossy()) {
            Ok(pattern) => pattern,
            Err(error) => {
                return self.errors.push(Error::invalid(text, "this is no pattern of names").found(error.to_string()));
            }
        };
        let before = (self.sources.len(), self.errors.len());
        let has_pattern = |part: &std::path::Component<'_>| part.as_os_str().to_string_lossy().contains(PATTERN);
        let base: PathBuf = path.components().take_while(|part| !has_pattern(part)).collect();
        let depth = path.components().count() - base.components().count();
        let depth = if text.contains("**") { usize::MAX } else { depth };
        self.matching(&pattern, &base, depth, &mut BTreeSet::new());
        if before == (self.sources.len(), self.errors.len()) {
            self.errors.push(Error::invalid(path.display().to_string(), "no file is called so"));
        }
    }

    /// What is so called in a folder, and in those below it to a depth; a link back to one above it is not followed again.
    fn matching(&mut self, pattern: &glob::Pattern, folder: &Path, depth: usize, above: &mut BTreeSet<PathBuf>) {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        if depth == 0 || !above.insert(real.clone()) {
            return;
        }
        let found = match entries(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }) {
            Ok(found) => found,
            // A pattern asks for nothing that cannot be there.
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                self.errors.push(error.at(folder.display().to_string()));
                Vec::new()
            }
        };
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
        for name in found.iter().filter_map(|entry| entry.file_name()) {
            let entry = folder.join(name);
            let is_folder = entry.is_dir();
            match (pattern.matches_path_with(&entry, options), is_folder) {
                (true, true) => self.folder(&entry),
                (true, false) => self.file(&entry),
                (false, true) => self.matching(pattern, &entry, depth - 1, above),
                (false, false) => {}
            }
        }
        above.remove(&real);
    }

    fn folder(&mut self, path: &Path) {
        if !self.is_new(path) {
            return;
        }
        if path.join(CHART).is_file() {
            let error =
                Error::new(ErrorKind::Unsupported, "this is a Helm chart, whose files are no configuration yet");
            return self.errors.push(error.at(path.display().to_string()).expected("what `helm template` makes of it"));
        }
        match entries(path) {
            Err(error) => self.errors.push(error.at(path.display().to_string())),
            Ok(entries) => {
                for entry in entries {
                    if entry.is_dir() {
                        self.folder(&entry);
                    } else if is_configuration(&entry) {
                        self.file(&entry);
                    }
                }
            }
        }
    }

    fn file(&mut self, path: &Path) {
        if self.is_new(path) {
            self.add(path, content(path));
        }
    }

    /// Whether something is met for the first time, whatever links lead to it.
    fn is_new(&mut self, path: &Path) -> bool {
        self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
    }

    fn add(&mut self, path: &Path, read: Result<Vec<u8>>) {
        let name = path.display().to_string();
        match read {
            Ok(text) => self.sources.push(Source::new(name, text)),
            Err(error) => self.errors.push(error.at(name)),
        }
    }
}

/// Whether a file of a folder is read, by its name.
fn is_configuration(path: &Path) -> bool {
    let is_kustomization = path.file_name().is_some_and(|it| KUSTOMIZATION.iter().any(|known| it == *known));
    !is_kustomization && path.extension().is_some_and(|it| EXTENSIONS.iter().any(|known| it == *known))
}

/// What a file holds. A device or a pipe may never end, and is not read.
fn content(path: &Path) -> Result<Vec<u8>> {
    if fs::metadata(path)?.is_file() {
        return whole(fs::File::open(path)?);
    }
    Err(Error::new(ErrorKind::InvalidInput, "this is no file").expected("a file or a folder"))
}

/// All of it, unless it is too much.
fn whole(from: impl Read) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    from.take(MOST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MOST {
        let error = Error::new(ErrorKind::LimitExceeded, "this is too much for configuration");
        return Err(error.expected(format!("at most {} MiB", MOST >> 20)).found("more"));
    }
    Ok(text)
}

/// What is in a folder and not hidden, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.retain(|entry| !entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
    entries.sort();
    Ok(entries)
}
