//! How soon a resource follows its definition.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use meshery_core::lifecycle::{Happening, Source};
use meshery_core::{Cancel, Context, Error, ErrorKind, Event, InstanceSpec, Object, OperationOptions};
use meshery_mesh::cluster::{Change, Cluster, Request, Watch};
use meshery_mesh::lifecycle::Lifecycle;

use crate::Result;
use crate::bed::Bed;
use crate::numbers::{Unit, median};
use crate::row::{Contestant, Figure, Goal, Measured, Race, Row};

const NAMESPACE: &str = "definitions";
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/// How many definitions there are in a round, one after the other.
const NUMBER: usize = 5;
const ACCEPTED: &str = "accepted";
const SERVER: &str = "the server's own";
const ENGINE: &str = "the engine's";
const WORST: &str = "worst of five";

pub(super) const ROW: Row = Row {
    name: "definition",
    asks: "from a definition that is accepted to its first resource that is: the time until the server says that it is\n  \
           established, as a watch of the bench sees it, and what comes after that",
    rounds: usize::MAX,
    figures: &[
        Figure::new(ACCEPTED, SERVER, Unit::Milliseconds),
        Figure::new(ACCEPTED, ENGINE, Unit::Milliseconds),
        Figure::new(ACCEPTED, WORST, Unit::Milliseconds),
    ],
    race: || {
        let bed = Bed::start()?;
        let play = move |_| play(&bed);
        let contestants = vec![Contestant { name: "meshery", play: Box::new(play) }];
        let goals = vec![Goal::at_most(ACCEPTED, ENGINE, 0.05), Goal::at_most(ACCEPTED, WORST, 0.05)];
        Ok(Race { notes: Vec::new(), contestants, goals })
    },
};

/// The three moments.
struct Moments {
    accepted: Instant,
    established: Instant,
    followed: Instant,
}

fn play(bed: &Bed) -> Result<Measured> {
    let before = bed.snapshot()?;
    bed.make_namespace(NAMESPACE)?;
    let moments = (0..NUMBER).map(|_| bed.run(moments(bed))).collect::<Result<Vec<_>>>()?;
    bed.clean(NAMESPACE, &before)?;
    let server = moments.iter().map(|all| all.established.saturating_duration_since(all.accepted).as_secs_f64());
    // Whatever it does meanwhile, nobody can be asked to take a resource before.
    let ready = |all: &Moments| all.established.max(all.accepted);
    let engine: Vec<f64> = moments.iter().map(|all| (all.followed - ready(all)).as_secs_f64()).collect();
    let mut measured = Measured::default();
    measured.add(ACCEPTED, SERVER, median(server));
    measured.add(ACCEPTED, ENGINE, median(engine.iter().copied()));
    measured.add(ACCEPTED, WORST, engine.iter().copied().fold(0.0, f64::max));
    Ok(measured)
}

async fn moments(bed: &Bed) -> meshery_core::Result<Moments> {
    let lifecycle = Lifecycle::new(bed.plane.cluster("engine").await?);
    let told: Arc<Mutex<Vec<(String, Instant)>>> = Arc::default();
    let listener = Arc::clone(&told);
    let context = Context::new(Cancel::new(), move |event: &Event| {
        if let Event::Operation(event) = event
            && let Happening::Applied { object, .. } = &event.happening
        {
            let mut told = listener.lock().unwrap_or_else(PoisonError::into_inner);
            told.push((object.kind.kind.clone(), Instant::now()));
        }
    });
    let watch = established(&bed.cluster).await?;
    let options = OperationOptions { remove_definitions: true, ..OperationOptions::default() };
    let spec = InstanceSpec::new(NAMESPACE, NAMESPACE, vec![Source::Text(MANIFEST.into())]);
    let (installed, established) = tokio::join!(lifecycle.install(&spec, &options, &context), watch);
    installed?;
    lifecycle.uninstall(NAMESPACE, &options, &Context::default()).await?;
    let when = |kind: &str| {
        let told = told.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter().find(|(told, _)| told == kind).map(|(_, at)| *at).ok_or_else(|| {
            Error::new(ErrorKind::Internal, "the engine does not say that it was applied").at(kind.to_owned())
        })
    };
    let (accepted, followed) = (when("CustomResourceDefinition")?, when("Gear")?);
    Ok(Moments { accepted, established: established?, followed })
}

/// When the definition says that it is established. The watch is there once this comes back.
async fn established(
    cluster: &Cluster,
) -> meshery_core::Result<impl Future<Output = meshery_core::Result<Instant>> + use<>> {
    let mut watch = Watch::new(cluster, Request::get(DEFINITIONS));
    watch.sync().await?;
    Ok(async move {
        loop {
            if let Change::Seen(object) = watch.next().await?
                && is_established(&object)
            {
                return Ok(Instant::now());
            }
        }
    })
}

fn is_established(object: &Object) -> bool {
    let mut conditions = object.items("/status/conditions").iter();
    object.name() == "gears.bench.example.com"
        && conditions.any(|condition| condition["type"] == "Established" && condition["status"] == "True")
}

const MANIFEST: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gears.bench.example.com }
spec:
  group: bench.example.com
  scope: Namespaced
  names: { kind: Gear, plural: gears, singular: gear, listKind: GearList }
  versions:
  - name: v1
    served: true
    storage: true
    schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { teeth: { type: integer } } } } } }
---
apiVersion: bench.example.com/v1
kind: Gear
metadata: { name: first }
spec: { teeth: 12 }
";
