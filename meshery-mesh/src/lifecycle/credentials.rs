//! Certificates that a mesh depends on, as they are kept: read from objects, and looked at. Pure.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meshery_core::lifecycle::{Credential, Place};
use meshery_core::{Object, ObjectId};
use time::OffsetDateTime;

use crate::pki::{Certificate, is_key_of, is_trusted};

const DAY: i64 = 24 * 3600;
/// As Linkerd's own check has it; but for what lives shortly anyway and is renewed by somebody.
const SOON: i64 = 60 * DAY;
/// The part of its life that is left to a certificate that its owner should have renewed.
const LAST_PART: i64 = 4;

/// What is kept of a credential. Empty where nothing is.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Pem {
    pub(super) certificate: String,
    pub(super) key: String,
    pub(super) anchors: String,
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pem").field("has_key", &!self.key.is_empty()).finish_non_exhaustive()
    }
}

impl Pem {
    /// What these objects keep of a credential.
    pub(super) fn of<'a>(credential: &Credential, get: impl Fn(&ObjectId) -> Option<&'a Object>) -> Self {
        let text = |place: &Place| {
            let text = get(&place.object).map(|object| object.text(&place.pointer)).unwrap_or_default().trim();
            let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            decoded.map_or_else(|| text.to_owned(), |decoded| decoded.trim().to_owned())
        };
        let Credential { certificate, key, anchors, .. } = credential;
        Self { certificate: text(certificate), key: text(key), anchors: text(anchors) }
    }

    pub(super) fn is_whole(&self) -> bool {
        !(self.certificate.is_empty() || self.key.is_empty() || self.anchors.is_empty())
    }

    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with it at this time, in seconds since 1970; what is not kept is not judged.
    pub(super) fn faults(&self, now: i64) -> Vec<Fault> {
        if self.certificate.is_empty() {
            return Vec::new();
        }
        let chain = match Certificate::read(&self.certificate) {
            Ok(chain) => chain,
            Err(error) => return vec![Fault::Unreadable(error.report().message.clone())],
        };
        let mut faults: Vec<Fault> = chain.iter().filter_map(|certificate| dated(certificate, now)).collect();
        if !self.key.is_empty() && chain.first().is_some_and(|first| is_key_of(&self.key, first) == Some(false)) {
            faults.push(Fault::OtherKey);
        }
        match Certificate::read(&self.anchors) {
            _ if self.anchors.is_empty() => {}
            Err(error) => faults.push(Fault::UnreadableAnchors(error.report().message.clone())),
            Ok(anchors) => {
                // Among several anchors there may be an old one that nobody needs any more.
                let (valid, dead): (Vec<_>, Vec<_>) =
                    anchors.into_iter().partition(|anchor| anchor.not_before <= now && now < anchor.not_after);
                match (is_trusted(&chain, &valid), is_trusted(&chain, &dead)) {
                    (true, _) => faults.extend(valid.iter().filter_map(|anchor| dated(anchor, now))),
                    (false, true) => faults.extend(dead.iter().filter_map(|anchor| dated(anchor, now))),
                    (false, false) => faults.push(Fault::Untrusted),
                }
            }
        }
        faults.sort();
        faults.dedup();
        faults
    }

    /// Until when it is good, in seconds since 1970: what of it ends first.
    pub(super) fn ends(&self) -> Option<i64> {
        let read = |text: &str| Certificate::read(text).unwrap_or_default();
        let chain = read(&self.certificate);
        let anchors = read(&self.anchors).into_iter().filter(|anchor| is_trusted(&chain, std::slice::from_ref(anchor)));
        let anchored = anchors.map(|anchor| anchor.not_after).max();
        chain.iter().map(|certificate| certificate.not_after).chain(anchored).min()
    }

    /// Whether what has a certificate that this one issued, or knows these anchors, will believe what comes from the
    /// other, and the other way round. `None` where that cannot be told.
    pub(super) fn goes_with(&self, next: &Self) -> Option<bool> {
        let read = |text: &str| Certificate::read(text).ok();
        let (old, old_anchors) = (read(&self.certificate)?, read(&self.anchors)?);
        let (new, new_anchors) = (read(&next.certificate)?, read(&next.anchors)?);
        Some(is_trusted(&new, &old_anchors) && is_trusted(&old, &new_anchors))
    }
}

/// What is wrong with a credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// Its text is no certificate.
    Unreadable(String),
    /// The text of its anchors is none.
    UnreadableAnchors(String),
    /// The key is not that of the certificate.
    OtherKey,
    /// No anchor has signed it.
    Untrusted,
    /// It is not valid before then.
    NotYet(i64),
    /// It was valid until then.
    Expired(i64),
    /// It is valid until then, and that is soon.
    Expiring(i64),
}

impl Fault {
    /// Whether it works now all the same.
    pub(super) fn is_to_come(&self) -> bool {
        matches!(self, Self::Expiring(_))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(reason) => write!(f, "its text is {reason}"),
            Self::UnreadableAnchors(reason) => write!(f, "the text of what it is trusted by is {reason}"),
            Self::OtherKey => f.write_str("its key belongs to another certificate"),
            Self::Untrusted => f.write_str("none of the anchors has signed it"),
            Self::NotYet(from) => write!(f, "it is valid from {}", day(*from)),
            Self::Expired(until) => write!(f, "it was valid until {}", day(*until)),
            Self::Expiring(until) => write!(f, "it is valid until {}", day(*until)),
        }
    }
}

/// The day of a time, for people.
pub(super) fn day(at: i64) -> String {
    OffsetDateTime::from_unix_timestamp(at).map_or_else(|_| at.to_string(), |at| at.date().to_string())
}

/// Whole days from one time to another.
pub(super) fn days(from: i64, to: i64) -> i64 {
    (to - from).div_euclid(DAY)
}

/// What is wrong with the dates of a certificate.
fn dated(certificate: &Certificate, now: i64) -> Option<Fault> {
    let Certificate { not_before, not_after, .. } = *certificate;
    let left = not_after - now;
    if left <= 0 {
        Some(Fault::Expired(not_after))
    } else if now < not_before {
        Some(Fault::NotYet(not_before))
    } else if left < SOON && left < (not_after - not_before) / LAST_PART {
        Some(Fault::Expiring(not_after))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::pki::{Authority, Subject};

    fn issuer(authority: &Authority) -> Pem {
        let made = authority.delegate(&Subject { common_name: "issuer", ..Subject::default() }).unwrap();
        Pem { certificate: made.certificate_pem, key: made.key_pem, anchors: authority.pem() }
    }

    fn now() -> i64 {
        OffsetDateTime::now_utc().unix_timestamp()
    }

    #[test]
    fn what_is_kept_is_read_from_text_and_from_base64() {
        let kept =
            |kind: &str, name: &str, pointer: &str| Place::new(ObjectId::new("", kind, Some("a"), name), pointer);
        let credential = Credential {
            name: "issuer".into(),
            reason: "all follows from it".into(),
            subject: "a".into(),
            issues: true,
            certificate: kept("Secret", "issuer", "/data/crt.pem"),
            key: kept("Secret", "issuer", "/data/key.pem"),
            anchors: kept("ConfigMap", "roots", "/data/ca-bundle.crt"),
        };
        let pem = issuer(&Authority::lasting("a").unwrap());
        let secret = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "issuer", "namespace": "a" },
            "data": { "crt.pem": STANDARD.encode(&pem.certificate), "key.pem": STANDARD.encode(&pem.key) } });
        let roots = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "roots", "namespace": "a" },
            "data": { "ca-bundle.crt": pem.anchors } });
        let objects = [secret, roots].map(|object| Object::new(object).unwrap());
        let read = Pem::of(&credential, |id| objects.iter().find(|object| object.id() == *id));
        assert!(read.is_whole());
        assert_eq!(read.certificate, pem.certificate.trim());
        assert_eq!(read.faults(now()), []);
        let nothing = Pem::of(&credential, |_| None);
        assert!(nothing.is_nothing() && nothing.faults(now()).is_empty());
        assert!(!format!("{read:?}").contains("PRIVATE"), "keys are not shown");
    }

    #[test]
    fn dates_are_told_before_and_after_they_matter() {
        let pem = issuer(&Authority::lasting("a").unwrap());
        let until = Certificate::read(&pem.certificate).unwrap()[0].not_after;
        assert_eq!(pem.ends(), Some(until));
        assert_eq!(pem.faults(until - 61 * DAY), []);
        assert_eq!(pem.faults(until - 59 * DAY), [Fault::Expiring(until)]);
        assert_eq!(pem.faults(until), [Fault::Expired(until)]);
        assert!(pem.faults(until + 1)[0].to_string().contains(&day(until)));
        assert!(matches!(pem.faults(0)[..], [Fault::NotYet(_), ..]));
        // What lives for a week has most of it before it for most of the time.
        let short = issuer(&Authority::new("a").unwrap());
        let until = short.ends().unwrap();
        assert_eq!(short.faults(until - 3 * DAY), []);
        assert!(!short.faults(until - DAY).is_empty());
    }

    #[test]
    fn another_key_and_another_anchor_are_found() {
        let (one, other) = (Authority::lasting("a").unwrap(), Authority::lasting("a").unwrap());
        let (a, b) = (issuer(&one), issuer(&other));
        assert_eq!(Pem { key: b.key.clone(), ..a.clone() }.faults(now()), [Fault::OtherKey]);
        assert_eq!(Pem { anchors: b.anchors.clone(), ..a.clone() }.faults(now()), [Fault::Untrusted]);
        let nonsense = Pem { certificate: "nonsense".into(), ..a.clone() };
        assert!(matches!(nonsense.faults(now())[..], [Fault::Unreadable(_)]));
        let nonsense = Pem { anchors: "nonsense".into(), ..a };
        assert!(matches!(nonsense.faults(now())[..], [Fault::UnreadableAnchors(_)]));
    }

    #[test]
    fn anchors_are_rotated_in_three_steps_and_in_no_fewer() {
        let (old, new) = (issuer(&Authority::lasting("a").unwrap()), issuer(&Authority::lasting("b").unwrap()));
        let both = format!("{}\n{}", old.anchors, new.anchors);
        assert_eq!(old.goes_with(&new), Some(false));
        let first = Pem { anchors: both.clone(), ..old.clone() };
        let second = Pem { anchors: both, ..new.clone() };
        assert_eq!(old.goes_with(&first), Some(true));
        assert_eq!(first.goes_with(&second), Some(true));
        assert_eq!(second.goes_with(&new), Some(true));
        assert_eq!(old.goes_with(&second), Some(false), "those that run do not know the new anchor yet");
        assert_eq!(old.goes_with(&Pem { certificate: "nonsense".into(), ..new }), None);
    }
}
