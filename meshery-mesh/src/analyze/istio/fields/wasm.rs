//! WasmPlugins, and TrafficExtensions, which may be of Lua as well.

use std::collections::BTreeMap;

use meshery_core::resource::Node;

use super::read::{choice, given, is_null, list, part, text};
use super::report::{Idea, Report};
use crate::analyze::istio::url;

/// How long names may be.
const LONGEST_NAME: usize = 256;
const LONGEST_SECRET: usize = 253;
/// How long code may be that is written within an object.
const LONGEST_CODE: usize = 65_536;

pub(super) fn check_plugin(report: &mut Report<'_>, spec: &Node) {
    report.attached(spec);
    check_module(report, spec);
    check_ports(report, spec);
}

pub(super) fn check_extension(report: &mut Report<'_>, spec: &Node) {
    let (wasm, lua) = (part(spec, "wasm"), part(spec, "lua"));
    if wasm.is_some() == lua.is_some() {
        report.stated(Idea::Setting, spec, "an extension is of WebAssembly or of Lua", "leave one of wasm and lua");
    }
    report.attached(spec);
    if let Some(lua) = lua {
        match text(lua, "inlineCode") {
            None => {
                let place = given(lua, "inlineCode").unwrap_or(lua);
                report.say(Idea::Setting, place, "the extension has no code", "write inlineCode");
            }
            Some((code, place)) if code.len() > LONGEST_CODE => {
                let message = format!("the code has {} bytes, more than {LONGEST_CODE}", code.len());
                report.say(Idea::Setting, place, message, "make it shorter, or use WebAssembly");
            }
            Some(_) => {}
        }
    }
    if let Some(wasm) = wasm {
        check_module(report, wasm);
    }
    check_ports(report, spec);
}

/// A module of WebAssembly: where it is fetched from, and what it is told.
fn check_module(report: &mut Report<'_>, module: &Node) {
    match text(module, "url") {
        None => {
            let place = given(module, "url").unwrap_or(module);
            report.say(Idea::Setting, place, "nothing says where the module is", "write url");
        }
        Some((url, place)) if !is_fetched(url) => {
            let message = format!("no module can be fetched from {url:?}");
            report.stated(Idea::Setting, place, message, "write a URL of oci, https, http or file");
        }
        Some(_) => {}
    }
    if let Some((sum, place)) = text(module, "sha256")
        && !(sum.len() == 64 && sum.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
    {
        report.say(Idea::Setting, place, "this is no SHA-256 sum", "write 64 digits of 0-9 and a-f");
    }
    for (key, longest) in [("imagePullSecret", LONGEST_SECRET), ("pluginName", LONGEST_NAME)] {
        if let Some((_, place)) = text(module, key).filter(|(name, _)| name.len() > longest) {
            report.say(Idea::Setting, place, format!("{key} is longer than {longest} bytes"), "make it shorter");
        }
    }
    if let Some(machine) = part(module, "vmConfig") {
        environment(report, machine);
    }
}

fn environment(report: &mut Report<'_>, machine: &Node) {
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
    for variable in list(machine, "env").iter().filter(|variable| !is_null(variable)) {
        let Some((name, place)) = text(variable, "name") else {
            let place = given(variable, "name").unwrap_or(variable);
            report.say(Idea::Setting, place, "a variable has no name", "name the variable");
            return;
        };
        if name.len() > LONGEST_NAME {
            report.say(Idea::Setting, place, "the name of a variable is too long", "make it shorter");
        }
        if let Some(other) = seen.insert(name, place).filter(|_| report.alone) {
            report.twice(Idea::Setting, place, other, format!("the variable {name:?} is there twice"));
        }
        if choice(variable, "valueFrom", "INLINE") != "INLINE"
            && let Some((_, place)) = text(variable, "value")
        {
            let message = "the variable's value is taken from the proxy, and told";
            report.stated(Idea::Setting, place, message, "leave value out, or write valueFrom: INLINE");
        }
    }
}

fn check_ports(report: &mut Report<'_>, spec: &Node) {
    for found in list(spec, "match") {
        if is_null(found) {
            report.say(Idea::Setting, spec, "a match is empty", "leave it out");
        }
        for port in list(found, "ports") {
            if is_null(port) {
                report.say(Idea::Port, found, "a port is empty", "leave it out");
            } else {
                report.port_of(port, "number");
            }
        }
    }
}

/// Whether a module can be fetched from there; without a scheme it is an image of a registry.
fn is_fetched(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_lowercase());
    let is_known = scheme.as_deref().is_none_or(|scheme| ["http", "https", "oci", "file"].contains(&scheme));
    is_known && (url::host(text).is_some() || url::host(&format!("http://{text}")).is_some())
}
