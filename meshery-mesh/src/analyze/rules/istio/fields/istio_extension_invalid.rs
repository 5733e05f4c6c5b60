//! MSH238 `istio-extension-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH238",
    name: "istio-extension-invalid",
    summary: "A WasmPlugin or TrafficExtension cannot be loaded as it is told",
    why: "
A module has a URL, a sum of 64 hexadecimal digits if any, and names of limited length; code of Lua has at most 64 KiB.
istiod's webhook refuses all else.",
    bad: "
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: reviews, namespace: shop }
spec:
  url: oci://example.com/plugin:1
  pluginName: plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-plugin-name-",
    good: "
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: reviews, namespace: shop }
spec:
  url: oci://example.com/plugin:1
  pluginName: plugin-name",
    references: &["https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/#WasmPlugin"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.WasmPlugin, \
               schema.ValidationAnalyzer.TrafficExtension",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Extension)
}
