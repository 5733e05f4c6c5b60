//! What proxies are told unless they are told otherwise: `defaultConfig` of the mesh, and ProxyConfigs.

use meshery_core::resource::Node;

use super::addresses::server;
use super::numbers::nanoseconds;
use super::read::{given, is_null, part, text, whole};
use super::report::{Idea, Report};

/// The least window of HTTP/2.
const LEAST_WINDOW: i64 = 65_535;

pub(super) fn check(report: &mut Report<'_>, spec: &Node) {
    report.selector(spec, "selector", "matchLabels");
    report.none_negative(spec, &["concurrency"]);
}

impl Report<'_> {
    /// `defaultConfig` of the mesh.
    pub(super) fn proxy_defaults(&mut self, config: &Node) {
        for key in ["configPath", "binaryPath", "serviceCluster", "discoveryAddress"] {
            if let Some(place) = given(config, key).filter(|place| place.as_str() == Some("")) {
                self.say(Idea::Mesh, place, format!("{key} is empty"), "write it, or leave it out for the default");
            }
        }
        if let Some(place) = given(config, "drainDuration") {
            self.duration_at(place);
            let is_whole = |time: i128| time % 1_000_000_000 == 0 || time % 1_000_000 != 0;
            if place.as_str().and_then(nanoseconds).is_some_and(|time| !is_whole(time)) {
                let message = "how long proxies drain is told in whole seconds";
                self.say(Idea::Duration, place, message, "write whole seconds");
            }
        }
        for key in ["discoveryAddress", "statsdUdpAddress", "envoyMetricsServiceAddress"] {
            self.server_of(config, key);
        }
        for key in ["envoyMetricsService", "envoyAccessLogService"] {
            if let Some(service) = part(config, key) {
                self.server_of(service, "address");
            }
        }
        for key in ["proxyAdminPort", "statusPort"] {
            if let Some(port) = given(config, key) {
                self.port(port);
            }
        }
        let metadata = part(config, "proxyMetadata");
        if let Some(place) = metadata.and_then(|metadata| metadata.get("ISTIO_META_DNS_AUTO_ALLOCATE")) {
            let message = "addresses are made up by each proxy, which is deprecated";
            self.say(Idea::Deprecated, place, message, "leave it out: istiod makes addresses up");
        }
        if let Some(tracing) = part(config, "tracing") {
            self.tracing_defaults(tracing);
        }
        if let Some(provider) = part(config, "privateKeyProvider") {
            self.private_keys(provider);
        }
        if let Some(settings) = part(config, "connectionSettings") {
            self.connection_settings(settings);
        }
    }

    fn server_of(&mut self, owner: &Node, key: &str) {
        if let Some((address, place)) = text(owner, key) {
            self.server(address, place);
        }
    }

    fn server(&mut self, address: &str, place: &Node) {
        if let Err(problem) = server(&address.replacen("$(HOST_IP)", "127.0.0.1", 1)) {
            self.say(Idea::Address, place, problem, "write HOST:PORT");
        }
    }

    fn tracing_defaults(&mut self, tracing: &Node) {
        for kind in ["lightstep", "zipkin", "datadog"] {
            let Some(collector) = part(tracing, kind) else { continue };
            match text(collector, "address") {
                Some((address, place)) => self.server(address, place),
                None => self.say(Idea::Address, collector, "traces are sent nowhere", "write address"),
            }
            if kind == "lightstep" && text(collector, "accessToken").is_none() {
                self.say(Idea::Mesh, collector, "accessToken is missing", "write accessToken");
            }
        }
        if let Some(tls) = part(tracing, "tlsSettings") {
            self.client_tls(tls);
        }
        for field in tracing.get("customTags").map(Node::fields).unwrap_or_default() {
            if is_null(&field.value) {
                self.say_key(Idea::Mesh, field, "nothing is said of the tag", "write literal, header or environment");
            }
        }
    }

    fn private_keys(&mut self, provider: &Node) {
        let help = "write cryptomb or qat, with pollDelay";
        let Some(kind) = ["cryptomb", "qat"].into_iter().find_map(|key| part(provider, key)) else {
            self.say(Idea::Mesh, provider, "nothing says what keeps private keys", help);
            return;
        };
        match given(kind, "pollDelay") {
            None => self.say(Idea::Mesh, kind, "pollDelay is missing", help),
            Some(place) if place.as_str().and_then(nanoseconds) == Some(0) => {
                self.say(Idea::Duration, place, "pollDelay is nothing", "write a duration such as 10ms");
            }
            Some(_) => {}
        }
    }

    fn connection_settings(&mut self, settings: &Node) {
        self.none_negative(
            settings,
            &["listenerPerConnectionBufferLimitBytes", "clusterPerConnectionBufferLimitBytes"],
        );
        let durations = [
            "httpIdleTimeout",
            "httpMaxConnectionDuration",
            "httpDrainTimeout",
            "httpRequestTimeout",
            "httpRequestHeadersTimeout",
            "httpStreamIdleTimeout",
            "httpMaxStreamDuration",
        ];
        for place in durations.iter().filter_map(|key| given(settings, key)) {
            if place.as_str().and_then(nanoseconds).is_some_and(|time| time < 0) {
                self.say(Idea::Duration, place, "the duration is negative", "write zero or more");
            }
        }
        let counts = ["httpMaxConcurrentStreams", "listenerConnectionLimit", "globalDownstreamConnectionLimit"];
        let windows = ["http2InitialStreamWindowSize", "http2InitialConnectionWindowSize"];
        let least = counts.iter().map(|key| (key, 1)).chain(windows.iter().map(|key| (key, LEAST_WINDOW)));
        for (key, least) in least {
            if let Some(place) = given(settings, key).filter(|place| whole(place).is_some_and(|value| value < least)) {
                self.say(Idea::Number, place, format!("{key} is less than {least}"), format!("write {least} or more"));
            }
        }
    }
}
