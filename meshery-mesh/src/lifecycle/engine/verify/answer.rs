//! What a running part says of itself, asked through the API server, which finds a pod behind a service and passes the
//! request on (`services/proxy`).

use meshery_core::lifecycle::{Says, Version};
use meshery_core::{ObjectId, Result};
use serde_json::Value;

use super::{Finding, Scene};
use crate::cluster::{Api, Request};

/// How many proxies are named that lag behind.
const NAMED: usize = 5;

impl Scene<'_> {
    /// Asks a service, and judges what it says.
    pub(super) async fn answers(&self, about: &ObjectId, port: u16, path: &str, says: &Says) -> Result<Finding> {
        let services = Api::core("Service", "services", true).path(about.namespace.as_deref(), Some(&about.name));
        let request = Request::get(format!("{services}:{port}/proxy{path}")).accept("*/*");
        let sent = match self.wire.send(request, about).await {
            Ok(sent) => sent,
            Err(error) => return Ok((false, format!("{about} cannot be asked for {path}: {error}"))),
        };
        let text = sent.text();
        if sent.status != 200 {
            return Ok((false, format!("{about} answers {path} with {}: {text}", sent.status)));
        }
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| text.trim().into());
        Ok(match says {
            Says::Version { at } => version(&self.spec.version, answer.pointer(at).and_then(Value::as_str)),
            Says::InSync { each, pairs } => in_sync(&answer, each, pairs),
            other => (false, format!("this meshery knows no such answer: {other:?}")),
        })
    }
}

/// Whether the version that a part says it is goes with the one that was installed. What says nothing of where it comes
/// from, as what was built by hand may, is not that version.
fn version(installed: &str, said: Option<&str>) -> Finding {
    let Some(said) = said.filter(|said| !said.is_empty()) else {
        return (false, "it does not say which version it is".into());
    };
    let (wanted, running) = (Version::read(installed), Version::read(said));
    let passed = installed.is_empty() || wanted.is_some() && wanted == running;
    let than = if installed.is_empty() { String::new() } else { format!("; {installed} was installed") };
    (passed, format!("it says {said}{than}"))
}

/// Whether every proxy has what was sent to it.
fn in_sync(answer: &Value, each: &str, pairs: &[(String, String)]) -> Finding {
    let Some(proxies) = answer.as_array() else {
        return (false, "the answer is no list of proxies".into());
    };
    let lags = |proxy: &&Value| pairs.iter().any(|(sent, taken)| proxy.get(sent) != proxy.get(taken));
    let behind: Vec<_> = proxies.iter().filter(lags).filter_map(|proxy| proxy[each].as_str()).collect();
    let named = behind.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match behind.len() {
        0 => (true, format!("{} proxies are connected, and all have what was sent", proxies.len())),
        count => (false, format!("{count} of {} proxies have not taken what was sent: {named}", proxies.len())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_is_of_the_version_that_it_says() {
        assert!(version("1.30.3", Some("1.30.3-0a1b2c-Clean")).0);
        assert!(version("v1.30.3", Some("1.30.3")).0);
        assert!(version("", Some("1.30.3")).0, "nobody said which it should be");
        for (installed, said) in [("1.30.3", "1.29.6"), ("1.30.3", "unknown"), ("latest", "latest")] {
            let (passed, evidence) = version(installed, Some(said));
            assert!(!passed && evidence.contains(said) && evidence.contains(installed), "{evidence}");
        }
        assert!(!version("", None).0 && !version("1.30.3", Some("")).0);
    }

    #[test]
    fn a_proxy_lags_when_what_it_took_is_not_what_was_sent() {
        let pairs = [("cluster_sent".to_owned(), "cluster_acked".to_owned())];
        let proxy = |name: &str, sent: &str, taken: &str| json!({ "proxy": name, "cluster_sent": sent, "cluster_acked": taken });
        let (passed, evidence) = in_sync(&json!([proxy("a", "1", "1"), proxy("b", "2", "1")]), "proxy", &pairs);
        assert!(!passed && evidence.contains("1 of 2") && evidence.ends_with(": b"), "{evidence}");
        assert!(in_sync(&json!([proxy("a", "1", "1")]), "proxy", &pairs).0);
        assert!(in_sync(&json!([]), "proxy", &pairs).0, "nobody is behind");
        assert!(!in_sync(&json!({}), "proxy", &pairs).0);
    }
}
