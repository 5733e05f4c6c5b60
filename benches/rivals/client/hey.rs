//! hey: its rate is per connection.

use super::{Client, Said, owned};

pub(crate) const CLIENT: Client = Client {
    name: "hey",
    program: "hey",
    how: "apt install hey",
    arguments: |ask| {
        let mut told = owned(["-c", &ask.connections.to_string(), "-z", &format!("{}s", ask.seconds)]);
        if let Some(rate) = ask.rate {
            told.extend(owned(["-q", &(f64::from(rate) / f64::from(ask.connections)).to_string()]));
        }
        told.push(ask.url.to_owned());
        told
    },
    read: |output| {
        let answers = output.lines().find_map(|line| line.trim().strip_prefix("[200]"))?;
        let percentile = |name: &str| -> Option<f64> {
            let line = output.lines().find_map(|line| line.trim().strip_prefix(name))?;
            line.trim().strip_prefix("in ")?.strip_suffix(" secs")?.parse().ok()
        };
        Some(Said {
            requests: answers.split_ascii_whitespace().next()?.parse().ok()?,
            p50: percentile("50%").or_else(|| percentile("50%%"))?,
            p99: percentile("99%").or_else(|| percentile("99%%")).unwrap_or(f64::NAN),
        })
    },
};
