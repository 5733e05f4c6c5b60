//! Traffic policies of DestinationRules, and what the mesh and Sidecars have of them.

use meshery_core::resource::{Node, Value};

use super::addresses::is_ip;
use super::names::domain;
use super::numbers::nanoseconds;
use super::read::{choice, given, is_null, is_on, list, part, text, told};
use super::report::{Idea, Report};

/// What a traffic policy may say.
const FIELDS: [&str; 8] = [
    "outlierDetection",
    "connectionPool",
    "loadBalancer",
    "tls",
    "portLevelSettings",
    "tunnel",
    "proxyProtocol",
    "retryBudget",
];

impl Report<'_> {
    /// The traffic policy of a host or subset.
    pub(super) fn traffic_policy(&mut self, owner: &Node) {
        let Some(policy) = part(owner, "trafficPolicy") else { return };
        let is_given = |key: &&str| {
            given(policy, key).is_some_and(|part| !matches!(&part.value, Value::List(list) if list.is_empty()))
        };
        if !FIELDS.iter().any(is_given) {
            self.say(Idea::Missing, policy, "the traffic policy is empty", "say what it is about, or leave it out");
            return;
        }
        if let (Some(place), Some(_)) = (part(policy, "tunnel"), part(policy, "proxyProtocol")) {
            let message = "connections are tunnelled, and begin with the proxy protocol";
            self.say(Idea::Conflict, place, message, "leave one of tunnel and proxyProtocol");
        }
        self.port_policy(policy);
        for port in list(policy, "portLevelSettings") {
            if is_null(port) {
                self.say(Idea::Missing, policy, "the policy of a port is empty", "leave it out");
                continue;
            }
            if part(port, "port").is_none() {
                self.say(Idea::Missing, port, "the policy of a port names no port", "write port: { number: … }");
            }
            if ["outlierDetection", "connectionPool", "loadBalancer", "tls"].iter().all(|key| part(port, key).is_none())
            {
                self.say(Idea::Missing, port, "the policy of a port is empty", "say what it is about, or leave it out");
            }
            let before = self.problems.len();
            self.port_policy(port);
            self.without_warnings(before);
        }
        if let Some(tunnel) = part(policy, "tunnel") {
            self.tunnel(tunnel);
        }
    }

    /// What a policy says of a host as of one of its ports.
    fn port_policy(&mut self, policy: &Node) {
        self.outliers(policy);
        if let Some(pool) = part(policy, "connectionPool") {
            self.connection_pool(pool);
        }
        self.load_balancer(policy);
        if let Some(tls) = part(policy, "tls") {
            self.client_tls(tls);
        }
    }

    fn tunnel(&mut self, tunnel: &Node) {
        if let Some((protocol, place)) = text(tunnel, "protocol").filter(|it| !["CONNECT", "POST"].contains(&it.0)) {
            let message = format!("no tunnel is made by {protocol:?}");
            self.say(Idea::Setting, place, message, "write CONNECT or POST");
        }
        match text(tunnel, "targetHost") {
            Some((host, place)) if domain(host).is_err() && !is_ip(host) => {
                self.host_problem(format!("{host:?} is neither a host nor an address"), place);
            }
            Some(_) => {}
            None => self.say(Idea::Host, tunnel, "a tunnel leads to no host", "write targetHost"),
        }
        self.port_of(tunnel, "targetPort");
    }

    /// When an endpoint is left alone because it fails.
    pub(super) fn outliers(&mut self, policy: &Node) {
        let Some(outliers) = part(policy, "outlierDetection") else { return };
        self.duration(outliers, "baseEjectionTime");
        self.duration(outliers, "interval");
        if let Some(place) = told(outliers, "consecutiveErrors") {
            let message = "consecutiveErrors is deprecated, and not looked at";
            self.say(Idea::Deprecated, place, message, "write consecutive5xxErrors or consecutiveGatewayErrors");
        }
        if let Some(place) = told(outliers, "consecutiveLocalOriginFailures")
            && !is_on(outliers, "splitExternalLocalOriginErrors")
        {
            let message = "failures to connect are counted apart, and not told apart";
            self.say(Idea::Conflict, place, message, "write splitExternalLocalOriginErrors: true");
        }
        self.percent(outliers.get("maxEjectionPercent"));
        self.percent(outliers.get("minHealthPercent"));
    }

    /// How many connections and requests there may be.
    pub(super) fn connection_pool(&mut self, pool: &Node) {
        let (http, tcp) = (part(pool, "http"), part(pool, "tcp"));
        if http.is_none() && tcp.is_none() {
            self.say(Idea::Missing, pool, "the connection pool is empty", "write http or tcp, or leave it out");
        }
        if let Some(http) = http {
            let counts = [
                "http1MaxPendingRequests",
                "http2MaxRequests",
                "maxRequestsPerConnection",
                "maxRetries",
                "maxConcurrentStreams",
            ];
            self.none_negative(http, &counts);
            self.duration(http, "idleTimeout");
            if let Some(place) = given(http, "useClientProtocol")
                && choice(http, "h2UpgradePolicy", "") == "UPGRADE"
                && is_on(http, "useClientProtocol")
            {
                let message = "the protocol of the client is kept, and all are moved to HTTP/2";
                self.say(Idea::Conflict, place, message, "leave one of useClientProtocol and h2UpgradePolicy");
            }
            if let Some(alive) = part(http, "http2KeepAlive") {
                for key in ["interval", "timeout"] {
                    if given(alive, key).is_none() {
                        self.say(Idea::Missing, alive, format!("{key} is missing"), "write both interval and timeout");
                    }
                    self.duration(alive, key);
                }
            }
        }
        let Some(tcp) = tcp else { return };
        self.none_negative(tcp, &["maxConnections"]);
        self.duration(tcp, "connectTimeout");
        self.duration(tcp, "maxConnectionDuration");
        // Nothing stands for never.
        if let Some(place) = given(tcp, "idleTimeout")
            && place.as_str().and_then(nanoseconds).is_none_or(|time| time / 1_000_000 != 0)
        {
            // The definition lets it be anything.
            self.duration_in(place, Self::say);
        }
        if let Some(alive) = part(tcp, "tcpKeepalive") {
            self.duration(alive, "time");
            self.duration(alive, "interval");
        }
    }
}
