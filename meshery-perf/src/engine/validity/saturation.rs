//! A generator that has no processor left, or that others take it from, measures itself.

use meshery_core::load::Wait;
use meshery_core::measurement::{Doubt, Reason, Validity};

use super::{Run, percent};

/// The largest share of its threads' time that a generator may use: beyond it, requests wait for the generator.
const BUSY: f64 = 0.8;
/// How often in a second the kernel may take the processor away from a thread.
const SWITCHES: f64 = 200.0;
/// The largest share of a processor's time that a hypervisor may take.
const STEAL: f64 = 0.05;

pub(super) fn judge(run: &Run<'_>, validity: &mut Validity) {
    let (measurement, used) = (run.measurement, &run.measurement.generator);
    let time = measurement.window.as_secs_f64() * f64::from(used.threads.max(1));
    if time <= 0.0 {
        return;
    }
    let busy = used.cpu.as_secs_f64() / time;
    // Who spins is always busy, and says so by choice.
    if busy > BUSY && measurement.spec.wait != Wait::Spin {
        let message = "the generator's threads are nearly out of processor time: their own queues are in the figures";
        let reason = Reason::new(Doubt::GeneratorBusy, message);
        validity.warnings.push(reason.expected(format!("at most {}", percent(BUSY))).found(percent(busy)));
    }
    let switches = used.involuntary_switches.map_or(0.0, |switches| switches as f64 / time);
    if switches > SWITCHES {
        let reason = Reason::new(Doubt::Disturbed, "others want the processor that the generator runs on");
        let expected = format!("at most {SWITCHES:.0} involuntary switches a second");
        validity.warnings.push(reason.expected(expected).found(format!("{switches:.0}")));
    }
    let steal = used.steal.map_or(0.0, |steal| steal.as_secs_f64() / measurement.window.as_secs_f64());
    if steal > STEAL {
        let reason = Reason::new(Doubt::Disturbed, "the hypervisor takes this machine's processors away");
        validity.warnings.push(reason.expected(format!("at most {}", percent(STEAL))).found(percent(steal)));
    }
}
