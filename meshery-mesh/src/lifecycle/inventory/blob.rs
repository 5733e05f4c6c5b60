//! Large values in pieces that fit into a Secret, named by what they hold.

use std::collections::BTreeMap;

use meshery_core::{Error, ErrorKind, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lifecycle::digest;

/// The longest piece.
pub(super) const PIECE: usize = 512 * 1024;
/// What unpacked is longer than this was not packed by us.
const LIMIT: usize = 1 << 30;
/// Good enough, and quick.
const LEVEL: i32 = 3;

/// Pieces by their names.
pub(super) type Pieces = BTreeMap<String, Vec<u8>>;

/// Packs a value; returns the names of its pieces, in order.
pub(super) fn pack(value: &impl Serialize, pieces: &mut Pieces) -> Result<Vec<String>> {
    let packed = zstd::bulk::compress(&serde_json::to_vec(value)?, LEVEL)?;
    let named = packed.chunks(PIECE).map(|piece| {
        let name = digest::of_bytes(piece);
        pieces.insert(name.clone(), piece.to_vec());
        name
    });
    Ok(named.collect())
}

/// Unpacks a value from its pieces.
pub(super) fn unpack<T: DeserializeOwned>(names: &[String], pieces: &Pieces) -> Result<T> {
    let broken = |found: String| Error::new(ErrorKind::Protocol, "the inventory is broken").found(found);
    let mut packed = Vec::new();
    for name in names {
        let piece = pieces.get(name).ok_or_else(|| broken(format!("piece {name} is missing")))?;
        if digest::of_bytes(piece) != *name {
            return Err(broken(format!("piece {name} holds something else")));
        }
        packed.extend_from_slice(piece);
    }
    let mut plain = Vec::new();
    let decoder = zstd::stream::Decoder::new(packed.as_slice())?;
    std::io::Read::read_to_end(&mut std::io::Read::take(decoder, LIMIT as u64), &mut plain)?;
    serde_json::from_slice(&plain).map_err(|error| broken(error.to_string()).because(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_from_its_pieces() {
        // Digests of numbers: nothing in it repeats, so that it fills several pieces.
        let value: Vec<String> = (0..80_000).map(|n: u32| digest::of_bytes(&n.to_le_bytes())).collect();
        let mut pieces = Pieces::new();
        let names = pack(&value, &mut pieces).unwrap();
        assert!(names.len() > 1 && pieces.values().all(|piece| piece.len() <= PIECE));
        assert_eq!(unpack::<Vec<String>>(&names, &pieces).unwrap(), value);
        let first = pieces.get_mut(&names[0]).unwrap();
        first[100] ^= 1;
        assert!(unpack::<Vec<String>>(&names, &pieces).is_err_and(|error| error.kind() == ErrorKind::Protocol));
        pieces.remove(&names[0]);
        assert!(unpack::<Vec<String>>(&names, &pieces).is_err_and(|error| error.to_string().contains("missing")));
    }
}
