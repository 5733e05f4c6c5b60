//! How long changes of configuration take to reach the proxies, as a request sees it.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use meshery_core::comparison::Propagation;
use meshery_core::plan::ConfigChange;
use meshery_core::{Error, Object, Result};
use serde_json::Value;

use super::http::{connect, get};
use super::site::Site;
use super::steps::Kubernetes;

/// How long a change may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two requests that are to show whether it has arrived.
const PAUSE: Duration = Duration::from_millis(1);

/// Makes so many changes, one after the other.
pub(super) async fn measure(site: &Site, change: &ConfigChange, changes: u32) -> Result<Propagation> {
    let kubernetes = site.kubernetes(&change.cluster)?;
    let path = kubernetes.path_of(&Object::new(form(site, change, "")?)?).await?;
    let measured = all(site, (kubernetes, &path), change, changes).await;
    match kubernetes.delete(&path).await {
        // It never came to the first one.
        Err(error) if measured.is_ok() && changes > 0 => Err(error.at(path)),
        _ => measured,
    }
}

async fn all(
    site: &Site,
    (kubernetes, path): (&Kubernetes, &str),
    change: &ConfigChange,
    changes: u32,
) -> Result<Propagation> {
    let mut propagation = Propagation { source: "request".into(), ..Propagation::default() };
    for _ in 0..changes {
        let text = format!("{:016x}", RandomState::new().hash_one(()));
        let object = form(site, change, &text)?;
        kubernetes.write(path, &object).await.map_err(|error: Error| error.at(path))?;
        let begun = Instant::now();
        if arrives(site, &change.header, &text, begun).await {
            propagation.times.record(begun.elapsed());
        } else {
            propagation.unreached += 1;
        }
    }
    Ok(propagation)
}

/// The object of a change, with this text in it.
fn form(site: &Site, change: &ConfigChange, text: &str) -> Result<Value> {
    let mut references = site.references.clone();
    references.change = Some(text.to_owned());
    references.json(&change.object)
}

/// Asks until an answer has the text. A request that fails while proxies change over is one that has not seen it.
async fn arrives(site: &Site, header: &str, text: &str, begun: Instant) -> bool {
    let asked = async {
        loop {
            let answer = async { get(connect(site.entry()).await?, site.entry(), "/", None).await };
            if answer.await.is_ok_and(|answer| answer.headers.get(header).is_some_and(|found| found == text)) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(PATIENCE.saturating_sub(begun.elapsed()), asked).await.is_ok()
}
