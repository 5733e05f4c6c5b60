//! Helm charts. `helm` renders them, and nothing else: what it would remember of a release is not kept.

use async_trait::async_trait;
use meshery_core::lifecycle::ChartSource;
use meshery_core::{ErrorKind, Result};

use super::helm::Helm;
use super::{Renderer, Task, archive, values};
use crate::analyze::Source;

pub(super) struct Chart<'a>(pub(super) &'a ChartSource);

#[async_trait]
impl Renderer for Chart<'_> {
    async fn render(&self, task: &Task<'_>) -> Result<Vec<Source>> {
        let helm = Helm::new(task.tools)?;
        let path = archive::obtain(self.0, &helm).await?;
        let path = path.to_string_lossy();
        if !self.0.values.is_empty() {
            let shown = helm.run(&["show", "values"], [""; 0], &[&path], &[]).await?;
            let known = shown.success("the values of the chart cannot be read", ErrorKind::InvalidInput)?;
            values::check(&self.0.values, known).map_err(|error| error.at("values"))?;
        }
        let release = self.0.release.as_ref().unwrap_or(&task.spec.name);
        let input = serde_json::to_vec(&self.0.values)?;
        let end = helm.run(&["template"], self.options(task), &[release, &path], &input).await?;
        // What a chart says in its `kubeVersion`.
        let is_too_old = end.words().contains("chart requires kubeVersion");
        let kind = if is_too_old { ErrorKind::VersionUnsupported } else { ErrorKind::InvalidInput };
        let text = end.success("the chart does not render", kind)?;
        Ok(vec![Source::new(task.place, text)])
    }
}

impl Chart<'_> {
    fn options(&self, task: &Task<'_>) -> Vec<String> {
        let namespace = self.0.namespace.as_ref().unwrap_or(&task.spec.namespace);
        // Hooks stay: whoever applies the objects has to run them. Tests are nothing that is installed.
        let mut options = vec!["--include-crds".into(), "--skip-tests".into(), "--values=-".into()];
        options.push(format!("--namespace={namespace}"));
        options.extend(task.tools.kubernetes.iter().map(|version| format!("--kube-version={version}")));
        options.extend(task.tools.api_versions.iter().map(|version| format!("--api-versions={version}")));
        options
    }
}
