//! The configuration of a proxy, as the annotation `proxy.istio.io/config` of a pod says it.

use meshery_core::resource::{Node, Value};

use super::texts::{is_address, nanoseconds};
use crate::analyze::{Source, yaml};

/// What a field holds.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    /// A text that may not be empty.
    Name,
    /// `HOST:PORT`, or nothing.
    Address,
    /// `HOST:PORT`.
    Required,
    Number,
    Port,
    Flag,
    Duration,
    /// A duration of whole seconds.
    Seconds,
    Texts,
    TextMap,
    Map,
    /// One of these words.
    Word(&'static [&'static str]),
}

use Shape::{Address, Duration, Flag, Map, Name, Number, Port, Required, Seconds, Text, TextMap, Texts, Word};

/// Fields, by the names that the documentation gives them. Others are not checked.
const FIELDS: [(&str, Shape); 39] = [
    ("availabilityZone", Text),
    ("binaryPath", Name),
    ("caCertificatesPem", Texts),
    ("concurrency", Number),
    ("configPath", Name),
    ("connectionSettings", Map),
    ("controlPlaneAuthPolicy", Word(&["NONE", "MUTUAL_TLS"])),
    ("customConfigFile", Text),
    ("discoveryAddress", Required),
    ("discoveryRefreshDelay", Duration),
    ("drainDuration", Seconds),
    ("envoyAccessLogService", Map),
    ("envoyMetricsService", Map),
    ("envoyMetricsServiceAddress", Address),
    ("extraStatTags", Texts),
    ("fileFlushInterval", Duration),
    ("fileFlushMinSizeKb", Number),
    ("gatewayTopology", Map),
    ("holdApplicationUntilProxyStarts", Flag),
    ("image", Map),
    ("interceptionMode", Word(&["REDIRECT", "TPROXY", "NONE"])),
    ("meshId", Text),
    ("privateKeyProvider", Map),
    ("proxyAdminPort", Port),
    ("proxyBootstrapTemplatePath", Text),
    ("proxyHeaders", Map),
    ("proxyMetadata", TextMap),
    ("proxyStatsMatcher", Map),
    ("readinessProbe", Map),
    ("runtimeValues", TextMap),
    ("sds", Map),
    ("serviceCluster", Name),
    ("statNameLength", Number),
    ("statsCompression", Flag),
    ("statsdUdpAddress", Address),
    ("statusPort", Port),
    ("terminationDrainDuration", Duration),
    ("tracing", Map),
    ("zipkinAddress", Text),
];

/// What is wrong with it, if something is.
pub(super) fn problem(text: &str) -> Option<String> {
    let root = match yaml::read(&Source::new(super::annotations::CONFIG, text)).into_iter().next()? {
        Ok(root) => root,
        Err(error) => return Some(format!("it is no YAML: {error}")),
    };
    match &root.value {
        Value::Null => None,
        Value::Map(fields) => {
            let mut known = fields.iter().filter(|field| !matches!(field.value.value, Value::Null));
            known.find_map(|field| of_field(&field.key, &field.value)).or_else(|| nested(&root))
        }
        other => Some(format!("it is no map but {}", other.type_name())),
    }
}

fn of_field(key: &str, value: &Node) -> Option<String> {
    let name = camel(key);
    let at = FIELDS.binary_search_by(|(field, _)| (*field).cmp(&name)).ok()?;
    let (_, shape) = FIELDS.get(at)?;
    shape.refuses(value).map(|expected| format!("{key} is not {expected}"))
}

/// Addresses and providers one level further down.
fn nested(root: &Node) -> Option<String> {
    let either =
        |node: &Node, key: &str| node.fields().iter().find(|it| camel(&it.key) == key).map(|it| it.value.clone());
    let address = |service: &Node| either(service, "address").filter(|it| !matches!(it.value, Value::Null));
    for key in ["envoyAccessLogService", "envoyMetricsService"] {
        let found = either(root, key).and_then(|service| address(&service));
        if found.is_some_and(|found| Address.refuses(&found).is_some()) {
            return Some(format!("the address of {key} is not HOST:PORT"));
        }
    }
    let tracing = either(root, "tracing")?;
    for key in ["zipkin", "datadog", "lightstep"] {
        let Some(collector) = either(&tracing, key).filter(|it| matches!(it.value, Value::Map(_))) else { continue };
        if address(&collector).is_none_or(|found| Required.refuses(&found).is_some()) {
            return Some(format!("the address of {key} is not HOST:PORT"));
        }
    }
    None
}

impl Shape {
    /// What is expected, where this is something else.
    fn refuses(self, node: &Node) -> Option<&'static str> {
        let text = node.as_str();
        // A number may be written as a text.
        let number = node.as_int().or_else(|| text?.parse().ok());
        let (holds, expected) = match self {
            Self::Text => (text.is_some(), "a text"),
            Self::Name => (text.is_some_and(|text| !text.is_empty()), "a text that says something"),
            Self::Address => (text.is_some_and(|text| text.is_empty() || is_address(text)), "HOST:PORT"),
            Self::Required => (text.is_some_and(is_address), "HOST:PORT"),
            Self::Number => (number.is_some_and(|number| i32::try_from(number).is_ok()), "a whole number"),
            Self::Port => (number.is_some_and(|number| (1..=65535).contains(&number)), "a port"),
            Self::Flag => (node.as_bool().is_some(), "true or false"),
            Self::Duration => (text.and_then(nanoseconds).is_some(), "a duration such as \"5s\""),
            Self::Seconds => {
                let whole = |nanoseconds: f64| nanoseconds >= 1e6 && nanoseconds % 1e9 == 0.0;
                (text.and_then(nanoseconds).is_some_and(whole), "a duration of whole seconds")
            }
            Self::Texts => {
                let all = matches!(node.value, Value::List(_)) && node.items().iter().all(|it| it.as_str().is_some());
                (all, "a list of texts")
            }
            Self::TextMap => {
                let is_text = |value: &Node| matches!(value.value, Value::Text(_) | Value::Null);
                let texts = node.fields().iter().all(|field| is_text(&field.value));
                (texts && matches!(node.value, Value::Map(_)), "a map of texts; numbers and booleans need quotes in it")
            }
            Self::Map => (matches!(node.value, Value::Map(_)), "a map"),
            // Or the number that a word stands for.
            Self::Word(words) => {
                let numbered =
                    node.as_int().is_some_and(|number| usize::try_from(number).is_ok_and(|it| it < words.len()));
                (numbered || text.is_some_and(|text| words.contains(&text)), "a value that there is")
            }
        };
        (!holds).then_some(expected)
    }
}

/// `status_port` and `statusPort` are one field.
fn camel(key: &str) -> String {
    let mut parts = key.split('_');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sorted_and_checked() {
        assert!(FIELDS.is_sorted_by(|a, b| a.0 < b.0));
        for good in ["", "{}", "concurrency: 2", "proxy_metadata: { A: 'true' }", "drainDuration: 45s", "any: 1"] {
            assert_eq!(problem(good), None, "{good}");
        }
        for bad in [
            "a: [",
            "[]",
            "proxyMetadata: { A: true }",
            "statusPort: 0",
            "discoveryAddress: istiod",
            "drainDuration: 45",
        ] {
            assert!(problem(bad).is_some(), "{bad}");
        }
        assert!(problem("tracing: { zipkin: {} }").is_some());
        assert_eq!(problem("tracing: { zipkin: { address: 'zipkin.tracing:9411' } }"), None);
    }
}
