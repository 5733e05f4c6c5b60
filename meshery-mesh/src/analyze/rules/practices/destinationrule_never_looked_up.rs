//! MSH841 `destinationrule-never-looked-up`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::istio::{Host, MeshConfig};
use crate::analyze::kinds::DESTINATION_RULE;
use crate::analyze::kubernetes::{SERVED, Services, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH841",
    name: "destinationrule-never-looked-up",
    severity: Severity::Warning,
    category: Category::Correctness,
    summary: "A DestinationRule is in a namespace where no client looks for it",
    why: "
A proxy looks for the DestinationRule of a host in its own namespace, in that of the Service, and in the root namespace.
One in any other namespace is not found, though it is exported to all: its subsets do not exist and its policy does not hold.

Nothing is said of a namespace in which something runs, for its own workloads find it.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: rules }
spec: { host: orders.shop.svc.cluster.local, trafficPolicy: { connectionPool: { tcp: { maxConnections: 100 } } } }
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { ports: [{ name: http, port: 80 }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec: { host: orders.shop.svc.cluster.local, trafficPolicy: { connectionPool: { tcp: { maxConnections: 100 } } } }
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { ports: [{ name: http, port: 80 }] }",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let nearby = world.nearby(&SERVED);
    let (services, workloads) = (nearby.view::<Services>(), nearby.view::<Workloads>());
    let config = world.view::<MeshConfig>();
    nearby.each(&[DESTINATION_RULE], |object, reach| {
        let own = object.namespace_or_default();
        let place = object.root.at(&["spec", "host"])?;
        let (name, namespace) = Host::parse(place.as_str()?, own).as_service()?;
        reach.add(namespace);
        let service = services.get(namespace, name)?;
        if own == namespace || own == config.root_namespace() || !workloads.within(own).is_empty() {
            return None;
        }
        reach.add_all();
        let runs_somewhere = workloads.iter().next().is_some();
        let message =
            format!("no client looks into the namespace {own:?} for the DestinationRule of {name}.{namespace}");
        let help = format!("put it into the namespace {namespace:?}");
        let finding = rule.finding(object, place.span, message).with_help(help);
        let finding = finding.with_related(&service.object, service.object.head(), "the Service");
        of_missing(world, runs_somewhere, finding, &format!("nothing outside the input runs in {own:?}"))
    })
}
