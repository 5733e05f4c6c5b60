//! How each server is started: the arguments, and when it counts as ready.

use std::path::Path;
use std::process::Command;

use crate::process::folder::Folder;

/// Addresses of services. Small, since nobody routes them; the first one is the API server's own.
pub(super) const SERVICE_RANGE: &str = "10.0.0.0/24";
/// The API server's own address in that range.
pub(super) const SERVICE_ADDRESS: [u8; 4] = [10, 0, 0, 1];

/// Files of a control plane, by their names in its folder.
pub(super) mod file {
    pub(crate) const AUDIT: &str = "audit.jsonl";
    pub(crate) const AUDIT_POLICY: &str = "audit-policy.yaml";
    pub(crate) const AUTHORITY: &str = "ca.crt";
    pub(crate) const EGRESS: &str = "egress.yaml";
    pub(crate) const FRONT_AUTHORITY: &str = "front-ca.crt";
    pub(crate) const FRONT_CERTIFICATE: &str = "front.crt";
    pub(crate) const FRONT_KEY: &str = "front.key";
    pub(crate) const SERVER_CERTIFICATE: &str = "server.crt";
    pub(crate) const SERVER_KEY: &str = "server.key";
    pub(crate) const ACCOUNTS_PUBLIC: &str = "accounts.pub";
    pub(crate) const ACCOUNTS_PRIVATE: &str = "accounts.key";
}

/// etcd, without waiting for the disk: what it holds is gone with it anyway.
pub(super) fn etcd(program: &Path, folder: &Folder, client: u16, peer: u16) -> Command {
    let (client, peer) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
    let mut command = Command::new(program);
    command.args(["--data-dir", &folder.file("etcd")]);
    command.args(["--listen-client-urls", &client, "--advertise-client-urls", &client]);
    command.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
    command.args(["--initial-cluster", &format!("default={peer}")]);
    command.args(["--unsafe-no-fsync", "--log-level=error"]);
    command
}

/// The API server. Connections to services go through our own door (see `egress`), for which the aggregator must not
/// look for endpoints itself.
pub(super) fn api_server(program: &Path, folder: &Folder, etcd: u16, port: u16) -> Command {
    let mut command = Command::new(program);
    let files = [
        ("--tls-cert-file", file::SERVER_CERTIFICATE),
        ("--tls-private-key-file", file::SERVER_KEY),
        ("--client-ca-file", file::AUTHORITY),
        ("--service-account-key-file", file::ACCOUNTS_PUBLIC),
        ("--service-account-signing-key-file", file::ACCOUNTS_PRIVATE),
        ("--audit-policy-file", file::AUDIT_POLICY),
        ("--audit-log-path", file::AUDIT),
        ("--egress-selector-config-file", file::EGRESS),
        ("--cert-dir", "certificates"),
        ("--proxy-client-cert-file", file::FRONT_CERTIFICATE),
        ("--proxy-client-key-file", file::FRONT_KEY),
        ("--requestheader-client-ca-file", file::FRONT_AUTHORITY),
    ];
    for (flag, name) in files {
        command.arg(format!("{flag}={}", folder.file(name)));
    }
    command.args([
        format!("--etcd-servers=http://127.0.0.1:{etcd}"),
        format!("--secure-port={port}"),
        format!("--service-cluster-ip-range={SERVICE_RANGE}"),
    ]);
    command.args([
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",
        "--endpoint-reconciler-type=none",
        "--enable-aggregator-routing=false",
        // A request is in the log once its handler has come to its end, not some time later.
        "--audit-log-mode=blocking",
        // What it says of users to aggregated APIs counts only from this client.
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    ]);
    command
}

/// The controllers, with accounts of their own: without, each would be forbidden everything.
pub(super) fn controller_manager(program: &Path, folder: &Folder, kubeconfig: &str, port: u16) -> Command {
    let mut command = client(program, kubeconfig, port);
    command.args([
        format!("--service-account-private-key-file={}", folder.file(file::ACCOUNTS_PRIVATE)),
        format!("--root-ca-file={}", folder.file(file::AUTHORITY)),
    ]);
    command.args(["--use-service-account-credentials=true", "--kube-api-qps=500", "--kube-api-burst=1000"]);
    command
}

/// The scheduler.
pub(super) fn scheduler(program: &Path, kubeconfig: &str, port: u16) -> Command {
    let mut command = client(program, kubeconfig, port);
    command.args(["--kube-api-qps=500", "--kube-api-burst=1000"]);
    command
}

fn client(program: &Path, kubeconfig: &str, port: u16) -> Command {
    let mut command = Command::new(program);
    for flag in ["--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig"] {
        command.arg(format!("{flag}={kubeconfig}"));
    }
    command.args(["--leader-elect=false", "--bind-address=127.0.0.1", &format!("--secure-port={port}")]);
    command
}

/// Every request once, when it has been answered, without bodies.
pub(super) const AUDIT_POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- level: Metadata
";

/// Webhooks and aggregated APIs are reached through a socket of ours.
pub(super) fn egress(socket: &str) -> String {
    format!(
        "\
apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection:
    proxyProtocol: HTTPConnect
    transport:
      uds:
        udsName: {socket}
"
    )
}
