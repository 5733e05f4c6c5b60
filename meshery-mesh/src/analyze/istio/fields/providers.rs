//! Whom the proxies of a mesh ask and tell: `extensionProviders`.

use std::collections::BTreeMap;

use meshery_core::resource::Node;

use super::addresses::is_ip;
use super::names::{domain, scoped};
use super::read::{given, list, part, text, told, whole_of};
use super::report::{Idea, Report};

/// Providers that are a service with a port.
const SERVICES: [&str; 11] = [
    "envoyExtAuthzHttp",
    "envoyExtAuthzGrpc",
    "zipkin",
    "lightstep",
    "datadog",
    "opencensus",
    "skywalking",
    "envoyOtelAls",
    "opentelemetry",
    "envoyHttpAls",
    "envoyTcpAls",
];
/// Providers that are none.
const OTHERS: [&str; 4] = ["prometheus", "stackdriver", "envoyFileAccessLog", "sds"];

/// Whether it is a status that Envoy has a name for.
fn is_status(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|status| {
        matches!(status, 0 | 100 | 102 | 103 | 200..=208 | 226 | 300..=305 | 307 | 308 | 400..=418 | 421..=424 | 426
            | 428 | 429 | 431 | 500..=508 | 510 | 511)
    })
}

impl Report<'_> {
    /// `extensionProviders` of the mesh. istiod says of a wrong one so in its log, and goes on without it.
    pub(super) fn providers(&mut self, root: &Node) {
        if self.alone {
            return;
        }
        let mut names: BTreeMap<&str, &Node> = BTreeMap::new();
        for provider in list(root, "extensionProviders") {
            match text(provider, "name") {
                None => self.say(Idea::Provider, provider, "a provider has no name", "name the provider"),
                Some((name, place)) => {
                    if let Some(other) = names.insert(name, place) {
                        self.twice(Idea::Provider, place, other, format!("the provider {name:?} is there twice"));
                    }
                }
            }
            let kind = SERVICES.iter().find_map(|key| Some((*key, part(provider, key)?)));
            match kind {
                Some((key, service)) => self.provider(key, service),
                None if OTHERS.iter().all(|key| given(provider, key).is_none()) => {
                    let message = "nothing says what the provider is";
                    self.say(
                        Idea::Provider,
                        provider,
                        message,
                        "write what it is, such as opentelemetry or prometheus",
                    );
                }
                None => {}
            }
        }
    }

    fn provider(&mut self, kind: &str, service: &Node) {
        match text(service, "service") {
            None => self.say(Idea::Provider, service, "the provider's service is missing", "write service"),
            Some((name, place)) => {
                let checked = if name.contains('/') {
                    scoped(name, false)
                } else if is_ip(name) {
                    Ok(())
                } else {
                    domain(name)
                };
                if let Err(problem) = checked {
                    self.say(Idea::Provider, place, problem, "write HOST, or NAMESPACE/HOST");
                }
            }
        }
        if !(1..=65_535).contains(&whole_of(service, "port")) {
            let place = given(service, "port").unwrap_or(service);
            self.say(Idea::Provider, place, "the provider's service has no port", "name a port between 1 and 65535");
        }
        if kind == "lightstep" && text(service, "accessToken").is_none() {
            self.say(Idea::Provider, service, "accessToken is missing", "write accessToken");
        }
        if kind == "opentelemetry"
            && let (Some(_), Some(http)) = (part(service, "grpc"), part(service, "http"))
        {
            self.say(Idea::Provider, http, "traces are sent by gRPC and by HTTP", "leave one of grpc and http");
        }
        if let Some((status, place)) = text(service, "statusOnError").filter(|(status, _)| !is_status(status)) {
            let message = format!("{status:?} is no status of HTTP");
            self.say(Idea::Provider, place, message, "write a status such as 503, as text");
        }
        if let Some(place) =
            told(service, "pathPrefix").filter(|it| it.as_str().is_some_and(|path| !path.starts_with('/')))
        {
            self.say(Idea::Provider, place, "the path does not begin with a slash", "write a path such as /check");
        }
    }
}
