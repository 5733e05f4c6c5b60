//! MSH405 `linkerd-networks-invalid`.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::kinds::{EGRESS_NETWORK, NETWORK_AUTHENTICATION, SERVER_AUTHORIZATION};
use crate::analyze::linkerd::{networks, spec_place};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH405",
    name: "linkerd-networks-invalid",
    summary: "A policy of Linkerd has networks that are none, or that their exceptions use up",
    why: "
A NetworkAuthentication and an EgressNetwork with a list of networks need at least one. Every network is written as
`address/length` or as one address, and its exceptions must be parts of it and leave something of it. The policy controller's webhook refuses
all else.",
    bad: "
apiVersion: policy.linkerd.io/v1alpha1
kind: NetworkAuthentication
metadata: { name: office, namespace: shop }
spec:
  networks:
  - { cidr: 10.1.1.0/24, except: [10.1.2.0/28] }",
    good: "
apiVersion: policy.linkerd.io/v1alpha1
kind: NetworkAuthentication
metadata: { name: office, namespace: shop }
spec:
  networks:
  - { cidr: 10.1.1.0/24, except: [10.1.1.16/28] }",
    references: &["https://linkerd.io/2/reference/authorization-policy/#networkauthentication"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let kinds = [NETWORK_AUTHENTICATION, EGRESS_NETWORK];
    let lists = kinds.into_iter().flat_map(|kind| world.of(kind)).flat_map(|policy| of_list(rule, policy));
    let clients = world.of(SERVER_AUTHORIZATION).iter().flat_map(|policy| {
        let networks = policy.items(&["spec", "client", "networks"]);
        of_networks(rule, policy, networks)
    });
    lists.chain(clients).collect()
}

fn of_list(rule: &RuleInfo, policy: &Arc<Resource>) -> Vec<Finding> {
    let Some(list) = policy.root.at(&["spec", "networks"]) else { return Vec::new() };
    if list.items().is_empty() && matches!(list.value, meshery_core::resource::Value::List(_)) {
        let help = "list the networks, such as { cidr: 10.0.0.0/8 }";
        return vec![
            rule.finding(policy, spec_place(policy, "networks"), "there is no network in the list").with_help(help),
        ];
    }
    of_networks(rule, policy, list.items())
}

fn of_networks(rule: &RuleInfo, policy: &Resource, list: &[Node]) -> Vec<Finding> {
    let help = "write networks as address/length, and as exceptions parts of the network that are smaller than it";
    let problems = networks::problems(list).into_iter();
    problems
        .map(|(span, problem)| {
            let span = span.or(policy.head());
            rule.finding(policy, span, problem).with_help(help)
        })
        .collect()
}
