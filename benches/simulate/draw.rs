//! Random runs, the same on every machine.

/// Requests a run.
const REQUESTS: usize = 5000;

/// SplitMix64 and Box–Muller's normal numbers.
pub(crate) struct Draw {
    state: u64,
    spare: Option<f64>,
}

impl Draw {
    /// The draws of one repetition of one question.
    pub(crate) fn new(question: u64, repetition: usize) -> Self {
        let mut draw = Self { state: question.wrapping_mul(0xd134_2543_de82_ef95) ^ repetition as u64, spare: None };
        draw.state = draw.next();
        draw
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let mut unit = || ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        let (radius, angle) = ((-2.0 * unit().ln()).sqrt(), std::f64::consts::TAU * unit());
        self.spare = Some(radius * angle.sin());
        radius * angle.cos()
    }

    /// Each value resembles the one before.
    pub(crate) fn series(&mut self, length: usize, rho: f64) -> Vec<f64> {
        let mut last = self.normal();
        let innovation = (1.0 - rho * rho).sqrt();
        let mut next = |_| {
            let value = last;
            last = rho * last + innovation * self.normal();
            value
        };
        (0..length).map(&mut next).collect()
    }

    /// The logarithms of the p99 of so many runs at the same level.
    pub(crate) fn log_p99s(&mut self, runs: usize, rho: f64) -> Vec<f64> {
        self.log_p99s_slowed(runs, rho, 1.0, 0.0)
    }

    /// The same, where requests beyond a quantile of their own run take longer by so much, as a logarithm.
    pub(crate) fn log_p99s_slowed(&mut self, runs: usize, rho: f64, beyond: f64, by: f64) -> Vec<f64> {
        let mut log_p99 = |_| {
            let mut logs: Vec<f64> = self.series(REQUESTS, rho).into_iter().map(|value| 0.5 * value).collect();
            logs.sort_unstable_by(f64::total_cmp);
            let slow = (REQUESTS as f64 * beyond) as usize;
            logs[slow..].iter_mut().for_each(|log| *log += by);
            logs[REQUESTS * 99 / 100 - 1]
        };
        (0..runs).map(&mut log_p99).collect()
    }

    /// The same runs, at levels of their own.
    pub(crate) fn at_levels(&mut self, logs: &[f64], sigma: f64, shift: f64) -> Vec<f64> {
        logs.iter().map(|log| (log + sigma * self.normal() + shift).exp()).collect()
    }
}

/// How many repetitions answer yes, for each of the questions; on all processors.
pub(crate) fn count<const N: usize>(repetitions: usize, ask: impl Fn(usize) -> [bool; N] + Sync) -> [f64; N] {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let part = |thread: usize| {
        let mut yes = [0_usize; N];
        for repetition in (thread..repetitions).step_by(threads) {
            yes.iter_mut().zip(ask(repetition)).for_each(|(yes, answer)| *yes += usize::from(answer));
        }
        yes
    };
    let parts: Vec<_> = std::thread::scope(|scope| {
        let part = &part;
        let started: Vec<_> = (0..threads).map(|thread| scope.spawn(move || part(thread))).collect();
        started.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    std::array::from_fn(|index| parts.iter().map(|part| part[index]).sum::<usize>() as f64 / repetitions as f64)
}
