//! MSH504 `kuma-policy-direction`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, is_of_two, list, of_kinds, present, top_kind};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH504",
    name: "kuma-policy-direction",
    summary: "A policy says neither what goes out nor what comes in, or says both where only one may be said",
    why: "
`to` is about what a proxy sends, `rules` about what it takes, and `from` is what `rules` were up to Kuma 2. A policy without
any of them does nothing. Some policies cannot have two of them at once, and `to` of MeshRateLimit and MeshFaultInjection
is for gateways, which a `targetRef` of proxies leaves out. Outside the namespace of the control plane no policy may have
both `from` and `to`. The control plane refuses the policy.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: []",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { idleTimeout: 20s } }]",
    references: &["https://kuma.io/docs/latest/policies/introduction/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// Those that have to say something.
const NEEDED: [&str; 3] = ["MeshAccessLog", "MeshCircuitBreaker", "MeshTimeout"];
/// Those that may say one thing only.
const EXCLUSIVE: [&str; 4] = ["MeshAccessLog", "MeshFaultInjection", "MeshRateLimit", "MeshTimeout"];
/// Those whose `to` is for gateways.
const OF_GATEWAYS: [&str; 2] = ["MeshFaultInjection", "MeshRateLimit"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let kinds = [
        "MeshAccessLog",
        "MeshCircuitBreaker",
        "MeshFaultInjection",
        "MeshRateLimit",
        "MeshTLS",
        "MeshTimeout",
        "MeshTrafficPermission",
    ];
    of_kinds(world, rule, &kinds, check)
}

fn check(spec: &Node, flaws: &mut Flaws<'_>) {
    let kind = flaws.resource.kind.clone();
    let has = |name: &str| !list(spec, name).is_empty();
    let (to, rules, from) = (has("to"), has("rules"), has("from"));
    let at = |name: &str| present(spec, name).unwrap_or(spec);
    if NEEDED.contains(&&*kind) && !to && !rules && !from {
        flaws.add(
            spec,
            "the policy is about nothing: it has neither `to` nor `rules`",
            "add `to` for what goes out, or `rules` for what comes in",
        );
    }
    if &*kind == "MeshTrafficPermission" && !rules && !from {
        flaws.add(
            spec,
            "nothing is allowed or denied: there are no rules",
            "add rules with allow, deny or allowWithShadowDeny",
        );
    }
    if rules && from {
        flaws.add(at("from"), "there is `from` beside `rules`", "keep `rules`");
    }
    if rules && to && EXCLUSIVE.contains(&&*kind) {
        flaws.add(
            at("to"),
            "there is `to` beside `rules`",
            "write one policy for what goes out, and one for what comes in",
        );
    }
    let top = top_kind(spec);
    let is_without_gateways = matches!(top, "Dataplane" | "MeshService" | "MeshServiceSubset");
    if to && is_without_gateways && OF_GATEWAYS.contains(&&*kind) {
        let message = format!("`to` is for gateways, and the kind {top} chooses none");
        flaws.add(at("to"), message, "use `rules`, or choose by the kind Mesh");
    }
    if (rules || from) && OF_GATEWAYS.contains(&&*kind) && matches!(top, "MeshHTTPRoute" | "MeshGateway") {
        let name = if rules { "rules" } else { "from" };
        flaws.add(at(name), format!("`{name}` cannot be said of the kind {top}"), "use `to`");
    }
    let is_own = flaws.resource.namespace.as_deref().is_some_and(|namespace| !namespace.ends_with("-system"));
    if from && to && is_own && is_of_two(spec) {
        flaws.add(
            at("from"),
            "there are `from` and `to` outside the namespace of the control plane",
            "write two policies",
        );
    }
}
