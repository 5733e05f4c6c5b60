//! Requests that are made again where that helps, as long as there is time, and only while the lease is ours.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use meshery_core::lifecycle::Happening;
use meshery_core::{Cancel, Error, ErrorKind, ObjectId, Result};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout_at};

use super::recorder::Recorder;
use crate::cluster::{Answer, Cluster, Method, Request, Transport, is_malformed, refusal};

/// How often one request is made at most.
const TRIES: u32 = 8;
/// How long one request may take until it is made again.
pub(in crate::lifecycle) const PATIENCE: Duration = Duration::from_secs(30);
/// The first pause; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest pause that we take of ourselves.
const LONGEST: Duration = Duration::from_secs(5);

/// The way to the server during one operation. Cheap to clone.
#[derive(Clone)]
pub(in crate::lifecycle) struct Wire {
    cluster: Cluster,
    recorder: Recorder,
    /// When the whole operation has to be over.
    deadline: Instant,
    /// Until when we may write.
    leased: Arc<Mutex<Option<Instant>>>,
    /// Whether only the end of the operation is left to be written down, cancelled or not.
    closing: Arc<AtomicBool>,
}

/// A door that nobody goes through once the caller wants no more requests, whoever asks and for what.
struct Obedient {
    inner: Arc<dyn Transport>,
    cancel: Cancel,
    closing: Arc<AtomicBool>,
}

#[async_trait]
impl Transport for Obedient {
    async fn send(&self, request: Request) -> Result<Answer> {
        if !self.closing.load(Ordering::Acquire) {
            self.cancel.check()?;
        }
        self.inner.send(request).await
    }
}

/// An answer that is here as a whole.
pub(in crate::lifecycle) struct Sent {
    pub(in crate::lifecycle) status: u16,
    pub(in crate::lifecycle) date: Option<SystemTime>,
    body: Bytes,
}

impl Sent {
    /// What the server refuses as an error.
    pub(in crate::lifecycle) fn accepted(self) -> Result<Self> {
        if self.status < 400 { Ok(self) } else { Err(refusal(self.status, &self.body)) }
    }

    /// The body as text, whatever the status; what is no text in it is replaced.
    pub(in crate::lifecycle) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, whatever the status.
    pub(in crate::lifecycle) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let words = format!("the server's answer is not what was asked for: {error}");
            Error::new(ErrorKind::Protocol, words).because(error)
        })
    }
}

impl Wire {
    pub(in crate::lifecycle) fn new(cluster: &Cluster, recorder: &Recorder, limit: Duration) -> Self {
        let (deadline, closing) = (Instant::now() + limit, Arc::<AtomicBool>::default());
        let cancel = recorder.context().cancel.clone();
        let door = Obedient { inner: Arc::clone(cluster.transport()), cancel, closing: Arc::clone(&closing) };
        let cluster = Cluster::over(Arc::new(door));
        Self { cluster, recorder: recorder.clone(), deadline, leased: Arc::default(), closing }
    }

    pub(in crate::lifecycle) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    pub(in crate::lifecycle) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    pub(in crate::lifecycle) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The same way with another time limit.
    pub(in crate::lifecycle) fn within(&self, limit: Duration) -> Self {
        Self { deadline: Instant::now() + limit, ..self.clone() }
    }

    /// What comes now is the end of the operation, which is written down also when it was cancelled.
    pub(in crate::lifecycle) fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    /// From now on writes are allowed until then.
    pub(in crate::lifecycle) fn lease_until(&self, until: Option<Instant>) {
        *self.leased.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    /// A request about an object, made again where that helps.
    ///
    /// # Errors
    /// Without an answer: what the last try came to. What the server refuses is an answer.
    pub(in crate::lifecycle) async fn send(&self, request: Request, about: &ObjectId) -> Result<Sent> {
        let mut tries = 0;
        loop {
            tries += 1;
            let outcome = self.once(&request).await;
            let (reason, asked) = match &outcome {
                Ok((sent, asked)) if is_passing(sent) => (format!("status {}", sent.status), *asked),
                Err(error) if is_passing_error(error) => (error.report().message.clone(), None),
                _ => return outcome.map(|(sent, _)| sent),
            };
            if !self.rest(tries, asked, about, reason).await {
                return outcome.map(|(sent, _)| sent).map_err(|error| error.with("tries", tries.to_string()));
            }
        }
    }

    /// After a failure that may pass: whether it is time for another try. Waits until then.
    pub(in crate::lifecycle) async fn rest_after(&self, tries: u32, error: &Error, about: &ObjectId) -> bool {
        let passing = is_passing_error(error) || matches!(error.kind(), ErrorKind::Busy | ErrorKind::Protocol);
        passing && self.rest_in_spite_of(tries, error, about).await
    }

    /// The same after a failure of which the caller knows that it may pass, whatever it looks like.
    pub(in crate::lifecycle) async fn rest_in_spite_of(&self, tries: u32, error: &Error, about: &ObjectId) -> bool {
        self.rest(tries, None, about, error.report().message.clone()).await
    }

    async fn rest(&self, tries: u32, asked: Option<Duration>, about: &ObjectId, reason: String) -> bool {
        let pause = asked.unwrap_or_default().max(self.pause(tries));
        if tries >= TRIES || Instant::now() + pause >= self.deadline {
            return false;
        }
        let pause_ms = pause.as_millis() as u64;
        self.recorder.tell(Happening::Retried { object: about.clone(), reason, pause_ms });
        sleep(pause).await;
        true
    }

    async fn once(&self, request: &Request) -> Result<(Sent, Option<Duration>)> {
        if request.method != Method::Get && !self.may_write(request) {
            return Err(Error::new(ErrorKind::Busy, "the lease was lost: somebody else may be at work")
                .expected("to write within its term"));
        }
        let limit = (Instant::now() + PATIENCE).min(self.deadline);
        let work = async {
            let mut answer = self.cluster.send(request.clone()).await?;
            let mut body = Vec::new();
            while let Some(part) = answer.body.next().await? {
                body.extend_from_slice(&part);
            }
            Ok((Sent { status: answer.status, date: answer.date, body: body.into() }, answer.retry_after))
        };
        let late = |_| Error::new(ErrorKind::Timeout, "the server does not answer").at(&request.target);
        timeout_at(limit, work).await.map_err(late)?
    }

    /// Whether a write is allowed now: always where it is a question in the form of a write.
    fn may_write(&self, request: &Request) -> bool {
        let asks = request.target.contains("dryRun=All") || request.target.contains("/selfsubject");
        let leased = *self.leased.lock().unwrap_or_else(PoisonError::into_inner);
        asks || leased.is_none_or(|until| Instant::now() < until)
    }

    /// Twice as long each time, and for each operation a little otherwise, so that they do not come all at once.
    fn pause(&self, tries: u32) -> Duration {
        let whole = PAUSE.saturating_mul(1 << tries.min(10).saturating_sub(1)).min(LONGEST);
        let spread =
            self.recorder.operation().bytes().fold(tries, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        whole.mul_f64(0.75 + f64::from(spread % 256) / 512.0)
    }
}

/// An answer that may be another one soon.
fn is_passing(sent: &Sent) -> bool {
    matches!(sent.status, 429 | 500 | 502 | 503 | 504) && !is_malformed(&sent.body)
}

fn is_passing_error(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unreachable | ErrorKind::Timeout)
}
