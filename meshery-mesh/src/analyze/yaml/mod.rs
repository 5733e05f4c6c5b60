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
mod layout;
mod map;
mod places;
mod scalar;
mod split;
mod texts;
mod tree;

use meshery_core::resource::Node;
use meshery_core::{Error, ErrorKind, Position, Result};

use super::Source;
use places::Places;

/// Reads a file: for each document that is not empty its root, or why it cannot be read and where. A document that
/// cannot be read keeps no other from being read.
///
/// ```
/// use meshery_mesh::analyze::{Source, yaml};
///
/// let documents = yaml::read(&Source::new("a.yaml", "kind: Pod\n---\n# nothing\n---\na: ]\n"));
/// assert_eq!(documents.len(), 2);
/// assert_eq!(documents[0].as_ref().unwrap().get("kind").unwrap().span.start.to_string(), "1:7");
/// assert!(documents[1].as_ref().unwrap_err().to_string().starts_with("a.yaml:5:4: "));
/// ```
pub fn read(source: &Source) -> Vec<Result<Node>> {
    match std::str::from_utf8(&source.text) {
        Ok(text) => read_text(&source.name, text),
        Err(error) => {
            let valid = String::from_utf8_lossy(&source.text[..error.valid_up_to()]);
            let place = Places::new(unmarked(&valid), 0).of_byte(valid.len());
            let found = source.text.get(error.valid_up_to()).map_or(String::new(), |byte| format!("byte {byte:#04x}"));
            let error = Error::new(ErrorKind::Syntax, "the file is not text").expected("UTF-8").found(found);
            vec![Err(error.at(place_in(&source.name, place)))]
        }
    }
}

/// How an error names a place in a file: `a.yaml:3:7`.
pub(super) fn place_in(file: &str, position: Position) -> String {
    format!("{file}:{position}")
}

fn read_text(file: &str, whole: &str) -> Vec<Result<Node>> {
    let text = unmarked(whole);
    let places = Places::new(text, whole.len() - text.len());
    let mut texts = texts::Texts::default();
    let read = |piece: split::Piece<'_>| {
        let document = piece.map_err(|(byte, error)| (places.of_byte(byte), error))?;
        refuse_control(&document, &places)?;
        tree::read(&document, &places, &mut texts).map_err(|(span, error)| (span.start, error))
    };
    let located = split::documents(text).into_iter().map(read);
    located.filter_map(|read| read.map_err(|(place, error)| error.at(place_in(file, place))).transpose()).collect()
}

/// A text without its byte order mark.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// YAML has no control characters; in JSON the parser has refused them already.
fn refuse_control(document: &split::Document<'_>, places: &Places<'_>) -> Result<(), (Position, Error)> {
    if document.json {
        return Ok(());
    }
    match document.text.char_indices().find(|&(_, c)| !is_printable(c)) {
        None => Ok(()),
        Some((at, c)) => Err((
            places.of_byte(document.start + at),
            Error::new(ErrorKind::Syntax, "control characters are not allowed").found(format!("U+{:04X}", c as u32)),
        )),
    }
}

fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{85}' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}
