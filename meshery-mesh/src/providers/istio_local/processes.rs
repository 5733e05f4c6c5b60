//! How istiod, agents and sidecars are started.
//!
//! An agent starts the Envoy of its sidecar itself, and Envoys that somebody else has started would outlive a host that
//! is killed. So the agent is given a script that stands for Envoy, and the host starts the real one, with the bootstrap
//! that the agent has written and the arguments that it would use.

use std::collections::BTreeMap;

use meshery_core::plan::{Action, HttpGet, Process, Role, VersionSource};
use serde_json::{Value, json};

use super::super::bootstrap;
use super::{CLUSTER, HOME, NAMESPACE, ROOT, SIDES, STRANGER};

/// The programs of Istio.
pub(super) const AGENT: &str = "pilot-agent";
pub(super) const ISTIOD: &str = "pilot-discovery";

/// Whom tokens for istiod's authority are for.
const AUDIENCE: &str = "istio-ca";
/// Says that it was started, which the agent does once the bootstrap is whole, and ends with the agent.
const STAND_IN: &str = "#!/bin/sh\necho now > started\nwhile kill -0 \"$PPID\"; do sleep 2; done 2>/dev/null\n";
const STAND_IN_PATH: &str = "bin/envoy";
const STARTED: &str = "started";
/// The bootstrap that an agent writes.
const BOOTSTRAP: &str = "etc/istio/proxy/envoy-rev.json";

/// A step and its title.
type Titled = (String, Action);

/// Every port of the plan.
pub(super) fn ports() -> Vec<String> {
    let istiod = ["http", "https", "grpc", "secure", "monitoring"].map(|purpose| format!("istiod.{purpose}"));
    let sides = SIDES.into_iter().flat_map(|side| {
        let own = ["listener", "admin"].map(|purpose| format!("{side}.{purpose}"));
        own.into_iter().chain(["status", "health", "metrics"].map(|purpose| format!("{side}-agent.{purpose}")))
    });
    istiod.into_iter().chain(sides).chain([format!("{STRANGER}.status")]).collect()
}

/// istiod, and the root of its authority.
pub(super) fn istiod() -> Vec<Titled> {
    let mesh = json!({ "trustDomain": "cluster.local", "enableAutoMtls": true });
    let files = [
        ("kubeconfig".to_owned(), format!("${{document:{CLUSTER}.kubeconfig}}")),
        ("mesh.yaml".to_owned(), mesh.to_string()),
    ];
    let address = |flag: &str, purpose: &str| format!("--{flag}=127.0.0.1:${{port:istiod.{purpose}}}");
    let args = vec![
        "discovery".into(),
        "--kubeconfig=kubeconfig".into(),
        "--meshConfig=mesh.yaml".into(),
        address("httpAddr", "http"),
        address("httpsAddr", "https"),
        address("grpcAddr", "grpc"),
        address("secureGRPCAddr", "secure"),
        address("monitoringAddr", "monitoring"),
        "--ctrlz_port=0".into(),
    ];
    let env = [
        ("POD_NAME", "istiod"),
        ("POD_NAMESPACE", HOME),
        ("SERVICE_ACCOUNT", "istiod"),
        ("ISTIOD_CUSTOM_HOST", "localhost"),
        // Only one wants to lead.
        ("ENABLE_LEADER_ELECTION", "false"),
        // A stock Envoy has no filters of Istio's own.
        ("PILOT_ENABLE_ALPN_FILTER", "false"),
        ("PILOT_ENABLE_METADATA_EXCHANGE", "false"),
        // Nothing of the user's.
        ("KUBECONFIG", ""),
    ];
    let get = |purpose: &str, path: &str| HttpGet { port: format!("istiod.{purpose}"), path: path.into() };
    let process = Process {
        name: "istiod".into(),
        role: Role::ControlPlane,
        program: ISTIOD.into(),
        args,
        env: owned(&env),
        folder: Some("istiod".into()),
        config: Value::Null,
        ready: get("http", "/ready"),
        version: Some(VersionSource { get: get("monitoring", "/version"), pointer: String::new() }),
    };
    let root = Action::ReadObject {
        cluster: CLUSTER.into(),
        path: format!("/api/v1/namespaces/{NAMESPACE}/configmaps/istio-ca-root-cert"),
        pointer: "/data/root-cert.pem".into(),
        document: ROOT.into(),
    };
    vec![
        ("Make a folder for istiod".into(), Action::MakeFolder { name: "istiod".into(), files: files.into() }),
        ("Start istiod".into(), Action::StartProcess(Box::new(process))),
        ("Read the root of istiod's authority".into(), root),
    ]
}

/// Somebody with an identity of the mesh whom nobody lets in: an agent runs until it has one.
pub(super) fn stranger(share: &str) -> Vec<Titled> {
    let mut agent = agent(STRANGER, STRANGER, share, "127.0.0.3", &json!({}));
    agent.env.extend(owned(&[("DISABLE_ENVOY", "true"), ("GRPC_XDS_BOOTSTRAP", "")]));
    let mut steps = account(STRANGER, []);
    steps.push(("Start an agent for the stranger".into(), Action::StartProcess(Box::new(agent))));
    steps.push(take(STRANGER));
    steps.push(("Stop the agent of the stranger".into(), Action::StopProcess { process: STRANGER.into() }));
    steps
}

/// An agent and its Envoy.
pub(super) fn sidecar(side: &str, share: &str, concurrency: u64) -> Vec<Titled> {
    // istiod finds by its address which workload a sidecar belongs to, and only one of them is the service's.
    let address = if side == "server" { "127.0.0.1" } else { "127.0.0.2" };
    let config = json!({
        "binaryPath": format!("${{folder:{side}}}/{STAND_IN_PATH}"),
        "proxyAdminPort": bootstrap::port(&format!("{side}.admin")),
        "concurrency": concurrency,
    });
    let agent = agent(&format!("{side}-agent"), side, share, address, &config);
    let mut steps = account(side, [(STAND_IN_PATH.to_owned(), STAND_IN.to_owned())]);
    steps.extend([
        (format!("Start the {side}-side agent"), Action::StartProcess(Box::new(agent))),
        (
            format!("Wait for the bootstrap of the {side}-side Envoy"),
            Action::AwaitFile { path: format!("${{folder:{side}}}/{STARTED}") },
        ),
        (format!("Start the {side}-side Envoy"), Action::StartProcess(Box::new(envoy(side, concurrency)))),
        take(side),
    ]);
    steps
}

/// A folder with what proves to istiod who somebody is.
fn account(name: &str, more: impl IntoIterator<Item = (String, String)>) -> Vec<Titled> {
    let token = format!("{name}.token");
    let mut files = BTreeMap::from([
        ("var/run/secrets/tokens/istio-token".to_owned(), format!("${{document:{token}}}")),
        ("var/run/secrets/istio/root-cert.pem".to_owned(), format!("${{document:{ROOT}}}")),
    ]);
    files.extend(more);
    let ask = Action::RequestToken {
        cluster: CLUSTER.into(),
        namespace: NAMESPACE.into(),
        account: name.into(),
        audience: AUDIENCE.into(),
        document: token,
    };
    let folder = Action::MakeFolder { name: name.into(), files };
    vec![(format!("Request a token of the account {name}"), ask), (format!("Make a folder for the {name}"), folder)]
}

/// The identity that an agent has been given, for the checks.
fn take(name: &str) -> Titled {
    let file = |file: &str| format!("${{folder:{name}}}/{file}");
    let action = Action::TakeIdentity { name: name.into(), certificate: file("cert-chain.pem"), key: file("key.pem") };
    (format!("Take the identity of the {name}"), action)
}

/// An agent in the folder of an account; its only port is `PROCESS.status`.
fn agent(process: &str, account: &str, share: &str, address: &str, config: &Value) -> Process {
    let status = format!("{process}.status");
    let mut config = config.clone();
    config["discoveryAddress"] = "localhost:${port:istiod.secure}".into();
    config["configPath"] = "./etc/istio/proxy".into();
    config["statusPort"] = bootstrap::port(&status);
    let labels = json!({ "app": account }).to_string();
    let env = [
        ("PROXY_CONFIG", "${config}"),
        ("CA_ADDR", "localhost:${port:istiod.secure}"),
        ("PILOT_CERT_PROVIDER", "istiod"),
        ("JWT_POLICY", "third-party-jwt"),
        ("POD_NAME", account),
        ("POD_NAMESPACE", NAMESPACE),
        ("INSTANCE_IP", address),
        ("SERVICE_ACCOUNT", account),
        ("ISTIO_META_CLUSTER_ID", "Kubernetes"),
        ("ISTIO_META_INTERCEPTION_MODE", "NONE"),
        ("ISTIO_META_DNS_CAPTURE", "false"),
        ("ISTIO_METAJSON_LABELS", &labels),
        ("OUTPUT_CERTS", "."),
        ("PKCS8_KEY", "true"),
    ];
    let mut env = owned(&env);
    if account != STRANGER {
        // The agent's, although its Envoy listens on them: it asks there for metrics as soon as it is asked for its own.
        env.insert("ENVOY_STATUS_PORT".into(), format!("${{port:{process}.health}}"));
        env.insert("ENVOY_PROMETHEUS_PORT".into(), format!("${{port:{process}.metrics}}"));
    }
    let domain = format!("{NAMESPACE}.svc.cluster.local");
    let template = format!("{share}/tools/packaging/common/envoy_bootstrap.json");
    Process {
        name: process.into(),
        role: Role::Proxy,
        program: AGENT.into(),
        args: ["proxy", "sidecar", "--domain", &domain, "--templateFile", &template].map(str::to_owned).into(),
        env,
        folder: Some(account.into()),
        config,
        // It calls itself ready only with its Envoy, which is yet to come; its metrics are there as soon as it works.
        ready: HttpGet { port: status, path: "/stats/prometheus".into() },
        version: None,
    }
}

/// The Envoy of a sidecar, with the arguments that its agent would give it.
fn envoy(side: &str, concurrency: u64) -> Process {
    let admin = |path: &str| HttpGet { port: format!("{side}.admin"), path: path.into() };
    let concurrency = concurrency.to_string();
    let args = [
        ["-c", BOOTSTRAP],
        ["--drain-time-s", "45"],
        ["--drain-strategy", "immediate"],
        ["--local-address-ip-version", "v4"],
        ["--file-flush-interval-msec", "1000"],
        ["--log-level", "warning"],
        ["--component-log-level", "misc:error"],
        ["--concurrency", &concurrency],
    ];
    let flags = ["--disable-hot-restart", "--allow-unknown-static-fields", "--skip-deprecated-logs"];
    Process {
        name: side.into(),
        role: Role::Proxy,
        program: bootstrap::program().name,
        args: args.as_flattened().iter().copied().chain(flags).map(str::to_owned).collect(),
        env: BTreeMap::new(),
        folder: Some(side.into()),
        config: Value::Null,
        ready: admin("/ready"),
        version: Some(VersionSource { get: admin("/server_info"), pointer: "/version".into() }),
    }
}

fn owned(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
