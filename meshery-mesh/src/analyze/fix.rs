//! Fixes put into the files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::Finding;
use meshery_core::analyzer::{Edit, Fix};
use meshery_core::resource::File;
use similar::TextDiff;

use super::secrets::hidden;
use super::{Analysis, Source};

/// Puts fixes into files: of each finding its first one, if it is safe or `unsafe_too`. Fixes that touch the same place
/// wait for another time: whoever analyzes what came of it gets them again. Only files that change are returned.
///
/// ```
/// use meshery_mesh::analyze::{Source, analyze, fix};
///
/// let route = "apiVersion: networking.istio.io/v1
/// kind: VirtualService
/// metadata: { name: reviews, namespace: shop }
/// spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviws } }] }] } # a slip
/// ---
/// { apiVersion: v1, kind: Service, metadata: { name: reviews, namespace: shop } }
/// ";
/// let sources = [Source::new("shop.yaml", route)];
/// let findings = analyze(&sources).findings;
/// assert!(fix(&sources, &findings, false).is_empty(), "who knows which host is meant");
/// let fixed = fix(&sources, &findings, true);
/// assert_eq!(fixed[0].text, route.replace("reviws", "reviews").into_bytes());
/// ```
pub fn fix(sources: &[Source], findings: &[Finding], unsafe_too: bool) -> Vec<Source> {
    let mut edits: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for finding in findings {
        let chosen = finding.fixes.first().filter(|fix| fix.safe || unsafe_too);
        if let Some(fix) = chosen.filter(|fix| fits(fix, &edits)) {
            for edit in &fix.edits {
                edits.entry(&edit.location.file).or_default().push(edit);
            }
        }
    }
    let changed = sources.iter().filter_map(|source| Some((source, edits.remove(source.name.as_str())?)));
    changed.filter_map(|(source, edits)| applied(source, edits)).collect()
}

/// The same for all that an analysis has found, in the files that it was made of.
///
/// ```
/// use meshery_mesh::analyze::{Analysis, fixed};
///
/// assert!(fixed(&Analysis::default(), true).is_empty());
/// ```
pub fn fixed(analysis: &Analysis, unsafe_too: bool) -> Vec<Source> {
    let mut clusters: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for finding in &analysis.findings {
        clusters.entry(&finding.location.file).or_default().extend(finding.cluster.as_deref());
    }
    let sources: BTreeMap<&str, &Arc<File>> = analysis.files.iter().map(|file| (&*file.name, file)).collect();
    let sources = sources.into_values().map(|file| Source::new(&*file.name, file.text.as_bytes()));
    let fixed = fix(&sources.collect::<Vec<_>>(), &analysis.findings, unsafe_too);
    // What is put back is of the same clusters.
    let of_clusters = |source: Source| match clusters.get(source.name.as_str()).filter(|names| !names.is_empty()) {
        Some(names) => names.iter().map(|name| source.clone().of_cluster(*name)).collect(),
        None => vec![source],
    };
    fixed.into_iter().flat_map(of_clusters).collect()
}

/// What fixed files change in those of an analysis, as a unified diff. What Secrets hold is covered.
///
/// ```
/// use meshery_mesh::analyze::{Source, analyze, diff};
///
/// let analysis = analyze(&[Source::new("a.yaml", "{ kind: Lisst }\n")]);
/// let text = diff(&analysis, &[Source::new("a.yaml", "{ kind: List }\n")]);
/// assert_eq!(text, "--- a.yaml\n+++ a.yaml\n@@ -1 +1 @@\n-{ kind: Lisst }\n+{ kind: List }\n");
/// ```
pub fn diff(analysis: &Analysis, fixed: &[Source]) -> String {
    let changed = fixed.iter().filter_map(|after| {
        let before = analysis.files.iter().find(|file| *file.name == *after.name)?;
        let text = String::from_utf8_lossy(&after.text);
        let (before, text) = (hidden(&before.name, &before.text), hidden(&after.name, &text));
        let lines = TextDiff::from_lines(&*before, &*text);
        Some(lines.unified_diff().header(&after.name, &after.name).to_string())
    });
    changed.collect()
}

/// Whether no edit of a fix touches one that is there already, or does the same.
fn fits(fix: &Fix, edits: &BTreeMap<&str, Vec<&Edit>>) -> bool {
    let touches = |a: &Edit, b: &Edit| {
        let (a, b) = (a.location.span, b.location.span);
        a.start.offset <= b.end.offset && b.start.offset <= a.end.offset
    };
    let there = |edit: &Edit| edits.get(edit.location.file.as_str()).into_iter().flatten();
    fix.edits.iter().all(|edit| !there(edit).any(|other| touches(edit, other)))
}

fn applied(source: &Source, mut edits: Vec<&Edit>) -> Option<Source> {
    let text = std::str::from_utf8(&source.text).ok()?;
    edits.sort_by_key(|edit| edit.location.span.start);
    let (mut result, mut done) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        let span = edit.location.span;
        result += text.get(done..span.start.offset)?;
        result += &edit.text;
        done = span.end.offset;
    }
    result += text.get(done..)?;
    Some(Source { text: result.into_bytes(), ..source.clone() })
}
