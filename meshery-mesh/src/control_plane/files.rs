//! Keys, certificates and configurations of a control plane.

use std::net::{IpAddr, Ipv4Addr};

use base64::Engine;
use meshery_core::Result;

use super::egress;
use super::servers::{self, file};
use crate::pki::{Authority, Name, Subject, key_pair};
use crate::process::folder::Folder;

/// Kubeconfigs in the folder.
pub(super) const ADMINISTRATOR: &str = "admin.kubeconfig";
pub(super) const CONTROLLERS: &str = "controllers.kubeconfig";
pub(super) const SCHEDULER: &str = "scheduler.kubeconfig";

/// Clients of the API server: file, name, group.
const CLIENTS: [(&str, &str, &str); 3] = [
    (ADMINISTRATOR, "meshery-admin", "system:masters"),
    (CONTROLLERS, "system:kube-controller-manager", ""),
    (SCHEDULER, "system:kube-scheduler", ""),
];

/// Writes them, and returns the administrator's kubeconfig.
pub(super) fn write(folder: &Folder, address: &str) -> Result<String> {
    let authority = Authority::new("meshery control plane")?;
    let server = authority.issue(&Subject {
        common_name: "kube-apiserver",
        organization: "",
        names: &[
            Name::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            Name::Address(IpAddr::V4(servers::SERVICE_ADDRESS.into())),
            Name::Dns("localhost"),
            Name::Dns("kubernetes"),
            Name::Dns("kubernetes.default"),
            Name::Dns("kubernetes.default.svc"),
            Name::Dns("kubernetes.default.svc.cluster.local"),
        ],
    })?;
    let front_authority = Authority::new("meshery front proxy")?;
    let front = front_authority.issue(&Subject { common_name: "front-proxy", organization: "", names: &[] })?;
    folder.write(file::FRONT_AUTHORITY, &front_authority.pem())?;
    folder.write(file::FRONT_CERTIFICATE, &front.certificate_pem)?;
    folder.write(file::FRONT_KEY, &front.key_pem)?;
    let (accounts_private, accounts_public) = key_pair()?;
    folder.write(file::AUTHORITY, &authority.pem())?;
    folder.write(file::SERVER_CERTIFICATE, &server.certificate_pem)?;
    folder.write(file::SERVER_KEY, &server.key_pem)?;
    folder.write(file::ACCOUNTS_PRIVATE, &accounts_private)?;
    folder.write(file::ACCOUNTS_PUBLIC, &accounts_public)?;
    folder.write(file::AUDIT_POLICY, servers::AUDIT_POLICY)?;
    folder.write(file::EGRESS, &servers::egress(&folder.file(egress::SOCKET)))?;
    let clients = CLIENTS.map(|(file, name, group)| {
        let kubeconfig = kubeconfig(&authority, address, name, group)?;
        folder.write(file, &kubeconfig)?;
        Ok(kubeconfig)
    });
    let [administrator, ..] = clients;
    administrator
}

fn kubeconfig(authority: &Authority, address: &str, name: &str, group: &str) -> Result<String> {
    let identity = authority.issue(&Subject { common_name: name, organization: group, names: &[] })?;
    let encoded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let (root, certificate) = (encoded(&authority.pem()), encoded(&identity.certificate_pem));
    let key = encoded(&identity.key_pem);
    Ok(format!(
        "\
apiVersion: v1
kind: Config
current-context: meshery
clusters:
- name: meshery
  cluster:
    server: {address}
    certificate-authority-data: {root}
contexts:
- name: meshery
  context: {{ cluster: meshery, user: meshery }}
users:
- name: meshery
  user:
    client-certificate-data: {certificate}
    client-key-data: {key}
"
    ))
}
