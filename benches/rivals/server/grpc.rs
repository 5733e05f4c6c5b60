//! A tonic server in a process of its own, which answers health checks.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};

use crate::Result;

/// The first argument that makes this program the server.
pub(super) const NAME: &str = "grpc-server";
/// What clients call.
pub(crate) const METHOD: &str = "grpc.health.v1.Health/Check";
/// Where its schema is.
pub(crate) const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rivals/server/health.proto");

pub(crate) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    pub(crate) fn start() -> Result<Self> {
        // The kernel ends it with this program, whatever ends this program.
        let mut child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .arg(std::env::current_exe()?)
            .arg(NAME)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("setpriv: {error}; needed: apt install util-linux"))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no pipe")?).read_line(&mut line)?;
        Ok(Self { child, port: line.trim().parse()? })
    }

    pub(crate) fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the process does.
pub(super) fn serve() -> Result {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    drop(listener);
    println!("{}", address.port());
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let (_reporter, service) = tonic_health::server::health_reporter();
        tonic::transport::Server::builder().add_service(service).serve(address).await
    })?;
    Ok(())
}
