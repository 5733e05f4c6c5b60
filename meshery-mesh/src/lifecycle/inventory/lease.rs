//! Who is at work on an instance, and whether he still is.

use std::time::Duration;

use meshery_core::lifecycle::OperationKind;
use meshery_core::{Error, ErrorKind};
use serde::{Deserialize, Serialize};

use crate::process::sign;

/// How long a holder may say nothing until others take him for gone.
pub(in crate::lifecycle) const TERM: Duration = Duration::from_secs(30);
/// How often a holder says that he is still at work.
pub(in crate::lifecycle) const RENEWAL: Duration = Duration::from_secs(10);
/// A holder stops before others take over.
pub(in crate::lifecycle) const MARGIN: Duration = Duration::from_secs(5);

/// An operation under way, or one that was interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::lifecycle) struct Lease {
    /// The operation's id.
    pub(in crate::lifecycle) operation: String,
    pub(in crate::lifecycle) kind: OperationKind,
    /// Who it is, for people.
    pub(in crate::lifecycle) holder: String,
    /// By what others on his machine can tell whether he lives.
    pub(in crate::lifecycle) sign: String,
    /// When he last said so, by the server's clock, in seconds since 1970.
    pub(in crate::lifecycle) renewed: u64,
}

impl Lease {
    /// How long the holder still has, by the server's clock; nothing when he is gone.
    pub(in crate::lifecycle) fn remains(&self, now: u64) -> Option<Duration> {
        let silent = Duration::from_secs(now.saturating_sub(self.renewed));
        TERM.checked_sub(silent).filter(|left| !left.is_zero() && !sign::is_gone(&self.sign))
    }

    /// What somebody else is told.
    pub(in crate::lifecycle) fn busy(&self, instance: &str, left: Duration) -> Error {
        Error::new(ErrorKind::Busy, format!("somebody is at work on {instance}: an {}", self.kind))
            .with("holder", &self.holder)
            .with("operation", &self.operation)
            .with("expires", format!("in {left:?} unless it is renewed"))
    }
}

/// Who we are, for people.
pub(in crate::lifecycle) fn holder() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "somewhere" } else { host.trim() };
    format!("process {} on {host}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(renewed: u64) -> Lease {
        let (operation, holder, sign) = ("1".into(), holder(), String::new());
        Lease { operation, kind: OperationKind::Install, holder, sign, renewed }
    }

    #[test]
    fn silence_ends_a_lease() {
        assert_eq!(lease(1000).remains(1010), Some(Duration::from_secs(20)));
        assert_eq!(lease(1000).remains(1030), None);
        assert_eq!(lease(1000).remains(900), Some(TERM), "a server whose clock was put back");
        let error = lease(1000).busy("istio", Duration::from_secs(20));
        assert!(error.kind() == ErrorKind::Busy && error.to_string().contains("20s"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn so_does_the_end_of_the_holder_where_it_can_be_seen() {
        let sign = sign::Sign::new().unwrap();
        let lease = Lease { sign: sign.text().into(), ..lease(1000) };
        assert!(lease.remains(1001).is_some());
        drop(sign);
        assert!(lease.remains(1001).is_none());
    }
}
