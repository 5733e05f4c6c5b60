//! Configuration analysis: files in, findings with their exact places out.
//!
//! | module | holds |
//! |---|---|
//! | [`yaml`] | the reader: YAML as the API server reads it, every node with its place |
//! | `objects` | from documents to Kubernetes objects |
//! | `rules` | one file per rule, listed in [`RULES`] |
//! | `istio` | what the rules over Istio's objects share |

mod istio;
mod objects;
mod rules;
pub mod yaml;

use meshery_core::{Error, Finding, Snapshot};
use serde::{Serialize, Serializer};

pub use rules::RULES;

/// A file to analyze.
///
/// ```
/// let source = meshery_mesh::analyze::Source::new("-", "kind: List\n");
/// assert_eq!(source.name, "-");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name that findings and errors give it.
    pub name: String,
    /// What it holds; text that is not UTF-8 becomes an error with a place.
    pub text: Vec<u8>,
}

impl Source {
    /// A file with this name and content.
    pub fn new(name: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}

/// What came of an analysis.
///
/// ```
/// use meshery_mesh::analyze::{Source, analyze};
///
/// let route = "apiVersion: networking.istio.io/v1
/// kind: VirtualService
/// metadata: { name: reviews, namespace: shop }
/// spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviws } }] }] }
/// ---
/// apiVersion: v1
/// kind: Service
/// metadata: { name: reviews, namespace: shop }
/// ";
/// let analysis = analyze(&[Source::new("shop.yaml", route)]);
/// assert!(analysis.errors.is_empty());
/// let finding = &analysis.findings[0];
/// assert_eq!((finding.code.as_str(), finding.location.to_string().as_str()), ("MSH101", "shop.yaml:4:67"));
/// assert_eq!(finding.help.as_deref(), Some("did you mean \"reviews\"?"));
/// ```
#[derive(Debug, Default, Serialize)]
pub struct Analysis {
    /// The mistakes found, by file and place.
    pub findings: Vec<Finding>,
    /// What could not be read, by file and place. The rules ran over all the rest.
    #[serde(serialize_with = "reports")]
    pub errors: Vec<Error>,
}

/// Reads files and runs every rule over all objects in them, as one snapshot. What cannot be read is reported and
/// left out.
pub fn analyze(sources: &[Source]) -> Analysis {
    let mut sources: Vec<&Source> = sources.iter().collect();
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    let (snapshot, errors) = read(sources);
    Analysis { findings: findings(&snapshot), errors }
}

/// All objects of files, in their order, and what cannot be read of them.
pub(crate) fn read<'a>(sources: impl IntoIterator<Item = &'a Source>) -> (Snapshot, Vec<Error>) {
    let mut snapshot = Snapshot::default();
    let mut errors = Vec::new();
    for source in sources {
        let file = source.name.as_str().into();
        for document in yaml::read(source) {
            match document {
                Ok(root) => objects::collect(&file, &root, &mut snapshot.resources, &mut errors),
                Err(error) => errors.push(error),
            }
        }
    }
    (snapshot, errors)
}

fn findings(snapshot: &Snapshot) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule.analyze(snapshot)).collect();
    findings.sort_by(|a, b| (&a.location, &a.code, &a.resource).cmp(&(&b.location, &b.code, &b.resource)));
    findings.dedup();
    findings
}

fn reports<S: Serializer>(errors: &[Error], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(errors.iter().map(Error::report))
}
