//! Whoever is called through a service needs the service, and somebody behind it: a webhook that fails closed while
//! nobody answers blocks everything that it watches.

use serde_json::Value;

use super::{Edges, Need, Objects};

/// Who calls services, by kind, and where the service stands in it.
const CALLERS: &[(&str, &str, &str)] = &[
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "/clientConfig/service"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "/clientConfig/service"),
    ("apiregistration.k8s.io", "APIService", "/spec/service"),
];

pub(super) fn edges(objects: &Objects<'_>, edges: &mut Edges) {
    for (group, kind, place) in CALLERS {
        for (who, object) in objects.of(group, kind) {
            let webhooks = object.items("/webhooks").iter();
            for service in webhooks.chain([object.value()]).filter_map(|caller| caller.pointer(place)) {
                needs_service(objects, who, service, edges);
            }
        }
    }
}

fn needs_service(objects: &Objects<'_>, who: usize, service: &Value, edges: &mut Edges) {
    let text = |name: &str| service[name].as_str();
    let Some(whom) = objects.find("", "Service", text("namespace"), text("name").unwrap_or_default()) else { return };
    edges.insert((who, whom), Need::Exists);
    let selector = &objects.all[whom];
    let Some(wanted) = selector.get("/spec/selector").and_then(Value::as_object).filter(|wanted| !wanted.is_empty())
    else {
        return;
    };
    for (workload, object) in objects.all.iter().enumerate() {
        let labels = object.get("/spec/template/metadata/labels");
        let fits = wanted.iter().all(|(name, value)| labels.and_then(|labels| labels.get(name)) == Some(value));
        if fits && object.namespace() == selector.namespace() && super::pod_spec(object).is_some() {
            edges.insert((who, workload), Need::Ready);
        }
    }
}
