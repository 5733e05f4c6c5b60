//! How soon the engine sees that something is ready.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use meshery_core::control_plane::PodFate;
use meshery_core::lifecycle::{Happening, Source};
use meshery_core::{Cancel, Context, Error, Event, Health, InstanceSpec, OperationOptions};
use meshery_mesh::cluster::Request;
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::Result;
use crate::bed::{Bed, until};
use crate::numbers::{Unit, median};
use crate::row::{Contestant, Figure, Goal, Measured, Race, Row};

const NAMESPACE: &str = "readiness";
/// How many Deployments become ready in a round, one after the other.
const NUMBER: usize = 10;
/// How long an event may take until it is taken for lost.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two Deployments.
const PAUSE: Duration = Duration::from_millis(200);
const SEEN: &str = "seen";
const MIDDLE: &str = "median of ten";
const WORST: &str = "worst of ten";

pub(super) const ROW: Row = Row {
    name: "readiness",
    asks: "from the moment before a Deployment's status is written, by the bench, to the engine's event that it is ready\n  \
           nobody starts its pods, so that nothing else makes it ready",
    rounds: usize::MAX,
    figures: &[Figure::new(SEEN, MIDDLE, Unit::Milliseconds), Figure::new(SEEN, WORST, Unit::Milliseconds)],
    race: || {
        let bed = Bed::start()?;
        let play = move |_| play(&bed);
        let contestants = vec![Contestant { name: "meshery", play: Box::new(play) }];
        let goals = vec![Goal::at_most(SEEN, MIDDLE, 0.1), Goal::at_most(SEEN, WORST, 0.1)];
        Ok(Race { notes: Vec::new(), contestants, goals })
    },
};

/// What the engine says is ready, and when it said so.
type Ready = (String, Instant);

fn play(bed: &Bed) -> Result<Measured> {
    let before = bed.snapshot()?;
    bed.make_namespace(NAMESPACE)?;
    bed.plane.nodes().destine(NAMESPACE, "", PodFate::Ignored);
    let times = bed.run(times(bed))?;
    bed.clean(NAMESPACE, &before)?;
    let mut measured = Measured::default();
    measured.add(SEEN, MIDDLE, median(times.iter().copied()));
    measured.add(SEEN, WORST, times.iter().copied().fold(0.0, f64::max));
    Ok(measured)
}

async fn times(bed: &Bed) -> meshery_core::Result<Vec<f64>> {
    let lifecycle = Arc::new(Lifecycle::new(bed.plane.cluster("engine").await?));
    let (sender, mut ready) = unbounded_channel();
    let context = Context::new(Cancel::new(), move |event: &Event| {
        if let Event::Operation(event) = event
            && let Happening::Status { object, health: Health::Ready } = &event.happening
        {
            // After the last one nobody listens.
            let _ = sender.send((object.name.clone(), Instant::now()));
        }
    });
    let spec = InstanceSpec::new(NAMESPACE, NAMESPACE, vec![Source::Text(manifest())]);
    let (engine, options) = (Arc::clone(&lifecycle), OperationOptions::default());
    let install = tokio::spawn(async move { engine.install(&spec, &options, &context).await });
    for place in 0..NUMBER {
        until("the Deployment's controller", async || is_attended(bed, &path(place)).await).await?;
    }
    let mut times = Vec::new();
    for place in 0..NUMBER {
        sleep(PAUSE).await;
        times.push(time(bed, place, &mut ready).await?);
    }
    // Now they become so in earnest, and it ends.
    bed.plane.nodes().destine(NAMESPACE, "", PodFate::Ready);
    let panicked = |error| Error::new(meshery_core::ErrorKind::Internal, format!("the engine has panicked: {error}"));
    install.await.map_err(panicked)??;
    lifecycle.uninstall(NAMESPACE, &OperationOptions::default(), &Context::default()).await?;
    Ok(times)
}

/// Writes a status as if the pods were there, and waits until the engine says so.
async fn time(bed: &Bed, place: usize, ready: &mut UnboundedReceiver<Ready>) -> meshery_core::Result<f64> {
    let status = json!({ "status": {
        "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1, "unavailableReplicas": null,
        "conditions": [{ "type": "Available", "status": "True", "reason": "Bench", "message": "said by the bench" }],
    } });
    let begun = Instant::now();
    bed.merge(&format!("{}/status", path(place)), &status).await?;
    let seen = async {
        while let Some((name, at)) = ready.recv().await {
            if name == self::name(place) {
                return at;
            }
        }
        // The engine has ended: it is told why when it is waited for.
        std::future::pending().await
    };
    let lost = |_| {
        Error::new(meshery_core::ErrorKind::Timeout, "the engine does not say that it is ready")
            .at(name(place))
            .expected(format!("within {PATIENCE:?}"))
    };
    Ok(timeout(PATIENCE, seen).await.map_err(lost)?.duration_since(begun).as_secs_f64())
}

/// Whether controllers have done what they can without pods.
async fn is_attended(bed: &Bed, path: &str) -> meshery_core::Result<bool> {
    let answer = bed.cluster.send(Request::get(path)).await?;
    if answer.status == 404 {
        return Ok(false);
    }
    let deployment: Value = answer.json().await?;
    Ok(deployment["status"]["unavailableReplicas"] == 1)
}

fn name(place: usize) -> String {
    format!("cart-{place}")
}

fn path(place: usize) -> String {
    format!("/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{}", name(place))
}

fn manifest() -> String {
    let mut manifest = String::new();
    for place in 0..NUMBER {
        let name = name(place);
        // Writing to a string cannot fail.
        let _ = write!(
            manifest,
            "---
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: {name} }}
spec:
  selector: {{ matchLabels: {{ app: {name} }} }}
  template:
    metadata: {{ labels: {{ app: {name} }} }}
    spec: {{ containers: [{{ name: cart, image: cart }}] }}
"
        );
    }
    manifest
}
