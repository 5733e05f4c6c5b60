//! The server that is faster than its clients: one nginx worker that answers 200 bytes from memory.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

use crate::{Result, process};

pub(crate) struct Nginx {
    child: Child,
    home: PathBuf,
    port: u16,
}

impl Nginx {
    /// One that speaks HTTP/1.1.
    pub(crate) fn start() -> Result<Self> {
        Self::speaking("", Command::new("setpriv"))
    }

    /// The same, on the machine's last processor.
    pub(crate) fn start_apart() -> Result<Self> {
        Self::speaking("", process::on(process::last_processor()?, "setpriv"))
    }

    /// One that speaks HTTP/2 in plain text.
    pub(crate) fn start_http2() -> Result<Self> {
        Self::speaking(" http2", Command::new("setpriv"))
    }

    fn speaking(protocol: &str, mut setpriv: Command) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let home = std::env::temp_dir().join(format!("meshery-rivals-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&home)?;
        std::fs::write(home.join("nginx.conf"), configuration(port, protocol))?;
        // The kernel ends it with this program, whatever ends this program.
        let child = setpriv
            .args(["--pdeathsig", "KILL", "nginx", "-c", "nginx.conf", "-p"])
            .arg(&home)
            .spawn()
            .map_err(|error| format!("nginx: {error}; needed: apt install nginx-light util-linux"))?;
        let mut nginx = Self { child, home, port };
        nginx.wait_until_ready()?;
        Ok(nginx)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    fn wait_until_ready(&mut self) -> Result {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("nginx ended with {status}; needed: apt install nginx-light").into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

fn configuration(port: u16, protocol: &str) -> String {
    let body = "x".repeat(200);
    format!(
        "daemon off; master_process off; pid nginx.pid; error_log stderr error;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n\
           access_log off; http2_max_concurrent_streams 256; keepalive_requests 1000000000; default_type text/plain;\n\
           client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
           uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n\
           server {{ listen 127.0.0.1:{port}{protocol}; location / {{ return 200 {body}; }} }}\n\
         }}\n"
    )
}
