//! The lifecycle of a mesh on a cluster, as data: what is wanted, what would change, what happened, what has drifted.
//!
//! | type | says |
//! |---|---|
//! | [`InstanceSpec`] | which objects are wanted, and where they come from |
//! | [`OperationOptions`] | how far an operation may go, and how long it may take |
//! | [`ChangePlan`] | what would change, in order, field by field, and which permissions that takes |
//! | [`OperationEvent`] | what happens, in order, with the id of the operation |
//! | [`OperationReport`] | what has happened |
//! | [`ClusterMesh`] | what is particular to one mesh: where its manifests come from, how it is recognised, its releases, what it leaves |
//! | [`EnrolmentSpec`] | by which instance the workloads of namespaces are to be served |
//! | [`EnrolmentReport`] | what has come of that, down to each pod |
//! | [`Detection`] | which meshes are on a cluster, and in which state |
//! | [`Advice`] | what speaks against an operation, found before it begins |
//! | [`Drift`] | what is no longer as it was applied |
//!
//! The values of Secrets are in none of them: a digest stands in their place.

mod advice;
mod detect;
mod drift;
mod enrolment;
mod event;
mod facts;
mod options;
mod permission;
mod plan;
mod report;
mod show;
mod spec;

pub use advice::{Advice, AdviceCode};
pub use detect::{DetectedMesh, Detection, MeshState};
pub use drift::{Drift, DriftKind};
pub use enrolment::{EnrolledPod, EnrolmentReport, EnrolmentSpec};
pub use event::{Happening, OperationEvent, Stage};
pub use facts::{
    Alias, ClusterCheck, ClusterMesh, ClusterProbe, Consent, Credential, DataPlane, Enrolment, Holder, Line, Marks,
    MeshFacts, OptIn, Part, Place, Releases, ResidueRule, Retired, RevisionMark, RuntimeOwner, Says, Selector, Sign,
    Tag, Trace, Version,
};
pub use options::{OnFailure, OperationOptions};
pub use permission::{Permission, roles};
pub use plan::{Change, ChangeAction, ChangePlan, FieldChange, OperationKind};
pub use report::{InstanceStatus, Kept, OperationReport, Residue, RevisionInfo, RevisionState};
pub use spec::{ChartSource, InstanceSpec, Source};
