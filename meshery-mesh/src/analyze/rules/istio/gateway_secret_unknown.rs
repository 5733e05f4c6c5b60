//! MSH143 `gateway-secret-unknown`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::istio::{Configured, Credential, Gateway, Gateways, credentials};
use crate::analyze::kinds::SECRET;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH143",
    name: "gateway-secret-unknown",
    summary: "A Gateway takes its certificate from a Secret that does not exist where its workloads run",
    why: "
The proxy asks for the Secret by `credentialName`, and gets it only from the namespace that it runs in itself, not from the
Gateway's. Without it the port stays closed for these hosts: TLS connections are reset.

Secrets are seldom kept in files. Unless the input is all that there is, something is said only of a namespace of which it
has Secrets. Where the Gateway's workloads are not known, neither is the namespace.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: shop }
spec:
  selector: { app: ingress }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop }
    hosts: [shop.example.com]
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: shop }
type: kubernetes.io/tls
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ingress, namespace: ingress }
spec:
  selector: { matchLabels: { app: ingress } }
  template:
    metadata: { labels: { app: ingress } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: shop }
spec:
  selector: { app: ingress }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop }
    hosts: [shop.example.com]
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: ingress }
type: kubernetes.io/tls
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ingress, namespace: ingress }
spec:
  selector: { matchLabels: { app: ingress } }
  template:
    metadata: { labels: { app: ingress } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }",
    references: &["https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings"],
    meshes: &["istio"],
    aliases: &["IST0101"],
    upstream: "gateway.SecretAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (gateways, configured) = (world.view::<Gateways>(), world.view::<Configured>());
    let compatible = world.settings().compatible;
    let by_name: BTreeMap<&str, &Arc<Resource>> =
        world.of(SECRET).iter().map(|secret| (&*secret.name, secret)).collect();
    let mut findings = Vec::new();
    for gateway in gateways.all() {
        let namespaces = configured.namespaces(gateway);
        // istioctl says it here too that nothing is selected; otherwise that is another rule's.
        if compatible && namespaces.is_empty() {
            let message = format!("no pod has the labels {}", gateway.selector_text());
            let finding = rule.finding(&gateway.object, gateway.selector_span(), message);
            findings.push(finding.with_help("give it the labels of the pods of a gateway"));
        }
        let missing = credentials(gateway, &namespaces, compatible).filter(|it| it.secret(world).is_none());
        findings.extend(missing.filter_map(|credential| {
            let elsewhere = by_name.get(credential.name).copied();
            report(world, gateway, &credential, elsewhere, rule)
        }));
    }
    findings
}

fn report(
    world: &World,
    gateway: &Gateway,
    credential: &Credential<'_>,
    elsewhere: Option<&Arc<Resource>>,
    rule: &RuleInfo,
) -> Option<Finding> {
    let Credential { place, namespace, name } = credential;
    // istioctl takes for absent what it was not given.
    let closed = world.settings().closed || world.settings().compatible;
    if !closed && !world.covers(SECRET, namespace) {
        return None;
    }
    let others = world.within(SECRET, namespace).iter().map(|secret| &*secret.name);
    let message = format!("namespace {namespace:?} of its workloads has no Secret {name:?}");
    let finding = rule.finding(&gateway.object, place.span, message);
    let finding = if let Some(secret) = elsewhere {
        finding.with_help(format!("put {secret} into namespace {namespace:?}, where the proxies run"))
    } else {
        let otherwise = format!("add the Secret to namespace {namespace:?}, where the proxies run");
        meant(finding, &gateway.object, name, nearest(name, others), otherwise)
    };
    if closed {
        return Some(finding);
    }
    Some(finding.as_bad_as(Severity::Warning).assuming("it is not there outside the input either"))
}
