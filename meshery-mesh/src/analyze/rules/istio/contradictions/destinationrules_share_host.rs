//! MSH264 `destinationrules-share-host`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::resource::{Kind, Resource};
use meshery_core::world::{Facet, Facets, Labels, Settings};
use meshery_core::{Finding, RuleInfo, Severity, World};

use super::path_or;
use crate::analyze::Rule;
use crate::analyze::istio::{Breadth, Exports, breadth, host_key, subset_names};
use crate::analyze::kinds::DESTINATION_RULE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH264",
    name: "destinationrules-share-host",
    severity: Severity::Warning,
    summary: "Several DestinationRules are for the same host, and for the same subsets of it",
    why: "
Of several DestinationRules for one host only the subsets are put together; of their policies, and of subsets with one
name, those of the rule that was made first count. In different namespaces the one in the client's namespace counts,
then the one in the server's. One with a wildcard is not heeded at all for a host that has a rule of its own. What is
written in the others is not what happens.

A rule without subsets is for all of them. Wildcards for the whole mesh are meant to give way and are left out, and so
is one that turns mutual TLS on for everybody in its namespace, and rules that are exported to different namespaces or select
different clients.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, trafficPolicy: { loadBalancer: { simple: RANDOM } } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews-pool, namespace: shop }
spec: { host: reviews.shop.svc.cluster.local, trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy: { loadBalancer: { simple: RANDOM }, connectionPool: { tcp: { maxConnections: 10 } } }",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0201"],
    run,
    ..Rule::NEW
};

/// For which host a DestinationRule is, and for what of it.
struct Claimed {
    /// In full.
    host: String,
    exports: Exports,
    /// None for all of them.
    subsets: BTreeSet<String>,
    /// The clients that it is for; none for all of them.
    clients: Labels,
}

impl Facet for Claimed {
    const KINDS: &'static [Kind<'static>] = &[DESTINATION_RULE];

    fn of(object: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let mode = object.text(&["spec", "trafficPolicy", "tls", "mode"]);
        let own = Breadth::Namespace(object.namespace_or_default());
        let is_for_all = |host: &str| breadth(host).is_some_and(|breadth| breadth == Breadth::Mesh || breadth == own);
        let counts = |host: &&str| !(is_for_all(host) && mode == Some("ISTIO_MUTUAL"));
        let host = object.text(&["spec", "host"]).filter(counts)?;
        Some(Self {
            host: host_key(host, object.namespace_or_default()),
            exports: Exports::of_spec(object),
            subsets: subset_names(object).map(str::to_owned).collect(),
            clients: Labels::of(object.root.at(&["spec", "workloadSelector", "matchLabels"])),
        })
    }
}

/// Such a DestinationRule.
#[derive(Clone, Copy)]
struct Claim<'a> {
    object: &'a Arc<Resource>,
    claimed: &'a Claimed,
}

impl Claim<'_> {
    fn collides(&self, other: &Self) -> bool {
        let is_same = self.object.name == other.object.name && self.object.namespace == other.object.namespace;
        let (own, theirs) = (&self.claimed.subsets, &other.claimed.subsets);
        let share = own.is_empty() || theirs.is_empty() || !own.is_disjoint(theirs);
        let is_seen = self.claimed.exports.meet(&other.claimed.exports);
        !is_same && share && self.claimed.clients == other.claimed.clients && is_seen
    }
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let all = world.view::<Facets<Claimed>>();
    let mut hosts: BTreeMap<&str, Vec<Claim<'_>>> = BTreeMap::new();
    for (object, claimed) in all.iter() {
        hosts.entry(&claimed.host).or_default().push(Claim { object, claimed });
    }
    let mut found: BTreeMap<(&str, &str), Finding> = BTreeMap::new();
    for (host, claims) in &hosts {
        for claim in claims {
            // The same host first; there are few of them.
            let wide = wider(host).filter_map(|wider| hosts.get(wider.as_str())).flatten();
            let rivals = claims.iter().chain(wide);
            for rival in rivals.take(LIMIT).filter(|rival| claim.collides(rival)) {
                for (one, other) in [(claim, rival), (rival, claim)] {
                    let key = (one.object.namespace_or_default(), &*one.object.name);
                    found.entry(key).or_insert_with(|| finding(rule, one.object, other.object));
                }
            }
        }
    }
    found.into_values().collect()
}

/// How many rules for one host are compared with each of them, so that thousands do not take for ever.
const LIMIT: usize = 64;

/// The wildcards that a host is one of, but for that of the whole mesh; the narrowest first.
fn wider(host: &str) -> impl Iterator<Item = String> {
    let rest = host.strip_prefix("*.").unwrap_or(host);
    let ends = rest.match_indices('.').filter_map(move |(at, _)| rest.get(at..));
    ends.map(|end| format!("*{end}")).filter(|wildcard| breadth(wildcard) != Some(Breadth::Mesh))
}

fn finding(rule: &RuleInfo, one: &Resource, other: &Resource) -> Finding {
    let place = |object: &Resource| path_or(object, &["spec", "host"], object.head());
    let message = format!("{other} is for this host, too, and for the same subsets");
    let finding = rule.finding(one, place(one), message).with_help("make one DestinationRule of them");
    finding.with_related(other, place(other), "for the same host")
}
