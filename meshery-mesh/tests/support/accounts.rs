//! Accounts that may do what they are granted, and nothing else.
#![allow(unreachable_pub, dead_code, reason = "shared by several test programs")]

use meshery_mesh::cluster::{Cluster, ClusterOptions, Credentials, Method, Request};
use serde_json::{Value, json};

use super::bed::Bed;

/// The cluster as a new account of the namespace `default` sees it.
pub async fn new(bed: &Bed, name: &str) -> Cluster {
    let account = json!({ "metadata": { "name": name } });
    bed.create("/api/v1/namespaces/default/serviceaccounts", &account).await.unwrap();
    let request = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {} });
    let path = format!("/api/v1/namespaces/default/serviceaccounts/{name}/token");
    let sent = Request::new(Method::Post, path).body("application/json", request.to_string().into_bytes());
    let answer: Value = bed.cluster.send(sent).await.unwrap().json().await.unwrap();
    let kubeconfig: String = bed
        .plane
        .kubeconfig()
        .lines()
        .map(|line| {
            if line.trim_start().starts_with("client-certificate-data") {
                format!("    token: {}\n", answer["status"]["token"].as_str().unwrap())
            } else if line.trim_start().starts_with("client-key-data") {
                String::new()
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    connect(kubeconfig).await
}

pub async fn connect(kubeconfig: String) -> Cluster {
    let options = ClusterOptions { credentials: Credentials::Text(kubeconfig), ..ClusterOptions::default() };
    Cluster::connect(&options).await.unwrap()
}

/// Gives an account a role, in the namespace of that or everywhere.
pub async fn grant(bed: &Bed, role: &Value, account: &str) {
    let namespace = role["metadata"]["namespace"].as_str();
    let place = namespace.map_or(String::new(), |namespace| format!("/namespaces/{namespace}"));
    let (roles, bindings, kind) = match namespace {
        Some(_) => ("roles", "rolebindings", "Role"),
        None => ("clusterroles", "clusterrolebindings", "ClusterRole"),
    };
    let root = format!("/apis/rbac.authorization.k8s.io/v1{place}");
    bed.create(&format!("{root}/{roles}"), role).await.unwrap();
    let binding = json!({
        "metadata": { "name": role["metadata"]["name"] },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role["metadata"]["name"] },
        "subjects": [{ "kind": "ServiceAccount", "namespace": "default", "name": account }],
    });
    bed.create(&format!("{root}/{bindings}"), &binding).await.unwrap();
}
