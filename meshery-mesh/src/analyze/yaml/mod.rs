//! YAML and JSON as the Kubernetes API server reads them, every node with its place.
//!
//! | file | does what the API server's |
//! |---|---|
//! | `split` | `apimachinery` does: cuts a file into documents |
//! | `tree`, `map` | `sigs.k8s.io/yaml` does: builds values, merges `<<`; a key that occurs twice is an error, as it is for strict validation |
//! | `layout` | libyaml does: indentation inside brackets and quotes means nothing |
//! | `scalar` | go-yaml v2 does: `yes` is a boolean, `0777` is octal, a date is text |
//! | `budget` | go-yaml v2 does: refuses documents that aliases blow up |

mod budget;
mod chars;
mod layout;
mod map;
mod scalar;
mod split;
mod texts;
mod tree;

use std::sync::Arc;

use meshery_core::resource::{File, Node};
use meshery_core::{Error, ErrorKind, Result, Span};

use super::Source;
use chars::Chars;
pub(super) use texts::Texts;

/// Reads a file: for each document that is not empty its root, or why it cannot be read and where. A document that
/// cannot be read keeps no other from being read.
///
/// ```
/// use meshery_core::Span;
/// use meshery_mesh::analyze::{Source, yaml};
///
/// let documents = yaml::read(&Source::new("a.yaml", "kind: Pod\n---\n# nothing\n---\na: ]\n"));
/// assert_eq!(documents.len(), 2);
/// assert_eq!(documents[0].as_ref().unwrap().get("kind").unwrap().span, Span::new(6, 9));
/// assert!(documents[1].as_ref().unwrap_err().to_string().starts_with("a.yaml:5:4: "));
/// ```
pub fn read(source: &Source) -> Vec<Result<Node>> {
    open(source, &mut Texts::default()).1
}

/// The same with the file, which is without text where that is refused. Texts are shared with those that were read before.
pub(super) fn open(source: &Source, texts: &mut Texts) -> (Arc<File>, Vec<Result<Node>>) {
    match file(source) {
        Ok(file) => {
            let documents = documents(&file, texts);
            (Arc::new(file), documents)
        }
        Err(error) => (Arc::new(File::new(source.name.as_str(), "")), vec![Err(error)]),
    }
}

/// The file that a source is.
///
/// # Errors
/// [`ErrorKind::Syntax`] for one that is not text, or more of it than places can tell.
fn file(source: &Source) -> Result<File> {
    let text = std::str::from_utf8(&source.text).map_err(|error| {
        let valid = error.valid_up_to();
        let file =
            File::new(source.name.as_str(), String::from_utf8_lossy(source.text.get(..valid).unwrap_or_default()));
        let found = source.text.get(valid).map_or(String::new(), |byte| format!("byte {byte:#04x}"));
        let error = Error::new(ErrorKind::Syntax, "the file is not text").expected("UTF-8").found(found);
        error.at(file.place(Span::new(valid, valid)))
    })?;
    if u32::try_from(text.len()).is_err() {
        let error = Error::new(ErrorKind::Syntax, "the file is too large").expected("less than 4 GiB");
        return Err(error.found(format!("{} bytes", text.len())).at(&source.name));
    }
    Ok(File::new(source.name.as_str(), text))
}

fn documents(file: &File, texts: &mut Texts) -> Vec<Result<Node>> {
    let text = unmarked(&file.text);
    let before = file.text.len() - text.len();
    let whole = tree::Whole { file, before, chars: Chars::new(text) };
    let at = |byte: usize| Span::new(before + byte, before + byte);
    let mut read = |piece: split::Piece<'_>| {
        let document = piece.map_err(|(byte, error)| (at(byte), error))?;
        refuse_control(&document).map_err(|(byte, error)| (at(byte), error))?;
        tree::read(&document, &whole, texts)
    };
    let located = split::documents(text).into_iter().map(&mut read);
    located.filter_map(|read| read.map_err(|(place, error)| error.at(file.place(place))).transpose()).collect()
}

/// A text without its byte order mark.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// YAML has no control characters; in JSON the parser has refused them already.
fn refuse_control(document: &split::Document<'_>) -> Result<(), (usize, Error)> {
    let is_usual = |byte: u8| matches!(byte, b'\n' | b' '..=b'~');
    if document.json || document.text.bytes().all(is_usual) {
        return Ok(());
    }
    match document.text.char_indices().find(|&(_, c)| !is_printable(c)) {
        None => Ok(()),
        Some((at, c)) => Err((
            document.start + at,
            Error::new(ErrorKind::Syntax, "control characters are not allowed").found(format!("U+{:04X}", c as u32)),
        )),
    }
}

fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{85}' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}
