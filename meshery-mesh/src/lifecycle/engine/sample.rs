//! Sample applications by one call.

use meshery_core::{Context, OperationOptions, OperationReport, Result, SampleSpec};

use super::Lifecycle;
use crate::samples;

impl Lifecycle {
    /// Has a sample application there, ready, whether there was something of it before or not.
    /// [`uninstall`](Self::uninstall) removes it by the name of its instance, which is that of the sample unless the
    /// specification says otherwise.
    ///
    /// ```no_run
    /// use meshery_core::{Context, OperationOptions, SampleSpec};
    ///
    /// # async fn example(lifecycle: meshery_mesh::lifecycle::Lifecycle) -> meshery_core::Result<()> {
    /// let (options, context) = (OperationOptions::default(), Context::default());
    /// lifecycle.install_sample(&SampleSpec::new("bookinfo"), &options, &context).await?;
    /// lifecycle.uninstall("bookinfo", &options, &context).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`samples::spec`], and of [`install`](Self::install).
    pub async fn install_sample(
        &self,
        wanted: &SampleSpec,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<OperationReport> {
        self.install(&samples::spec(wanted)?, options, context).await
    }
}
