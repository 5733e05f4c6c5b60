//! A document: one message or several.

use meshery_core::error::ErrorReport;
use meshery_core::{Error, Result};
use serde_json::Value;

use super::message::{Message as _, messages};
use super::model::{EnvironmentConfig, PerformanceTestConfig, PerformanceTestResult, ServiceMeshConfig};
use super::problems::Problems;
use super::rules;

messages! {
    /// What a test was asked to do, what it found, on which mesh and where: as much of that as a file says. The proto has
    /// no message around these four; here they stand under their names.
    ///
    /// ```
    /// use meshery_perf::exchange::smp::{Document, PerformanceTestResult};
    ///
    /// let result = PerformanceTestResult { actual_qps: Some(99.5), ..PerformanceTestResult::default() };
    /// let document = Document::from(result);
    /// assert_eq!(serde_json::to_value(&document).unwrap()["performance_test_result"]["actual_qps"], 99.5);
    /// assert_eq!(document.to_json().unwrap(), "{\n  \"actual_qps\": 99.5\n}\n", "one message stands alone");
    /// ```
    Document {
        /// What the test was asked to do.
        performance_test_config: Option<PerformanceTestConfig>,
        /// What it found.
        performance_test_result: Option<PerformanceTestResult>,
        /// The mesh.
        service_mesh_config: Option<ServiceMeshConfig>,
        /// Where it ran.
        environment_config: Option<EnvironmentConfig>,
    }
}

macro_rules! from_message {
    ($($message:ident as $field:ident,)*) => {$(
        impl From<$message> for Document {
            fn from(message: $message) -> Self {
                Self { $field: Some(message), ..Self::default() }
            }
        }
    )*};
}

from_message! {
    EnvironmentConfig as environment_config,
    PerformanceTestConfig as performance_test_config,
    PerformanceTestResult as performance_test_result,
    ServiceMeshConfig as service_mesh_config,
}

impl Document {
    /// The document as JSON that [`read`](super::read) reads again: the message alone where there is one, by the JSON
    /// mapping of proto3 with the names of the proto; else an object of messages.
    ///
    /// # Errors
    /// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) for a number that JSON does not have.
    pub fn to_json(&self) -> Result<String> {
        let mut problems = Problems::default();
        self.check_fields(&mut problems);
        if let Some(report) = problems.into_reports().into_iter().find(|report| report.message == rules::NO_NUMBER) {
            return Err(report.into());
        }
        let object = self.write_object();
        let one = (self.extra.is_empty() && object.len() == 1).then(|| object.values().next()).flatten();
        let text = match one {
            Some(message) if tells_itself(message) => serde_json::to_string_pretty(message)?,
            _ => serde_json::to_string_pretty(&object)?,
        };
        Ok(text + "\n")
    }

    /// Everything that is wrong with the document, each with its place: names, ranges and fields that the proto does not
    /// have, what every document has to say, and what contradicts itself. A reader of protobuf refuses the first kind.
    ///
    /// ```
    /// let reading = meshery_perf::exchange::smp::read(r#"{ "sidecar": { "bps": 3000000000 } }"#).unwrap();
    /// let problems = reading.document.problems();
    /// assert_eq!(problems[0].place.as_deref(), Some("service_mesh_config.sidecar.bps"));
    /// assert_eq!(problems[0].message, "too large for an int32");
    /// ```
    pub fn problems(&self) -> Vec<ErrorReport> {
        let mut problems = Problems::default();
        self.check_fields(&mut problems);
        rules::check(self, &mut problems);
        problems.into_reports()
    }

    /// Refuses a document with [problems](Self::problems).
    ///
    /// # Errors
    /// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) with the first of them.
    pub fn check(&self) -> Result<()> {
        self.problems().into_iter().next().map_or(Ok(()), |report| Err(Error::from(report)))
    }
}

/// Whether a message can be told from the others by its fields.
fn tells_itself(message: &Value) -> bool {
    let read = super::read(&message.to_string());
    read.is_ok_and(|reading| {
        reading.dialect == "current" && reading.document.write_object().values().next() == Some(message)
    })
}
