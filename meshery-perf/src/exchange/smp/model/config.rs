//! What a test was asked to do.

use std::collections::BTreeMap;

use crate::exchange::smp::field::{Int32, Int64};
use crate::exchange::smp::message::messages;
use crate::exchange::smp::names::Protocol;

messages! {
    /// What a test was asked to do.
    ///
    /// ```
    /// use meshery_perf::exchange::smp::PerformanceTestConfig;
    ///
    /// let config: PerformanceTestConfig = serde_json::from_str(r#"{ "smpVersion": "v0.0.1", "duration": "30s" }"#).unwrap();
    /// assert_eq!(config.smp_version.as_deref(), Some("v0.0.1"));
    /// assert_eq!(serde_json::to_value(&config).unwrap()["smp_version"], "v0.0.1");
    /// ```
    PerformanceTestConfig {
        /// The version of the specification.
        smp_version: Option<String>,
        /// The test's identifier.
        id: Option<String>,
        /// The test's name.
        name: Option<String>,
        /// Free labels.
        labels: BTreeMap<String, String>,
        /// The load generators; several for a distributed load.
        clients: Vec<Client>,
        /// How long the load lasts, as Go writes durations: `1m30s`.
        duration: Option<String>,
    }

    /// One load generator.
    ///
    /// ```
    /// use meshery_perf::exchange::smp::{Client, Int64};
    ///
    /// let client: Client = serde_json::from_str(r#"{ "rps": "100", "endpointUrls": ["http://a/"] }"#).unwrap();
    /// assert_eq!((client.rps, client.endpoint_urls.len()), (Some(Int64(100)), 1));
    /// ```
    Client {
        /// Whether it stands inside the mesh, so that no ingress gateway is on the way.
        internal: Option<bool>,
        /// The load generator's name.
        load_generator: Option<String>,
        /// What it speaks.
        protocol: Option<Protocol>,
        /// Connections at once.
        connections: Option<Int32>,
        /// The rate that is asked for, in requests per second.
        rps: Option<Int64>,
        /// Headers of each request.
        headers: BTreeMap<String, String>,
        /// Cookies of each request.
        cookies: BTreeMap<String, String>,
        /// The body of each request.
        body: Option<String>,
        /// The body's content type.
        content_type: Option<String>,
        /// Where requests go to.
        endpoint_urls: Vec<String>,
        /// A certificate, in PEM.
        ssl_certificate: Option<String>,
        /// What only this load generator understands.
        additional_options: Option<String>,
    }
}
