//! MSH832 `timeout-inversion`.

use std::collections::BTreeMap;

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Calls, RouteRule, Routes, Timed};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH832",
    name: "timeout-inversion",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "A time limit is so short that what is within it can never have its own",
    why: "
The limit of a request holds for all its tries together. A limit of each try that is longer never ends one, and where the
tries together may take longer than the request, the last of them are cut off or not made at all. The same holds along a
chain of calls: a caller that gives up before whom it calls leaves work behind that nobody waits for.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders]
  http: [{ route: [{ destination: { host: orders } }], timeout: 2s, retries: { attempts: 3, perTryTimeout: 5s } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders]
  http: [{ route: [{ destination: { host: orders } }], timeout: 6s, retries: { attempts: 3, perTryTimeout: 1500ms } }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry",
        "https://gateway-api.sigs.k8s.io/geps/gep-1742/",
        "https://kuma.io/docs/latest/policies/meshretry/",
    ],
    meshes: &["consul", "gateway-api", "istio", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let routes = world.view::<Routes>();
    let rules = routes.iter().flat_map(|route| &route.rules);
    let mut findings: Vec<Finding> = rules.filter_map(|it| within(rule, it)).collect();
    findings.extend(along(rule, &routes, &world.view::<Calls>()));
    findings
}

/// The limit of a try against that of all.
fn within(rule: &RuleInfo, it: &RouteRule) -> Option<Finding> {
    let (all, each) = (it.timeout.as_ref()?, it.per_try.as_ref()?);
    let attempts = it.retries.as_ref().and_then(|retries| retries.attempts).unwrap_or_default();
    // The tries after the first, each as long as it may be; the first often fails sooner.
    let retries = f64::from(u32::try_from(attempts).unwrap_or_default());
    let (message, severity) = if each.nanoseconds > all.nanoseconds {
        let message = format!("a try may take {}, but the whole request only {}", each.text, all.text);
        (message, Severity::Warning)
    } else if retries * each.nanoseconds > all.nanoseconds {
        let message =
            format!("{attempts} retries of {} do not fit into the {} of the whole request", each.text, all.text);
        (message, Severity::Info)
    } else {
        return None;
    };
    let finding = rule.finding(&each.object, each.place, message).as_bad_as(severity);
    let finding = finding.with_help("make the limit of a try shorter, or that of the request longer");
    Some(finding.with_related(&all.object, all.place, "the limit of the request"))
}

/// The limit of a caller against those of whom it calls.
fn along(rule: &RuleInfo, routes: &Routes, calls: &Calls) -> Vec<Finding> {
    let mut longest: BTreeMap<&str, &Timed> = BTreeMap::new();
    for route in routes.iter().filter(|route| route.is_inside && !calls.is_empty()) {
        for limit in route.rules.iter().filter_map(|rule| rule.timeout.as_ref()) {
            for host in &route.hosts {
                let known = longest.entry(host).or_insert(limit);
                if limit.nanoseconds > known.nanoseconds {
                    *known = limit;
                }
            }
        }
    }
    let mut findings = Vec::new();
    for (caller, outer) in &longest {
        let called = calls.of(caller).iter().filter_map(|callee| Some((callee, longest.get(callee.as_str())?)));
        for (callee, inner) in called.filter(|(_, inner)| inner.nanoseconds > outer.nanoseconds) {
            let message =
                format!("calls of {callee:?} may take {}, longer than the {} of its caller", inner.text, outer.text);
            let finding = rule.finding(&inner.object, inner.place, message).as_bad_as(Severity::Info);
            let finding = finding.with_help("let the one who calls wait longer than whom it calls");
            findings.push(finding.with_related(&outer.object, outer.place, format!("the limit of {caller:?}")));
        }
    }
    findings
}
