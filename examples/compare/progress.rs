//! A progress bar over the events of a comparison.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use meshery_core::{Event, Progress};

/// Thousandths of a run, so that the bar moves within one.
const SCALE: f64 = 1000.0;

pub(crate) struct Bar {
    bar: ProgressBar,
    finished: AtomicU64,
}

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} [{bar:32}] {msg}") {
            bar.set_style(style.progress_chars("━╸ "));
        }
        Self { bar, finished: AtomicU64::new(0) }
    }
}

impl Progress for Bar {
    fn report(&self, event: &Event) {
        match event {
            Event::ComparisonStarted { runs, seed } => {
                self.bar.println(format!("{runs} runs, seed {seed}"));
                self.bar.set_length(u64::from(*runs) * SCALE as u64);
            }
            Event::ArmLeftOut { arm, reason } => self.bar.suspend(|| {
                std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("left out: {arm}: {reason}\n"))
                    .unwrap_or(());
            }),
            Event::Step { title } => self.bar.set_message(title.clone()),
            Event::RunStarted { arm, block, run, runs } => {
                self.finished.store(u64::from(run - 1) * SCALE as u64, Ordering::Relaxed);
                self.bar.set_message(format!("run {run} of {runs}: {arm}, block {block}"));
            }
            Event::Load { fraction, .. } => {
                self.bar.set_position(self.finished.load(Ordering::Relaxed) + (fraction * SCALE) as u64);
            }
            Event::RunFinished { arm, p50_ns, valid, run, .. } if self.bar.is_hidden() => {
                // No terminal: one line a run instead of a bar, so that a log tells how far it is.
                let p50 =
                    p50_ns.map_or_else(|| "no answer".into(), |nanos| format!("p50 {:.3} ms", nanos as f64 / 1e6));
                let mark = if *valid { "" } else { " (invalid)" };
                std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("run {run}: {arm}: {p50}{mark}\n"))
                    .unwrap_or(());
            }
            Event::Judged { .. } => self.bar.finish_and_clear(),
            _ => {}
        }
    }
}
