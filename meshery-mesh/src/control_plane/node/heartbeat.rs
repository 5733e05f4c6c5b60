//! A node's sign of life: a Lease that is renewed.

use std::time::Duration;

use meshery_core::{ErrorKind, Result};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Nodes;
use crate::cluster::{Api, Cluster};

/// As often as a kubelet does.
const INTERVAL: Duration = Duration::from_secs(10);
const NAMESPACE: &str = "kube-node-lease";

/// Renews the Leases of all nodes that are alive, for ever.
pub(super) async fn keep(nodes: Nodes, cluster: Cluster) {
    loop {
        tokio::time::sleep(INTERVAL).await;
        let alive = nodes.lock().alive.clone();
        for name in alive {
            // One that is missed is made up for by the next; the controllers wait four times as long.
            let _ = beat(&cluster, &name).await;
        }
    }
}

/// Renews the Lease of a node, or makes it.
pub(super) async fn beat(cluster: &Cluster, name: &str) -> Result<()> {
    let leases = Api {
        group: "coordination.k8s.io".into(),
        version: "v1".into(),
        kind: "Lease".into(),
        plural: "leases".into(),
        namespaced: true,
    };
    let spec = json!({ "holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": now() });
    let path = leases.path(Some(NAMESPACE), Some(name));
    match cluster.merge(path, &json!({ "spec": spec })).await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let lease = json!({ "metadata": { "name": name }, "spec": spec });
            cluster.create(&leases, Some(NAMESPACE), &lease).await.map(drop)
        }
        renewed => renewed.map(drop),
    }
}

/// Now, as `MicroTime` is written.
fn now() -> String {
    let now = OffsetDateTime::now_utc();
    let micros = now.replace_nanosecond(now.microsecond() * 1000).unwrap_or(now);
    let text = micros.format(&Rfc3339).unwrap_or_default();
    // The fraction has six digits, or none at all.
    if text.contains('.') { pad(&text) } else { text.replace('Z', ".000000Z") }
}

fn pad(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}.{:0<6}Z", fraction.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn micro_times_have_six_digits() {
        assert_eq!(pad("2026-01-02T03:04:05.12Z"), "2026-01-02T03:04:05.120000Z");
        assert_eq!(now().len(), "2026-01-02T03:04:05.123456Z".len());
    }
}
