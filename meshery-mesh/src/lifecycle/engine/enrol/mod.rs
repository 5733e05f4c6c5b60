//! Moving workloads between meshes, or between revisions of one mesh: by marks, and by pods that are made anew.
//!
//! | module | holds |
//! |---|---|
//! | `look` | what is wanted, what there is, and what has to be done |
//! | `answer` | whether anybody would serve the pods, asked before the first write |
//! | `carry` | carrying it out, and back where it fails |
//! | `rollout` | workloads make their pods anew |

mod answer;
mod carry;
mod look;
mod rollout;

use meshery_core::lifecycle::OperationKind;
use meshery_core::{ChangePlan, Context, EnrolmentReport, EnrolmentSpec, OperationOptions, Result};

use super::{Lifecycle, as_expected};
use crate::lifecycle::advise;
use crate::process::wait::or_cancelled;

impl Lifecycle {
    /// What [`enrol`](Self::enrol) would do. Changes nothing.
    ///
    /// # Errors
    /// As [`enrol`](Self::enrol), for all that can be known beforehand.
    pub async fn plan_enrol(
        &self,
        spec: &EnrolmentSpec,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<ChangePlan> {
        self.plan_move(OperationKind::Enrol, spec, options, context).await
    }

    /// What [`withdraw`](Self::withdraw) would do. Changes nothing.
    ///
    /// # Errors
    /// As [`withdraw`](Self::withdraw), for all that can be known beforehand.
    pub async fn plan_withdraw(
        &self,
        spec: &EnrolmentSpec,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<ChangePlan> {
        self.plan_move(OperationKind::Withdraw, spec, options, context).await
    }

    /// Has the workloads of namespaces served by an instance, whoever served them before: their marks come, those of
    /// other revisions of the same mesh go, and their pods are made anew, a few at a time. A second call finds nothing to
    /// do.
    ///
    /// ```no_run
    /// use meshery_core::{Context, EnrolmentSpec, OperationOptions};
    ///
    /// # async fn example(lifecycle: meshery_mesh::lifecycle::Lifecycle) -> meshery_core::Result<()> {
    /// let (options, context) = (OperationOptions::default(), Context::default());
    /// let report = lifecycle.enrol(&EnrolmentSpec::new("istio-canary", &["shop"]), &options, &context).await?;
    /// assert!(report.pods.iter().all(|pod| pod.revision.as_deref() == Some("canary")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Before the first write: [`NotFound`](meshery_core::ErrorKind::NotFound) for an instance or a namespace that is not
    /// there, [`Unsupported`](meshery_core::ErrorKind::Unsupported) for a mesh that is not asked for by marks,
    /// [`CheckFailed`](meshery_core::ErrorKind::CheckFailed) where no pod would be served,
    /// [`Conflict`](meshery_core::ErrorKind::Conflict) for marks that others own and that have to go, and for marks of
    /// another mesh; [`Busy`](meshery_core::ErrorKind::Busy) while somebody is at work on the instance. Later:
    /// [`CheckFailed`](meshery_core::ErrorKind::CheckFailed) and [`Timeout`](meshery_core::ErrorKind::Timeout) with the
    /// cause.
    pub async fn enrol(
        &self,
        spec: &EnrolmentSpec,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<EnrolmentReport> {
        self.carry_move(OperationKind::Enrol, spec, options, context).await
    }

    /// Has the workloads of namespaces served by no instance of a mesh any more: its marks go, and pods come back without
    /// its proxies. Also once the instance has been removed, where the specification names its mesh.
    ///
    /// # Errors
    /// As [`enrol`](Self::enrol).
    pub async fn withdraw(
        &self,
        spec: &EnrolmentSpec,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<EnrolmentReport> {
        self.carry_move(OperationKind::Withdraw, spec, options, context).await
    }

    async fn plan_move(
        &self,
        kind: OperationKind,
        spec: &EnrolmentSpec,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<ChangePlan> {
        let wire = self.wire(options, context);
        Ok(or_cancelled(&context.cancel, Box::pin(look::look(&wire, kind, spec, options, &self.meshes))).await?.plan)
    }

    async fn carry_move(
        &self,
        kind: OperationKind,
        spec: &EnrolmentSpec,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<EnrolmentReport> {
        let wire = self.wire(options, context);
        let outlook =
            or_cancelled(&context.cancel, Box::pin(look::look(&wire, kind, spec, options, &self.meshes))).await?;
        if let Some(stored) = &outlook.stored {
            stored.free(&spec.instance, outlook.now)?;
        }
        as_expected(&outlook.plan, options)?;
        if let Some(error) = advise::refusal(&outlook.plan.advice, &options.accept) {
            return Err(error);
        }
        Box::pin(carry::carry_out(&wire, outlook, options)).await
    }
}
