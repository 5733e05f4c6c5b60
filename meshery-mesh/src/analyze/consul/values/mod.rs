//! What the programs that read a configuration take for a name in DNS, a URL.

pub(in crate::analyze) mod dns;
pub(in crate::analyze) mod go;
pub(in crate::analyze) mod url;
