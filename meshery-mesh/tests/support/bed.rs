//! A control plane with an engine on it, and a small instance of everything that matters.
#![allow(unreachable_pub, dead_code, reason = "shared by several test programs")]

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use meshery_core::lifecycle::{OperationReport, Source};
use meshery_core::{
    AuditedRequest, ChangePlan, Context, ControlPlaneSpec, InstanceSpec, Object, ObjectId, OperationOptions, Result,
};
use meshery_mesh::ControlPlane;
use meshery_mesh::cluster::{Cluster, Discovery, Method, Request};
use meshery_mesh::control_plane::Mark;
use meshery_mesh::lifecycle::{Difference, Lifecycle, Snapshot};
use serde_json::{Value, json};

use super::door::Door;
use super::testbed;

/// What the audit log calls the engine.
const ENGINE: &str = "engine";

pub struct Bed {
    pub plane: Arc<ControlPlane>,
    /// As somebody else.
    pub cluster: Cluster,
    pub engine: Cluster,
    pub lifecycle: Lifecycle,
    pub options: OperationOptions,
    pub context: Context,
}

/// A control plane. Without the servers a test fails in CI, and says elsewhere that it was skipped.
pub async fn bed() -> Option<Bed> {
    bed_with(ControlPlaneSpec::default()).await
}

/// A control plane as it is wanted.
pub async fn bed_with(spec: ControlPlaneSpec) -> Option<Bed> {
    let plane = Arc::new(testbed::start_with(spec).await?);
    Some(on(plane).await)
}

/// A bed on the one control plane that all tests of a program share: each in namespaces of its own.
pub async fn shared() -> Option<Bed> {
    static PLANE: OnceLock<Option<Arc<ControlPlane>>> = OnceLock::new();
    let start = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(testbed::start_with(ControlPlaneSpec::default())).map(Arc::new)
    };
    // On a thread of its own: this one is already at work for a runtime.
    let plane = tokio::task::spawn_blocking(move || PLANE.get_or_init(start).clone()).await.unwrap()?;
    Some(on(plane).await)
}

async fn on(plane: Arc<ControlPlane>) -> Bed {
    let (cluster, engine) = (plane.cluster("test").await.unwrap(), plane.cluster(ENGINE).await.unwrap());
    let lifecycle = Lifecycle::new(engine.clone());
    let options =
        OperationOptions { object_timeout: std::time::Duration::from_secs(120), ..OperationOptions::default() };
    Bed { plane, cluster, engine, lifecycle, options, context: Context::default() }
}

impl Bed {
    pub async fn install(&self, spec: &InstanceSpec) -> Result<OperationReport> {
        self.lifecycle.install(spec, &self.options, &self.context).await
    }

    pub async fn uninstall(&self, name: &str) -> Result<OperationReport> {
        self.lifecycle.uninstall(name, &self.options, &self.context).await
    }

    pub async fn plan(&self, spec: &InstanceSpec) -> Result<ChangePlan> {
        self.lifecycle.plan(spec, &self.options, &self.context).await
    }

    pub fn door(&self) -> Arc<Door> {
        Door::before(&self.engine)
    }

    pub async fn mark(&self) -> Mark {
        self.plane.audit().mark().await.unwrap()
    }

    /// What the engine has asked for between two places of the audit log.
    pub fn requests(&self, from: Mark, to: Mark) -> Vec<AuditedRequest> {
        let all = self.plane.audit().between(from, to).unwrap();
        all.into_iter().filter(|request| request.user_agent == ENGINE).collect()
    }

    pub async fn snapshot(&self) -> Snapshot {
        Snapshot::take(&self.cluster).await.unwrap()
    }

    /// What is different from before, once the controllers have caught up.
    pub async fn difference(&self, before: &Snapshot) -> Difference {
        self.difference_but(before, |_| false).await
    }

    /// The same, but for what is expected.
    pub async fn difference_but(&self, before: &Snapshot, expected: impl Fn(&ObjectId) -> bool) -> Difference {
        let mut looks = 0;
        loop {
            looks += 1;
            let mut difference = before.compare(&self.snapshot().await);
            for list in [&mut difference.added, &mut difference.removed, &mut difference.changed] {
                list.retain(|id| !expected(id));
            }
            if difference.is_empty() || looks == 600 {
                return difference;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    pub async fn get(&self, path: &str) -> Result<Object> {
        self.cluster.send(Request::get(path)).await?.json().await
    }

    pub async fn value(&self, path: &str) -> Value {
        self.cluster.send(Request::get(path)).await.unwrap().json().await.unwrap()
    }

    /// As somebody else, by server-side apply.
    pub async fn apply(&self, path: &str, manager: &str, object: &Value) -> Result<Object> {
        let request = Request::new(Method::Patch, path).query("fieldManager", manager).query("force", "true");
        let request = request.body("application/apply-patch+yaml", object.to_string().into_bytes());
        self.cluster.send(request).await?.json().await
    }

    /// As somebody else, by a merge patch.
    pub async fn merge(&self, path: &str, manager: &str, part: &Value) -> Result<Object> {
        let request = Request::new(Method::Patch, path).query("fieldManager", manager);
        let request = request.body("application/merge-patch+json", part.to_string().into_bytes());
        self.cluster.send(request).await?.json().await
    }

    pub async fn create(&self, path: &str, object: &Value) -> Result<Object> {
        let request = Request::new(Method::Post, path).body("application/json", object.to_string().into_bytes());
        self.cluster.send(request).await?.json().await
    }

    /// A namespace with all that controllers put into each.
    pub async fn namespace(&self, name: &str) {
        self.create("/api/v1/namespaces", &json!({ "metadata": { "name": name } })).await.unwrap();
        for part in ["configmaps/kube-root-ca.crt", "serviceaccounts/default"] {
            while self.get(&format!("/api/v1/namespaces/{name}/{part}")).await.is_err() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
    }

    pub async fn delete(&self, path: &str) -> Result<()> {
        self.cluster.send(Request::new(Method::Delete, path)).await?.body().await.map(drop)
    }

    pub fn stop(self) {
        Arc::into_inner(self.plane).unwrap().stop().unwrap();
    }
}

/// An engine behind a door that looks at every request.
pub fn behind(door: &Arc<Door>) -> Lifecycle {
    Lifecycle::new(Cluster::over(Arc::clone(door) as _))
}

pub fn text(name: &str, namespace: &str, yaml: impl Into<String>) -> InstanceSpec {
    InstanceSpec::new(name, namespace, vec![Source::Text(yaml.into())])
}

/// A small instance with everything that matters: accounts and roles, configuration, a secret, a workload with its
/// service, a definition with a resource of it. 9 objects and a namespace, of 10 kinds.
pub fn shop(version: &str) -> InstanceSpec {
    let yaml = SHOP.replace("VERSION", version);
    InstanceSpec { version: version.into(), ..text("shop", "shop", yaml) }
}

pub const SHOP_OBJECTS: usize = 10;
pub const SHOP_KINDS: usize = 10;

const SHOP: &str = r#"
apiVersion: v1
kind: ServiceAccount
metadata: { name: cart }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: cart }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: cart }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart }
subjects: [{ kind: ServiceAccount, name: cart, namespace: shop }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: cart }
data: { version: "VERSION", currency: EUR }
---
apiVersion: v1
kind: Secret
metadata: { name: cart }
stringData: { password: "hunter2-VERSION" }
---
apiVersion: v1
kind: Service
metadata: { name: cart }
spec: { selector: { app: cart }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart }
spec:
  replicas: 1
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec:
      serviceAccountName: cart
      containers: [{ name: cart, image: "cart:VERSION", envFrom: [{ configMapRef: { name: cart } }] }]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.shop.example.com }
spec:
  group: shop.example.com
  scope: Namespaced
  names: { kind: Widget, plural: widgets, singular: widget, listKind: WidgetList }
  versions:
  - name: v1
    served: true
    storage: true
    schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { size: { type: integer } } } } } }
---
apiVersion: shop.example.com/v1
kind: Widget
metadata: { name: first }
spec: { size: 1 }
"#;

pub const CONFIG: &str = "/api/v1/namespaces/shop/configmaps/cart";
pub const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/shop/deployments/cart";
pub const WIDGET: &str = "/apis/shop.example.com/v1/namespaces/shop/widgets/first";

/// Everything that is ours, as far as it is written and not kept by the server.
pub async fn state(bed: &Bed) -> BTreeMap<ObjectId, Value> {
    let discovery = Discovery::read(&bed.cluster).await.unwrap();
    let mut found = BTreeMap::new();
    for api in discovery.kinds().filter_map(|kind| discovery.preferred(kind)) {
        let request = Request::get(api.path(None, None)).query("labelSelector", "applyset.kubernetes.io/part-of");
        let Ok(list) = bed.cluster.send(request).await.unwrap().json::<Value>().await else { continue };
        for item in list["items"].as_array().into_iter().flatten() {
            if item.pointer("/metadata/ownerReferences").is_some() || ["Endpoints", "Pod"].contains(&api.kind.as_str())
            {
                continue;
            }
            let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str);
            let id = ObjectId::new(&api.group, &api.kind, text("/metadata/namespace"), text("/metadata/name").unwrap());
            let mut form = item.clone();
            for part in ["status", "apiVersion", "kind"] {
                form.as_object_mut().unwrap().remove(part);
            }
            form["metadata"] = json!({ "labels": item["metadata"]["labels"] });
            // What servers choose anew each time.
            for place in ["/spec/clusterIP", "/spec/clusterIPs", "/spec/uid"] {
                if let Some(value) = form.pointer_mut(place) {
                    *value = Value::Null;
                }
            }
            found.insert(id, form);
        }
    }
    found
}
