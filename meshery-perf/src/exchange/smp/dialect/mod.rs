//! The dialects of SMP: one file each, and one line in [`DIALECTS`].

mod current;
mod draft_2020;
mod meshery_file;
mod readme_sample;
mod runner;
mod schemas_v1beta3;
mod translate;

use meshery_core::{Error, ErrorKind, Result};

use super::Document;
use super::reader::{Object, Reader};

/// Every dialect, sorted by name.
pub static DIALECTS: &[&Dialect] = &[
    &current::DIALECT,
    &draft_2020::DIALECT,
    &meshery_file::DIALECT,
    &readme_sample::DIALECT,
    &schemas_v1beta3::DIALECT,
];

/// A way in which documents of SMP are written.
///
/// ```
/// use meshery_perf::exchange::smp::DIALECTS;
///
/// assert!(DIALECTS.iter().any(|dialect| dialect.name == "current"));
/// ```
#[derive(Debug)]
pub struct Dialect {
    /// Its name.
    pub name: &'static str,
    /// Where it comes from, and how it is recognised.
    pub about: &'static str,
    /// Whether an object has what only this dialect has.
    is: fn(&Object) -> bool,
    pub(super) read: fn(Object, &mut Reader) -> Result<Document>,
}

/// The dialect of an object. The current one has no mark of its own: it is what no other claims.
pub(super) fn of(object: &Object) -> Result<&'static Dialect> {
    let claims = |dialect: &&&Dialect| (dialect.is)(object);
    let claimed: Vec<_> = DIALECTS.iter().filter(claims).collect();
    match claimed.as_slice() {
        [] => Ok(&current::DIALECT),
        [one] => Ok(one),
        many => {
            let names: Vec<_> = many.iter().map(|dialect| dialect.name).collect();
            Err(Error::new(ErrorKind::InvalidInput, "a mixture of dialects")
                .expected("one dialect")
                .found(names.join(" and ")))
        }
    }
}
