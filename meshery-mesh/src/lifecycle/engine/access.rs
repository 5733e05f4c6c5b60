//! Whether we may do what has to be done: asked before the first write.

use std::collections::BTreeSet;

use meshery_core::lifecycle::Permission;
use meshery_core::{Error, ErrorKind, ObjectId, Result};
use serde::Deserialize;
use serde_json::json;

use crate::cluster::{Method, Request};
use crate::lifecycle::run::wire::Wire;

/// A namespace that cannot be: what is allowed in it is allowed everywhere.
const NOWHERE: &str = "meshery.nowhere";

/// Asks, in one request where everything is granted for the whole cluster.
///
/// # Errors
/// [`Refused`](ErrorKind::Refused) with all that is missing.
pub(super) async fn check(wire: &Wire, permissions: &[Permission]) -> Result<()> {
    let everywhere = review(wire, NOWHERE).await?;
    let mut missing: Vec<Permission> = permissions.iter().filter_map(|wanted| everywhere.lacks(wanted)).collect();
    let namespaces: BTreeSet<String> = missing.iter().filter_map(|missing| missing.namespace.clone()).collect();
    let mut incomplete = everywhere.incomplete;
    for namespace in namespaces {
        let there = review(wire, &namespace).await?;
        incomplete |= there.incomplete;
        missing =
            missing
                .into_iter()
                .filter_map(|wanted| {
                    if wanted.namespace.as_ref() == Some(&namespace) { there.lacks(&wanted) } else { Some(wanted) }
                })
                .collect();
    }
    if incomplete {
        // Somebody else than RBAC decides, and does not say beforehand: each is asked for by itself.
        missing = ask_each(wire, missing).await?;
    }
    if missing.is_empty() {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Refused, "the server does not permit all that has to be done")
        .expected("what `permissions` of the plan say, for example by the roles that it makes of them");
    Err(missing.into_iter().fold(error, |error, missing| error.with("missing", missing.to_string())))
}

#[derive(Deserialize)]
struct Review {
    status: Granted,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Granted {
    #[serde(default)]
    resource_rules: Vec<Rule>,
    #[serde(default)]
    incomplete: bool,
}

#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[derive(Default)]
struct Rule {
    verbs: Vec<String>,
    api_groups: Vec<String>,
    resources: Vec<String>,
    resource_names: Vec<String>,
}

impl Rule {
    fn is_for(&self, group: &str, resource: &str) -> bool {
        has(&self.api_groups, group) && has(&self.resources, resource)
    }

    fn grants(&self, verb: &str, name: Option<&str>) -> bool {
        let named = self.resource_names.is_empty()
            || name.is_some_and(|name| self.resource_names.iter().any(|known| known == name));
        has(&self.verbs, verb) && named
    }
}

fn has(list: &[String], wanted: &str) -> bool {
    list.iter().any(|word| word == "*" || word == wanted)
}

impl Granted {
    /// What of a permission is not granted.
    fn lacks(&self, wanted: &Permission) -> Option<Permission> {
        let rules: Vec<&Rule> =
            self.resource_rules.iter().filter(|rule| rule.is_for(&wanted.group, &wanted.resource)).collect();
        let granted = |verb: &str, name: Option<&str>| rules.iter().any(|rule| rule.grants(verb, name));
        let mut missing = Permission { names: BTreeSet::new(), verbs: BTreeSet::new(), ..wanted.clone() };
        for verb in &wanted.verbs {
            if wanted.names.is_empty() && !granted(verb, None) {
                missing.verbs.insert(verb.clone());
            }
            for name in wanted.names.iter().filter(|name| !granted(verb, Some(name))) {
                missing.verbs.insert(verb.clone());
                missing.names.insert(name.clone());
            }
        }
        (!missing.verbs.is_empty()).then_some(missing)
    }
}

async fn review(wire: &Wire, namespace: &str) -> Result<Granted> {
    let asked = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": { "namespace": namespace },
    });
    let review: Review = ask(wire, "selfsubjectrulesreviews", &asked).await?;
    Ok(review.status)
}

async fn ask<T: serde::de::DeserializeOwned>(wire: &Wire, what: &str, question: &serde_json::Value) -> Result<T> {
    let request = Request::new(Method::Post, format!("/apis/authorization.k8s.io/v1/{what}"));
    let about = ObjectId::new("authorization.k8s.io", "SelfSubjectReview", None, what);
    let sent = wire.send(request.body("application/json", serde_json::to_vec(question)?), &about).await?;
    sent.accepted()?.json()
}

async fn ask_each(wire: &Wire, wanted: Vec<Permission>) -> Result<Vec<Permission>> {
    #[derive(Deserialize)]
    struct Answer {
        status: Allowed,
    }
    #[derive(Deserialize)]
    struct Allowed {
        allowed: bool,
    }
    let mut missing = Vec::new();
    for permission in wanted {
        let names: Vec<Option<&String>> =
            if permission.names.is_empty() { vec![None] } else { permission.names.iter().map(Some).collect() };
        let mut lacking = Permission { names: BTreeSet::new(), verbs: BTreeSet::new(), ..permission.clone() };
        let mut questions = Vec::new();
        for verb in &permission.verbs {
            questions.extend(names.iter().map(|name| (verb.clone(), name.cloned())));
        }
        for (verb, name) in questions {
            let attributes = json!({
                "group": permission.group, "resource": permission.resource, "verb": verb,
                "namespace": permission.namespace.as_deref().unwrap_or_default(),
                "name": name.as_deref().unwrap_or_default(),
            });
            let asked = json!({
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": { "resourceAttributes": attributes },
            });
            let answer: Answer = ask(wire, "selfsubjectaccessreviews", &asked).await?;
            if !answer.status.allowed {
                lacking.verbs.insert(verb);
                lacking.names.extend(name);
            }
        }
        if !lacking.verbs.is_empty() {
            missing.push(lacking);
        }
    }
    Ok(missing)
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "tests write their values in place")]
mod tests {
    use super::*;

    fn wanted(verbs: &[&str], names: &[&str]) -> Permission {
        Permission {
            group: "apps".into(),
            resource: "deployments".into(),
            namespace: Some("a".into()),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
        }
    }

    fn granted(rules: serde_json::Value) -> Granted {
        serde_json::from_value(json!({ "resourceRules": rules })).unwrap()
    }

    #[test]
    fn what_is_missing_is_told_by_verb_and_name() {
        let all = granted(json!([{ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] }]));
        assert_eq!(all.lacks(&wanted(&["patch"], &["a"])), None);
        let some = granted(json!([
            { "verbs": ["list", "patch"], "apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["a"] },
            { "verbs": ["watch"], "apiGroups": ["apps"], "resources": ["deployments"] },
            { "verbs": ["delete"], "apiGroups": [""], "resources": ["deployments"] },
        ]));
        assert_eq!(some.lacks(&wanted(&["patch"], &["a"])), None);
        assert_eq!(some.lacks(&wanted(&["patch"], &["a", "b"])), Some(wanted(&["patch"], &["b"])));
        assert_eq!(
            some.lacks(&wanted(&["list", "watch"], &[])),
            Some(wanted(&["list"], &[])),
            "a list names no object"
        );
        assert_eq!(some.lacks(&wanted(&["delete"], &["a"])), Some(wanted(&["delete"], &["a"])));
    }
}
