//! Products that nobody works on any more.

use std::sync::Arc;

use meshery_core::resource::{Kind, Resource};
use meshery_core::world::{Facet, Facets, Settings, World};

use super::Place;
use crate::analyze::kinds::{DEFINITION, DEPLOYMENT, NAMESPACE};

/// A product that has ended.
pub(in crate::analyze) struct Product {
    /// Its name as its project wrote it.
    pub(in crate::analyze) title: &'static str,
    /// When and how it ended.
    pub(in crate::analyze) end: &'static str,
    /// The way out.
    pub(in crate::analyze) way_out: &'static str,
    /// The groups of its definitions; a group whose name begins with a dot means all that end so.
    groups: &'static [&'static str],
    /// The kinds of its objects.
    kinds: &'static [Kind<'static>],
    /// A label of its control plane, with its value.
    label: Option<(&'static str, &'static str)>,
    /// A label by which a namespace takes part.
    opt_in: Option<&'static str>,
}

const APP_MESH: &str = "appmesh.k8s.aws";
const OSM_CONFIG: &str = "config.openservicemesh.io";
const OSM_POLICY: &str = "policy.openservicemesh.io";
const NGINX: &str = "nsm.nginx.com";
const NGINX_SMI: &str = "specs.smi.nginx.com";

/// Sorted by title.
const PRODUCTS: [Product; 7] = [
    Product {
        title: "AWS App Mesh",
        end: "was discontinued on 2026-09-30",
        way_out: "remove its objects while the controller still runs, for they hold finalizers and objects of AWS; Amazon \
                  VPC Lattice or a mesh that is alive, such as Istio, takes its place",
        groups: &[APP_MESH],
        kinds: &[
            Kind::new(APP_MESH, "BackendGroup"),
            Kind::new(APP_MESH, "GatewayRoute"),
            Kind::new(APP_MESH, "Mesh"),
            Kind::new(APP_MESH, "VirtualGateway"),
            Kind::new(APP_MESH, "VirtualNode"),
            Kind::new(APP_MESH, "VirtualRouter"),
            Kind::new(APP_MESH, "VirtualService"),
        ],
        label: Some(("app.kubernetes.io/name", "appmesh-controller")),
        opt_in: Some("appmesh.k8s.aws/sidecarInjectorWebhook"),
    },
    Product {
        title: "Citrix ADC CPX as a sidecar of Istio",
        end: "has not been worked on since 2021-07",
        way_out: "go back to Istio's own proxy: remove the label cpx-injection, restart the workloads, remove the injector",
        groups: &[],
        kinds: &[],
        label: Some(("app", "cpx-sidecar-injector")),
        opt_in: Some("cpx-injection"),
    },
    Product {
        title: "NGINX Service Mesh",
        end: "was archived on 2024-03-14",
        way_out: "translate its objects of SMI to the Gateway API, and move to NGINX Gateway Fabric or to a mesh that is \
                  alive, such as Istio or Linkerd",
        groups: &[NGINX, NGINX_SMI],
        kinds: &[
            Kind::new(NGINX_SMI, "CircuitBreaker"),
            Kind::new(NGINX, "MeshConfig"),
            Kind::new(NGINX, "MeshConfigClass"),
            Kind::new(NGINX_SMI, "RateLimit"),
        ],
        label: Some(("app.kubernetes.io/part-of", "nginx-service-mesh")),
        opt_in: Some("injector.nsm.nginx.com/auto-inject"),
    },
    Product {
        title: "Open Service Mesh",
        end: "was archived in 2023-07",
        way_out: "translate its objects of SMI to the Gateway API, and move to Istio or Linkerd namespace by namespace",
        groups: &[OSM_CONFIG, OSM_POLICY],
        kinds: &[
            Kind::new(OSM_CONFIG, "ExtensionService"),
            Kind::new(OSM_CONFIG, "MeshConfig"),
            Kind::new(OSM_CONFIG, "MeshRootCertificate"),
            Kind::new(OSM_POLICY, "Egress"),
            Kind::new(OSM_POLICY, "IngressBackend"),
            Kind::new(OSM_POLICY, "Retry"),
            Kind::new(OSM_POLICY, "Telemetry"),
            Kind::new(OSM_POLICY, "UpstreamTrafficSetting"),
        ],
        label: Some(("app.kubernetes.io/name", "openservicemesh.io")),
        opt_in: Some("openservicemesh.io/monitored-by"),
    },
    Product {
        title: "Service Mesh Interface",
        end: "was archived in 2023-10",
        way_out: "say the same by the Gateway API, which the meshes that are alive read",
        groups: &[".smi-spec.io"],
        kinds: &[
            Kind::new("access.smi-spec.io", "TrafficTarget"),
            Kind::new("specs.smi-spec.io", "HTTPRouteGroup"),
            Kind::new("specs.smi-spec.io", "TCPRoute"),
            Kind::new("specs.smi-spec.io", "UDPRoute"),
            Kind::new("split.smi-spec.io", "TrafficSplit"),
        ],
        label: None,
        opt_in: None,
    },
    Product {
        title: "Tanzu Service Mesh",
        end: "was discontinued in 2024",
        way_out: "leave the service from its console, which removes its agents, and keep the Istio that it has installed",
        groups: &["tsm.vmware.com"],
        kinds: &[],
        label: None,
        opt_in: None,
    },
    Product {
        title: "Traefik Mesh",
        end: "has had no release since 2022-08, and its maker develops it no further",
        way_out: "translate its objects of SMI to the Gateway API, let clients call Services by their own names instead of \
                  names under traefik.mesh, and move to Istio or Linkerd",
        groups: &[],
        kinds: &[],
        label: Some(("app", "maesh")),
        opt_in: None,
    },
];

impl Product {
    fn has(&self, group: &str) -> bool {
        self.groups.iter().any(|own| *own == group || (own.starts_with('.') && group.ends_with(own)))
    }

    fn objects(&self, world: &World) -> Vec<Arc<Resource>> {
        let objects = self.kinds.iter().flat_map(|kind| world.of(*kind));
        let definitions = world.of(DEFINITION).iter();
        let definitions = definitions.filter(|it| it.text(&["spec", "group"]).is_some_and(|group| self.has(group)));
        let labelled = world.view::<Facets<Labelled>>();
        let labelled = labelled.iter().filter(|(_, it)| it.0.contains(&self.title)).map(|(object, _)| object);
        objects.chain(labelled).chain(definitions).cloned().collect()
    }

    /// Whether an object's labels say that it is a part of the control plane, or a namespace that takes part.
    fn is_label_of(&self, object: &Resource) -> bool {
        match object.kind() {
            NAMESPACE => self.opt_in.is_some_and(|name| object.label(name).is_some()),
            _ => self.label.is_some_and(|(name, value)| object.label(name) == Some(value)),
        }
    }
}

/// The products that an object is of by its labels.
struct Labelled(Vec<&'static str>);

impl Facet for Labelled {
    const KINDS: &'static [Kind<'static>] = &[DEPLOYMENT, NAMESPACE];

    fn of(object: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let titles = PRODUCTS.iter().filter(|product| product.is_label_of(object)).map(|product| product.title);
        Some(Self(titles.collect())).filter(|it| !it.0.is_empty())
    }
}

/// The products that have ended and are among the objects: each with the first of its objects, and how many there are.
pub(in crate::analyze) fn ended(world: &World) -> Vec<(&'static Product, Place, usize)> {
    let found = PRODUCTS.iter().filter_map(|product| {
        let objects = product.objects(world);
        Some((product, Place::head(objects.first()?), objects.len()))
    });
    found.collect()
}
