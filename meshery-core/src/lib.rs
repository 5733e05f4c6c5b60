//! The vocabulary of meshery: what a load, a measurement, a mesh, a plan, a finding and a verdict *are*.
//!
//! This crate does no I/O: it has no network, file, clock, environment or async runtime. Two families of crates build
//! on it without seeing each other, and meet only here:
//!
//! | module | holds | implemented by |
//! |---|---|---|
//! | [`load`], [`pace`], [`network`] | [`LoadTest`] and [`LoadSpec`]: pace × protocol × stop | `meshery-perf` |
//! | [`response_check`], [`threshold`] | what an answer, and a whole load, must be like | `meshery-perf` |
//! | [`search`] | the highest rate that keeps a goal, latency against rate | `meshery-perf` |
//! | [`measurement`], [`validity`] | [`Measurement`]: mergeable histograms, the fate of every request, validity | `meshery-perf` |
//! | [`comparison`] | [`ComparisonSpec`], [`Comparison`], [`Effect`], [`Verdict`] | `meshery-perf` |
//! | [`campaign`] | [`CampaignSpec`], [`Campaign`]: arms × workloads × points of load | `meshery-perf` |
//! | [`gate`] | [`Gate`](gate::Gate): one answer for CI from verdicts and budgets | `meshery-perf` |
//! | [`history`] | series of releases, what is usual in them, where they changed | `meshery-perf` |
//! | [`provider`], [`plan`] | [`MeshProvider`]: from what is wanted and what is seen to a [`Plan`] | `meshery-mesh` |
//! | [`host`] | [`MeshHost`]: the one engine that acts on plans | `meshery-mesh` |
//! | [`control_plane`] | [`ControlPlaneSpec`]: a real control plane for tests | `meshery-mesh` |
//! | [`lifecycle`] | what is wanted on a cluster, what would change, what happened | `meshery-mesh` |
//! | [`sample`] | [`SampleSpec`]: applications to try a mesh on | `meshery-mesh` |
//! | [`object`], [`health`] | [`Object`]: what an API server holds, as JSON with an identity | `meshery-mesh` |
//! | [`resource`], [`world`], [`analyzer`] | [`Resource`] with source spans, [`World`], [`ConfigAnalyzer`], [`Finding`] | `meshery-mesh` |
//! | [`error`], [`units`], [`context`], [`json`] | what all of them share | |
//!
//! Everything serializable has a JSON Schema, published in this crate's `schema/` folder ([`schema`]).

pub mod analyzer;
pub mod campaign;
pub mod comparison;
pub mod context;
pub mod control_plane;
mod detail;
pub mod error;
pub mod gate;
pub mod health;
pub mod histogram;
pub mod history;
pub mod host;
pub mod json;
pub mod lifecycle;
pub mod load;
pub mod measurement;
pub mod network;
pub mod object;
pub mod pace;
pub mod plan;
pub mod provider;
pub mod resource;
pub mod response_check;
pub mod sample;
pub mod schema;
pub mod search;
pub mod secrets;
mod stop;
pub mod threshold;
pub mod units;
pub mod validity;
pub mod world;

pub use analyzer::{ConfigAnalyzer, Finding, RuleInfo, Severity};
pub use campaign::{Campaign, CampaignSpec};
pub use comparison::{ArmSpec, Comparison, ComparisonSpec, Effect, Verdict};
pub use context::{Cancel, Context, Event, Progress};
pub use control_plane::{AuditedRequest, ControlPlaneSpec};
pub use error::{Error, ErrorKind, Result};
pub use health::Health;
pub use histogram::Latencies;
pub use host::{Installation, MeshHost};
pub use lifecycle::{ChangePlan, EnrolmentReport, EnrolmentSpec, InstanceSpec, OperationOptions, OperationReport};
pub use load::{LoadSpec, LoadTest, Stop};
pub use measurement::{Counts, Fate, Measurement, Phase};
pub use object::{GroupKind, Object, ObjectId};
pub use pace::Pace;
pub use plan::{Action, Check, CheckOutcome, Plan, Probe, Step};
pub use provider::{LocalMesh, MeshId, MeshInfo, MeshProvider, MeshSpec, Observed};
pub use resource::{Position, Region, Resource, Span};
pub use response_check::ResponseCheck;
pub use sample::{SampleInfo, SampleSpec};
pub use search::{SearchResult, SearchSpec};
pub use threshold::Threshold;
pub use units::Rate;
pub use world::World;
