//! The JSON Schemas of everything that leaves or enters meshery as JSON; committed in this crate's `schema/` folder.

use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use crate::analyzer::{Analysis, Options, Remark, order::Order};
use crate::campaign::CampaignPlan;
use crate::comparison::Propagation;
use crate::control_plane::PodFate;
use crate::gate::{Gate, GateResult};
use crate::history::{Review, Series};
use crate::lifecycle::{ChangePlan, Detection, Drift, InstanceSpec, InstanceStatus, OperationOptions, OperationReport};
use crate::{
    AuditedRequest, Campaign, CampaignSpec, CheckOutcome, Comparison, ComparisonSpec, ControlPlaneSpec,
    EnrolmentReport, EnrolmentSpec, Event, Finding, Installation, LoadSpec, Measurement, MeshSpec, Plan, RuleInfo,
    SampleInfo, SampleSpec, SearchResult, SearchSpec, error::ErrorReport,
};

/// Every published schema by its file name without `.schema.json`, sorted.
///
/// ```
/// let names: Vec<_> = meshery_core::schema::all().into_iter().map(|(name, _)| name).collect();
/// assert!(names.contains(&"comparison") && names.is_sorted());
/// ```
pub fn all() -> Vec<(&'static str, Schema)> {
    let mut all = generated();
    let mut transform = RecursiveTransform(without_example);
    for (_, schema) in &mut all {
        transform.transform(schema);
    }
    all
}

/// Leaves out of a description the example in Rust: who reads a schema writes another language.
fn without_example(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        let parts = description.split("```").step_by(2).map(str::trim);
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        *description = parts.join("\n\n");
    }
}

fn generated() -> Vec<(&'static str, Schema)> {
    vec![
        ("analysis", schemars::schema_for!(Analysis)),
        ("analysis-options", schemars::schema_for!(Options)),
        ("audited-request", schemars::schema_for!(AuditedRequest)),
        ("campaign", schemars::schema_for!(Campaign)),
        ("campaign-plan", schemars::schema_for!(CampaignPlan)),
        ("campaign-spec", schemars::schema_for!(CampaignSpec)),
        ("change-plan", schemars::schema_for!(ChangePlan)),
        ("check-outcome", schemars::schema_for!(CheckOutcome)),
        ("comparison", schemars::schema_for!(Comparison)),
        ("comparison-spec", schemars::schema_for!(ComparisonSpec)),
        ("control-plane-spec", schemars::schema_for!(ControlPlaneSpec)),
        ("detection", schemars::schema_for!(Detection)),
        ("drift", schemars::schema_for!(Drift)),
        ("enrolment-report", schemars::schema_for!(EnrolmentReport)),
        ("enrolment-spec", schemars::schema_for!(EnrolmentSpec)),
        ("error", schemars::schema_for!(ErrorReport)),
        ("event", schemars::schema_for!(Event)),
        ("finding", schemars::schema_for!(Finding)),
        ("gate", schemars::schema_for!(Gate)),
        ("gate-result", schemars::schema_for!(GateResult)),
        ("history-review", schemars::schema_for!(Review)),
        ("history-series", schemars::schema_for!(Series)),
        ("installation", schemars::schema_for!(Installation)),
        ("instance-spec", schemars::schema_for!(InstanceSpec)),
        ("instance-status", schemars::schema_for!(InstanceStatus)),
        ("load-spec", schemars::schema_for!(LoadSpec)),
        ("measurement", schemars::schema_for!(Measurement)),
        ("mesh-spec", schemars::schema_for!(MeshSpec)),
        ("operation-options", schemars::schema_for!(OperationOptions)),
        ("operation-report", schemars::schema_for!(OperationReport)),
        ("order", schemars::schema_for!(Order)),
        ("plan", schemars::schema_for!(Plan)),
        ("pod-fate", schemars::schema_for!(PodFate)),
        ("propagation", schemars::schema_for!(Propagation)),
        ("remark", schemars::schema_for!(Remark)),
        ("rule-info", schemars::schema_for!(RuleInfo)),
        ("sample-info", schemars::schema_for!(SampleInfo)),
        ("sample-spec", schemars::schema_for!(SampleSpec)),
        ("search-result", schemars::schema_for!(SearchResult)),
        ("search-spec", schemars::schema_for!(SearchSpec)),
    ]
}
