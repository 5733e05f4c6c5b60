//! Waiting that ends: by the caller's flag or by a time limit.

use std::pin::pin;
use std::time::Duration;

use meshery_core::{Cancel, Error, ErrorKind, Result};
use tokio::time::timeout;

/// How often the caller's flag is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Does the work until the caller raises the flag. Unfinished work is dropped, and with it all that it had started.
pub(crate) async fn or_cancelled<T>(cancel: &Cancel, work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    loop {
        cancel.check()?;
        if let Ok(result) = timeout(LOOK, &mut work).await {
            return result;
        }
    }
}

/// Does the work within a time limit.
pub(crate) async fn within<T>(limit: Duration, what: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    let late =
        |_| Error::new(ErrorKind::Timeout, format!("{what} took too long")).expected(format!("within {limit:?}"));
    timeout(limit, work).await.map_err(late)?
}
