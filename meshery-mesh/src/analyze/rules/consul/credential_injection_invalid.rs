//! MSH628 `consul-credential-injection-invalid`.

use std::collections::BTreeSet;

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::values::dns::is_host;
use crate::analyze::consul::values::url::absolute;
use crate::analyze::consul::{Checks, at, checked, flag, has, is_set, items, number, text};
use crate::analyze::kinds::TERMINATING_GATEWAY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH628",
    name: "consul-credential-injection-invalid",
    summary: "The injection of credentials into a terminating gateway is not set up as it must be",
    why: "
A terminating gateway can add credentials to requests that leave the mesh. The processor that does so is deployed with the
gateway, has its image and configuration, and reads the secrets from Vault, by https and with a token for it, or from a Secret.
Each linked service says whether it takes part, and one that does has a binding of its own, an authority, and a name of a host
that the certificate is checked by. The admission webhook or the controller refuses anything else.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: TerminatingGateway
metadata: { name: egress, namespace: shop }
spec: 
  deployment:
    enabledDeployment: true
    credentialInjection:
      enabled: true
      source: kubernetesSecret
      processorImage: processor:1
      processorConfigMap: processor",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: TerminatingGateway
metadata: { name: egress, namespace: shop }
spec: 
  deployment:
    enabledDeployment: true
    credentialInjection:
      enabled: true
      source: kubernetesSecret
      secretName: keys
      processorImage: processor:1
      processorConfigMap: processor",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/terminating-gateway"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

/// Where the processor listens that is deployed with a gateway.
const SOCKET: &str = "/consul/auth-socket/auth.sock";

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(TERMINATING_GATEWAY, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    let deployment = at(spec, &["deployment"]);
    let injection = deployment.and_then(|it| at(it, &["credentialInjection"])).filter(|it| flag(it, "enabled"));
    if let Some((deployment, injection)) = deployment.zip(injection) {
        deployed(checks, deployment, injection);
    }
    routed(checks, spec, injection.is_some());
}

fn need(checks: &mut Checks<'_>, map: &Node, key: &str) {
    if text(map, key).is_empty() {
        checks.at(map, key, format!("the injection of credentials needs {key}"), format!("add {key}"));
    }
}

fn no_wildcard(checks: &mut Checks<'_>, map: &Node, key: &str) {
    if text(map, key).contains('*') {
        checks.at(map, key, format!("{key} cannot have a wildcard"), "write the whole name");
    }
}

fn deployed(checks: &mut Checks<'_>, deployment: &Node, injection: &Node) {
    if !flag(deployment, "enabledDeployment") {
        let message = "the injection of credentials needs a gateway that is deployed";
        checks.at(injection, "enabled", message, "set deployment.enabledDeployment to true");
    }
    need(checks, injection, "processorImage");
    need(checks, injection, "processorConfigMap");
    no_wildcard(checks, injection, "processorConfigMap");
    match text(injection, "source") {
        "kubernetesSecret" => {
            need(checks, injection, "secretName");
            no_wildcard(checks, injection, "secretName");
        }
        "" | "vault" => vault(checks, injection),
        _ => {}
    }
}

fn vault(checks: &mut Checks<'_>, injection: &Node) {
    for key in ["vaultAgentImage", "vaultAgentConfigMap", "vaultAddress", "tokenAudience"] {
        need(checks, injection, key);
    }
    for key in ["vaultNamespace", "vaultCAConfigMap", "vaultAgentConfigMap", "tokenAudience"] {
        no_wildcard(checks, injection, key);
    }
    let address = text(injection, "vaultAddress");
    if !address.is_empty() && absolute(address).is_none_or(|(scheme, _)| scheme != "https") {
        let message = format!("{address:?} is no URL of Vault by https");
        checks.at(injection, "vaultAddress", message, "write it as https://HOST");
    }
    let life = number(injection, "tokenExpirationSeconds");
    if life.zip(number(injection, "drainSeconds")).is_some_and(|(life, drain)| drain > life) {
        let message = "drainSeconds is longer than the token lives";
        checks.at(injection, "drainSeconds", message, "make it at most tokenExpirationSeconds");
    }
    let processor = text(injection, "processorConfigMap");
    if !processor.is_empty() && processor == text(injection, "vaultAgentConfigMap") {
        let message = "the processor and the agent of Vault need a ConfigMap each";
        checks.at(injection, "vaultAgentConfigMap", message, "name another ConfigMap");
    }
}

fn routed(checks: &mut Checks<'_>, spec: &Node, is_deployed: bool) {
    let routing = at(spec, &["credentialInjection"]);
    let services = items(spec, "services");
    if routing.is_none() && !is_deployed {
        for service in services.iter().filter(|service| has(service, "credential")) {
            let message = "a credential needs the injection of credentials";
            checks.at(service, "credential", message, "enable it for the gateway, or take the credential away");
        }
        return;
    }
    if let Some(routing) = routing {
        let socket = text(routing, "udsPath");
        if !socket.is_empty() && !socket.starts_with('/') {
            checks.at(routing, "udsPath", "udsPath is no absolute path", "begin it with a slash");
        } else if is_deployed && !socket.is_empty() && socket != SOCKET {
            let message = "the processor that is deployed with the gateway listens elsewhere";
            checks.at(routing, "udsPath", message, format!("take udsPath away, or write it as {SOCKET}"));
        }
    }
    let mut bindings = BTreeSet::new();
    for service in services {
        if text(service, "name") == "*" {
            let message = "credentials are injected for services by their names only";
            checks.at(service, "name", message, "name the service");
        } else if let Some(credential) = at(service, &["credential"]) {
            bound(checks, service, credential, &mut bindings);
        } else {
            let message = "each service must say whether credentials are injected";
            checks.at(service, "credential", message, "add credential.mode: inject, or none");
        }
    }
}

fn bound<'a>(checks: &mut Checks<'_>, service: &Node, credential: &'a Node, bindings: &mut BTreeSet<&'a str>) {
    let binding = text(credential, "bindingID");
    match text(credential, "mode") {
        "none" if !binding.is_empty() => {
            let message = "without injection there is no binding";
            checks.at(credential, "bindingID", message, "take bindingID away, or set mode to inject");
        }
        "inject" => {
            if !is_binding(binding) {
                let help = "use up to 128 small letters, digits, and ._- after the first";
                checks.at(credential, "bindingID", format!("{binding:?} is no binding"), help);
            } else if !bindings.insert(binding) {
                checks.at(credential, "bindingID", "another service has the same binding", "give it one of its own");
            }
            if !is_set(service, "caFile") {
                checks.at(service, "caFile", "credentials are sent over checked TLS only", "add caFile");
            }
            if !is_host(text(service, "sni")) {
                checks.at(service, "sni", "credentials are sent to a named host only", "set sni to its name");
            }
        }
        _ => {}
    }
}

fn is_binding(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_inner = |byte: u8| is_plain(byte) || b"._-".contains(&byte);
    id.len() <= 128 && id.bytes().next().is_some_and(is_plain) && id.bytes().all(is_inner)
}
