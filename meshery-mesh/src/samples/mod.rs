//! Sample applications: one file each, and its manifest beside it, listed in [`SAMPLES`].
//!
//! A sample is pure: it says what it is and what its objects are, in no namespace; `tests/samples.rs` holds every one in
//! the list to what a good manifest is. [`spec`] makes an instance of it, which the engine installs, proves and removes
//! like any other. None knows a mesh: the labels and annotations that ask for one come with the [`SampleSpec`].
//!
//! | sample | is |
//! |---|---|
//! | `bookinfo` | a page over three services, one of them in three versions |
//! | `echo` | one service in two versions, that fails and waits as it is told; also as processes of this machine |
//! | `emojivoto` | a page over two gRPC services, and a bot that votes |
//! | `httpbin` | one server that answers as it is asked to |

mod bookinfo;
mod echo;
mod emojivoto;
mod httpbin;

use meshery_core::lifecycle::Source;
use meshery_core::{Error, ErrorKind, InstanceSpec, MeshProvider, Result, SampleInfo, SampleSpec};
use serde_json::{Map, Value, json};

use crate::providers::settings::Settings;

/// A sample application.
///
/// ```
/// use meshery_core::{Result, SampleInfo};
/// use meshery_mesh::samples::{SAMPLES, Sample};
///
/// let httpbin: &dyn Sample = SAMPLES.iter().copied().find(|sample| sample.info().name == "httpbin").unwrap();
/// assert!(httpbin.manifest(&Default::default())?.contains("kind: Deployment"));
/// assert!(httpbin.local().is_none(), "it runs on clusters only");
/// # Ok::<(), meshery_core::Error>(())
/// ```
pub trait Sample: Send + Sync {
    /// What it is.
    fn info(&self) -> SampleInfo;

    /// Its objects as Kubernetes YAML, in no namespace.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) for settings that it does not know or that are out of range, at
    /// `settings.NAME`.
    fn manifest(&self, settings: &Map<String, Value>) -> Result<String>;

    /// How it runs as processes of one machine, if it can.
    fn local(&self) -> Option<&dyn MeshProvider> {
        None
    }
}

/// Every sample, sorted by name.
///
/// ```
/// let names: Vec<_> = meshery_mesh::samples::SAMPLES.iter().map(|sample| sample.info().name).collect();
/// assert!(names.contains(&"bookinfo".to_owned()) && names.is_sorted());
/// ```
pub static SAMPLES: &[&dyn Sample] = &[&bookinfo::Bookinfo, &echo::Echo, &emojivoto::Emojivoto, &httpbin::Httpbin];

/// What is known of every sample, sorted by name.
///
/// ```
/// let samples = meshery_mesh::samples::infos();
/// assert!(samples.iter().all(|sample| !sample.images.is_empty()));
/// ```
pub fn infos() -> Vec<SampleInfo> {
    SAMPLES.iter().map(|sample| sample.info()).collect()
}

/// The instance that a sample is on a cluster: to be planned, installed, upgraded, proven and removed like any other.
///
/// ```
/// use meshery_core::{ErrorKind, SampleSpec};
/// use meshery_mesh::samples;
///
/// let spec = samples::spec(&SampleSpec::new("bookinfo"))?;
/// assert_eq!((spec.name.as_str(), spec.namespace.as_str()), ("bookinfo", "bookinfo"));
///
/// let error = samples::spec(&SampleSpec::new("bookstore")).unwrap_err();
/// assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some("sample")));
/// # Ok::<(), meshery_core::Error>(())
/// ```
///
/// # Errors
/// [`InvalidInput`](ErrorKind::InvalidInput) at `sample` for one that there is not, at `name` and `namespace` for what is
/// no DNS label, and at `settings.NAME` for what the sample does not understand.
pub fn spec(wanted: &SampleSpec) -> Result<InstanceSpec> {
    let sample = named(&wanted.sample)?;
    let info = sample.info();
    let name = wanted.name.clone().unwrap_or(info.name);
    let namespace = wanted.namespace.clone().unwrap_or_else(|| name.clone());
    let mut sources: Vec<_> = opted_in(wanted, &namespace).into_iter().collect();
    sources.push(Source::Text(sample.manifest(&wanted.settings)?));
    let spec = InstanceSpec { version: info.version, ..InstanceSpec::new(name, namespace, sources) };
    spec.check()?;
    Ok(spec)
}

/// The namespace, where something is to be said about it. The engine makes one of which nothing is said by itself.
fn opted_in(wanted: &SampleSpec, namespace: &str) -> Option<Source> {
    let (labels, annotations) = (&wanted.namespace_labels, &wanted.namespace_annotations);
    let metadata = json!({ "name": namespace, "labels": labels, "annotations": annotations });
    let object = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata });
    (!labels.is_empty() || !annotations.is_empty()).then(|| Source::Text(object.to_string()))
}

/// A sample by its name.
fn named(name: &str) -> Result<&'static dyn Sample> {
    let found = SAMPLES.iter().copied().find(|sample| sample.info().name == name);
    found
        .ok_or_else(|| Error::invalid("sample", "unknown sample").expected(one_of(|_| true)).found(format!("{name:?}")))
}

/// How a sample runs as processes of this machine.
pub(crate) fn local(name: &str) -> Result<&'static dyn MeshProvider> {
    named(name)?.local().ok_or_else(|| {
        Error::new(ErrorKind::Unsupported, "the sample runs on clusters only, not as processes of this machine")
            .at("sample")
            .expected(one_of(|info| info.runs_locally))
            .found(name)
    })
}

fn one_of(fits: impl Fn(&SampleInfo) -> bool) -> String {
    let names: Vec<_> = infos().into_iter().filter(fits).map(|info| info.name).collect();
    format!("one of {}", names.join(", "))
}

/// Refuses all settings, for a sample that has none.
fn nothing_set(settings: &Map<String, Value>) -> Result<()> {
    Settings::new(settings, &[]).map(drop)
}
