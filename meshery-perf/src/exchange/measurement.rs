//! Between what this crate measures and what formats say.

use meshery_core::load::Tool;
use meshery_core::measurement::{Doubt, Reason};
use meshery_core::{Error, ErrorKind, Fate, Latencies, LoadSpec, Measurement, Pace, Rate, Result};

use super::distribution::Distribution;
use super::outcome::{Asked, Outcome, Over, Timed, Timing};

/// The largest number of anything in a result; sums of such numbers are still numbers.
const MOST: u64 = 1 << 53;

impl From<&Measurement> for Outcome {
    fn from(measurement: &Measurement) -> Self {
        let (phase, spec) = (&measurement.measured, &measurement.spec);
        let known = |timing, over, values: &Latencies| {
            (!values.is_empty()).then(|| Timed { timing, over, values: Distribution::exact(values.clone()) })
        };
        let times = [
            known(Timing::Response, Over::Every, &phase.response),
            known(Timing::Service, Over::Answered, &phase.service),
            known(Timing::SendLag, Over::Every, &phase.send_lag),
            known(Timing::OwnLag, Over::Every, &phase.own_lag),
            known(Timing::FirstByte, Over::Answered, &phase.first_byte),
            known(Timing::Connect, Over::Connections, &phase.connect),
            known(Timing::Handshake, Over::Connections, &phase.handshake),
        ];
        Self {
            tool: Some(measurement.tool.name.clone()),
            version: Some(measurement.tool.version.clone()),
            target: Some(spec.target.clone()),
            started_unix_ns: (measurement.started_unix_ns > 0).then_some(measurement.started_unix_ns),
            window: (!measurement.window.is_zero()).then_some(measurement.window),
            asked: match (&spec.pace, measurement.asked) {
                (Pace::Closed, _) => Some(Asked::Closed),
                (_, rate) => rate.map(Asked::Rate),
            },
            achieved: measurement.achieved,
            connections: Some(spec.connections.into()),
            threads: Some(spec.threads.into()),
            requests: Some(phase.counts.scheduled),
            failed: Some(phase.counts.failed()),
            not_sent: Some(phase.counts.of(Fate::NotSent)),
            statuses: Some(phase.counts.statuses.clone()),
            faults: None,
            fates: Some(phase.counts.fates.clone()),
            received: (phase.bytes_received > 0).then_some(phase.bytes_received),
            times: times.into_iter().flatten().collect(),
        }
    }
}

impl Outcome {
    /// As a measurement of this load. A distribution that is not exact stays empty, which claims nothing, and a warning
    /// names it; a failure whose kind is not told is [`Fate::Unspecified`].
    ///
    /// ```
    /// use meshery_core::LoadSpec;
    /// use meshery_perf::exchange::Outcome;
    ///
    /// let error = Outcome::default().measurement(&LoadSpec::new("http://127.0.0.1/")).unwrap_err();
    /// assert!(error.to_string().contains("tool"), "{error}");
    /// ```
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) with what is not known and cannot be left empty.
    pub fn measurement(&self, spec: &LoadSpec) -> Result<Measurement> {
        let missing: Vec<_> = [
            ("tool", self.tool.is_some()),
            ("version", self.version.is_some()),
            ("start", self.started_unix_ns.is_some()),
            ("window", self.window.is_some()),
            ("requests", self.requests.is_some()),
            ("failed requests", self.failed.is_some() || self.fates.is_some() || self.statuses.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, known)| (!known).then_some(name))
        .collect();
        let (Some(tool), Some(version), Some(started), Some(window)) =
            (&self.tool, &self.version, self.started_unix_ns, self.window)
        else {
            return Err(incomplete(&missing));
        };
        if !missing.is_empty() {
            return Err(incomplete(&missing));
        }
        let mut measurement = Measurement::new(Tool { name: tool.clone(), version: version.clone() }, spec);
        measurement.started_unix_ns = started;
        measurement.window = window;
        self.count(&mut measurement)?;
        let per_second = |count: u64| Rate::per_second(count as f64 / window.as_secs_f64()).ok();
        measurement.achieved = per_second(measurement.measured.counts.sent);
        measurement.throughput = per_second(self.answered());
        self.fill(&mut measurement);
        Ok(measurement)
    }

    /// Every request that got an answer, as far as it is told.
    fn answered(&self) -> u64 {
        match (&self.statuses, self.requests, self.failed) {
            (Some(statuses), ..) => statuses.values().sum(),
            (None, requests, failed) => requests.unwrap_or(0).saturating_sub(failed.unwrap_or(0)),
        }
    }

    fn count(&self, measurement: &mut Measurement) -> Result<()> {
        let counts = &mut measurement.measured.counts;
        let all = [self.requests, self.failed, self.not_sent].into_iter().flatten();
        let largest = all.chain(self.statuses.iter().flatten().map(|(_, count)| *count)).max().unwrap_or(0);
        if largest > MOST {
            let error = Error::new(ErrorKind::InvalidInput, "a count that no load test has").at("requests");
            return Err(error.expected(format!("at most {MOST}")).found(largest.to_string()));
        }
        let (requests, failed) = (self.requests.unwrap_or(0), self.failed.unwrap_or(0));
        let not_sent = if self.fates.is_none() { self.not_sent.unwrap_or(0) } else { 0 };
        counts.statuses = self.statuses.clone().unwrap_or_default();
        if let Some(fates) = &self.fates {
            counts.fates.clone_from(fates);
        } else {
            // Statuses tell more than a tool's own idea of failure: oha takes a 503 for a success, fortio a 302 for none.
            let of =
                |fine: bool| counts.statuses.iter().filter(|(s, _)| (**s < 400) == fine).map(|(_, n)| n).sum::<u64>();
            let [ok, status] = match self.statuses {
                Some(_) => [of(true), of(false)],
                None => [requests.saturating_sub(failed), 0],
            };
            let rest = requests.saturating_sub(ok.saturating_add(status));
            let fates = [(Fate::Ok, ok), (Fate::Status, status), (Fate::Unspecified, rest), (Fate::NotSent, not_sent)];
            counts.fates = fates.into_iter().filter(|(_, count)| *count > 0).collect();
        }
        counts.scheduled = requests.saturating_add(not_sent);
        counts.sent = counts.fates.iter().filter(|(fate, _)| fate.was_sent()).map(|(_, count)| count).sum();
        if counts.is_conserved() {
            return Ok(());
        }
        let found = format!("{requests} requests, {failed} of them failed");
        Err(Error::new(ErrorKind::InvalidInput, "the counts contradict each other").at("requests").found(found))
    }

    /// Takes over every distribution that is exact.
    fn fill(&self, measurement: &mut Measurement) {
        let exact = |timing| self.timed(timing).and_then(|timed| timed.values.latencies()).cloned();
        measurement.measured.bytes_received = self.received.unwrap_or(0);
        let closed = matches!(measurement.spec.pace, Pace::Closed);
        let service = exact(Timing::Service);
        // In a closed loop the intended time is the real one, whoever makes the load.
        let response = exact(Timing::Response).or_else(|| service.clone().filter(|_| closed));
        let mut unknown = Vec::new();
        let phase = &mut measurement.measured;
        let parts = [
            ("response", response, &mut phase.response),
            ("service", service, &mut phase.service),
            ("send_lag", exact(Timing::SendLag), &mut phase.send_lag),
            ("own_lag", exact(Timing::OwnLag), &mut phase.own_lag),
            ("first_byte", exact(Timing::FirstByte), &mut phase.first_byte),
            ("connect", exact(Timing::Connect), &mut phase.connect),
            ("handshake", exact(Timing::Handshake), &mut phase.handshake),
        ];
        for (name, values, part) in parts {
            match values {
                Some(values) => *part = values,
                None => unknown.push(name),
            }
        }
        if !unknown.is_empty() {
            let message = "the tool does not tell every time exactly, so some are left empty";
            let reason = Reason::new(Doubt::Unknown, message)
                .expected("every one")
                .found(format!("no {}", unknown.join(", no ")));
            measurement.validity.warnings.push(reason);
        }
    }
}

fn incomplete(missing: &[&str]) -> Error {
    Error::new(ErrorKind::Unsupported, "the result does not say enough for a measurement")
        .expected("tool, version, start, window, requests and failed requests")
        .found(format!("no {}", missing.join(", no ")))
}
