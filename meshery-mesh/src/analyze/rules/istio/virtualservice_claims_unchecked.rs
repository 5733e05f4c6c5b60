//! MSH191 `virtualservice-claims-unchecked`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use meshery_core::resource::{Field, Kind, Node, Resource};
use meshery_core::world::{Facet, Facets, Selector, Settings};
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::istio::{MESH, MeshConfig, ROOT_NAMESPACE, find_named, named_gateway, told_namespace};
use crate::analyze::kinds::{GATEWAY, REQUEST_AUTHENTICATION, VIRTUAL_SERVICE};
use crate::analyze::kubernetes::{Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH191",
    name: "virtualservice-claims-unchecked",
    summary: "A VirtualService routes by the claims of a token that no RequestAuthentication checks at its gateway",
    why: "
The claims of a JSON Web Token are known to a gateway's routes only after a RequestAuthentication has validated the token
there. Without one no request ever has a claim: routes that ask for one are never taken, and routes that ask for the absence
of one always are.

A RequestAuthentication counts if it is in the namespace of the gateway's workload or in the root namespace, and selects
that workload or all. Gateways without a workload among the objects are left alone.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews.example.com]
  gateways: [web]
  http:
  - match: [{ headers: { '@request.auth.claims.group': { exact: beta } } }]
    route: [{ destination: { host: reviews } }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { labels: { app: web } } } }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews.example.com]
  gateways: [web]
  http:
  - match: [{ headers: { '@request.auth.claims.group': { exact: beta } } }]
    route: [{ destination: { host: reviews } }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { labels: { app: web } } } }
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  jwtRules: [{ issuer: 'https://issuer.example.com', jwksUri: 'https://issuer.example.com/jwks.json' }]",
    references: &[
        "https://istio.io/latest/docs/tasks/security/authentication/jwt-route/",
        "https://istio.io/latest/docs/reference/config/analysis/ist0149/",
    ],
    meshes: &["istio"],
    aliases: &["IST0149"],
    upstream: "virtualservice.JWTClaimRouteAnalyzer",
    run,
    ..Rule::NEW
};

/// How the headers begin that mean claims.
const CLAIMS: &str = "@request.auth.claims";

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let settings = world.settings();
    let services = world.view::<Facets<Claimed>>();
    if services.iter().next().is_none() {
        return Vec::new();
    }
    let checks = Checks::new(world);
    let mut known = HashMap::new();
    let mut findings = Vec::new();
    for (service, claimed) in services.iter() {
        for gateway in gateways(world, service) {
            let open = known.entry(gateway.to_string()).or_insert_with(|| checks.unchecked(gateway));
            let Some(workload) = open else { continue };
            let message =
                format!("no RequestAuthentication checks tokens at {workload}, which is the gateway {gateway}");
            let finding = rule.finding(service, claimed.0, message);
            let finding = finding.with_help("add a RequestAuthentication that selects the workload of the gateway");
            let finding = finding.with_related(gateway, gateway.head(), "routes by claims here");
            findings.push(if settings.closed || settings.compatible {
                finding
            } else {
                let assumed = format!("no RequestAuthentication outside the input is for {workload}");
                finding.as_bad_as(Severity::Warning).assuming(assumed)
            });
        }
    }
    findings
}

/// Where a VirtualService routes by a claim first.
struct Claimed(Span);

impl Facet for Claimed {
    const KINDS: &'static [Kind<'static>] = &[VIRTUAL_SERVICE];

    fn of(service: &Arc<Resource>, _: &Settings) -> Option<Self> {
        claim(service).map(|header| Self(header.key_span))
    }
}

/// The first header that means a claim.
fn claim(service: &Resource) -> Option<&Field> {
    let matches = service.items(&["spec", "http"]).iter().filter_map(|http| http.get("match")).flat_map(Node::items);
    let headers = matches.flat_map(|it| ["headers", "withoutHeaders"].into_iter().filter_map(|key| it.get(key)));
    headers.flat_map(Node::fields).find(|field| is_claim(&field.key))
}

fn is_claim(header: &str) -> bool {
    let begins = header.get(..CLAIMS.len()).is_some_and(|start| start.eq_ignore_ascii_case(CLAIMS));
    let rest = header.get(CLAIMS.len()..).filter(|_| begins).unwrap_or_default();
    match rest.strip_prefix('.') {
        Some(claim) => !claim.is_empty(),
        None => rest.len() > 2 && rest.starts_with('[') && rest.ends_with(']'),
    }
}

/// The Gateways of Istio that a VirtualService is for. One that does not exist is another rule's.
fn gateways<'a>(world: &'a World, service: &'a Resource) -> impl Iterator<Item = &'a Resource> {
    let compatible = world.settings().compatible;
    let own = if compatible { told_namespace(service) } else { service.namespace_or_default() };
    let named = service.items(&["spec", "gateways"]).iter().filter_map(Node::as_str).filter(|name| *name != MESH);
    named.filter_map(move |name| find_named(world, GATEWAY, named_gateway(name, own, compatible)).map(|it| &**it))
}

/// Where tokens are checked.
struct Checks {
    workloads: Arc<Workloads>,
    /// What the RequestAuthentications of each namespace select.
    selectors: BTreeMap<Arc<str>, Vec<Selector>>,
    root: Arc<str>,
    compatible: bool,
}

impl Checks {
    fn new(world: &World) -> Self {
        let compatible = world.settings().compatible;
        let mut selectors: BTreeMap<Arc<str>, Vec<Selector>> = BTreeMap::new();
        let has_target = |it: &Resource| {
            ["targetRef", "targetRefs"].iter().any(|key| it.root.at(&["spec", key]).is_some_and(|it| !it.is_empty()))
        };
        // One that names what it is for by reference is not for the workloads of a Gateway of Istio.
        let all = world.of(REQUEST_AUTHENTICATION).iter().filter(|it| compatible || !has_target(it));
        for authentication in all {
            let labels = authentication.root.at(&["spec", "selector", "matchLabels"]);
            let selector = labels.map(Selector::of_map).unwrap_or_default();
            let own = namespace(authentication, compatible);
            selectors.entry(own.into()).or_default().push(selector);
        }
        let config = world.view::<MeshConfig>();
        let root = if compatible { ROOT_NAMESPACE } else { config.root_namespace() }.into();
        Self { workloads: world.view::<Workloads>(), selectors, root, compatible }
    }

    /// The first workload of a gateway at which no token is checked.
    fn unchecked(&self, gateway: &Resource) -> Option<String> {
        let selector = gateway.root.at(&["spec", "selector"]).map(Selector::of_map).unwrap_or_default();
        let mut workloads = self.workloads.selected_anywhere(&selector);
        let open = workloads.find(|it| (!self.compatible || it.is_pod()) && !self.is_checked(it));
        open.map(|workload| workload.object.to_string())
    }

    fn is_checked(&self, workload: &Workload) -> bool {
        let own = namespace(&workload.object, self.compatible);
        let mut selectors =
            [&*self.root, own].into_iter().filter_map(|namespace| self.selectors.get(namespace)).flatten();
        selectors.any(|selector| selector.matches(&workload.labels))
    }
}

fn namespace(object: &Resource, compatible: bool) -> &str {
    if compatible { told_namespace(object) } else { object.namespace_or_default() }
}
