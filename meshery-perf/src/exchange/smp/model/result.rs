//! What a test found.

use std::collections::BTreeMap;

use crate::exchange::smp::field::{Int32, Timestamp};
use crate::exchange::smp::message::messages;

messages! {
    /// What a test found.
    ///
    /// ```
    /// use meshery_perf::exchange::smp::PerformanceTestResult;
    ///
    /// let result: PerformanceTestResult = serde_json::from_str(r#"{ "latencies_ms": { "p50": 0.4 } }"#).unwrap();
    /// assert_eq!(result.latencies_ms.unwrap().p50, Some(0.4));
    /// ```
    PerformanceTestResult {
        /// The version of the specification.
        smp_version: Option<String>,
        /// The result's identifier.
        id: Option<String>,
        /// Free labels.
        labels: BTreeMap<String, String>,
        /// When the load began.
        start_time: Option<Timestamp>,
        /// When the load ended.
        end_time: Option<Timestamp>,
        /// The latencies, in milliseconds.
        latencies_ms: Option<Latency>,
        /// The rate that was reached, in requests per second.
        actual_qps: Option<f64>,
        /// Where there is more about the result.
        details_uri: Option<String>,
        /// The identifier of the [`PerformanceTestConfig`](super::PerformanceTestConfig).
        test_id: Option<String>,
        /// The identifier of the [`ServiceMeshConfig`](super::ServiceMeshConfig).
        mesh_config_id: Option<String>,
        /// The identifier of the [`EnvironmentConfig`](super::EnvironmentConfig).
        env_id: Option<String>,
    }

    /// Latencies, in milliseconds.
    ///
    /// ```
    /// use meshery_perf::exchange::smp::Latency;
    ///
    /// let latency = Latency { p99: Some(3.0), ..Latency::default() };
    /// assert_eq!(serde_json::to_string(&latency).unwrap(), r#"{"p99":3.0}"#);
    /// ```
    Latency {
        /// The smallest.
        min: Option<f64>,
        /// The arithmetic mean.
        average: Option<f64>,
        /// The median.
        p50: Option<f64>,
        /// The 90th percentile.
        p90: Option<f64>,
        /// The 99th percentile.
        p99: Option<f64>,
        /// The largest.
        max: Option<f64>,
    }

    /// Processor use. The proto defines it inside the result and gives no field that type.
    ///
    /// ```
    /// let cpu: meshery_perf::exchange::smp::Cpu = serde_json::from_str(r#"{ "cpuMcores": 250 }"#).unwrap();
    /// assert_eq!(cpu.cpu_mcores.unwrap().0, 250);
    /// ```
    Cpu {
        /// Thousandths of a core.
        cpu_mcores: Option<Int32>,
        /// The share in user mode.
        user: Option<f64>,
        /// The share in user mode at a lower priority.
        nice: Option<f64>,
        /// The share in the kernel.
        system: Option<f64>,
        /// The share without work.
        idle: Option<f64>,
        /// The share that waited for input and output.
        iowait: Option<f64>,
        /// The share in hardware interrupts.
        hardware_interrupt: Option<f64>,
        /// The share in software interrupts.
        software_interrupt: Option<f64>,
        /// The share that the hypervisor gave to others.
        steal: Option<f64>,
    }

    /// Memory. The proto defines it inside the result and gives no field that type.
    ///
    /// ```
    /// let memory: meshery_perf::exchange::smp::Memory = serde_json::from_str(r#"{ "mem_used_mb": 12.5 }"#).unwrap();
    /// assert_eq!(memory.mem_used_mb, Some(12.5));
    /// ```
    Memory {
        /// All, in MB.
        mem_total_mb: Option<f64>,
        /// What is free, in MB.
        mem_free_mb: Option<f64>,
        /// What is used, in MB.
        mem_used_mb: Option<f64>,
    }

    /// Swap space. The proto defines it inside the result and gives no field that type.
    ///
    /// ```
    /// let swap: meshery_perf::exchange::smp::Swap = serde_json::from_str(r#"{ "swap_used_mb": 0 }"#).unwrap();
    /// assert_eq!(swap.swap_used_mb, Some(0.0));
    /// ```
    Swap {
        /// All, in MB.
        swap_total_mb: Option<f64>,
        /// What is free, in MB.
        swap_free_mb: Option<f64>,
        /// What is used, in MB.
        swap_used_mb: Option<f64>,
    }
}
