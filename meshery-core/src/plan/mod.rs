//! Plans: ordered steps as data, which a provider writes and the one engine carries out.
//!
//! A plan is complete before anything happens, so it can be shown, compared and tested without a host. What is only
//! known while it runs stands in it as a reference:
//!
//! | text in a plan | becomes |
//! |---|---|
//! | `${port:NAME}` | the port reserved by the step [`Action::ReservePort`] of that name |
//! | `${folder:NAME}` | the path of the folder made by the step [`Action::MakeFolder`] of that name |
//! | `${document:NAME}` | the text of that document (a certificate, a key, a token); in the environment of a process and in the files of a folder only |
//! | `${config}` | the process's own configuration, as one line of JSON |
//! | `${change}` | in a [`ConfigChange`], a text that is another one each time |
//!
//! A JSON string in a configuration or an object that is nothing but a `${port:NAME}` becomes a number.
//!
//! | module | holds |
//! |---|---|
//! | `action` | [`Action`]: what a step does |
//! | `process` | [`Process`]: what is started, and when it is ready |
//! | `check` | [`Check`] and [`Probe`]: what must be true afterwards, and how to find out |
//! | `change` | [`ConfigChange`]: a change of configuration at run time, and how its arrival shows |

mod action;
mod change;
mod check;
mod process;

pub use action::Action;
pub use change::ConfigChange;
pub use check::{Caller, Check, CheckOutcome, Detour, Probe};
pub use process::{HttpGet, Process, Role, VersionSource};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::provider::MeshId;

/// Ordered steps from what is seen to what is wanted, and where the load enters afterwards.
///
/// ```
/// use meshery_core::Plan;
///
/// let plan = Plan::new("none".into(), "127.0.0.1:8080");
/// assert!(plan.steps.is_empty(), "no mesh, nothing to do");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Whose plan this is.
    pub mesh: MeshId,
    /// What to do, in order. Undoing goes backwards.
    pub steps: Vec<Step>,
    /// Where a client of the mesh connects to: `HOST:PORT`, may hold a `${port:NAME}`.
    pub entry: String,
}

impl Plan {
    /// A plan without steps.
    pub fn new(mesh: MeshId, entry: impl Into<String>) -> Self {
        Self { mesh, steps: Vec::new(), entry: entry.into() }
    }

    /// Adds a step.
    pub fn push(&mut self, title: impl Into<String>, action: Action) {
        self.steps.push(Step { title: title.into(), action });
    }
}

/// One step of a plan.
///
/// ```
/// use meshery_core::{Action, Step};
///
/// let step = Step { title: "reserve a port".into(), action: Action::ReservePort { name: "admin".into() } };
/// assert_eq!(serde_json::to_value(&step).unwrap()["action"], "reserve_port");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What the step does, for people.
    pub title: String,
    /// What the step does, for the engine.
    #[serde(flatten)]
    pub action: Action,
}
