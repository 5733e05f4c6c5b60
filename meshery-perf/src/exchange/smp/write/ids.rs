//! Identifiers of the messages of a document.

use crate::rng::SplitMix64;

/// The identifiers of the messages of a document, by which its result refers to the others.
///
/// ```
/// use meshery_perf::exchange::smp::Ids;
///
/// let ids = Ids::from_seed(1);
/// assert_eq!(ids, Ids::from_seed(1));
/// assert_ne!(ids.test, Ids::from_seed(2).test);
/// assert_eq!(ids.result.len(), 36);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ids {
    /// Of the test.
    pub test: String,
    /// Of the result.
    pub result: String,
    /// Of the mesh.
    pub mesh: String,
    /// Of the environment.
    pub environment: String,
}

impl Ids {
    /// Identifiers in the form of random UUIDs (RFC 9562, version 4), the same for the same seed.
    pub fn from_seed(seed: u64) -> Self {
        let mut random = SplitMix64::new(seed);
        let mut next = || uuid(random.next(), random.next());
        Self { test: next(), result: next(), mesh: next(), environment: next() }
    }
}

fn uuid(high: u64, low: u64) -> String {
    let high = high & 0xffff_ffff_ffff_0fff | 0x4000;
    let low = low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
    let (first, second, third) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
    format!("{first:08x}-{second:04x}-{third:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_say_that_they_are_random() {
        for seed in 0..50 {
            let Ids { test, result, mesh, environment } = Ids::from_seed(seed);
            for id in [&test, &result, &mesh, &environment] {
                assert!(id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
            }
            assert!(test != result && result != mesh && mesh != environment);
        }
    }
}
