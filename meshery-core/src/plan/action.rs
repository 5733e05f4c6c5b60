//! What a step does.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Process;

/// What a step does. Each has an inverse that the engine knows.
///
/// ```
/// let action = meshery_core::Action::StopProcess { process: "client".into() };
/// assert_eq!(serde_json::to_value(&action).unwrap()["process"], "client");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Takes a free loopback port.
    ReservePort {
        /// Its name in `${port:NAME}`.
        name: String,
    },
    /// Issues a certificate from the installation's own authority. Yields `${document:NAME.crt}`,
    /// `${document:NAME.key}` and `${document:ca.crt}`.
    IssueIdentity {
        /// Its name in `${document:NAME.crt}`.
        name: String,
        /// The URI subject alternative name, for example `spiffe://mesh.local/ns/default/sa/client`.
        spiffe_id: String,
    },
    /// Makes a folder that only this user can read, with these files in it. Yields `${folder:NAME}`; it is removed once
    /// the processes have ended. It lies in the system's temporary folder, so that a Unix socket in it has a short path.
    MakeFolder {
        /// Its name in `${folder:NAME}`.
        name: String,
        /// Their texts by their paths below it; may hold references, also to documents. One that begins with `#!` can be
        /// run.
        files: BTreeMap<String, String>,
    },
    /// Starts a Kubernetes control plane of its own: etcd, the API server and its controllers. Yields
    /// `${document:NAME.kubeconfig}`, its administrator's.
    StartKubernetes {
        /// Its name in other steps.
        name: String,
    },
    /// Applies objects and waits until their kinds are known. They go with the control plane.
    ApplyObjects {
        /// The control plane.
        cluster: String,
        /// Files of Kubernetes YAML or JSON, applied before the objects.
        files: Vec<String>,
        /// The objects; may hold references, but not to documents.
        objects: Vec<Value>,
    },
    /// Asks for a token of a service account. Yields a document.
    RequestToken {
        /// The control plane.
        cluster: String,
        /// The namespace of the account.
        namespace: String,
        /// The account.
        account: String,
        /// Whom the token is for.
        audience: String,
        /// The document's name.
        document: String,
    },
    /// Waits until an object is there with a text in it, which somebody else writes. Yields a document.
    ReadObject {
        /// The control plane.
        cluster: String,
        /// The object's path at the API server, from `/`.
        path: String,
        /// The JSON Pointer (RFC 6901) to the text.
        pointer: String,
        /// The document's name.
        document: String,
    },
    /// Waits until a process has written a file.
    AwaitFile {
        /// Its path; may hold references, but not to documents.
        path: String,
    },
    /// Waits until a process has written an identity that the mesh's own authority gave it, for the checks to show.
    TakeIdentity {
        /// Its name in the checks.
        name: String,
        /// The path of the certificate, as PEM; what follows the first one is not read.
        certificate: String,
        /// The path of its key, as PEM of PKCS #8.
        key: String,
    },
    /// Starts a program and waits until it is ready.
    StartProcess(Box<Process>),
    /// Ends a process that an earlier plan started.
    StopProcess {
        /// Its name.
        process: String,
    },
}
