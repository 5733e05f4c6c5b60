//! What the programs that read a configuration take for a duration, a quantity, a name in DNS, a URL.

pub(super) mod dns;
pub(super) mod duration;
pub(super) mod go;
pub(super) mod quantity;
pub(super) mod url;
