//! Whether bad configuration is refused.

use meshery_core::{Error, ErrorKind, Object, Result};

use super::{Finding, Scene};
use crate::lifecycle::engine::probe;

impl Scene<'_> {
    /// Whether an object is refused by a webhook, and its control is not.
    pub(super) async fn denied(&self, object: &Object, control: &Object) -> Result<Finding> {
        let control = self.dry_create(control).await?;
        if let Err(error) = control {
            return Ok((false, format!("what is in order is refused as well: {error}")));
        }
        Ok(match self.dry_create(object).await? {
            Ok(_) => (false, format!("{object} is taken, though it should be refused")),
            Err(error) if error.report().message.contains("denied the request") => {
                (true, error.report().message.clone())
            }
            Err(error) => (false, format!("{object} is refused, but not by a webhook: {error}")),
        })
    }

    /// What would come of an object. A refusal is no error.
    async fn dry_create(&self, object: &Object) -> Result<Result<Object>> {
        let unknown = || Error::new(ErrorKind::NotFound, "the server does not know its kind").at(object.to_string());
        let api = self.known.discovery.find(object.api_version(), object.kind()).ok_or_else(unknown)?;
        let path = api.path(Some(object.namespace().unwrap_or(&self.spec.namespace)), None);
        probe::create(self.wire, path, object.value(), true, &object.id()).await
    }
}
