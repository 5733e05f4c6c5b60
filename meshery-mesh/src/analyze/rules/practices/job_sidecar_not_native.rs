//! MSH847 `job-sidecar-not-native`.

use meshery_core::analyzer::Category;
use meshery_core::resource::{Kind, Node, Value};
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{CRON_JOB, JOB};
use crate::analyze::kubernetes::{Workload, Workloads};
use crate::analyze::neutral::{Injected, Mesh};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH847",
    name: "job-sidecar-not-native",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "A Job gets a sidecar that goes on running when its work is done",
    why: "
A Job is complete when all its containers have ended, and a sidecar among them never does: the Job stays active, and a
CronJob that forbids two at a time never starts again. A native sidecar, an init container with `restartPolicy: Always`, is
ended by Kubernetes. Else the program has to tell the proxy that it is done, which is seen by the usual calls in its command.

Told of are proxies that stand among the containers, annotations that turn native sidecars off, and Jobs in Linkerd that say
nothing. Istio makes native sidecars by default since 1.27, and Kuma ends those of Jobs itself.",
    bad: "
apiVersion: batch/v1
kind: Job
metadata: { name: migrate, namespace: shop }
spec:
  template:
    metadata:
      labels: { sidecar.istio.io/inject: 'true' }
      annotations: { sidecar.istio.io/nativeSidecar: 'false' }
    spec: { restartPolicy: Never, containers: [{ name: migrate, image: migrate }] }",
    good: "
apiVersion: batch/v1
kind: Job
metadata: { name: migrate, namespace: shop }
spec:
  template:
    metadata:
      labels: { sidecar.istio.io/inject: 'true' }
      annotations: { sidecar.istio.io/nativeSidecar: 'true' }
    spec: { restartPolicy: Never, containers: [{ name: migrate, image: migrate }] }",
    references: &[
        "https://linkerd.io/2/features/native-sidecars/",
        "https://istio.io/latest/blog/2023/native-sidecars/",
        "https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/",
    ],
    meshes: &["istio", "linkerd"],
    run,
    ..Rule::NEW
};

const JOBS: [Kind<'_>; 2] = [CRON_JOB, JOB];
const NATIVE: [(Mesh, &str); 3] = [
    (Mesh::Istio, "sidecar.istio.io/nativeSidecar"),
    (Mesh::Linkerd, "config.beta.linkerd.io/proxy-enable-native-sidecar"),
    (Mesh::Linkerd, "config.alpha.linkerd.io/proxy-enable-native-sidecar"),
];
/// What a program says to a proxy when it is done, or what says it for the program.
const HOOKS: [&str; 5] = ["quitquitquit", "linkerd-await", "/shutdown", "graceful_shutdown", "pilot-agent"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (workloads, injected) = (world.view::<Workloads>(), world.view::<Injected>());
    let jobs = workloads.iter().filter(|workload| JOBS.contains(&workload.object.kind()));
    let mut findings = Vec::new();
    for job in jobs.filter(|job| !job.containers().iter().any(ends_proxy)) {
        for mark in injected.of(job) {
            let Some((place, is_sure)) = not_native(job, mark.mesh, world) else { continue };
            let message = format!("the sidecar of {} goes on running when the work is done", mark.mesh);
            let help = "ask for a native sidecar, or tell the proxy at the end that it is done";
            let finding = rule.finding(&job.object, place, message).with_help(help);
            findings.push(if is_sure {
                finding
            } else {
                finding.as_bad_as(Severity::Info).assuming("native sidecars are not the default of this mesh")
            });
        }
    }
    findings
}

/// Where it is said that a proxy is no native sidecar, and whether that is sure.
fn not_native(job: &Workload, mesh: Mesh, world: &World) -> Option<(Span, bool)> {
    if matches!(mesh, Mesh::Kuma) {
        return None;
    }
    let mut proxies = Injected::proxies(job).filter(|(of, _)| *of == mesh);
    if let Some((_, proxy)) = proxies.next() {
        // What starts a pod and is still there is native.
        let is_among = job.containers().iter().any(|container| container.span == proxy.span);
        return is_among.then(|| (proxy.get("name").unwrap_or(proxy).span, true));
    }
    let names = NATIVE.iter().filter(|(of, _)| *of == mesh).map(|(_, name)| *name);
    let said = names.clone().find_map(|name| job.pod.at(&["metadata", "annotations", name]));
    if let Some(said) = said {
        let is_off = said.as_str() == Some("false") || said.value == Value::Bool(false);
        return is_off.then_some((said.span, true));
    }
    let namespace = world.get(crate::analyze::kinds::NAMESPACE, "", job.namespace());
    let is_said_there =
        namespace.is_some_and(|namespace| names.clone().any(|name| namespace.annotation(name).is_some()));
    (mesh == Mesh::Linkerd && !is_said_there).then(|| (job.object.head(), false))
}

fn ends_proxy(container: &Node) -> bool {
    let words = ["command", "args"].into_iter().filter_map(|key| container.get(key)).flat_map(Node::items);
    let handlers = container.at(&["lifecycle", "preStop", "exec", "command"]).map(Node::items).unwrap_or_default();
    let mut words = words.chain(handlers).filter_map(Node::as_str);
    words.any(|word| HOOKS.iter().any(|hook| word.contains(hook)))
}
