//! The components that a specification wants looked at during every run.

use std::time::Duration;

use meshery_core::comparison::{CredentialFiles, ProcessUse, Telemetry};
use meshery_core::{Context, Error, Measurement, Result};

use super::prometheus::{Component, Credentials, Endpoint, Prometheus, recipe};

/// A Prometheus, and what it is asked about.
pub(crate) struct Watch {
    prometheus: Prometheus,
    components: Vec<Component>,
}

impl Watch {
    /// Reads the credentials and finds the recipes; nothing is asked yet.
    ///
    /// # Errors
    /// `InvalidInput` and `Io` with the field as their place.
    pub(crate) fn new(telemetry: &Telemetry) -> Result<Self> {
        let credentials = telemetry.credentials.as_ref().map(credentials).transpose()?;
        let endpoint =
            Endpoint { tls: telemetry.tls.clone(), credentials, ..Endpoint::new(telemetry.prometheus.as_str()) };
        let prometheus = Prometheus::new(endpoint).map_err(|error| error.at("prometheus"))?;
        let component = |(index, asked): (usize, &meshery_core::comparison::Component)| {
            Ok(Component {
                name: asked.name.clone(),
                role: asked.role,
                recipe: recipe::by_name(&asked.recipe).map_err(|error| error.at(format!("components[{index}]")))?,
                matchers: asked.matchers.clone(),
            })
        };
        let components = telemetry.components.iter().enumerate().map(component).collect::<Result<_>>()?;
        Ok(Self { prometheus, components })
    }

    /// What they used within the window of a load.
    ///
    /// # Errors
    /// Those of [`Prometheus::usage`].
    pub(crate) async fn usage(&self, found: &Measurement, context: &Context) -> Result<Vec<ProcessUse>> {
        let start = Duration::from_nanos(found.started_unix_ns);
        self.prometheus.usage(&self.components, (start, start + found.window), context).await
    }
}

fn credentials(files: &CredentialFiles) -> Result<Credentials> {
    let read = |path: &str, field: &str| {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| Error::from(error).at(format!("credentials.{field}")).found(path))?;
        Ok::<_, Error>(text.trim_end_matches(['\r', '\n']).to_owned())
    };
    Ok(match files {
        CredentialFiles::Bearer { bearer_file } => Credentials::Bearer(read(bearer_file, "bearer_file")?),
        CredentialFiles::Basic { user, password_file } => {
            Credentials::Basic { user: user.clone(), password: read(password_file, "password_file")? }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_name_their_place() {
        let component = r#"{ "name": "n", "role": "node", "recipe": "RECIPE" }"#;
        for (url, credentials, recipe, place) in [
            ("ftp://p", "null", "process", "prometheus.target"),
            ("http://p", "null", "statsd", "components[0].recipe"),
            ("http://p", r#"{ "bearer_file": "/nowhere/token" }"#, "process", "credentials.bearer_file"),
            ("http://p", r#"{ "user": "u", "password_file": "/nowhere/p" }"#, "process", "credentials.password_file"),
        ] {
            let component = component.replace("RECIPE", recipe);
            let text =
                format!(r#"{{ "prometheus": "{url}", "credentials": {credentials}, "components": [{component}] }}"#);
            let telemetry: Telemetry = serde_json::from_str(&text).unwrap();
            let error = Watch::new(&telemetry).err().unwrap();
            assert_eq!(error.report().place.as_deref(), Some(place), "{error}");
        }
    }
}
