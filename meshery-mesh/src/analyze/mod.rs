//! Configuration analysis: files in, findings with their exact places out.
//!
//! | module | holds |
//! |---|---|
//! | [`yaml`] | the reader: YAML as the API server reads it, every node with its place |
//! | `objects`, `read` | from documents to Kubernetes objects |
//! | [`options`] | which rules, and what they are told beside the objects |
//! | `rule` | what a [`Rule`] is: what it says of itself, its page, and a pure function |
//! | `rules` | one file per rule, listed by [`rules()`] |
//! | `allow` | findings that somebody has allowed, with a reason and perhaps until a day |
//! | `edit`, [`fix`](fn@fix) | changes of text that mend a mistake, and putting them into files |
//! | [`report`] | findings as text, JSON, SARIF and more |
//! | `session` | [`Session`]: findings that follow the files |
//! | `kinds` | the kinds that rules read |
//! | `certainty` | whether what is not among the objects is missing |
//! | `kubernetes`, `istio` | what rules derive from objects and share |
//! | `neutral` | what meshes have in common, asked once and answered for each |
//! | `values` | values that objects of several meshes write in one way |

mod allow;
mod certainty;
mod edit;
mod fix;
mod istio;
mod kinds;
mod kubernetes;
mod neutral;
mod objects;
pub mod options;
mod parallel;
mod read;
pub mod report;
mod rule;
mod rules;
mod schema;
mod session;
mod values;
pub mod yaml;

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::resource::File;
use meshery_core::{Error, Finding, Severity};
use serde::{Serialize, Serializer};

pub use allow::Allowed;
pub use fix::fix;
pub use options::{Options, Profile};
#[cfg(feature = "cluster")]
pub(crate) use read::read;
pub use rule::Rule;
pub use rules::rules;
#[cfg(feature = "cluster")]
pub(crate) use schema::json;
pub use session::Session;

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
    /// The cluster that its objects belong to, where there are several.
    pub cluster: Option<String>,
}

impl Source {
    /// A file with this name and content.
    pub fn new(name: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), text: text.into(), cluster: None }
    }

    /// A file of this cluster.
    #[must_use]
    pub fn of_cluster(self, cluster: impl Into<String>) -> Self {
        Self { cluster: Some(cluster.into()), ..self }
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
    /// What was found and may be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Allowed>,
    /// What could not be read, by file and place. The rules ran over all the rest.
    #[serde(serialize_with = "reports")]
    pub errors: Vec<Error>,
    /// The files.
    #[serde(skip)]
    pub files: Vec<Arc<File>>,
}

impl Analysis {
    /// Without what was there before, by its fingerprints.
    fn since(self, baseline: &BTreeSet<String>) -> Self {
        if baseline.is_empty() {
            return self;
        }
        let prints = report::fingerprints(&self);
        let (mut findings, mut allowed) = (Vec::new(), self.allowed);
        for (finding, print) in self.findings.into_iter().zip(prints) {
            if baseline.contains(&print) {
                allowed.push(Allowed { finding, reason: "it was there before".into() });
            } else {
                findings.push(finding);
            }
        }
        Self { findings, allowed, ..self }
    }

    /// Whether something is this bad or worse, or could not be read.
    pub fn is_at_least(&self, least: Severity) -> bool {
        !self.errors.is_empty() || self.findings.iter().any(|finding| finding.severity >= least)
    }
}

/// Reads files and runs every rule over all objects in them, as one world. What cannot be read is reported and left out.
pub fn analyze(sources: &[Source]) -> Analysis {
    analyze_with(sources, &Options::at_this_time())
}

/// The same, with some rules or with more known.
///
/// ```
/// use meshery_mesh::analyze::{Options, Source, analyze_with};
///
/// let route = "apiVersion: networking.istio.io/v1
/// kind: VirtualService
/// metadata: { name: reviews, namespace: shop }
/// spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }
/// ";
/// let sources = [Source::new("shop.yaml", route)];
/// let severity = |options: &Options| analyze_with(&sources, options).findings[0].severity.to_string();
/// let options = Options { select: vec!["MSH101".into()], ..Options::default() };
/// assert_eq!(severity(&options), "warning", "the Service may be elsewhere");
/// assert_eq!(severity(&Options { closed: true, ..options }), "error", "there is nothing else");
/// ```
pub fn analyze_with(sources: &[Source], options: &Options) -> Analysis {
    let mut session = Session::new(options.clone());
    session.put(sources);
    session.analysis()
}

fn reports<S: Serializer>(errors: &[Error], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(errors.iter().map(Error::report))
}
