//! Which kinds a server knows, and under which path.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::{GroupKind, Object, Result};
use serde::Deserialize;

use super::{Cluster, Request};

/// Aggregated discovery: all groups in one answer, instead of one request a group.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

/// One version of a kind, as a server offers it.
///
/// ```
/// use meshery_mesh::cluster::Api;
///
/// let api = Api {
///     group: "apps".into(),
///     version: "v1".into(),
///     kind: "Deployment".into(),
///     plural: "deployments".into(),
///     namespaced: true,
/// };
/// assert_eq!(api.path(Some("shop"), Some("cart")), "/apis/apps/v1/namespaces/shop/deployments/cart");
/// assert_eq!(api.path(None, None), "/apis/apps/v1/deployments");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Api {
    /// The group, empty for the core group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// Its name in paths.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

impl Api {
    /// The kind with its group.
    pub fn group_kind(&self) -> GroupKind {
        GroupKind::new(&self.group, &self.kind)
    }

    /// As objects write it, for example `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// The path of an object, or of all objects, in a namespace or in all.
    pub fn path(&self, namespace: Option<&str>, name: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        let mut path = format!("{root}/{}", self.api_version());
        for part in namespace.filter(|_| self.namespaced).map(|namespace| ["namespaces", namespace]).iter().flatten() {
            path = format!("{path}/{part}");
        }
        for part in [Some(self.plural.as_str()), name].into_iter().flatten() {
            path = format!("{path}/{part}");
        }
        path
    }
}

/// All kinds that a server knows.
///
/// ```
/// use meshery_mesh::cluster::Discovery;
///
/// assert!(Discovery::default().find("v1", "Service").is_none(), "nothing is known before a server is asked");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The versions of each kind, the preferred one first.
    apis: BTreeMap<GroupKind, Vec<Api>>,
    /// The kinds whose objects say by themselves how they are.
    with_status: BTreeSet<GroupKind>,
}

impl Discovery {
    /// Asks a server: two requests, or one a group where the server is too old for that.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn read(cluster: &Cluster) -> Result<Self> {
        let mut all = Self::default();
        let ask = async |root| cluster.send(Request::get(root).accept(AGGREGATED)).await?.json::<Document>().await;
        let (core, named) = tokio::join!(ask("/api"), ask("/apis"));
        for (root, document) in [("/api", core?), ("/apis", named?)] {
            match document {
                Document::Aggregated { items } => items.into_iter().for_each(|group| all.add_group(group)),
                Document::Classic { versions, groups } => all.read_classic(cluster, root, versions, groups).await?,
            }
        }
        Ok(all)
    }

    async fn read_classic(
        &mut self,
        cluster: &Cluster,
        root: &str,
        versions: Vec<String>,
        groups: Vec<ClassicGroup>,
    ) -> Result<()> {
        let core = versions.into_iter().map(|version| (String::new(), version));
        let named = groups.into_iter().flat_map(|group| {
            let name = group.name;
            group.versions.into_iter().map(move |version| (name.clone(), version.version))
        });
        for (group, version) in core.chain(named).collect::<Vec<_>>() {
            let path = if group.is_empty() { format!("{root}/{version}") } else { format!("{root}/{group}/{version}") };
            let list: ClassicList = cluster.send(Request::get(path)).await?.json().await?;
            let with_status: BTreeSet<String> =
                list.resources.iter().filter_map(|part| Some(part.name.strip_suffix("/status")?.to_owned())).collect();
            for resource in list.resources.into_iter().filter(|resource| !resource.name.contains('/')) {
                if with_status.contains(&resource.name) {
                    self.with_status.insert(GroupKind::new(&group, &resource.kind));
                }
                let (plural, namespaced) = (resource.name, resource.namespaced);
                self.add(Api {
                    group: group.clone(),
                    version: version.clone(),
                    kind: resource.kind,
                    plural,
                    namespaced,
                });
            }
        }
        Ok(())
    }

    fn add_group(&mut self, group: Group) {
        for version in group.versions {
            for resource in version.resources {
                if resource.subresources.iter().any(|part| part.subresource == "status") {
                    self.with_status.insert(GroupKind::new(&group.metadata.name, &resource.response_kind.kind));
                }
                self.add(Api {
                    group: group.metadata.name.clone(),
                    version: version.version.clone(),
                    kind: resource.response_kind.kind,
                    plural: resource.plural,
                    namespaced: resource.scope == "Namespaced",
                });
            }
        }
    }

    /// Takes one more version of a kind in, after those that are known.
    pub fn add(&mut self, api: Api) {
        let known = self.apis.entry(api.group_kind()).or_default();
        if !known.iter().any(|other| other.version == api.version) {
            known.push(api);
        }
    }

    /// Takes in what a CustomResourceDefinition will make known once it is established.
    pub fn learn(&mut self, definition: &Object) {
        let (group, kind) = (definition.text("/spec/group"), definition.text("/spec/names/kind"));
        let served = definition.items("/spec/versions").iter().filter(|version| version["served"] == true);
        if served.clone().any(|version| version.pointer("/subresources/status").is_some()) {
            self.with_status.insert(GroupKind::new(group, kind));
        }
        for version in served.filter_map(|version| version["name"].as_str()) {
            self.add(Api {
                group: group.into(),
                version: version.into(),
                kind: kind.into(),
                plural: definition.text("/spec/names/plural").into(),
                namespaced: definition.text("/spec/scope") == "Namespaced",
            });
        }
    }

    /// A version of a kind.
    pub fn find(&self, api_version: &str, kind: &str) -> Option<&Api> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        self.versions(&GroupKind::new(group, kind)).iter().find(|api| api.api_version() == api_version)
    }

    /// Whether objects of a kind have a part in which their controller says how they are.
    pub(crate) fn has_status(&self, kind: &GroupKind) -> bool {
        self.with_status.contains(kind)
    }

    /// The version of a kind that the server prefers.
    pub fn preferred(&self, kind: &GroupKind) -> Option<&Api> {
        self.versions(kind).first()
    }

    /// The versions of a kind, the preferred one first.
    pub fn versions(&self, kind: &GroupKind) -> &[Api] {
        self.apis.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The kind that a CustomResourceDefinition of this name defines: `gateways.networking.istio.io`.
    pub(crate) fn of_definition(&self, name: &str) -> Option<&Api> {
        let (plural, group) = name.split_once('.')?;
        let kinds = self.kinds().filter(|kind| kind.group == group);
        kinds.filter_map(|kind| self.preferred(kind)).find(|api| api.plural == plural)
    }

    /// Every version of every kind, as charts ask for them: `policy/v1` and `policy/v1/PodDisruptionBudget`.
    pub(crate) fn api_versions(&self) -> Vec<String> {
        let kinds = self.apis.values().flatten().map(|api| format!("{}/{}", api.api_version(), api.kind));
        let versions: std::collections::BTreeSet<String> =
            self.apis.values().flatten().map(Api::api_version).chain(kinds).collect();
        versions.into_iter().collect()
    }

    /// Every kind.
    pub fn kinds(&self) -> impl Iterator<Item = &GroupKind> {
        self.apis.keys()
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Aggregated {
        items: Vec<Group>,
    },
    Classic {
        #[serde(default)]
        versions: Vec<String>,
        #[serde(default)]
        groups: Vec<ClassicGroup>,
    },
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: Name,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Default, Deserialize)]
struct Name {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(rename = "resource")]
    plural: String,
    #[serde(default)]
    response_kind: Kind,
    scope: String,
    #[serde(default)]
    subresources: Vec<Subresource>,
}

#[derive(Deserialize)]
struct Subresource {
    subresource: String,
}

#[derive(Default, Deserialize)]
struct Kind {
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize)]
struct ClassicGroup {
    name: String,
    versions: Vec<ClassicVersion>,
}

#[derive(Deserialize)]
struct ClassicVersion {
    version: String,
}

#[derive(Deserialize)]
struct ClassicList {
    resources: Vec<ClassicResource>,
}

#[derive(Deserialize)]
struct ClassicResource {
    name: String,
    kind: String,
    namespaced: bool,
}
