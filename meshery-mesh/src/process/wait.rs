//! Waiting that ends: by the caller's flag or by a time limit.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use meshery_core::{Cancel, Error, ErrorKind, Result};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often the caller's flag is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Does the work until the caller raises the flag. Unfinished work is dropped, and with it all that it had started.
pub(crate) async fn or_cancelled<T>(cancel: &Cancel, work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The flag is looked at before each step of the work: once it is raised, there is none.
    poll_fn(|context| {
        cancel.check()?;
        let done = work.as_mut().poll(context);
        while done.is_pending() && looks.poll_tick(context).is_ready() {}
        done
    })
    .await
}

/// Does the work within a time limit.
pub(crate) async fn within<T>(limit: Duration, what: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    let late =
        |_| Error::new(ErrorKind::Timeout, format!("{what} took too long")).expected(format!("within {limit:?}"));
    timeout(limit, work).await.map_err(late)?
}
