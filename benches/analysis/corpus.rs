//! Configuration as it is at work: Services with their Deployments and routes, in flow and in block style. One route in
//! fifty names a host that does not exist.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use meshery_benches::Result;

/// Objects of one service.
const PER_SERVICE: usize = 5;
/// Services in a file.
const PER_FILE: usize = 10;
/// Services in a namespace.
const PER_NAMESPACE: usize = 40;
/// One route in so many is wrong.
const WRONG: usize = 50;

/// Writes so many objects into a folder; how many bytes that are.
pub(crate) fn write(folder: &Path, objects: usize) -> Result<usize> {
    fs::create_dir_all(folder)?;
    let services = objects / PER_SERVICE;
    let mut bytes = 0;
    for (number, first) in (0..services).step_by(PER_FILE).enumerate() {
        let text: String = (first..(first + PER_FILE).min(services)).map(service).collect();
        bytes += text.len();
        fs::write(file(folder, number), text)?;
    }
    Ok(bytes)
}

/// A file, by its number.
pub(crate) fn file(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("services-{number:05}.yaml"))
}

fn service(number: usize) -> String {
    let namespace = format!("team-{}", number / PER_NAMESPACE);
    let name = format!("svc-{number}");
    let host = if number % WRONG == WRONG - 1 { format!("{name}-gone") } else { name.clone() };
    let mut text = String::new();
    // A `String` takes whatever is written.
    let _ = write!(
        text,
        "apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {namespace}
  labels: {{ app: {name} }}
spec:
  selector: {{ app: {name} }}
  ports:
  - name: http
    port: 80
    targetPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: {name}, namespace: {namespace} }}
spec:
  replicas: 2
  selector: {{ matchLabels: {{ app: {name} }} }}
  template:
    metadata:
      labels: {{ app: {name}, version: v1 }}
    spec:
      serviceAccountName: {name}
      containers:
      - name: app
        image: registry.example.com/{name}:1.0
        ports: [{{ containerPort: 8080 }}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {name}
  namespace: {namespace}
spec:
  hosts: [{name}]
  http:
  - match:
    - uri: {{ prefix: /api }}
    timeout: 3s
    retries: {{ attempts: 2, perTryTimeout: 1s }}
    route:
    - destination: {{ host: {host}, subset: v1 }}
  - route:
    - destination:
        host: {name}
        subset: v1
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{ name: {name}, namespace: {namespace} }}
spec:
  host: {name}
  trafficPolicy: {{ connectionPool: {{ tcp: {{ connectTimeout: 1s }} }} }}
  subsets: [{{ name: v1, labels: {{ version: v1 }} }}]
---
"
    );
    text + &policy(number, &name, &namespace)
}

/// What else there is for a service: a Sidecar, a Gateway, or what most have, a policy.
fn policy(number: usize, name: &str, namespace: &str) -> String {
    match number % 10 {
        0 => format!(
            "apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {{ name: {name}, namespace: {namespace} }}
spec:
  workloadSelector: {{ labels: {{ app: {name} }} }}
  egress:
  - hosts: [./*, istio-system/*]
---
"
        ),
        1 => format!(
            "apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{ name: {name}, namespace: {namespace} }}
spec:
  selector: {{ istio: gateway-{number} }}
  servers:
  - port: {{ number: 443, name: https, protocol: HTTPS }}
    tls: {{ mode: SIMPLE, credentialName: {name} }}
    hosts: [{name}.example.com]
---
"
        ),
        _ => format!(
            "apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: {name}
  namespace: {namespace}
spec:
  selector:
    matchLabels: {{ app: {name} }}
  rules:
  - from:
    - source: {{ principals: [cluster.local/ns/{namespace}/sa/{name}] }}
    to:
    - operation: {{ methods: [GET, POST], paths: [/api/*] }}
---
"
        ),
    }
}
