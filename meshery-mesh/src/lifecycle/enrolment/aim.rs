//! What is wanted of namespaces and workloads, in the words of the meshes that it is about.

use std::collections::BTreeMap;

use meshery_core::lifecycle::{DataPlane, Enrolment, Holder, Marks, OptIn, Trace};
use meshery_core::{EnrolmentSpec, Error, ErrorKind, MeshInfo, Object, Result};
use serde_json::Value;

use super::marks::{Changes, Turn, mark};
use super::workloads::Place;

/// What is known of a mesh.
pub(in crate::lifecycle) struct Words {
    pub(in crate::lifecycle) info: MeshInfo,
    pub(in crate::lifecycle) marks: Marks,
    pub(in crate::lifecycle) enrolment: Option<Enrolment>,
}

impl Words {
    /// The containers of its proxies.
    fn proxies(&self) -> Vec<String> {
        let own = self.enrolment.as_ref().and_then(|enrolment| enrolment.data_plane.container());
        let mut proxies = self.marks.proxies.clone();
        proxies.extend(own.map(str::to_owned).filter(|own| !self.marks.proxies.contains(own)));
        proxies
    }

    /// What pods bear while the proxies of nodes serve them.
    fn on_nodes(&self) -> Option<OptIn> {
        match &self.enrolment.as_ref()?.data_plane {
            DataPlane::Node { mark } => Some(mark.clone()),
            _ => None,
        }
    }

    /// All marks that are known to be its own, with whose they are.
    fn known_marks(&self) -> Vec<(MeshInfo, OptIn)> {
        self.marks.opt_ins.iter().map(|opt_in| (self.info.clone(), opt_in.clone())).collect()
    }

    /// All marks by which it is asked for.
    fn asking(&self) -> Vec<OptIn> {
        let ways = self.enrolment.iter().flat_map(|enrolment| enrolment.ways.iter().flatten());
        self.marks.opt_ins.iter().chain(ways).cloned().collect()
    }
}

/// What is wanted, with all names found.
pub(in crate::lifecycle) struct Aim {
    /// Who is to serve the pods; nobody where they are withdrawn.
    pub(in crate::lifecycle) data_plane: Option<DataPlane>,
    /// The ways in which it may be asked for, the first by preference; none where they are withdrawn.
    pub(in crate::lifecycle) ways: Vec<Vec<OptIn>>,
    /// Marks that go, wherever they stand.
    unwanted: Vec<OptIn>,
    /// Marks by which workloads stay out.
    opt_outs: Vec<OptIn>,
    passes_over_host_network: bool,
    /// Containers that must be in no pod.
    proxies: Vec<String>,
    /// What no pod bears once the proxies of nodes have let go of it.
    let_go: Vec<OptIn>,
    pub(super) restart: bool,
    /// Marks of meshes that this is not about.
    foreign: Vec<(MeshInfo, OptIn)>,
}

impl Aim {
    /// To be served by an instance of the mesh, which has these aliases.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) for a mesh in which nothing can be enrolled,
    /// [`InvalidInput`](ErrorKind::InvalidInput) at the field.
    pub(in crate::lifecycle) fn enrol(
        spec: &EnrolmentSpec,
        mesh: &Words,
        others: &[Words],
        aliases: Vec<OptIn>,
    ) -> Result<Self> {
        let enrolment = mesh.enrolment.clone().ok_or_else(|| {
            let words = format!("nothing can be done about who is served by {}", mesh.info.title);
            Error::new(ErrorKind::Unsupported, words)
                .at("instance")
                .expected("a mesh that namespaces or pods ask for by a mark")
                .found(mesh.info.id.as_str())
        })?;
        let mut ways = enrolment.ways.clone();
        ways.extend(aliases.into_iter().map(|alias| vec![alias]));
        let (left, rest) = apart(spec, mesh, others)?;
        let on_namespaces = |opt_in: &&OptIn| opt_in.on == Holder::Namespace;
        let own = mesh.marks.opt_ins.iter().chain(&enrolment.opt_outs).filter(on_namespaces).cloned();
        let mut aim = Self {
            ways: by_value(ways, spec.value.as_deref())?,
            unwanted: own.chain(left.iter().flat_map(|left| left.asking())).collect(),
            opt_outs: enrolment.opt_outs.into_iter().filter(|opt_in| opt_in.on == Holder::Pod).collect(),
            passes_over_host_network: enrolment.passes_over_host_network,
            proxies: left.iter().flat_map(|left| left.proxies()).collect(),
            let_go: left.iter().filter_map(|left| left.on_nodes()).collect(),
            data_plane: Some(enrolment.data_plane),
            restart: spec.restart,
            foreign: rest.into_iter().flat_map(Words::known_marks).collect(),
        };
        match aim.data_plane.as_ref().and_then(DataPlane::container).map(str::to_owned) {
            Some(container) => aim.proxies.retain(|other| *other != container),
            None => aim.proxies.extend(mesh.proxies()),
        }
        aim.may_restart()?;
        Ok(aim)
    }

    /// To be served by no instance of the mesh.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) at the field.
    pub(in crate::lifecycle) fn withdraw(spec: &EnrolmentSpec, mesh: &Words, others: &[Words]) -> Result<Self> {
        let (left, _) = apart(spec, mesh, others)?;
        let all: Vec<&Words> = left.into_iter().chain([mesh]).collect();
        Ok(Self {
            data_plane: None,
            ways: Vec::new(),
            unwanted: all.iter().flat_map(|mesh| mesh.asking()).collect(),
            opt_outs: Vec::new(),
            passes_over_host_network: false,
            proxies: all.iter().flat_map(|mesh| mesh.proxies()).collect(),
            let_go: all.iter().filter_map(|mesh| mesh.on_nodes()).collect(),
            restart: spec.restart,
            foreign: Vec::new(),
        })
    }

    /// A workload that is marked makes its pods anew, wanted or not.
    fn may_restart(&self) -> Result<()> {
        let by_pods = self.ways.iter().flatten().find(|mark| mark.on == Holder::Pod);
        match by_pods.filter(|_| !self.restart) {
            None => Ok(()),
            Some(mark) => Err(Error::invalid("restart", "workloads that are marked make their pods anew")
                .expected(format!("true, for the {mark} stands on pods"))
                .found("false")),
        }
    }

    /// Whether a pod is as it is to be.
    pub(in crate::lifecycle) fn is_reached(&self, pod: &Object) -> bool {
        let serves = |data_plane: &DataPlane| data_plane.serves(pod);
        let is_served = self.data_plane.as_ref().is_none_or(serves) || self.stays_out(pod).is_some();
        is_served && self.proxy_to_go(pod).is_none() && !self.let_go.iter().any(|mark| mark.is_on(pod))
    }

    /// Whether a pod that is there may still become what it is to be: what is in a pod stays, what nodes say of it does not.
    pub(in crate::lifecycle) fn may_come(&self) -> bool {
        matches!(self.data_plane, Some(DataPlane::Node { .. })) || !self.let_go.is_empty()
    }

    /// Why a pod of this form is never served.
    pub(super) fn stays_out(&self, pod: &Object) -> Option<String> {
        if let Some(opt_out) = self.opt_outs.iter().find(|opt_out| opt_out.is_on(pod)) {
            return Some(format!("it stays out by its {opt_out}"));
        }
        let is_on_host = self.passes_over_host_network && pod.get("/spec/hostNetwork") == Some(&Value::Bool(true));
        is_on_host.then(|| "its pods are on the network of their node, where they are passed over".into())
    }

    /// Whether a pod that is about to be made is as it is to be, or will be once it is there.
    pub(in crate::lifecycle) fn will_be_reached(&self, pod: &Object) -> bool {
        !self.needs_another(pod)
    }

    /// Whether a pod has to be made anew for that.
    pub(super) fn needs_another(&self, pod: &Object) -> bool {
        let serves = |data_plane: &DataPlane| match data_plane {
            DataPlane::Sidecar { .. } => data_plane.serves(pod) || self.stays_out(pod).is_some(),
            _ => true,
        };
        self.proxy_to_go(pod).is_some() || !self.data_plane.as_ref().is_none_or(serves)
    }

    /// A container of a pod that is not to be in it.
    pub(super) fn proxy_to_go(&self, pod: &Object) -> Option<&str> {
        self.proxies.iter().map(String::as_str).find(|name| Trace::Container((*name).to_owned()).fits(pod))
    }

    /// The container that serves a pod, if it has one of those that this is about.
    pub(in crate::lifecycle) fn proxy_of(&self, pod: &Object) -> Option<String> {
        let own = self.data_plane.as_ref().and_then(DataPlane::container);
        let own = own.filter(|own| Trace::Container((*own).to_owned()).fits(pod));
        own.or_else(|| self.proxy_to_go(pod)).map(str::to_owned)
    }

    /// What becomes of the marks on something: a namespace, or what a workload makes its pods like.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) where a mark is needed and nobody has said what it is to say.
    pub(super) fn changes(&self, on: &Object, holder: Holder) -> Result<Changes> {
        let mut changes = Changes::new();
        let mut wanted = BTreeMap::new();
        // What stays out is not asked for.
        let way = self.way(on, holder).filter(|_| holder == Holder::Namespace || self.stays_out(on).is_none());
        for asked in way.into_iter().flatten().filter(|mark| mark.on == holder) {
            let found = asked.tag.of(on, &asked.name).map(str::to_owned);
            if asked.is_on(on) {
                wanted.insert(mark(asked), found);
                continue;
            }
            let value = asked.value.clone().ok_or_else(|| {
                Error::invalid("value", format!("the {asked} says what is wanted, and nobody has said what that is"))
                    .expected("what it is to say")
                    .found("nothing")
            })?;
            changes.insert(mark(asked), Turn { before: found, after: Some(value.clone()) });
            wanted.insert(mark(asked), Some(value));
        }
        for other in self.unwanted.iter().filter(|other| other.on == holder && other.is_on(on)) {
            let found = other.tag.of(on, &other.name).map(str::to_owned);
            if !wanted.contains_key(&mark(other)) {
                changes.insert(mark(other), Turn { before: found, after: None });
            }
        }
        Ok(changes)
    }

    /// The way in which something is to ask: one in which it asks already, or the first.
    fn way(&self, on: &Object, holder: Holder) -> Option<&[OptIn]> {
        let here = |opt_in: &&OptIn| opt_in.on == holder;
        let is_taken = |way: &&Vec<OptIn>| way.iter().filter(here).all(|opt_in| opt_in.is_on(on));
        self.ways.iter().find(is_taken).or(self.ways.first()).map(Vec::as_slice)
    }

    /// The ways in which namespaces and workloads will ask, as far as it is said by what.
    pub(in crate::lifecycle) fn ways_taken(&self, places: &[Place]) -> Vec<&[OptIn]> {
        let mut taken: Vec<&[OptIn]> = Vec::new();
        for place in places {
            let way = self.way(&place.namespace, Holder::Namespace);
            let way = way.filter(|way| way.iter().all(|mark| mark.value.is_some()));
            taken.extend(way.filter(|way| !taken.contains(way)));
        }
        taken
    }

    /// Marks of other meshes that stand on something.
    pub(super) fn foreign_on(&self, on: &Object, holder: Holder) -> impl Iterator<Item = &(MeshInfo, OptIn)> {
        self.foreign.iter().filter(move |(_, opt_in)| opt_in.on == holder && opt_in.is_on(on))
    }
}

/// The meshes that are left, and those that this is not about.
fn apart<'a>(spec: &EnrolmentSpec, mesh: &Words, others: &'a [Words]) -> Result<(Vec<&'a Words>, Vec<&'a Words>)> {
    for (index, id) in spec.leaves.iter().enumerate() {
        if !others.iter().any(|other| other.info.id == *id) {
            let words = if mesh.info.id == *id { "it is the mesh of the instance" } else { "unknown mesh" };
            return Err(Error::invalid(format!("leaves[{index}]"), words)
                .expected("another mesh that runs on clusters")
                .found(id.as_str()));
        }
    }
    Ok(others.iter().partition(|other| spec.leaves.contains(&other.info.id)))
}

/// The ways in which a mark says this; all of them where nothing is said.
fn by_value(ways: Vec<Vec<OptIn>>, value: Option<&str>) -> Result<Vec<Vec<OptIn>>> {
    let Some(value) = value else { return Ok(ways) };
    let filled = |way: &Vec<OptIn>| -> Vec<OptIn> {
        let fill = |mark: &OptIn| OptIn { value: mark.value.clone().or(Some(value.to_owned())), ..mark.clone() };
        way.iter().map(fill).collect()
    };
    let says = |way: &Vec<OptIn>| way.iter().any(|mark| mark.value.as_deref() == Some(value));
    let found: Vec<Vec<OptIn>> = ways.iter().map(filled).filter(says).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let known: Vec<&str> = ways.iter().flatten().filter_map(|mark| mark.value.as_deref()).collect();
    Err(Error::invalid("value", "the instance is not asked for by that")
        .expected(format!("one of {}", known.join(", ")))
        .found(value))
}
