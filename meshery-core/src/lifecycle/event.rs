//! What happens during an operation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ChangeAction, OperationKind};
use crate::health::Health;
use crate::object::ObjectId;

/// Something that happened during an operation. The events of an operation are numbered without a gap from 1.
///
/// ```
/// use meshery_core::ObjectId;
/// use meshery_core::lifecycle::{Happening, OperationEvent};
///
/// let object = ObjectId::new("", "Namespace", None, "istio-system");
/// let event = OperationEvent { operation: "5f1c".into(), sequence: 3, happening: Happening::Started { object } };
/// assert_eq!(serde_json::to_value(&event).unwrap()["happening"], "started");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OperationEvent {
    /// The operation.
    pub operation: String,
    /// Its number.
    pub sequence: u64,
    /// What happened.
    #[serde(flatten)]
    pub happening: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "happening", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Happening {
    /// It is known what is to be done.
    PlanReady {
        /// What kind of operation it is.
        kind: OperationKind,
        /// How many objects will be written to or removed.
        writes: u64,
        /// How many are as they should be.
        unchanged: u64,
    },
    /// The inventory is ours until the operation ends; whoever else wants it has to wait.
    LeaseTaken {
        /// From whom, where its holder is gone without having ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
    },
    /// A stage begins.
    StageStarted {
        /// Which.
        stage: Stage,
    },
    /// A stage has ended.
    StageFinished {
        /// Which.
        stage: Stage,
    },
    /// It is an object's turn.
    Started {
        /// Which.
        object: ObjectId,
    },
    /// An object was written.
    Applied {
        /// Which.
        object: ObjectId,
        /// What was done to it.
        action: ChangeAction,
    },
    /// A request is made again.
    Retried {
        /// For which object.
        object: ObjectId,
        /// Why.
        reason: String,
        /// After which pause, in milliseconds.
        pause_ms: u64,
    },
    /// An object says how it is.
    Status {
        /// Which.
        object: ObjectId,
        /// How it is.
        #[serde(flatten)]
        health: Health,
    },
    /// Fields were left to somebody else, who writes them at run time.
    Yielded {
        /// Of which object.
        object: ObjectId,
        /// Which fields.
        fields: Vec<String>,
        /// To whom.
        manager: String,
    },
    /// An object was removed.
    Removed {
        /// Which.
        object: ObjectId,
    },
    /// An object stays, though it is not wanted any more.
    Kept {
        /// Which.
        object: ObjectId,
        /// Why.
        reason: String,
    },
    /// Something went wrong with an object.
    Failed {
        /// Which.
        object: ObjectId,
        /// What.
        message: String,
    },
    /// The operation has failed, and goes back to what was there before.
    RollbackStarted {
        /// To which revision; none when everything is removed, or when marks are put back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<u32>,
    },
    /// The operation has ended.
    Ended {
        /// Whether it did what it was for.
        succeeded: bool,
        /// What went wrong; empty when nothing did.
        message: String,
    },
}

/// The stages of an operation, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// What has to be done before anything else.
    PreHooks,
    /// Everything is written, each after what it needs.
    Apply,
    /// Everything becomes ready.
    Wait,
    /// Every pod is looked at: who serves it.
    Prove,
    /// What has to be done once all is there.
    PostHooks,
    /// What is not wanted any more is removed.
    Prune,
    /// It is written down what is there now.
    Commit,
}
