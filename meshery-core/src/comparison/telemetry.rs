//! What else is looked at during every run: components of a mesh that run elsewhere, as a Prometheus tells of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::network::Tls;
use crate::plan::Role;

/// A Prometheus that tells what the components of a mesh use. Local processes need none: they are looked at directly.
///
/// ```
/// use meshery_core::comparison::Telemetry;
///
/// let telemetry: Telemetry = serde_json::from_str(
///     r#"{ "prometheus": "https://prometheus.example", "credentials": { "bearer_file": "/run/token" },
///          "components": [ { "name": "sidecars", "role": "proxy", "recipe": "cadvisor",
///                            "matchers": "container=\"istio-proxy\",namespace=\"shop\"" } ] }"#,
/// ).unwrap();
/// telemetry.check().unwrap();
/// assert_eq!(telemetry.components[0].name, "sidecars");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// Where it is: `http://HOST:PORT` or `https://HOST:PORT`, with the path that it is served below, if any.
    pub prometheus: String,
    /// The authority to trust, and who we are, for `https`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// What opens the door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<CredentialFiles>,
    /// What it is asked about; names are unique.
    pub components: Vec<Component>,
}

/// Where credentials are: in files, so that no specification and no result holds one.
///
/// ```
/// use meshery_core::comparison::CredentialFiles;
///
/// let basic: CredentialFiles =
///     serde_json::from_str(r#"{ "user": "meshery", "password_file": "/run/password" }"#).unwrap();
/// assert!(matches!(basic, CredentialFiles::Basic { .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum CredentialFiles {
    /// A token.
    Bearer {
        /// The file that holds it.
        bearer_file: String,
    },
    /// A user's name and password.
    Basic {
        /// The name.
        user: String,
        /// The file that holds the password.
        password_file: String,
    },
}

/// Something that uses processor time and memory.
///
/// ```
/// use meshery_core::comparison::Component;
///
/// let istiod: Component = serde_json::from_str(
///     r#"{ "name": "istiod", "role": "control_plane", "recipe": "process", "matchers": "job=\"istiod\"" }"#,
/// ).unwrap();
/// assert_eq!(istiod.recipe, "process");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its name in results.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// Which series tell of it: `cadvisor`, `node-exporter` or `process`.
    pub recipe: String,
    /// Which of them, as PromQL writes it: `job="node",instance="a:9100"`.
    #[serde(default)]
    pub matchers: String,
}

impl Telemetry {
    /// Refuses what cannot be asked, naming the field.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the field as its place.
    pub fn check(&self) -> Result<()> {
        if self.components.is_empty() {
            return Err(Error::invalid("components", "nothing to look at").expected("at least one").found("none"));
        }
        for (index, component) in self.components.iter().enumerate() {
            let place = || format!("components[{index}].name");
            if component.name.is_empty() {
                return Err(Error::invalid(place(), "no name").expected("text"));
            }
            if self.components[..index].iter().any(|other| other.name == component.name) {
                return Err(Error::invalid(place(), "a second one of this name").found(&component.name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_name_their_place() {
        let one = r#"{ "name": "a", "role": "node", "recipe": "node-exporter" }"#;
        let nameless = r#"{ "name": "", "role": "node", "recipe": "node-exporter" }"#;
        for (components, place) in [
            (String::new(), "components"),
            (nameless.to_owned(), "components[0].name"),
            (format!("{one}, {one}"), "components[1].name"),
        ] {
            let text = format!(r#"{{ "prometheus": "http://p", "components": [{components}] }}"#);
            let telemetry: Telemetry = serde_json::from_str(&text).unwrap();
            assert_eq!(telemetry.check().unwrap_err().report().place.as_deref(), Some(place));
        }
    }
}
