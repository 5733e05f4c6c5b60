//! MSH201 `authorization-needs-mtls`.

use meshery_core::resource::Node;
use meshery_core::world::{Labels, Selector};
use meshery_core::{Finding, Resource, RuleInfo, Span, World};

use crate::analyze::Rule;
use crate::analyze::istio::{CLUSTER_DOMAIN, ClientMode, MeshConfig, Mtls, ServerMode};
use crate::analyze::kinds::{AUTHORIZATION_POLICY, SERVICE};
use crate::analyze::kubernetes::Services;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH201",
    name: "authorization-needs-mtls",
    summary: "An AuthorizationPolicy asks who calls where mutual TLS is off, so that nobody can tell",
    why: "
Without mutual TLS a caller has no identity: an ALLOW rule by principal or namespace allows nobody, a DENY rule denies
nobody. Mutual TLS is off where a PeerAuthentication disables it for the workloads, or where a DestinationRule tells their
clients to speak plain text or TLS of their own.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: admins-only, namespace: shop }
spec:
  rules:
  - from: [{ source: { principals: [cluster.local/ns/shop/sa/admin] } }]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: DISABLE } }",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: admins-only, namespace: shop }
spec:
  rules:
  - from: [{ source: { principals: [cluster.local/ns/shop/sa/admin] } }]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }",
    references: &["https://istio.io/latest/docs/concepts/security/#authorization-policies"],
    meshes: &["istio"],
    aliases: &["KIA0105"],
    run,
    ..Rule::NEW
};

/// The fields of a source that only an identity answers.
const IDENTITIES: [&str; 6] =
    ["namespaces", "notNamespaces", "notPrincipals", "notServiceAccounts", "principals", "serviceAccounts"];
/// The conditions that only an identity answers, and the server name, which comes with mutual TLS only.
const CONDITIONS: [&str; 4] = ["connection.sni", "source.namespace", "source.principal", "source.serviceAccount"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (config, mtls) = (world.view::<MeshConfig>(), world.view::<Mtls>());
    if config.is_auto_mtls() && !mtls.is_off_somewhere() {
        return Vec::new();
    }
    let nearby = world.nearby(&[SERVICE]);
    let services = nearby.view::<Services>();
    nearby.each(&[AUTHORIZATION_POLICY], |policy, _| check(policy, &config, &mtls, &services, rule))
}

fn check(policy: &Resource, config: &MeshConfig, mtls: &Mtls, services: &Services, rule: &RuleInfo) -> Vec<Finding> {
    let asked: Vec<&Node> = policy.items(&["spec", "rules"]).iter().flat_map(identities).collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let Some((object, span, why)) = off(policy, config, mtls, services) else { return Vec::new() };
    let finding = |node: &&Node| {
        let message = format!("without mutual TLS nobody can tell who calls, and {why}");
        let finding = rule.finding(policy, node.span, message).with_help("turn mutual TLS on for these workloads");
        finding.with_related(object, span, "mutual TLS is off here")
    };
    asked.iter().map(finding).collect()
}

/// What of a rule needs an identity.
fn identities(rule: &Node) -> Vec<&Node> {
    let sources = rule.get("from").map(Node::items).unwrap_or_default().iter().filter_map(|from| from.get("source"));
    let asked = sources.flat_map(|source| IDENTITIES.iter().filter_map(|key| source.get(key)));
    let mut found: Vec<&Node> = asked.filter(|node| !node.is_empty()).collect();
    let conditions = rule.get("when").map(Node::items).unwrap_or_default().iter();
    let keys = conditions.filter_map(|condition| condition.get("key"));
    found.extend(keys.filter(|key| key.as_str().is_some_and(|key| CONDITIONS.contains(&key))));
    found
}

/// Where it is said that the workloads of a policy are called without mutual TLS.
fn off<'a>(
    policy: &Resource,
    config: &'a MeshConfig,
    mtls: &'a Mtls,
    services: &Services,
) -> Option<(&'a Resource, Span, &'static str)> {
    let namespace = policy.namespace_or_default();
    let selector = policy.root.at(&["spec", "selector"]).map(Selector::of).unwrap_or_default();
    match mtls.server(namespace, &selector.equal) {
        Some(server) if server.says == ServerMode::Disabled => {
            return Some((&server.object, server.span, "these workloads take plain text only"));
        }
        // What insists on it for these very workloads is called by it, or not at all.
        Some(server) if server.says == ServerMode::Strict && server.object.root.at(&["spec", "selector"]).is_some() => {
            return None;
        }
        _ => {}
    }
    // Who decides for a whole namespace decides for all clients of it; Services of their own may say otherwise.
    let host = |name: &str| format!("{name}.{namespace}.svc.{CLUSTER_DOMAIN}");
    let hosts = hosts_of(services, namespace, &selector.equal);
    let client = match hosts.first() {
        Some(name) => mtls.client(&host(name)),
        None => mtls.client_of_namespace(namespace),
    };
    match client {
        Some(client) if client.says == ClientMode::Mesh => None,
        Some(client) if client.says == ClientMode::Plain => {
            Some((&client.object, client.span, "their clients are told to speak plain text"))
        }
        Some(client) => Some((&client.object, client.span, "their clients are told to speak TLS of their own")),
        None if config.is_auto_mtls() => None,
        None => {
            let object = config.object.as_ref()?;
            Some((object, object.head(), "it is not automatic, and their clients are not told to use it"))
        }
    }
}

/// The Services that lead to the workloads with these labels.
fn hosts_of<'a>(services: &'a Services, namespace: &str, labels: &Labels) -> Vec<&'a str> {
    if labels.is_empty() {
        return Vec::new();
    }
    services.selecting(namespace, labels).into_iter().map(|service| &*service.object.name).collect()
}
