//! MSH828 `mesh-ended`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Place, Product, ended};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH828",
    name: "mesh-ended",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "An object is of a product that nobody works on any more",
    why: "
What has ended gets no security fix, and sooner or later a version of Kubernetes that it does not run on. One finding for a
product, at the first of its objects, says when it ended and what the way out is.

It counts what belongs to the product alone: objects and definitions of its groups, its control plane, namespaces that opt
into it.",
    bad: "
apiVersion: policy.openservicemesh.io/v1alpha1
kind: IngressBackend
metadata: { name: reviews, namespace: shop }
spec:
  backends: [{ name: reviews, port: { number: 9080, protocol: http } }]
  sources: [{ kind: Service, name: ingress, namespace: ingress }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: ingress }]
  rules: [{ backendRefs: [{ name: reviews, port: 9080 }] }]",
    references: &[
        "https://github.com/openservicemesh/osm",
        "https://github.com/nginxinc/nginx-service-mesh",
        "https://docs.aws.amazon.com/app-mesh/latest/userguide/what-is-app-mesh.html",
        "https://github.com/servicemeshinterface/smi-spec",
        "https://github.com/traefik/mesh",
    ],
    meshes: &[],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let finding = |(product, place, count): (&Product, Place, usize)| {
        let more = match count {
            0 | 1 => String::new(),
            2 => "; one more object is of it".to_owned(),
            more => format!("; {} more objects are of it", more - 1),
        };
        place.finding(rule, format!("{} {}{more}", product.title, product.end)).with_help(product.way_out)
    };
    ended(world).into_iter().map(finding).collect()
}
