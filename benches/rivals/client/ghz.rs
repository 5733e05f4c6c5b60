//! ghz: unary calls of the health service, which it reads a schema of.

use super::{Client, Said, owned};
use crate::server::grpc;

pub(crate) const CLIENT: Client = Client {
    name: "ghz",
    program: "ghz",
    how: "go install github.com/bojand/ghz/cmd/ghz@v0.93.0",
    arguments: |ask| {
        let (streams, time) = (ask.connections.to_string(), format!("{}s", ask.seconds));
        let mut told = owned(["--insecure", "--proto", grpc::SCHEMA, "--call", grpc::METHOD, "--data", "{}"]);
        told.extend(owned(["--connections", "1", "-c", &streams]));
        told.extend(owned(["-z", &time, "--duration-stop", "wait", "--format", "json"]));
        told.push(ask.url.to_owned());
        told
    },
    read: |output| {
        let value: serde_json::Value = serde_json::from_str(output).ok()?;
        let requests = value["statusCodeDistribution"]["OK"].as_f64()?;
        Some(Said { requests, p50: f64::NAN, p99: f64::NAN })
    },
};
