//! Which programs there are, of which modules.

use super::set::{Program, Set};

/// Every set. A new one has a module of its own below `xtask/testbed/`.
pub(super) const SETS: [Set; 7] = [ETCD, KUBERNETES, ISTIO, HELM, GATEWAY_API, ISTIO_SAMPLES, KUMA_SAMPLES];

const ETCD: Set = Set {
    name: "etcd",
    module: "go.etcd.io/etcd/server/v3",
    programs: &[Program { name: "etcd", package: "go.etcd.io/etcd/server/v3", version: &["--version"] }],
    tags: "",
    stamps: &[],
    share: &[],
    is_in_envtest: true,
};

const KUBERNETES: Set = Set {
    name: "kubernetes",
    module: "k8s.io/kubernetes",
    programs: &[
        kubernetes("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
        kubernetes("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
        kubernetes("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
    ],
    tags: "",
    // The server's own version, and the one that its components name themselves by as clients.
    stamps: &[
        "k8s.io/component-base/version.gitVersion={version}",
        "k8s.io/component-base/version.gitMajor={major}",
        "k8s.io/component-base/version.gitMinor={minor}",
        "k8s.io/client-go/pkg/version.gitVersion={version}",
    ],
    share: &[],
    is_in_envtest: true,
};

const ISTIO: Set = Set {
    name: "istio",
    module: "istio.io/istio",
    programs: &[
        Program {
            name: "istioctl",
            package: "istio.io/istio/istioctl/cmd/istioctl",
            version: &["version", "--remote=false"],
        },
        Program {
            name: "pilot-agent",
            package: "istio.io/istio/pilot/cmd/pilot-agent",
            version: &["version", "--short"],
        },
        Program {
            name: "pilot-discovery",
            package: "istio.io/istio/pilot/cmd/pilot-discovery",
            version: &["version", "--short"],
        },
    ],
    // Those of Istio's releases: without the generated validation of Envoy's API, which takes long to compile.
    tags: "vtprotobuf,disable_pgv",
    // As Istio's own makefile calls what is built between two releases, from the file VERSION of the module.
    stamps: &["istio.io/istio/pkg/version.buildVersion=1.31-dev"],
    // What `helm` renders, what `istioctl` reads, and what `pilot-agent` starts Envoy with.
    share: &["manifests/charts", "manifests/profiles", "tools/packaging/common/envoy_bootstrap.json"],
    is_in_envtest: false,
};

const HELM: Set = Set {
    name: "helm",
    module: "helm.sh/helm/v4",
    programs: &[Program { name: "helm", package: "helm.sh/helm/v4/cmd/helm", version: &["version", "--short"] }],
    tags: "",
    stamps: &["helm.sh/helm/v4/internal/version.version={version}"],
    share: &[],
    is_in_envtest: false,
};

/// The definitions, by whose channels an API server judges what the Gateway API says, and examples.
const GATEWAY_API: Set =
    files("gateway-api", "sigs.k8s.io/gateway-api", &["config/crd/standard", "config/crd/experimental", "examples"]);

/// Apart from Istio's programs, which take minutes to build.
const ISTIO_SAMPLES: Set = files("istio-samples", "istio.io/istio", &["samples"]);

const KUMA_SAMPLES: Set =
    files("kuma-samples", "github.com/kumahq/kuma", &["app/kumactl/data/install/k8s/demo", "examples"]);

/// Files of a module, and no program.
const fn files(name: &'static str, module: &'static str, share: &'static [&'static str]) -> Set {
    Set { name, module, programs: &[], tags: "", stamps: &[], share, is_in_envtest: false }
}

const fn kubernetes(name: &'static str, package: &'static str) -> Program {
    Program { name, package, version: &["--version"] }
}
