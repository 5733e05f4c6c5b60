//! Findings that follow the files: what changes runs only the rules that have read it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use meshery_core::analyzer::{Extent, Remark};
use meshery_core::resource::Kind;
use meshery_core::world::Memory;
use meshery_core::{ConfigAnalyzer, Error, Finding, GroupKind, Resource, Result, RuleInfo, Severity, World};

use super::allow::{self, Allowance};
use super::held::{self, Held};
use super::istio::istioctl::{self, Suppressed};
use super::yaml::Texts;
use super::{Allowed, Analysis, Files, Options, Profile, Source, options, own, parallel, read, report, rules};
use crate::nearest::nearest_value;

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
    rules: Vec<Arc<dyn ConfigAnalyzer>>,
    infos: Vec<RuleInfo>,
    /// How bad the findings of rules are by their names, where that is said.
    severities: BTreeMap<String, Severity>,
    told: Told,
    /// By their names and clusters: several may have a file of one name.
    files: BTreeMap<(String, Option<String>), Held>,
    /// What could not even be opened, by its name.
    unread: BTreeMap<String, Error>,
    /// What somebody has found who is no rule.
    remarks: Vec<Finding>,
    /// Of which kinds something has changed since the rules last ran.
    changed: BTreeSet<GroupKind>,
    worlds: Worlds,
    /// By rule, what it found and of which kinds it has read.
    kept: Vec<Option<Kept>>,
}

/// What rules are told beside the files, and what could not be read of it.
struct Told {
    resources: Vec<Arc<Resource>>,
    /// The same for each cluster that has a name.
    of_clusters: BTreeMap<Arc<str>, Vec<Arc<Resource>>>,
    allowances: Vec<Allowance>,
    errors: Vec<Error>,
}

impl Told {
    /// What is told of each of these clusters. It stays the very same for as long as the session lives.
    fn of(&mut self, clusters: &BTreeSet<Option<Arc<str>>>) -> Vec<Arc<Resource>> {
        let mut all = Vec::new();
        if clusters.is_empty() || clusters.contains(&None) {
            all.extend(self.resources.iter().cloned());
        }
        for name in clusters.iter().flatten() {
            let of_cluster =
                |told: &Arc<Resource>| Arc::new(Resource { cluster: Some(Arc::clone(name)), ..Resource::clone(told) });
            let here = self.of_clusters.entry(Arc::clone(name));
            all.extend(here.or_insert_with(|| self.resources.iter().map(of_cluster).collect()).iter().cloned());
        }
        all
    }
}

struct Kept {
    /// Any change of these may change everything.
    reads: BTreeSet<GroupKind>,
    /// What was found about each object by itself, in each world. A change of their kinds changes only what was found about
    /// what has changed.
    memories: Vec<Memory>,
    findings: Vec<Finding>,
}

/// One world for each cluster, and one for all.
struct Worlds {
    clusters: BTreeMap<Option<Arc<str>>, World>,
    fleet: World,
    /// Whether there were the same clusters a look ago.
    is_as_before: bool,
}

impl Session {
    /// Without files.
    pub fn new(options: Options) -> Self {
        let chosen = options::chosen(&options).into_iter();
        let mut rules: Vec<Arc<dyn ConfigAnalyzer>> =
            chosen.map(|rule| Arc::new(rule.clone()) as Arc<dyn ConfigAnalyzer>).collect();
        let (resources, mut errors) = read::told(&options);
        for source in &options.rules {
            let (own, wrong) = own::read(source);
            let own = own.into_iter().map(|rule| Arc::new(rule) as Arc<dyn ConfigAnalyzer>);
            rules.extend(own.filter(|rule| !options.ignore.iter().any(|name| rule.info().answers_to(name))));
            errors.extend(wrong);
        }
        let (allowances, unread) = options.allow.as_ref().map(allow::of_list).unwrap_or_default();
        errors.extend(unread);
        let resources: Vec<_> = resources.into_iter().map(Arc::new).collect();
        let changed = resources.iter().map(|told| held::kind_of(told)).collect();
        let told = Told { resources, of_clusters: BTreeMap::new(), allowances, errors };
        let fleet = World::new(Vec::new(), options.settings());
        let mut session = Self {
            options,
            rules: Vec::new(),
            infos: Vec::new(),
            severities: BTreeMap::new(),
            told,
            files: BTreeMap::new(),
            unread: BTreeMap::new(),
            remarks: Vec::new(),
            changed,
            worlds: Worlds { clusters: BTreeMap::new(), fleet, is_as_before: true },
            kept: Vec::new(),
        };
        for rule in rules {
            session.add(rule);
        }
        session
    }

    /// Adds a rule of one's own.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use meshery_core::{ConfigAnalyzer, Finding, RuleInfo, Severity, World};
    /// use meshery_mesh::analyze::{Options, Session, Source};
    ///
    /// struct Owned;
    /// impl ConfigAnalyzer for Owned {
    ///     fn info(&self) -> RuleInfo {
    ///         RuleInfo::new("SHOP1", "shop-owned", Severity::Error, "Nobody owns an object")
    ///     }
    ///     fn analyze(&self, world: &World) -> Vec<Finding> {
    ///         let orphans = world.all().iter().filter(|it| it.label("owner").is_none());
    ///         orphans.map(|it| self.info().finding(it, it.head(), "nobody owns this")).collect()
    ///     }
    /// }
    /// let mut session = Session::new(Options::default());
    /// session.add(Arc::new(Owned));
    /// session.put(&[Source::new("a.yaml", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }")]);
    /// assert_eq!(session.analysis().findings[0].code, "SHOP1");
    /// ```
    pub fn add(&mut self, rule: Arc<dyn ConfigAnalyzer>) {
        let info = rule.info();
        let exact = self.options.severities.get(&info.code).or_else(|| self.options.severities.get(&info.name));
        let any = || self.options.severities.iter().find(|(name, _)| info.answers_to(name)).map(|(_, it)| it);
        if let Some(severity) = exact.or_else(any) {
            self.severities.insert(info.name.clone(), *severity);
        }
        self.infos.push(info);
        self.rules.push(rule);
        self.kept.push(None);
    }

    /// Adds files, or puts them in the place of those of the same names.
    pub fn put(&mut self, sources: &[Source]) {
        for (source, read) in sources.iter().zip(parallel::map_with(sources, Texts::default, read::one)) {
            let key = (source.name.clone(), source.cluster.clone());
            let (held, changed) = Held::new(read, source.is_running, self.files.remove(&key));
            self.changed.extend(changed);
            self.unread.remove(&source.name);
            self.files.insert(key, held);
        }
    }

    /// Adds the files that paths name; those that cannot be read are among the errors of the analysis.
    pub fn gather(&mut self, paths: impl IntoIterator<Item = impl AsRef<Path>>) {
        self.add_files(&Files::of_paths(paths));
    }

    /// Adds files, or puts them in the place of those of the same names. What could not be read is among the errors of the
    /// analysis until a file whose name is its place is put there, or removed.
    pub fn add_files(&mut self, files: &Files) {
        self.put(&files.sources);
        for error in files.unread() {
            let place = error.report().place.clone().unwrap_or_default();
            // What it once held is not known to hold any more.
            self.remove(&place);
            self.unread.insert(place, error);
        }
    }

    /// Takes a file away, if it is there; where several clusters have one of that name, all of them.
    pub fn remove(&mut self, name: &str) {
        self.unread.remove(name);
        self.changed.extend(named(&self.files, name).flat_map(Held::kinds));
        self.files.retain(|(held, _), _| held != name);
    }

    /// All objects as the rules see them, in the order of their files.
    pub fn objects(&self) -> Vec<Arc<Resource>> {
        let is_running = |held: &&Held| held.is_running;
        let files = self.files.values().filter(|held| !held.is_running).flat_map(|held| &held.resources);
        let mut running = self.files.values().filter(is_running).flat_map(|held| &held.resources).peekable();
        if running.peek().is_none() {
            return files.cloned().collect();
        }
        // What is in a file is what is wanted, whatever runs.
        let wanted: BTreeSet<_> = files.clone().map(|it| identity(it)).collect();
        let rest = running.filter(|it| !wanted.contains(&identity(it)));
        files.clone().chain(rest).cloned().collect()
    }

    /// What somebody has found who is no rule, in the place of what was said before: it is allowed, known from before, and
    /// as bad as the options say, as what rules find.
    ///
    /// # Errors
    /// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) for an object that is not among [`objects`](Self::objects).
    pub fn remark(&mut self, remarks: &[Remark]) -> Result<()> {
        let objects = self.objects();
        self.remarks = remarks.iter().map(|remark| remark.finding(&objects)).collect::<Result<_>>()?;
        Ok(())
    }

    /// What is wrong with the files as they are now.
    pub fn analysis(&mut self) -> Analysis {
        let changed = std::mem::take(&mut self.changed);
        let is_first = self.kept.iter().any(Option::is_none);
        if is_first || !changed.is_empty() {
            let resources = self.resources();
            self.worlds = self.worlds.with(&resources, &changed);
            self.run(&changed);
        }
        let suppressed = self.is_compatible().then(|| Suppressed::of(self.worlds.fleet.clone().all()));
        let remarks = self.remarks.iter().filter(|remark| !self.is_ignored(remark));
        let findings = self.kept.iter().flatten().flat_map(|kept| &kept.findings).chain(remarks);
        let findings = findings.filter(|it| !suppressed.as_ref().is_some_and(|suppressed| suppressed.has(it)));
        let have_moved = self.files.values().any(|held| !held.is_fresh());
        let findings = findings.cloned().map(|mut finding| {
            if have_moved {
                held::follow(&mut finding, |name| named(&self.files, name));
            }
            let of_remark =
                || self.options.severities.get(&finding.code).or(self.options.severities.get(&finding.rule));
            match self.severities.get(&finding.rule).or_else(of_remark).copied() {
                Some(severity) => finding.as_bad_as(severity),
                None => finding,
            }
        });
        let allowances = self.files.values().flat_map(|held| &held.allowances).chain(&self.told.allowances);
        let allowances: Vec<&Allowance> = allowances.collect();
        let (findings, allowed) =
            allow::apply(&allowances, findings.collect(), options::today(&self.options), &self.infos);
        let errors = self.files.values().flat_map(|held| &held.errors).chain(&self.told.errors);
        let errors = errors.chain(self.unread.values()).map(|error| Error::from(error.report().clone()));
        let errors = errors.chain(self.unknown_names()).collect();
        let files = self.files.values().map(|held| Arc::clone(&held.file)).collect();
        let analysis = Analysis { findings: sorted(findings), allowed, errors, files };
        since(analysis, &self.options.baseline)
    }

    fn resources(&mut self) -> Vec<Arc<Resource>> {
        let objects = self.objects();
        let clusters: BTreeSet<Option<Arc<str>>> = objects.iter().map(|object| object.cluster.clone()).collect();
        // What is told goes first, so that what was read takes its place.
        let all = self.told.of(&clusters).into_iter().chain(objects).collect();
        if self.is_compatible() { istioctl::read(all) } else { all }
    }

    /// Names among the options that no rule answers to.
    fn unknown_names(&self) -> impl Iterator<Item = Error> {
        let lists = [("select", &self.options.select), ("ignore", &self.options.ignore)];
        let listed = lists.into_iter().flat_map(|(option, names)| names.iter().map(move |name| (option, name)));
        let named = listed.chain(self.options.severities.keys().map(|name| ("severities", name)));
        let is_unknown = |name: &str| !allow::is_known(name) && !self.infos.iter().any(|info| info.answers_to(name));
        named.filter(move |(_, name)| is_unknown(name)).map(|(option, name)| {
            let error = Error::invalid(option, "there is no such rule").found(name);
            match nearest_value(name, &rules().map(|rule| rule.code).collect::<Vec<_>>()) {
                Some(near) => error.expected(near),
                None => error,
            }
        })
    }

    /// Whether somebody's own finding is not asked for.
    fn is_ignored(&self, finding: &Finding) -> bool {
        self.options.ignore.iter().any(|name| *name == finding.code || *name == finding.rule)
    }

    fn is_compatible(&self) -> bool {
        self.options.profile == Profile::Istioctl
    }

    fn run(&mut self, changed: &BTreeSet<GroupKind>) {
        let stale = |kept: &Option<Kept>| kept.as_ref().is_none_or(|kept| kept.is_touched(changed));
        let due: Vec<usize> = (0..self.rules.len()).filter(|at| self.kept.get(*at).is_none_or(stale)).collect();
        let (rules, infos, worlds, kept) = (&self.rules, &self.infos, &self.worlds, &self.kept);
        let run = |at: &usize| {
            let before = kept.get(*at)?.as_ref().filter(|kept| !is_touched(&kept.reads, changed));
            Some(worlds.run(&**rules.get(*at)?, infos.get(*at)?.extent, before))
        };
        for (at, kept) in due.iter().zip(parallel::map(&due, run)) {
            if let Some(place) = self.kept.get_mut(*at) {
                *place = kept;
            }
        }
    }
}

/// The files of this name, of all clusters.
fn named<'f>(
    files: &'f BTreeMap<(String, Option<String>), Held>,
    name: &str,
) -> impl Iterator<Item = &'f Held> + use<'f> {
    let first = (name.to_owned(), None);
    let named = files.range(first.clone()..).take_while(move |((name, _), _)| *name == first.0);
    named.map(|(_, held)| held)
}

/// What an object is on its cluster.
fn identity(object: &Resource) -> (Option<&str>, Kind<'_>, &str, &str) {
    (object.cluster.as_deref(), object.kind(), object.namespace_or_default(), &object.name)
}

/// Without what was there before, by its fingerprints.
fn since(analysis: Analysis, baseline: &BTreeSet<String>) -> Analysis {
    if baseline.is_empty() {
        return analysis;
    }
    let prints = report::fingerprints(&analysis);
    let (mut findings, mut allowed) = (Vec::new(), analysis.allowed);
    for (finding, print) in analysis.findings.into_iter().zip(prints) {
        if baseline.contains(&print) {
            allowed.push(Allowed { finding, reason: "it was there before".into() });
        } else {
            findings.push(finding);
        }
    }
    Analysis { findings, allowed, ..analysis }
}

impl Worlds {
    fn with(&self, resources: &[Arc<Resource>], changed: &BTreeSet<GroupKind>) -> Self {
        let fleet = self.fleet.with(resources.to_vec(), changed);
        let names: BTreeSet<Option<Arc<str>>> = resources.iter().map(|resource| resource.cluster.clone()).collect();
        if names.len() < 2 {
            return Self { clusters: BTreeMap::new(), fleet, is_as_before: self.clusters.is_empty() };
        }
        let of = |name: &Option<Arc<str>>| resources.iter().filter(|it| it.cluster == *name).cloned().collect();
        let world = |name: &Option<Arc<str>>| match self.clusters.get(name) {
            Some(before) => before.with(of(name), changed),
            None => World::new(of(name), self.fleet.settings().clone()),
        };
        let is_as_before = self.clusters.keys().eq(&names);
        Self { clusters: names.iter().map(|name| (name.clone(), world(name))).collect(), fleet, is_as_before }
    }

    /// What a rule finds, where it may recall what it found before.
    fn run(&self, rule: &dyn ConfigAnalyzer, extent: Extent, before: Option<&Kept>) -> Kept {
        let alone = self.clusters.is_empty() || extent == Extent::Fleet;
        let mut worlds: Vec<World> =
            if alone { vec![self.fleet.clone()] } else { self.clusters.values().cloned().collect() };
        // A cluster more or less, and nobody knows whose memories they are.
        let before = before.filter(|before| self.is_as_before && before.memories.len() == worlds.len());
        if let Some(before) = before {
            let memories = before.memories.iter().cloned();
            worlds = worlds.into_iter().zip(memories).map(|(world, memory)| world.recalling(memory)).collect();
        }
        let findings = worlds.iter().flat_map(|world| rule.analyze(world)).collect();
        let memories = worlds.iter().map(World::memory).collect();
        // What was recalled has read what it read then.
        let read = before.into_iter().flat_map(|before| before.reads.iter().cloned());
        Kept { reads: worlds.iter().flat_map(World::reads).chain(read).collect(), memories, findings }
    }
}

impl Kept {
    fn is_touched(&self, changed: &BTreeSet<GroupKind>) -> bool {
        let mut listed = self.memories.iter().flat_map(Memory::kinds);
        is_touched(&self.reads, changed) || listed.any(|kind| changed.contains(kind))
    }
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
