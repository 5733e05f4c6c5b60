//! What a finding is known by when lines have moved.

use std::collections::BTreeMap;

use meshery_core::Finding;
use sha2::{Digest, Sha256};

use crate::analyze::Analysis;

/// By finding, in their order, a name that stays the same when the file changes elsewhere: made of the rule, the object
/// and the field, and where several are alike, of their order.
///
/// ```
/// use meshery_mesh::analyze::{Analysis, report::fingerprints};
///
/// assert!(fingerprints(&Analysis::default()).is_empty());
/// ```
pub fn fingerprints(analysis: &Analysis) -> Vec<String> {
    let mut seen: BTreeMap<[&str; 5], usize> = BTreeMap::new();
    analysis
        .findings
        .iter()
        .map(|finding| {
            let nth = seen.entry(parts(finding)).or_default();
            *nth += 1;
            hash(parts(finding), *nth)
        })
        .collect()
}

fn parts(finding: &Finding) -> [&str; 5] {
    let cluster = finding.cluster.as_deref().unwrap_or_default();
    [&finding.code, &finding.location.file, cluster, &finding.resource, &finding.field]
}

fn hash(parts: [&str; 5], nth: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        // So that what ends one part cannot begin the next.
        hash.update([0]);
    }
    hash.update(nth.to_le_bytes());
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}
