//! The mesh under test.

use std::collections::BTreeMap;

use crate::exchange::smp::field::Int32;
use crate::exchange::smp::message::messages;
use crate::exchange::smp::names::{ApplicationProtocol, MeshType};

messages! {
    /// The mesh under test, and what it used.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::ServiceMeshConfig = serde_json::from_str(r#"{ "mtlsEnabled": true }"#).unwrap();
    /// assert_eq!(message.mtls_enabled, Some(true));
    /// ```
    ServiceMeshConfig {
        /// The version of the specification.
        smp_version: Option<String>,
        /// The identifier.
        id: Option<String>,
        /// Free labels.
        labels: BTreeMap<String, String>,
        /// The gateways where traffic enters.
        ingress_gateway: Option<IngressGateway>,
        /// The proxies beside the applications.
        sidecar: Option<Sidecar>,
        /// The part that gathers telemetry.
        mesh_telemetry: Option<MeshTelemetry>,
        /// The part that checks policies.
        mesh_policy: Option<MeshPolicy>,
        /// The control plane.
        mesh_control_plane: Option<MeshControlPlane>,
        /// Whether policies are checked.
        mesh_policy_enabled: Option<bool>,
        /// Whether telemetry is gathered.
        mesh_telemetry_enabled: Option<bool>,
        /// Whether proxies speak mutual TLS.
        mtls_enabled: Option<bool>,
        /// Worker threads of a proxy.
        proxy_concurrency: Option<Int32>,
        /// The mesh's version.
        mesh_build: Option<String>,
        /// The proxy's version.
        proxy_build: Option<String>,
        /// The identifier of a group of experiments.
        exp_group_uuid: Option<String>,
        /// The identifier of the experiment.
        exp_uuid: Option<String>,
        /// The name of the mesh's profile.
        profile: Option<String>,
        /// Which mesh it is.
        mesh_type: Option<ServiceMesh>,
        /// The application under load.
        application_metadata: Option<ApplicationMetadata>,
    }

    /// A mesh.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::ServiceMesh = serde_json::from_str(r#"{ "type": "ISTIO" }"#).unwrap();
    /// assert_eq!(message.r#type, Some(meshery_perf::exchange::smp::MeshType::Istio));
    /// ```
    ServiceMesh {
        /// Which one.
        r#type: Option<MeshType>,
        /// Its version.
        version: Option<String>,
        /// Free labels.
        labels: BTreeMap<String, String>,
        /// Free annotations.
        annotations: BTreeMap<String, String>,
    }

    /// The gateways where traffic enters.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::IngressGateway = serde_json::from_str(r#"{ "count": 2 }"#).unwrap();
    /// assert_eq!(message.count.unwrap().0, 2);
    /// ```
    IngressGateway {
        /// How many there are.
        count: Option<Int32>,
        /// Thousandths of a core that they use together.
        cpu_mcores: Option<Int32>,
        /// Memory that they use together, in MB.
        mem_mb: Option<Int32>,
        /// Requests per second that enter.
        rps: Option<Int32>,
        /// Bytes per second that pass.
        bps: Option<Int32>,
    }

    /// The gateways where traffic leaves. The proto defines it and gives no field that type.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::EgressGateway = serde_json::from_str(r#"{ "memMb": 40 }"#).unwrap();
    /// assert_eq!(message.mem_mb.unwrap().0, 40);
    /// ```
    EgressGateway {
        /// How many there are.
        count: Option<Int32>,
        /// Thousandths of a core that they use together.
        cpu_mcores: Option<Int32>,
        /// Memory that they use together, in MB.
        mem_mb: Option<Int32>,
        /// Requests per second that leave.
        rps: Option<Int32>,
        /// Bytes per second that pass.
        bps: Option<Int32>,
    }

    /// The proxies beside the applications.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::Sidecar = serde_json::from_str(r#"{ "cpuMcores": 300 }"#).unwrap();
    /// assert_eq!(message.cpu_mcores.unwrap().0, 300);
    /// ```
    Sidecar {
        /// How many there are.
        count: Option<Int32>,
        /// Thousandths of a core that they use together.
        cpu_mcores: Option<Int32>,
        /// Memory that they use together, in MB.
        mem_mb: Option<Int32>,
        /// Requests per second through all of them: one that passes two counts twice.
        rps: Option<Int32>,
        /// Bytes per second that pass.
        bps: Option<Int32>,
    }

    /// The part that gathers telemetry.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::MeshTelemetry = serde_json::from_str(r#"{ "rps": 800 }"#).unwrap();
    /// assert_eq!(message.rps.unwrap().0, 800);
    /// ```
    MeshTelemetry {
        /// How many there are.
        count: Option<Int32>,
        /// Thousandths of a core that its processes use together.
        cpu_mcores: Option<Int32>,
        /// Memory that its processes use together, in MB.
        mem_mb: Option<Int32>,
        /// Requests per second through all proxies.
        rps: Option<Int32>,
    }

    /// The part that checks policies.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::MeshPolicy = serde_json::from_str(r#"{ "cacheHitRate": 99 }"#).unwrap();
    /// assert_eq!(message.cache_hit_rate.unwrap().0, 99);
    /// ```
    MeshPolicy {
        /// How many there are.
        count: Option<Int32>,
        /// Thousandths of a core that its processes use together.
        cpu_mcores: Option<Int32>,
        /// Memory that its processes use together, in MB.
        mem_mb: Option<Int32>,
        /// Requests per second through all proxies.
        rps: Option<Int32>,
        /// How often its cache has the answer, in percent.
        cache_hit_rate: Option<Int32>,
    }

    /// The control plane.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::MeshControlPlane = serde_json::from_str(r#"{ "ldsLatencyMs": 40 }"#).unwrap();
    /// assert_eq!(message.lds_latency_ms.unwrap().0, 40);
    /// ```
    MeshControlPlane {
        /// How many there are.
        count: Option<Int32>,
        /// Thousandths of a core that its processes use together.
        cpu_mcores: Option<Int32>,
        /// Memory that its processes use together, in MB.
        mem_mb: Option<Int32>,
        /// Endpoints that it knows.
        endpoints: Option<Int32>,
        /// Services and service entries.
        services: Option<Int32>,
        /// Proxies that it serves.
        sidecars: Option<Int32>,
        /// Virtual services.
        virtual_services: Option<Int32>,
        /// Destination rules.
        destination_rules: Option<Int32>,
        /// Until a change of a listener has reached 90 % of the proxies, in milliseconds.
        lds_latency_ms: Option<Int32>,
        /// Until a change of a cluster has reached 90 % of the proxies, in milliseconds.
        cds_latency_ms: Option<Int32>,
    }

    /// The application under load.
    ///
    /// ```
    /// let message: meshery_perf::exchange::smp::ApplicationMetadata = serde_json::from_str(r#"{ "k8sVersionSupported": "1.30" }"#).unwrap();
    /// assert_eq!(message.k8s_version_supported.as_deref(), Some("1.30"));
    /// ```
    ApplicationMetadata {
        /// Its name.
        application_name: Option<String>,
        /// Its version.
        application_version: Option<String>,
        /// Its Helm chart.
        helmchart_name: Option<String>,
        /// The chart's version.
        helmchart_version: Option<String>,
        /// The version of its CNAB bundle.
        cnabspec_version: Option<String>,
        /// The version of its Compose file.
        compose_version: Option<String>,
        /// The cluster that it runs on.
        cluster_name: Option<String>,
        /// The Kubernetes that it asks for.
        k8s_version_supported: Option<String>,
        /// What it speaks.
        application_protocol: Option<ApplicationProtocol>,
    }
}
