//! How clients open TLS: of DestinationRules, and of what the mesh sends traces to.

use meshery_core::resource::Node;

use super::read::{choice, given, is_on, text, told};
use super::report::{Idea, Report};

/// How a certificate of a ConfigMap is named.
const CONFIG_MAP: &str = "configmap://";

impl Report<'_> {
    /// TLS of a client.
    pub(super) fn client_tls(&mut self, tls: &Node) {
        let mode = choice(tls, "mode", "DISABLE");
        let credential = text(tls, "credentialName");
        if let Some((name, place)) = credential {
            self.config_map(name, place);
        }
        if let Some(place) = given(tls, "insecureSkipVerify")
            && is_on(tls, "insecureSkipVerify")
        {
            let simple = mode == "SIMPLE" && credential.is_some();
            let names = ["SIMPLE", "MUTUAL"].contains(&mode)
                && (text(tls, "caCertificates").is_some() || told(tls, "subjectAltNames").is_some());
            if simple || names {
                let message = "it is told whom to trust, and to trust anybody";
                let help = "leave insecureSkipVerify out, or caCertificates, credentialName and subjectAltNames";
                self.say(Idea::ClientTls, place, message, help);
            }
        }
        if let (Some((_, place)), "SIMPLE" | "MUTUAL") = (credential, mode) {
            let files = ["clientCertificate", "caCertificates", "privateKey", "caCrl"];
            if files.iter().any(|key| text(tls, key).is_some()) {
                let message = "certificates are named by credentialName, and by files";
                self.say(Idea::ClientTls, place, message, "leave credentialName out, or the files");
            }
            return;
        }
        if mode != "MUTUAL" {
            return;
        }
        let missing = ["clientCertificate", "privateKey"].into_iter().find(|key| text(tls, key).is_none());
        if let Some(key) = missing {
            let message = format!("TLS is mutual, and {key} is missing");
            self.say(Idea::ClientTls, tls, message, "write clientCertificate and privateKey, or credentialName");
        }
    }

    fn config_map(&mut self, name: &str, place: &Node) {
        let Some(rest) = name.strip_prefix(CONFIG_MAP) else { return };
        let own = self.object.namespace.as_deref();
        let mut parts = rest.split('/');
        let (namespace, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let problem = if namespace.is_empty() || name.is_empty() {
            "the ConfigMap lacks its namespace or its name"
        } else if own.is_none() && self.object.group().is_empty() {
            "the configuration of the mesh names a ConfigMap, of which it is in no namespace"
        } else if own.is_some_and(|own| own != namespace) {
            "the ConfigMap is in another namespace"
        } else {
            return;
        };
        self.say(Idea::ClientTls, place, problem, "write configmap://NAMESPACE/NAME with the namespace of this object");
    }
}
