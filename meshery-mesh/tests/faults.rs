//! The thirteenth invariant: whatever happens on the wire, the engine ends where it ends on a quiet one, and does not try
//! for ever. A real proxy breaks what it carries between the engine and the real server.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::io::Write;

use crate::support::bed::{Bed, SHOP_OBJECTS, bed, shop, state};
use crate::support::proxy::{Fault, Proxy};
use meshery_core::{Error, ErrorKind, InstanceSpec, OperationOptions, OperationReport};
use meshery_mesh::lifecycle::Lifecycle;

const FAULTS: [Fault; 9] = [
    Fault::Status(409),
    Fault::TooMany,
    Fault::Status(500),
    Fault::Status(503),
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::Cut,
    Fault::Expired,
    Fault::Stale,
];
/// How often a call may fail for what the wire has done, until it must not any more.
const CALLS: usize = 6;

/// Calls again as long as the failure is the wire's.
async fn insisted(
    what: &str,
    mut work: impl AsyncFnMut() -> Result<OperationReport, Error>,
) -> (usize, Option<OperationReport>) {
    for call in 1..=CALLS {
        match work().await {
            Ok(report) => return (call, Some(report)),
            // The answer to its last request was lost.
            Err(error) if what == "uninstall" && error.kind() == ErrorKind::NotFound => return (call, None),
            Err(error) if call < CALLS => writeln!(std::io::stderr(), "{what}, call {call}: {error}").unwrap(),
            Err(error) => panic!("{what}: {error:?}"),
        }
    }
    unreachable!()
}

async fn survive(
    bed: &Bed,
    proxy: &Proxy,
    name: &str,
    judge: impl Fn(u64, &str, &str) -> Option<Fault> + Send + Sync + Clone + 'static,
) {
    let lifecycle = Lifecycle::new(proxy.cluster().await);
    let options = OperationOptions { remove_definitions: true, ..bed.options.clone() };
    let mut totals = (0, BTreeMap::new());
    let mut expected = Vec::new();
    for spec in [shop("1"), shop("2")] {
        bed.install(&spec).await.unwrap();
        expected.push(state(bed).await);
    }
    bed.lifecycle.uninstall("shop", &options, &bed.context).await.unwrap();
    let mut calls = 0;
    let count = |totals: &mut (u64, BTreeMap<Fault, u64>)| {
        let (requests, faults) = proxy.counts();
        totals.0 += requests;
        for (fault, count) in faults {
            *totals.1.entry(fault).or_default() += count;
        }
    };
    let install = async |spec: &InstanceSpec| lifecycle.install(spec, &options, &bed.context).await;
    for (spec, expected) in [shop("1"), shop("2")].iter().zip(&expected) {
        proxy.judge(judge.clone());
        calls += insisted("install", async || install(spec).await).await.0;
        count(&mut totals);
        assert_eq!(state(bed).await, *expected, "{name}");
    }
    proxy.judge(judge.clone());
    calls += insisted("rollback", async || lifecycle.rollback("shop", Some(1), &options, &bed.context).await).await.0;
    assert_eq!(state(bed).await, expected[0], "{name}");
    calls += insisted("install", async || install(&shop("1")).await).await.0;
    assert_eq!(state(bed).await, expected[0], "{name}");
    calls += insisted("uninstall", async || lifecycle.uninstall("shop", &options, &bed.context).await).await.0;
    count(&mut totals);
    assert!(state(bed).await.is_empty(), "{name}");
    let (requests, faults) = totals;
    writeln!(std::io::stderr(), "FAULTS {name}: {requests} requests in {calls} calls, {faults:?}").unwrap();
    // Five operations of at most as many requests as there are objects, kinds and six; retried at most a few times each.
    assert!(requests < 5 * 8 * (SHOP_OBJECTS as u64 * 4 + 6), "{name}: {requests} requests");
}

#[tokio::test]
async fn invariant_13_each_fault_is_survived() {
    let Some(bed) = bed().await else { return };
    bed.namespace("shop").await;
    let before = bed.snapshot().await;
    let proxy = Proxy::before(&bed.engine).await;
    for fault in FAULTS {
        // Not the same ones each time: how many requests come before depends on what is under way at once.
        survive(&bed, &proxy, &format!("{fault:?}"), move |number, _, _| (number % 5 == 2).then_some(fault)).await;
    }
    assert!(bed.difference(&before).await.is_empty());
}

#[tokio::test]
async fn invariant_13_all_faults_at_once_are_survived() {
    let Some(bed) = bed().await else { return };
    bed.namespace("shop").await;
    let before = bed.snapshot().await;
    let proxy = Proxy::before(&bed.engine).await;
    for seed in 1..=4u64 {
        let judge = move |number: u64, _: &str, _: &str| {
            // A generator of its own for each seed (splitmix64).
            let mut word = (seed << 32 | number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            (word % 100 < 20).then(|| FAULTS[(word >> 8) as usize % FAULTS.len()])
        };
        survive(&bed, &proxy, &format!("seed {seed}"), judge).await;
    }
    assert!(bed.difference(&before).await.is_empty());
}

/// A server that is gone for good is not asked for ever.
#[tokio::test]
async fn a_wire_that_stays_broken_is_given_up() {
    let Some(bed) = bed().await else { return };
    let proxy = Proxy::before(&bed.engine).await;
    let lifecycle = Lifecycle::new(proxy.cluster().await);
    for (fault, kind) in [(Fault::Status(503), ErrorKind::Unreachable), (Fault::ResetBefore, ErrorKind::Unreachable)] {
        proxy.judge(move |_, method, _| (method == "PATCH").then_some(fault));
        let error = lifecycle.install(&shop("1"), &bed.options, &bed.context).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let (requests, _) = proxy.counts();
        assert!(requests < 100, "{requests}");
    }
    proxy.judge(|_, _, _| None);
    lifecycle.install(&shop("1"), &bed.options, &bed.context).await.unwrap();
}
