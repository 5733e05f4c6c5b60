//! Findings that follow the files: what changes runs only the rules that have read it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::analyzer::Extent;
use meshery_core::resource::File;
use meshery_core::{ConfigAnalyzer, Error, Finding, GroupKind, Resource, World};

use super::allow::Allowances;
use super::istio::istioctl::{self, Suppressed};
use super::{Analysis, Options, Profile, Rule, Source, parallel, read};

/// Files that change, and what is wrong with them.
///
/// ```
/// use meshery_mesh::analyze::{Options, Session, Source};
///
/// let route = |host: &str| format!("apiVersion: networking.istio.io/v1
/// kind: VirtualService
/// metadata: {{ name: reviews, namespace: shop }}
/// spec: {{ hosts: [reviews], http: [{{ route: [{{ destination: {{ host: {host} }} }}] }}] }}
/// ");
/// let service = "{ apiVersion: v1, kind: Service, metadata: { name: reviews, namespace: shop } }";
/// let options = Options { select: vec!["MSH101".into()], ..Options::default() };
/// let mut session = Session::new(options);
/// session.put(&[Source::new("service.yaml", service), Source::new("route.yaml", route("reviws"))]);
/// assert_eq!(session.analysis().findings.len(), 1);
/// session.put(&[Source::new("route.yaml", route("reviews"))]);
/// assert_eq!(session.analysis().findings, []);
/// session.remove("service.yaml");
/// assert_eq!(session.analysis().findings.len(), 1);
/// ```
pub struct Session {
    options: Options,
    rules: Vec<&'static Rule>,
    /// What rules are told, and what could not be read of it.
    told: (Vec<Arc<Resource>>, Vec<Error>),
    files: BTreeMap<String, Held>,
    /// Of which kinds something has changed since the rules last ran.
    changed: BTreeSet<GroupKind>,
    worlds: Worlds,
    /// By rule, what it found and of which kinds it has read.
    kept: Vec<Option<Kept>>,
}

struct Held {
    file: Arc<File>,
    resources: Vec<Arc<Resource>>,
    errors: Vec<Error>,
}

struct Kept {
    reads: BTreeSet<GroupKind>,
    findings: Vec<Finding>,
}

/// One world for each cluster, and one for all.
struct Worlds {
    clusters: BTreeMap<Option<Arc<str>>, World>,
    fleet: World,
}

impl Session {
    /// Without files.
    pub fn new(options: Options) -> Self {
        let rules = options.rules();
        let (resources, errors) = read::told(&options);
        let told: Vec<Arc<Resource>> = resources.into_iter().map(Arc::new).collect();
        let fleet = World::new(Vec::new(), options.settings());
        let kept = rules.iter().map(|_| None).collect();
        let worlds = Worlds { clusters: BTreeMap::new(), fleet };
        Self { options, rules, told: (told, errors), files: BTreeMap::new(), changed: BTreeSet::new(), worlds, kept }
    }

    /// Adds files, or puts them in the place of those of the same names.
    pub fn put(&mut self, sources: &[Source]) {
        for (source, read) in sources.iter().zip(parallel::map(sources, read::one)) {
            let mut before = self.remove_silently(&source.name).into_iter();
            let mut resources = Vec::with_capacity(read.resources.len());
            for resource in read.resources {
                match before.next() {
                    // What has not changed stays the very same object, so that what was derived from it stays true.
                    Some(old) if *old == resource => resources.push(old),
                    old => {
                        self.changed.extend(old.map(|old| kind_of(&old)));
                        self.changed.insert(kind_of(&resource));
                        resources.push(Arc::new(resource));
                    }
                }
            }
            self.changed.extend(before.map(|old| kind_of(&old)));
            self.files.insert(source.name.clone(), Held { file: read.file, resources, errors: read.errors });
        }
    }

    /// Takes a file away, if it is there.
    pub fn remove(&mut self, name: &str) {
        let gone = self.remove_silently(name);
        self.changed.extend(gone.iter().map(|resource| kind_of(resource)));
    }

    fn remove_silently(&mut self, name: &str) -> Vec<Arc<Resource>> {
        self.files.remove(name).map(|held| held.resources).unwrap_or_default()
    }

    /// What is wrong with the files as they are now.
    pub fn analysis(&mut self) -> Analysis {
        let changed = std::mem::take(&mut self.changed);
        let is_first = self.kept.iter().any(Option::is_none);
        if is_first || !changed.is_empty() {
            self.worlds = self.worlds.with(&self.resources(), &changed);
            self.run(&changed);
        }
        let suppressed = self.is_compatible().then(|| Suppressed::of(self.worlds.fleet.clone().all()));
        let findings = self.kept.iter().flatten().flat_map(|kept| kept.findings.iter().cloned());
        let findings = findings.filter(|it| !suppressed.as_ref().is_some_and(|suppressed| suppressed.has(it)));
        let findings = findings.map(|finding| match self.options.severity_of(&finding.code) {
            Some(severity) => finding.as_bad_as(severity),
            None => finding,
        });
        let (allowances, mut errors) = self.allowances();
        let (findings, allowed) = allowances.apply(findings.collect(), self.options.today(), &self.rules);
        let unread = self.files.values().flat_map(|held| held.errors.iter()).chain(&self.told.1);
        errors.extend(unread.map(|error| Error::from(error.report().clone())));
        let files = self.files.values().map(|held| Arc::clone(&held.file)).collect();
        let analysis = Analysis { findings: sorted(findings), allowed, errors, files };
        analysis.since(&self.options.baseline)
    }

    fn allowances(&self) -> (Allowances, Vec<Error>) {
        let files = self.files.values().map(|held| &held.file);
        Allowances::gather(self.worlds.fleet.clone().all(), files, self.options.allow.as_ref())
    }

    fn resources(&self) -> Vec<Arc<Resource>> {
        // What is told goes first, so that what was read takes its place.
        let all = self.told.0.iter().chain(self.files.values().flat_map(|held| &held.resources)).cloned().collect();
        if self.is_compatible() { istioctl::read(all) } else { all }
    }

    fn is_compatible(&self) -> bool {
        self.options.profile == Profile::Istioctl
    }

    fn run(&mut self, changed: &BTreeSet<GroupKind>) {
        let stale = |kept: &Option<Kept>| kept.as_ref().is_none_or(|kept| is_touched(&kept.reads, changed));
        let due: Vec<usize> = (0..self.rules.len()).filter(|at| self.kept.get(*at).is_none_or(stale)).collect();
        let (rules, worlds) = (&self.rules, &self.worlds);
        let run = |at: &usize| rules.get(*at).map(|rule| worlds.run(rule));
        for (at, kept) in due.iter().zip(parallel::map(&due, run)) {
            if let Some(place) = self.kept.get_mut(*at) {
                *place = kept;
            }
        }
    }
}

impl Worlds {
    fn with(&self, resources: &[Arc<Resource>], changed: &BTreeSet<GroupKind>) -> Self {
        let fleet = self.fleet.with(resources.to_vec(), changed);
        let names: BTreeSet<Option<Arc<str>>> = resources.iter().map(|resource| resource.cluster.clone()).collect();
        if names.len() < 2 {
            return Self { clusters: BTreeMap::new(), fleet };
        }
        let of = |name: &Option<Arc<str>>| resources.iter().filter(|it| it.cluster == *name).cloned().collect();
        let world = |name: &Option<Arc<str>>| match self.clusters.get(name) {
            Some(before) => before.with(of(name), changed),
            None => World::new(of(name), self.fleet.settings().clone()),
        };
        Self { clusters: names.iter().map(|name| (name.clone(), world(name))).collect(), fleet }
    }

    fn run(&self, rule: &Rule) -> Kept {
        let alone = self.clusters.is_empty() || rule.extent == Extent::Fleet;
        let worlds: Vec<World> =
            if alone { vec![self.fleet.clone()] } else { self.clusters.values().cloned().collect() };
        let findings = worlds.iter().flat_map(|world| rule.analyze(world)).collect();
        Kept { findings, reads: worlds.iter().flat_map(World::reads).collect() }
    }
}

fn kind_of(resource: &Resource) -> GroupKind {
    GroupKind::new(resource.group(), &*resource.kind)
}

fn is_touched(reads: &BTreeSet<GroupKind>, changed: &BTreeSet<GroupKind>) -> bool {
    reads.contains(&GroupKind::new("*", "*")) || !reads.is_disjoint(changed)
}

/// By place, each once.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        let rest = |finding: &Finding| (finding.code.clone(), finding.resource.clone(), finding.message.clone());
        a.location.cmp(&b.location).then_with(|| rest(a).cmp(&rest(b)))
    });
    findings.dedup();
    findings
}
