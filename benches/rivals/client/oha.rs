//! oha, with and without what it calls latency correction.

use super::{Ask, Client, Said, owned};

pub(crate) const CLIENT: Client =
    Client { name: "oha", program: "oha", how: HOW, arguments: |ask| told(ask, None), read };
pub(crate) const CORRECTED: Client = Client {
    name: "oha, corrected",
    program: "oha",
    how: HOW,
    arguments: |ask| told(ask, Some("--latency-correction")),
    read,
};

const HOW: &str = "cargo install --locked oha";

fn told(ask: &Ask<'_>, correction: Option<&str>) -> Vec<String> {
    let (connections, time) = (ask.connections.to_string(), format!("{}s", ask.seconds));
    let mut told = owned(["--no-tui", "--output-format", "json", "-c", &connections, "-z", &time]);
    if let Some(rate) = ask.rate {
        told.extend(owned(["-q", &rate.to_string()]));
        told.extend(correction.map(str::to_owned));
    }
    told.push(ask.url.to_owned());
    told
}

fn read(output: &str) -> Option<Said> {
    let value: serde_json::Value = serde_json::from_str(output).ok()?;
    let percentile = |name: &str| value["latencyPercentiles"][name].as_f64();
    let requests = value["statusCodeDistribution"]["200"].as_f64()?;
    Some(Said { requests, p50: percentile("p50")?, p99: percentile("p99")? })
}
