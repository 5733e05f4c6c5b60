//! MSH816 `gateway-plain-http-no-redirect`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Listener, Listeners, Speaks};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH816",
    name: "gateway-plain-http-no-redirect",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "A gateway serves a host in clear text too",
    why: "
The first call of a browser is in clear text unless it is told otherwise, and everybody on the way can read it, cookies
among it, and answer in place of the server. Send clients to TLS: `tls.httpsRedirect` of an Istio server, a filter
`RequestRedirect` with scheme `https` of a route.

It is a warning where the gateway serves the same host with TLS. Where it does not, TLS may end before it, and the finding is
for your information.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { app: ingress }
  servers:
  - port: { number: 80, name: http, protocol: HTTP }
    hosts: [shop.example.com]
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop }
    hosts: [shop.example.com]",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { app: ingress }
  servers:
  - port: { number: 80, name: http, protocol: HTTP }
    tls: { httpsRedirect: true }
    hosts: [shop.example.com]
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop }
    hosts: [shop.example.com]",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings",
        "https://gateway-api.sigs.k8s.io/guides/http-redirect-rewrite/",
    ],
    meshes: &["consul", "istio", "kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    listeners.by_gateway().flat_map(|all| check(rule, all)).collect()
}

fn check(rule: &RuleInfo, all: &[Listener]) -> Vec<Finding> {
    let plain = all.iter().filter(|it| it.speaks == Speaks::Http && it.redirects != Some(true));
    let finding = |it: &Listener| {
        let twin = all.iter().find(|other| other.speaks == Speaks::Tls && other.shares_host(it));
        let finding = |message: &str| it.place().finding(rule, format!("port {} {message}", it.port));
        let help = "send clients to TLS by a redirect";
        match twin {
            // Whether a route sends clients there is not among the objects.
            Some(_) if it.redirects.is_none() => None,
            Some(twin) => {
                let finding = finding("serves in clear text what is served with TLS too").with_help(help);
                Some(twin.place().relate(finding, "serves it with TLS"))
            }
            None => {
                let help = "serve it with TLS, unless that ends before the gateway";
                Some(finding("serves in clear text").with_help(help).as_bad_as(Severity::Info))
            }
        }
    };
    plain.filter_map(finding).collect()
}
