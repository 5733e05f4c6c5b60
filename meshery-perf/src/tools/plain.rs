//! The part of a load that every tool knows: one constant request, over HTTP/1.1, in a closed loop or at a constant rate.

use std::time::Duration;

use meshery_core::load::Wait;
use meshery_core::network::Network;
use meshery_core::{Error, ErrorKind, LoadSpec, Pace, Rate, Result, Stop};

use crate::content::Draw;
use crate::protocol::http::{Request, SCHEMES};
use crate::target::Target;

/// A load that can be told in words that all tools have.
pub(super) struct Plain {
    pub(super) url: String,
    pub(super) method: String,
    /// With `host`, where it is not the target's own.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    /// `None` in a closed loop.
    pub(super) rate: Option<Rate>,
    pub(super) stop: Until,
    pub(super) connections: u32,
    pub(super) threads: u32,
    pub(super) timeout: Duration,
}

/// When it ends.
#[derive(Clone, Copy)]
pub(super) enum Until {
    Time(Duration),
    Count(u64),
}

impl Plain {
    /// # Errors
    /// `Unsupported` at the field that `tool` has no words for, and those of [`LoadSpec::check`].
    pub(super) fn read(spec: &LoadSpec, tool: &str) -> Result<Self> {
        spec.check()?;
        let cannot = |field: &str, what: &str| Err(unsupported(tool, field, what));
        for (field, plain) in [
            ("protocol", spec.protocol == "http1"),
            ("streams", spec.streams == 1),
            ("network", spec.network == Network::default()),
            ("tls", spec.tls.is_none()),
            ("mix", spec.mix.is_empty()),
            ("checks", spec.checks.is_empty()),
            ("thresholds", spec.thresholds.is_empty()),
            ("floor", spec.floor.is_zero()),
            ("wait", spec.wait == Wait::default()),
        ] {
            if !plain {
                return cannot(field, "the default");
            }
        }
        let rate = match spec.pace {
            Pace::Closed => None,
            Pace::Constant(rate) => Some(rate),
            _ => return cannot("pace", "closed or constant"),
        };
        let stop = match spec.stop {
            Stop::Duration(time) => Until::Time(time),
            Stop::Count(count) => Until::Count(count),
            _ => return cannot("stop", "duration or count"),
        };
        let target = Target::parse(&spec.target, SCHEMES)?;
        let request = Request::read(&spec.request, &target).map_err(|error| error.at("request"))?;
        if !request.is_constant() || request.stream {
            return cannot("request", "a request that is always the same, of a known length");
        }
        let text =
            |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| unsupported(tool, "request", "text in UTF-8"));
        let constant = |template: &crate::content::Template| text(template.constant().unwrap_or_default());
        let mut headers = Vec::new();
        let authority = constant(&request.authority)?;
        if authority != target.authority {
            headers.push(("host".to_owned(), authority));
        }
        for (name, value) in &request.headers {
            headers.push((name.clone(), constant(value)?));
        }
        Ok(Self {
            url: format!("{}://{}{}", target.scheme.name, target.authority, constant(&request.path)?),
            body: text(&request.body.bytes(Draw { seed: 0, ordinal: 0 }))?,
            method: request.method,
            headers,
            rate,
            stop,
            connections: spec.connections,
            threads: spec.threads,
            timeout: spec.timeout,
        })
    }

    /// Headers as lines.
    pub(super) fn header_lines(&self) -> impl Iterator<Item = String> {
        self.headers.iter().map(|(name, value)| format!("{name}: {value}"))
    }
}

/// The tool has no words for this.
pub(super) fn unsupported(tool: &str, field: &str, expected: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{tool} cannot do this")).at(field).expected(expected)
}

/// A time as Go, Rust and k6 all read it.
pub(super) fn millis(time: Duration) -> String {
    format!("{}ms", time.as_millis().max(1))
}
