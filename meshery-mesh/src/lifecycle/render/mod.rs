//! From where objects come from to the objects: files are read, charts and kustomizations are rendered.
//!
//! | module | holds |
//! |---|---|
//! | `text`, `path`, `chart`, `kustomize` | one kind of source each |
//! | `archive` | a chart on this machine, of the version and with the digest that are asked for |
//! | `values` | values that a chart does not have and that look like a slip |
//! | `helm` | the executable that renders charts, kept away from its user's configuration |
//! | `program` | executables: where they are, and from their start to their end |
//!
//! Sources are read all together, so that an object that two of them hold is refused with both places.

mod archive;
mod chart;
mod helm;
mod kustomize;
mod path;
mod program;
mod text;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use meshery_core::lifecycle::Source;
use meshery_core::{Error, ErrorKind, InstanceSpec, Object, Result};

use super::manifests;
use crate::analyze;

/// Executables that render, and what they are told of the cluster.
///
/// ```
/// use meshery_mesh::lifecycle::render::Tools;
///
/// let tools = Tools { helm: Some("/opt/helm".into()), ..Tools::default() };
/// assert_eq!(tools.timeout.as_secs(), 120);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    /// Where `helm` is; looked for on `PATH` when there is none.
    pub helm: Option<PathBuf>,
    /// Where `kustomize` is; looked for on `PATH` when neither it nor `kubectl` is named.
    pub kustomize: Option<PathBuf>,
    /// Where `kubectl` is, which has `kustomize` built in; looked for on `PATH` when there is none of either.
    pub kubectl: Option<PathBuf>,
    /// How long an executable may take, downloads included.
    pub timeout: Duration,
    /// The version of Kubernetes that charts are rendered for; `helm`'s own when there is none.
    pub kubernetes: Option<String>,
    /// What the cluster serves besides what `helm` takes for granted: `policy/v1`, `policy/v1/PodDisruptionBudget`.
    pub api_versions: Vec<String>,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            helm: None,
            kustomize: None,
            kubectl: None,
            timeout: Duration::from_secs(120),
            kubernetes: None,
            api_versions: Vec::new(),
        }
    }
}

/// The objects of these sources, in their order. Nothing is asked of a cluster.
///
/// ```
/// use meshery_core::InstanceSpec;
/// use meshery_core::lifecycle::Source;
/// use meshery_mesh::lifecycle::render::{Tools, render};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let namespace = Source::Text("{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }".into());
/// let spec = InstanceSpec::new("shop", "shop", vec![namespace]);
/// let objects = render(&spec, &spec.sources, &Tools::default()).await?;
/// assert_eq!(objects[0].to_string(), "Namespace shop");
/// # Ok::<(), meshery_core::Error>(())
/// # })?;
/// # Ok::<(), meshery_core::Error>(())
/// ```
///
/// # Errors
/// With the source, as `sources[1].chart`: [`NotFound`](ErrorKind::NotFound) for what is not there,
/// [`InvalidInput`](ErrorKind::InvalidInput) for what does not render and for values that the chart does not have,
/// [`Conflict`](ErrorKind::Conflict) for an archive with another digest and for an object that is there twice, with both
/// places, [`VersionUnsupported`](ErrorKind::VersionUnsupported) for a chart that is made for another Kubernetes,
/// [`ProgramMissing`](ErrorKind::ProgramMissing) with how to get it, [`Timeout`](ErrorKind::Timeout), and
/// [`Unreachable`](ErrorKind::Unreachable) for a repository that does not answer.
pub async fn render(spec: &InstanceSpec, sources: &[Source], tools: &Tools) -> Result<Vec<Object>> {
    let mut texts = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let (name, renderer) = renderer(source)?;
        let place = format!("sources[{index}].{name}");
        let task = Task { spec, tools, place: &place };
        texts.extend(renderer.render(&task).await.map_err(|error| error.at(&place))?);
    }
    manifests::read(&texts)
}

/// What is asked of a renderer.
struct Task<'a> {
    spec: &'a InstanceSpec,
    tools: &'a Tools,
    /// Where the source stands in the specification: the name of what has no file of its own.
    place: &'a str,
}

/// One kind of source. Places in its errors are within the source.
#[async_trait]
trait Renderer: Send + Sync {
    /// The manifests, as named texts.
    async fn render(&self, task: &Task<'_>) -> Result<Vec<analyze::Source>>;
}

/// Which renderer a source has, and what the specification calls its kind.
fn renderer(source: &Source) -> Result<(&'static str, Box<dyn Renderer + '_>)> {
    Ok(match source {
        Source::Chart(chart) => ("chart", Box::new(chart::Chart(chart))),
        Source::Kustomize(folder) => ("kustomize", Box::new(kustomize::Kustomization(folder))),
        Source::Path(path) => ("path", Box::new(path::Manifests(path))),
        Source::Text(text) => ("text", Box::new(text::Text(text))),
        _ => return Err(Error::new(ErrorKind::Unsupported, "this kind of source is not known here").at("sources")),
    })
}
