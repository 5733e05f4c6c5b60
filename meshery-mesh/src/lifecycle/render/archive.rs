//! A chart on this machine, of the version and with the digest that are asked for.

use std::fs;
use std::path::{Path, PathBuf};

use meshery_core::lifecycle::ChartSource;
use meshery_core::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};

use super::helm::Helm;
use crate::analyze::{self, yaml};

/// Where the chart is: as it was named, or fetched into a folder that goes with `helm`.
pub(super) async fn obtain(chart: &ChartSource, helm: &Helm) -> Result<PathBuf> {
    if let Some(digest) = &chart.digest {
        check_form(digest)?;
    }
    let path = if is_remote(chart) { fetch(chart, helm).await? } else { local(chart, helm).await? };
    match &chart.digest {
        Some(digest) => pinned(&path, digest, helm),
        None => Ok(path),
    }
}

fn is_remote(chart: &ChartSource) -> bool {
    let schemes = ["oci://", "https://", "http://"];
    chart.repository.is_some() || schemes.iter().any(|scheme| chart.chart.starts_with(scheme))
}

/// A folder or an archive. Without this look, `helm` would take its path for a name in a repository of its user's.
async fn local(chart: &ChartSource, helm: &Helm) -> Result<PathBuf> {
    if !Path::new(&chart.chart).exists() {
        return Err(Error::new(ErrorKind::NotFound, "there is no such chart")
            .expected("a folder, a .tgz, a URL, oci://…, or a name in `repository`")
            .found(format!("{:?}", chart.chart)));
    }
    let path = std::path::absolute(&chart.chart)?;
    if let Some(wanted) = &chart.version {
        let shown = helm.run(&["show", "chart"], [""; 0], &[&path.to_string_lossy()], &[]).await?;
        let text = shown.success("the chart cannot be read", ErrorKind::InvalidInput)?;
        let found = version(text);
        if found.as_ref() != Some(wanted) {
            return Err(Error::new(ErrorKind::Conflict, "the chart has another version")
                .at("version")
                .expected(wanted)
                .found(found.unwrap_or_default()));
        }
    }
    Ok(path)
}

/// The version in a `Chart.yaml`.
fn version(text: Vec<u8>) -> Option<String> {
    let documents = yaml::read(&analyze::Source::new("Chart.yaml", text));
    documents.into_iter().next()?.ok()?.get("version")?.as_str().map(str::to_owned)
}

async fn fetch(chart: &ChartSource, helm: &Helm) -> Result<PathBuf> {
    let named = chart.chart.rsplit('/').next().unwrap_or_default();
    let needs_version = chart.repository.is_some() || chart.chart.starts_with("oci://");
    if needs_version && chart.version.is_none() && !named.contains([':', '@']) {
        // Without one, the newest would be taken: another one tomorrow.
        return Err(Error::invalid("version", "the version of the chart is missing")
            .expected("a version, since the chart comes from a repository"));
    }
    let to = helm.folder().join("fetched");
    fs::create_dir(&to)?;
    let mut options = vec![format!("--destination={}", to.display())];
    options.extend(chart.repository.iter().map(|url| format!("--repo={url}")));
    options.extend(chart.version.iter().map(|version| format!("--version={version}")));
    let end = helm.run(&["pull"], options, &[&chart.chart], &[]).await?;
    let is_absent = ["not found", "404"].iter().any(|words| end.words().contains(words));
    let kind = if is_absent { ErrorKind::NotFound } else { ErrorKind::Unreachable };
    end.success("the chart cannot be fetched", kind)?;
    let mut files = fs::read_dir(&to)?.flatten().map(|entry| entry.path());
    let is_archive = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "tgz");
    files.find(is_archive).ok_or_else(|| Error::new(ErrorKind::Protocol, "helm has fetched no archive"))
}

fn check_form(digest: &str) -> Result<()> {
    if digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(Error::invalid("digest", "not a SHA-256").expected("64 hexadecimal digits").found(format!("{digest:?}")))
}

/// The archive, if it has this digest. What is rendered is a copy: the file itself might change in between.
fn pinned(path: &Path, digest: &str, helm: &Helm) -> Result<PathBuf> {
    if path.is_dir() {
        return Err(Error::invalid("digest", "a folder has no digest")
            .expected("an archive, as `helm package` makes it")
            .found(path.display().to_string()));
    }
    let bytes = fs::read(path).map_err(|error| Error::from(error).with("file", path.display().to_string()))?;
    let found = format!("{:x}", Sha256::digest(&bytes));
    if !found.eq_ignore_ascii_case(digest) {
        return Err(Error::new(ErrorKind::Conflict, "the archive of the chart has another SHA-256")
            .at("digest")
            .expected(digest)
            .found(found));
    }
    let copy = helm.folder().join("chart.tgz");
    fs::write(&copy, bytes)?;
    Ok(copy)
}
