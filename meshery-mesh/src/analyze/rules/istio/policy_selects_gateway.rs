//! MSH154 `policy-selects-gateway`.

use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource, Value};
use meshery_core::world::labels::Need;
use meshery_core::world::{Labels, Reach, Selector};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{MeshConfig, told_namespace};
use crate::analyze::kinds::{AUTHORIZATION_POLICY, REQUEST_AUTHENTICATION, TELEMETRY, WASM_PLUGIN};
use crate::analyze::kubernetes::{WORKLOADS, Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH154",
    name: "policy-selects-gateway",
    severity: Severity::Warning,
    summary: "A policy selects by labels the proxies of a Gateway of the Gateway API, which go by targetRefs",
    why: "
Waypoints take no policy by its selector, and gateways that Istio makes for the Gateway API take it only while istiod is told
so. What looks like an authorization or authentication is then not in force, and nothing says so. `targetRefs` names the
Gateway itself, whatever its pods are labelled.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: only-get, namespace: shop }
spec:
  selector: { matchLabels: { gateway.networking.k8s.io/gateway-name: waypoint } }
  rules: [{ to: [{ operation: { methods: [GET] } }] }]
---
apiVersion: v1
kind: Pod
metadata: { name: waypoint-1, namespace: shop, labels: { gateway.networking.k8s.io/gateway-name: waypoint } }
spec: { containers: [{ name: istio-proxy, image: 'istio/proxyv2:1.30.0' }] }",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: only-get, namespace: shop }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: waypoint }]
  rules: [{ to: [{ operation: { methods: [GET] } }] }]
---
apiVersion: v1
kind: Pod
metadata: { name: waypoint-1, namespace: shop, labels: { gateway.networking.k8s.io/gateway-name: waypoint } }
spec: { containers: [{ name: istio-proxy, image: 'istio/proxyv2:1.30.0' }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/type/workload-selector/#PolicyTargetReference",
        "https://istio.io/latest/docs/ambient/usage/l7-features/",
    ],
    meshes: &["istio"],
    aliases: &["IST0166"],
    upstream: "k8sgateway.SelectorAnalyzer",
    run,
    ..Rule::NEW
};

const KINDS: [Kind<'_>; 4] = [AUTHORIZATION_POLICY, REQUEST_AUTHENTICATION, TELEMETRY, WASM_PLUGIN];
/// The label of the proxies of a Gateway.
const GATEWAY_NAME: &str = "gateway.networking.k8s.io/gateway-name";

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let nearby = world.nearby(&WORKLOADS);
    let (workloads, config) = (nearby.view::<Workloads>(), world.view::<MeshConfig>());
    let compatible = world.settings().compatible;
    let search = Search { workloads: &workloads, root: config.root_namespace(), compatible };
    nearby.each(&KINDS, |policy, reach| search.report(policy, rule, reach))
}

struct Search<'a> {
    workloads: &'a Workloads,
    root: &'a str,
    compatible: bool,
}

impl Search<'_> {
    fn report(&self, policy: &Resource, rule: &RuleInfo, reach: &mut Reach) -> Option<Finding> {
        let part = |key: &str| policy.root.at(&["spec", key]).filter(|part| !matches!(part.value, Value::Null));
        let selector = part("selector")?;
        let targeted = part("targetRef").is_some() || (!self.compatible && part("targetRefs").is_some_and(has_items));
        if targeted {
            return None;
        }
        let gateway = self.selected(policy, &Labels::of(selector.get("matchLabels")), reach)?;
        let message = format!("it selects the proxies of the Gateway {gateway:?}, which go by targetRefs");
        let help = format!("name the Gateway {gateway:?} in spec.targetRefs instead of selecting its pods");
        Some(rule.finding(policy, selector.span, message).with_help(help))
    }

    /// The Gateway whose proxies a policy selects.
    fn selected(&self, policy: &Resource, labels: &Labels, reach: &mut Reach) -> Option<Arc<str>> {
        // Who asks for the label means a Gateway, whether its pods are among the objects or not.
        if let Some(named) = labels.get(GATEWAY_NAME).filter(|_| !self.compatible) {
            return Some(named.into());
        }
        let selector = Selector { equal: labels.clone(), needs: vec![(GATEWAY_NAME.into(), Need::Exists)] };
        let everywhere = !self.compatible && policy.namespace_or_default() == self.root;
        let is_counted =
            |workload: &Workload| workload.is_pod() && told_namespace(&workload.object) == told_namespace(policy);
        let counts = |workload: &&Workload| !self.compatible || is_counted(workload);
        let proxy = if everywhere {
            reach.add_all();
            self.workloads.selected_anywhere(&selector).find(counts)?
        } else {
            self.workloads.selected(policy.namespace_or_default(), &selector).find(counts)?
        };
        proxy.labels.get(GATEWAY_NAME).map(Arc::from)
    }
}

fn has_items(node: &Node) -> bool {
    !node.items().is_empty()
}
