//! Where a test ran.

use std::collections::BTreeMap;

use crate::exchange::smp::field::{Int32, Int64};
use crate::exchange::smp::message::messages;

messages! {
    /// Where a test ran.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::EnvironmentConfig = serde_json::from_str(r#"{ "kubernetesVersion": "v1.31.0" }"#).unwrap();
    /// assert_eq!(message.kubernetes_version.as_deref(), Some("v1.31.0"));
    /// ```
    EnvironmentConfig {
        /// The version of the specification.
        smp_version: Option<String>,
        /// The identifier.
        id: Option<String>,
        /// Free labels.
        labels: BTreeMap<String, String>,
        /// The version of Kubernetes.
        kubernetes_version: Option<String>,
        /// The machines.
        nodes: Vec<Node>,
        /// What else ran there.
        individual_workloads: Vec<IndividualWorkload>,
        /// How traffic gets in.
        traffic_metadata: Option<TrafficMetadata>,
    }

    /// A machine.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::Node = serde_json::from_str(r#"{ "cores": 4, "memMb": "16000" }"#).unwrap();
    /// assert_eq!((message.cores.unwrap().0, message.mem_mb.unwrap().0), (4, 16_000));
    /// ```
    Node {
        /// Its kind.
        r#type: Option<String>,
        /// Its processors.
        cores: Option<Int32>,
        /// Its memory, in MB.
        mem_mb: Option<Int64>,
    }

    /// A workload beside the one under test.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::IndividualWorkload = serde_json::from_str(r#"{ "name": "echo", "count": 2 }"#).unwrap();
    /// assert_eq!(message.count.unwrap().0, 2);
    /// ```
    IndividualWorkload {
        /// Its name.
        name: Option<String>,
        /// How many replicas there are.
        count: Option<Int32>,
        /// Thousandths of a core that its sidecars use together.
        cpu_mcores: Option<Int32>,
        /// Memory that its sidecars use together, in MB.
        mem_mb: Option<Int32>,
    }

    /// How traffic gets in.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::TrafficMetadata = serde_json::from_str(r#"{ "userAgent": "meshery" }"#).unwrap();
    /// assert_eq!(message.user_agent.as_deref(), Some("meshery"));
    /// ```
    TrafficMetadata {
        /// The load balancer's name.
        load_balance_name: Option<String>,
        /// The load balancer's address.
        load_balance_ip: Option<String>,
        /// The host's address.
        host_endpoint: Option<String>,
        /// Where Prometheus is.
        prometheus_url: Option<String>,
        /// Headers of requests.
        http_headers: Option<String>,
        /// The user agent of requests.
        user_agent: Option<String>,
        /// Where health is asked for.
        ping_health_endpoint: Option<String>,
    }
}
