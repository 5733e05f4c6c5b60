//! What the processes of a mesh used, in the units of SMP.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use meshery_core::comparison::{Arm, Run};
use meshery_core::plan::Role;

use crate::exchange::smp::{Int32, MeshControlPlane, Sidecar};

/// What a process used over all runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Used {
    /// In all windows together.
    pub(super) cpu: Duration,
    /// The mean over runs.
    pub(super) memory_bytes: f64,
}

/// What each process in a role used.
pub(super) fn by_process<'a>(runs: &[&'a Run], is: fn(Role) -> bool) -> BTreeMap<&'a str, Used> {
    let mut used: BTreeMap<&str, (Used, u32)> = BTreeMap::new();
    for process in runs.iter().flat_map(|run| &run.processes).filter(|process| is(process.role)) {
        let (sum, count) = used.entry(process.name.as_str()).or_default();
        sum.cpu += process.cpu;
        sum.memory_bytes += process.memory_bytes as f64;
        *count += 1;
    }
    let mean = |used: Used, count: u32| Used { memory_bytes: used.memory_bytes / f64::from(count), ..used };
    used.into_iter().map(|(name, (used, count))| (name, mean(used, count))).collect()
}

/// How many processes there are, thousandths of a core, and MB.
struct Together {
    count: Int32,
    cpu_mcores: Int32,
    mem_mb: Int32,
}

fn together(runs: &[&Run], window: Duration, is: fn(Role) -> bool) -> Option<Together> {
    let used = by_process(runs, is);
    if used.is_empty() || window.is_zero() {
        return None;
    }
    let cpu: Duration = used.values().map(|used| used.cpu).sum();
    let memory: f64 = used.values().map(|used| used.memory_bytes).sum();
    Some(Together {
        count: Int32(i64::try_from(used.len()).unwrap_or(i64::MAX)),
        cpu_mcores: Int32((cpu.as_secs_f64() / window.as_secs_f64() * 1e3).round() as i64),
        mem_mb: Int32(megabytes(memory)),
    })
}

/// In units of 1,000,000 bytes.
pub(super) fn megabytes(bytes: f64) -> i64 {
    (bytes / 1e6).round() as i64
}

/// All proxies. How many requests pass each is not measured, so it is not said.
pub(super) fn sidecar(runs: &[&Run], window: Duration) -> Option<Sidecar> {
    let Together { count, cpu_mcores, mem_mb } = together(runs, window, |role| role == Role::Proxy)?;
    Some(Sidecar { count: Some(count), cpu_mcores: Some(cpu_mcores), mem_mb: Some(mem_mb), ..Sidecar::default() })
}

pub(super) fn control_plane(runs: &[&Run], window: Duration) -> Option<MeshControlPlane> {
    let Together { count, cpu_mcores, mem_mb } = together(runs, window, |role| role == Role::ControlPlane)?;
    Some(MeshControlPlane {
        count: Some(count),
        cpu_mcores: Some(cpu_mcores),
        mem_mb: Some(mem_mb),
        ..MeshControlPlane::default()
    })
}

/// The version of the proxies, when all are of one.
pub(super) fn proxy_build(arm: &Arm, runs: &[&Run]) -> Option<String> {
    let proxies = by_process(runs, |role| role == Role::Proxy);
    let versions: BTreeSet<_> = proxies.keys().map(|name| arm.versions.get(*name)).collect();
    let mut versions = versions.into_iter();
    versions.next().flatten().filter(|_| versions.next().is_none()).cloned()
}
