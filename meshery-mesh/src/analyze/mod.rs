//! Configuration analysis: files in, findings with their exact places out.
//!
//! | module | holds |
//! |---|---|
//! | [`yaml`] | the reader: YAML as the API server reads it, every node with its place |
//! | `objects`, `read` | from documents to Kubernetes objects |
//! | `options` | which rules, and what they are told beside the objects |
//! | `rule` | what a [`Rule`] is: what it says of itself, its page, and a pure function |
//! | `own` | rules of one's own, in CEL |
//! | `rules` | one file per rule, listed by [`rules()`] |
//! | `allow` | findings that somebody has allowed, with a reason and perhaps until a day |
//! | [`gather`](fn@gather) | from paths to files |
//! | `live` | what runs on a cluster, as files |
//! | `edit`, [`fix`](fn@fix) | changes of text that mend a mistake, and putting them into files |
//! | [`order`](mod@order) | in which order to apply changes so that nothing breaks in between |
//! | [`report`] | findings as text, JSON, SARIF and more |
//! | `session` | [`Session`]: findings that follow the files |
//! | `kinds` | the kinds that rules read |
//! | `certainty` | whether what is not among the objects is missing |
//! | `neutral` | what meshes have in common, asked once and answered for each |
//! | `kubernetes`, `gateway_api`, and one for each mesh | what rules derive from objects and share |
//! | `place` | where findings about fields point to |
//! | `values` | what texts stand for, whichever mesh reads them |

mod allow;
mod certainty;
mod cilium;
mod consul;
mod edit;
mod files;
mod fix;
mod gateway_api;
mod gather;
mod held;
mod istio;
mod kinds;
mod kubernetes;
mod kuma;
mod linkerd;
#[cfg(feature = "cluster")]
mod live;
mod neutral;
mod objects;
mod options;
pub mod order;
mod own;
mod parallel;
mod place;
mod read;
pub mod report;
mod rule;
mod rules;
mod schema;
mod secrets;
mod session;
mod smi;
mod values;
pub mod yaml;

pub use meshery_core::analyzer::{Allowed, Analysis, Options, Profile, Source};

pub use files::Files;
pub use fix::{diff, fix, fixed};
pub use gather::gather;
#[cfg(feature = "cluster")]
pub use live::running;
pub use options::at_this_time;
pub use order::{Order, order};
pub use own::test_rules;
#[cfg(feature = "cluster")]
pub(crate) use read::read;
pub use rule::Rule;
pub use rules::{explain, rules};
#[cfg(feature = "cluster")]
pub(crate) use schema::json;
pub use session::Session;

/// Reads files and runs every rule over all objects in them, as one world. What cannot be read is reported and left out.
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
pub fn analyze(sources: &[Source]) -> Analysis {
    analyze_with(sources, &at_this_time())
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
