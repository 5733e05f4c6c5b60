//! Earlier matches, by their paths.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use meshery_core::resource::{Node, Resource};

use super::super::super::virtual_service::MESH;
use super::super::read::texts;
use super::request::{Request, Text, literal};

/// How many earlier matches are held against one. Those of one path are few, unless somebody tries hard.
const MOST: usize = 256;

/// Earlier matches of a VirtualService.
pub(super) struct Covering<'a> {
    /// The gateways of matches that name none.
    gateways: BTreeSet<&'a str>,
    requests: Vec<Request<'a>>,
    exact: HashMap<&'a str, Vec<usize>>,
    prefix: HashMap<&'a str, Vec<usize>>,
    /// How long the prefixes are.
    lengths: BTreeSet<usize>,
    /// Those without a path, by an expression, or of any case.
    others: Vec<usize>,
}

impl<'a> Covering<'a> {
    pub(super) fn new(service: &'a Resource) -> Self {
        let spec = service.root.get("spec");
        let named: BTreeSet<&str> =
            spec.into_iter().flat_map(|spec| texts(spec, "gateways")).map(|(name, _)| name).collect();
        Self {
            gateways: if named.is_empty() { BTreeSet::from([MESH]) } else { named },
            requests: Vec::new(),
            exact: HashMap::new(),
            prefix: HashMap::new(),
            lengths: BTreeSet::new(),
            others: Vec::new(),
        }
    }

    /// The earlier match that takes all requests of this one. Where none does, it may take those of later ones.
    pub(super) fn add(&mut self, found: &'a Node, takes: bool) -> Option<&'a Node> {
        let request = Request::of(found, &self.gateways);
        let mut near = self.near(&request);
        near.sort_unstable();
        let earlier = near.into_iter().take(MOST).filter_map(|at| self.requests.get(at));
        let earlier = earlier.into_iter().find(|earlier| earlier.covers(&request)).map(|earlier| earlier.found);
        // What gets no requests takes none from others.
        if earlier.is_none() && takes {
            self.put(request);
        }
        earlier
    }

    fn put(&mut self, request: Request<'a>) {
        let at = self.requests.len();
        match request.uri {
            Some(Text::Exact(path)) if request.folded.is_none() => self.exact.entry(path).or_default().push(at),
            Some(Text::Prefix(path)) if request.folded.is_none() => {
                self.lengths.insert(path.len());
                self.prefix.entry(path).or_default().push(at);
            }
            _ => self.others.push(at),
        }
        self.requests.push(request);
    }

    /// Those that may cover it.
    fn near(&self, request: &Request<'a>) -> Vec<usize> {
        let path = match request.uri {
            Some(Text::Exact(path) | Text::Prefix(path)) => path,
            Some(Text::Regex(regex)) => literal(regex),
            Some(Text::Any) | None => "",
        };
        // Every path begins with a slash, though the match does not say so.
        let path = if path.is_empty() { "/" } else { path };
        let starts = self.lengths.iter().take_while(|length| **length <= path.len()).filter_map(|end| path.get(..*end));
        let prefixes: BTreeMap<&str, &Vec<usize>> = starts.filter_map(|it| Some((it, self.prefix.get(it)?))).collect();
        let slash = self.prefix.get("/").filter(|_| !path.starts_with('/'));
        let found = self.others.iter().chain(self.exact.get(path).into_iter().flatten());
        let found = found.chain(prefixes.into_values().flatten()).chain(slash.into_iter().flatten());
        found.copied().collect()
    }
}
