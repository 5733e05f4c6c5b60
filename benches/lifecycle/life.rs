//! A set of objects from its first install to its end, at the hands of one client.

use meshery_mesh::cluster::Request;
use serde_json::Value;

use crate::Result;
use crate::bed::Bed;
use crate::client::{Client, Step, Verb, meshery};
use crate::engine::PARTS;
use crate::folder::Folder;
use crate::goods::Goods;
use crate::row::Measured;
use crate::versions::Versions;

/// The phases of a life.
pub(crate) const INSTALL: &str = "install";
pub(crate) const AGAIN: &str = "no change";
pub(crate) const CHANGE: &str = "change";
pub(crate) const REMOVE: &str = "uninstall";
/// What is measured beside them: the inventory after the first install.
pub(crate) const INVENTORY: &str = "inventory";

/// What is measured in each phase.
pub(crate) const REQUESTS: &str = "requests";
pub(crate) const WRITES: &str = "writing requests";
pub(crate) const TIME: &str = "time";
pub(crate) const CPU: &str = "CPU, client";
pub(crate) const SERVER_CPU: &str = "CPU, server";
pub(crate) const MEMORY: &str = "peak memory";
/// Objects that are of another version after an operation that should change nothing.
pub(crate) const MOVED: &str = "objects moved";
/// Kinds that were listed or watched.
pub(crate) const LOOKED_AT: &str = "looks at a kind";
/// Requests beyond one for each object and one for each look at a kind.
pub(crate) const BEYOND: &str = "requests beyond";
/// The inventory: its bytes, and the Secrets that it is in.
pub(crate) const BYTES: &str = "bytes";
pub(crate) const PIECES: &str = "pieces";

pub(crate) struct Life {
    pub(crate) goods: Goods,
    /// The same in another form.
    pub(crate) changed: Option<Goods>,
    /// Whether a client is to remove it in a round, too; otherwise the bench does, with the namespace.
    pub(crate) removes: fn(&Client, usize) -> bool,
}

impl Life {
    /// One life, from nothing to nothing.
    pub(crate) fn live(&self, bed: &Bed, client: &Client, round: usize) -> Result<Measured> {
        let (before, home, goods) = (bed.snapshot()?, Folder::new()?, &self.goods);
        bed.make_namespace(goods.namespace)?;
        let lived = self.phases(bed, client, round, &home)?;
        bed.clean(goods.namespace, &before)?;
        Ok(lived)
    }

    fn phases(&self, bed: &Bed, client: &Client, round: usize, home: &Folder) -> Result<Measured> {
        let (mut measured, goods) = (Measured::default(), &self.goods);
        let act = |phase: &'static str, goods: &Goods, verb: Verb| {
            eprintln!("  {}: {phase}", client.name);
            client.act(bed, home.path(), goods, verb).map_err(|error| format!("{phase}: {error}"))
        };
        take_in(&mut measured, INSTALL, &act(INSTALL, goods, Verb::Install)?);
        let versions = Versions::settled(bed, &goods.objects)?;
        if client.name == meshery::CLIENT.name {
            inventory(&mut measured, bed, goods)?;
        }
        let again = act(AGAIN, goods, Verb::Update)?;
        take_in(&mut measured, AGAIN, &again);
        let moved = versions.moved(&Versions::take(bed, &goods.objects)?, &again.asked);
        measured.add(AGAIN, MOVED, moved as f64);
        if let Some(changed) = &self.changed {
            take_in(&mut measured, CHANGE, &act(CHANGE, changed, Verb::Update)?);
            Versions::settled(bed, &goods.objects)?;
        }
        if (self.removes)(client, round) {
            let step = act(REMOVE, self.changed.as_ref().unwrap_or(goods), Verb::Remove)?;
            take_in(&mut measured, REMOVE, &step);
            let (requests, looks) = (step.asked.requests.len() as f64, step.asked.looks() as f64);
            measured.add(REMOVE, LOOKED_AT, looks);
            measured.add(REMOVE, BEYOND, requests - looks - goods.objects.len() as f64);
        }
        Ok(measured)
    }
}

fn take_in(measured: &mut Measured, phase: &'static str, step: &Step) {
    measured.add(phase, REQUESTS, step.asked.requests.len() as f64);
    measured.add(phase, WRITES, step.asked.writes() as f64);
    measured.add(phase, TIME, step.time);
    measured.add(phase, CPU, step.cpu);
    measured.add(phase, SERVER_CPU, step.server_cpu);
    measured.add(phase, MEMORY, step.peak_memory);
    if step.told.is_empty() {
        return;
    }
    // What the operation does not account for: the process, and reading what is wanted.
    measured.add(phase, PARTS[0], step.time - step.told.values().sum::<f64>());
    for part in &PARTS[1..] {
        if let Some(time) = step.told.get(*part) {
            measured.add(phase, part, *time);
        }
    }
}

/// How large an inventory is.
fn inventory(measured: &mut Measured, bed: &Bed, goods: &Goods) -> Result {
    let list: Value = bed.run(async {
        let request = Request::get("/api/v1/namespaces/kube-system/secrets");
        bed.cluster.send(request).await?.json().await
    })?;
    let name = format!("meshery-{}", goods.spec.name);
    let is_of_it = |secret: &&Value| secret["metadata"]["name"].as_str().is_some_and(|found| found.starts_with(&name));
    let secrets: Vec<_> = list["items"].as_array().into_iter().flatten().filter(is_of_it).collect();
    let values = secrets.iter().filter_map(|secret| secret["data"].as_object()).flat_map(|data| data.values());
    // Four letters of base64 for three bytes.
    let bytes: usize = values.filter_map(Value::as_str).map(|text| text.len() / 4 * 3).sum();
    measured.add(INVENTORY, BYTES, bytes as f64);
    measured.add(INVENTORY, PIECES, secrets.len() as f64);
    Ok(())
}
