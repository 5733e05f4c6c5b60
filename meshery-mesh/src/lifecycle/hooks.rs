//! Hooks of Helm charts: objects with a time of their own, told by their annotations.

use meshery_core::lifecycle::OperationKind;
use meshery_core::{Error, Object, Result};

const HOOK: &str = "helm.sh/hook";
const WEIGHT: &str = "helm.sh/hook-weight";
const DELETE: &str = "helm.sh/hook-delete-policy";

/// An object that comes at a time of its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hook {
    pub(super) object: Object,
    /// When it comes: `pre-install`, `post-upgrade`, …
    times: Vec<String>,
    weight: i64,
    /// When it goes.
    policies: Vec<String>,
}

/// What an object is as a hook.
pub(super) enum Kind {
    /// None.
    None,
    /// One that comes only when somebody asks for tests.
    Test,
    /// One that comes at its time.
    Hook(Hook),
}

/// Before or after the objects themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    Before,
    After,
}

impl Hook {
    /// Reads an object's annotations.
    pub(super) fn of(object: &Object) -> Result<Kind> {
        let Some(times) = object.annotation(HOOK) else { return Ok(Kind::None) };
        let words =
            |text: &str| text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
        let times: Vec<String> = words(times);
        if times.iter().all(|time| time.starts_with("test")) {
            return Ok(Kind::Test);
        }
        if times.iter().any(|time| time == "crd-install") {
            // How charts of Helm 2 brought definitions, which have their place in the graph by themselves.
            return Ok(Kind::None);
        }
        let weight = object.annotation(WEIGHT).unwrap_or("0");
        let weight = weight.parse().map_err(|_| {
            Error::invalid(object.to_string(), format!("{WEIGHT} is not a number")).found(format!("{weight:?}"))
        })?;
        let policies = object.annotation(DELETE).map_or_else(|| vec!["before-hook-creation".into()], words);
        Ok(Kind::Hook(Self { object: object.clone(), times, weight, policies }))
    }

    /// Whether it comes at this time of this operation.
    pub(super) fn comes(&self, kind: OperationKind, time: Time) -> bool {
        self.times.iter().any(|word| *word == name(kind, time))
    }

    /// Whether one from an earlier time goes before it comes. What has run, or has failed at it, does not run again,
    /// whatever its annotations say.
    pub(super) fn replaces(&self) -> bool {
        let runs_once = matches!((self.object.group(), self.object.kind()), ("batch", "Job") | ("", "Pod"));
        runs_once || self.policies.iter().any(|policy| policy == "before-hook-creation")
    }

    /// Whether it goes once it has done its work, or has failed at it.
    pub(super) fn goes_after(&self, succeeded: bool) -> bool {
        let wanted = if succeeded { "hook-succeeded" } else { "hook-failed" };
        self.policies.iter().any(|policy| policy == wanted)
    }
}

/// As annotations name a time: `pre-install`.
pub(super) fn name(kind: OperationKind, time: Time) -> String {
    let before = if time == Time::Before { "pre" } else { "post" };
    let kind = if kind == OperationKind::Uninstall { "delete".to_owned() } else { kind.to_string() };
    format!("{before}-{kind}")
}

/// Sorts hooks as Helm runs them: by weight, then by kind, then by name.
pub(super) fn sort(hooks: &mut [Hook]) {
    hooks.sort_by_cached_key(|hook| (hook.weight, rank(hook.object.kind()), hook.object.id()));
}

/// What hooks of the same weight need of each other, as far as kinds tell: whoever does work comes last.
fn rank(kind: &str) -> u8 {
    match kind {
        "Namespace" => 0,
        "ServiceAccount" | "Secret" | "ConfigMap" | "CustomResourceDefinition" => 1,
        "ClusterRole" | "Role" => 2,
        "ClusterRoleBinding" | "RoleBinding" => 3,
        "Service" => 4,
        _ => 5,
    }
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "tests write their values in place")]
mod tests {
    use serde_json::json;

    use super::*;

    fn hook(name: &str, kind: &str, annotations: serde_json::Value) -> Kind {
        let version = if kind == "Job" { "batch/v1" } else { "v1" };
        let object =
            json!({ "apiVersion": version, "kind": kind, "metadata": { "name": name, "annotations": annotations } });
        Hook::of(&Object::new(object).unwrap()).unwrap()
    }

    #[test]
    fn annotations_say_when_an_object_comes_and_goes() {
        let annotations = json!({ HOOK: "pre-install, pre-upgrade", DELETE: "hook-succeeded" });
        let [Kind::Hook(hook), Kind::Hook(job)] = ["ConfigMap", "Job"].map(|kind| hook("a", kind, annotations.clone()))
        else {
            panic!("hooks")
        };
        assert!(hook.comes(OperationKind::Install, Time::Before) && hook.comes(OperationKind::Upgrade, Time::Before));
        assert!(
            !hook.comes(OperationKind::Install, Time::After) && !hook.comes(OperationKind::Uninstall, Time::Before)
        );
        assert!(hook.goes_after(true) && !hook.goes_after(false) && !hook.replaces());
        assert!(job.replaces(), "what has run does not run again");
        assert_eq!(name(OperationKind::Uninstall, Time::After), "post-delete");
    }

    #[test]
    fn tests_are_not_run_and_definitions_are_no_hooks() {
        assert!(matches!(hook("a", "Pod", json!({ HOOK: "test-success" })), Kind::Test));
        assert!(matches!(hook("a", "CustomResourceDefinition", json!({ HOOK: "crd-install" })), Kind::None));
        assert!(matches!(hook("a", "Pod", json!({})), Kind::None));
    }

    #[test]
    fn weights_go_before_kinds_and_kinds_before_names() {
        let all = [("job", "Job", "0"), ("b", "ServiceAccount", "0"), ("a", "ServiceAccount", "0"), ("z", "Job", "-5")];
        let mut hooks: Vec<_> = all
            .into_iter()
            .filter_map(|(name, kind, weight)| match hook(name, kind, json!({ HOOK: "pre-install", WEIGHT: weight })) {
                Kind::Hook(hook) => Some(hook),
                _ => None,
            })
            .collect();
        sort(&mut hooks);
        assert_eq!(hooks.iter().map(|hook| hook.object.name()).collect::<Vec<_>>(), ["z", "a", "b", "job"]);
    }

    #[test]
    fn a_weight_that_is_none_is_refused() {
        let object = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a", "annotations": { HOOK: "pre-install", WEIGHT: "heavy" } } });
        assert!(Hook::of(&Object::new(object).unwrap()).is_err_and(|error| error.to_string().contains("heavy")));
    }
}
