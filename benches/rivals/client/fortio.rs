//! fortio: its fast client, with its own histogram of 1 ms or one of 1 µs.

use super::{Ask, Client, Said, owned};

pub(crate) const CLIENT: Client =
    Client { name: "fortio", program: "fortio", how: HOW, arguments: |ask| told(ask, "0.001"), read };
/// With buckets of 1 µs.
pub(crate) const FINE: Client =
    Client { name: "fortio -r 1e-6", program: "fortio", how: HOW, arguments: |ask| told(ask, "0.000001"), read };

const HOW: &str = "go install fortio.org/fortio@v1.66.5";

fn told(ask: &Ask<'_>, resolution: &str) -> Vec<String> {
    let (rate, connections) = (ask.rate.unwrap_or(0).to_string(), ask.connections.to_string());
    let time = format!("{}s", ask.seconds);
    let mut told = owned(["load", "-quiet", "-json", "-", "-qps", &rate, "-c", &connections, "-t", &time]);
    told.extend(owned(["-r", resolution, ask.url]));
    told
}

fn read(output: &str) -> Option<Said> {
    let value: serde_json::Value = serde_json::from_str(output).ok()?;
    let percentile = |wanted: f64| {
        let all = value["DurationHistogram"]["Percentiles"].as_array()?;
        all.iter().find(|one| one["Percentile"].as_f64() == Some(wanted))?["Value"].as_f64()
    };
    Some(Said { requests: value["RetCodes"]["200"].as_f64()?, p50: percentile(50.0)?, p99: percentile(99.0)? })
}
