//! Real servers of others, as processes on loopback: Envoy and nginx.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A server's process; it ends with this value.
pub struct Process {
    child: Child,
    home: PathBuf,
}

impl Process {
    /// Starts it and waits for its ports; its configuration and whatever it writes lie in a folder of its own.
    fn start(
        name: &str,
        program: &Path,
        configuration: &str,
        ports: &[u16],
        tell: impl Fn(&mut Command, &Path),
    ) -> Self {
        let home = std::env::temp_dir().join(format!("meshery-{name}-{}-{}", std::process::id(), ports[0]));
        std::fs::create_dir_all(&home).unwrap();
        let file = home.join("configuration.yaml");
        std::fs::write(&file, configuration).unwrap();
        let mut command = Command::new(program);
        tell(&mut command, &file);
        let log = std::fs::File::create(home.join("log")).unwrap();
        let child = command.current_dir(&home).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut process = Self { child, home };
        let end = Instant::now() + Duration::from_secs(20);
        for port in ports {
            while TcpStream::connect(("127.0.0.1", *port)).is_err() {
                let status = process.child.try_wait().unwrap();
                let log = || std::fs::read_to_string(process.home.join("log")).unwrap_or_default();
                assert!(status.is_none() && Instant::now() < end, "{name}: {status:?}\n{}", log());
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        process
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// Ports that were free a moment ago.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let held = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

/// A program by its environment variable or from the `PATH`; without it, it is said that a part was skipped.
fn program(variable: &str, name: &str, version: &str, how: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).map_or_else(|| PathBuf::from(name), PathBuf::from);
    let asked = Command::new(&path).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if asked.is_ok() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{name} is not here, and in CI nothing may be skipped: {how}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Not `eprintln!`, which the harness swallows.
    let mut stderr = std::io::stderr();
    writeln!(stderr, "SKIPPED {test} with {name}: it is not here; {how}, or set {variable}").unwrap();
    None
}

/// A Prometheus that scrapes a node-exporter every half second, the second of them behind basic authentication: the
/// processes, and the port of the Prometheus.
pub fn prometheus((user, password): (&str, &str), bcrypt: &str) -> Option<([Process; 2], u16)> {
    let how = "cargo xtask test fetches it";
    let exporter = program("MESHERY_NODE_EXPORTER", "prometheus-node-exporter", "--version", how)?;
    let prometheus = program("MESHERY_PROMETHEUS", "prometheus", "--version", how)?;
    let [metrics, port] = free_ports();
    let address = |port: u16| format!("--web.listen-address=127.0.0.1:{port}");
    let exporter = Process::start("node-exporter", &exporter, "", &[metrics], |command, _| {
        command.args([address(metrics), "--collector.disable-defaults".into()]);
        command.args(["--collector.cpu", "--collector.meminfo"]);
    });
    let configuration = format!(
        "global: {{ scrape_interval: 500ms, scrape_timeout: 400ms }}\n\
         scrape_configs: [ {{ job_name: node, static_configs: [ {{ targets: [ '127.0.0.1:{metrics}' ] }} ] }} ]\n"
    );
    let users = format!("basic_auth_users: {{ {user}: '{bcrypt}' }}\n");
    let prometheus = Process::start("prometheus", &prometheus, &configuration, &[port], |command, file| {
        let web = file.with_file_name("web.yaml");
        std::fs::write(&web, &users).unwrap();
        command.arg(format!("--config.file={}", file.display())).arg(format!("--web.config.file={}", web.display()));
        command.args([address(port), "--storage.tsdb.path=data".into()]);
    });
    let end = Instant::now() + Duration::from_secs(20);
    while !fetch(port, "/-/ready", (user, password)).contains("Ready") {
        assert!(Instant::now() < end, "it is not ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(([exporter, prometheus], port))
}

/// An nginx that answers 200 bytes; HTTP/1.1 on one port and HTTP/2 on the other.
pub fn nginx() -> Option<(Process, [u16; 2])> {
    let program = program("MESHERY_NGINX", "nginx", "-v", "cargo xtask test fetches it")?;
    let [plain, http2] = free_ports();
    let body = "x".repeat(200);
    let configuration = format!(
        "daemon off; master_process off; pid nginx.pid; error_log stderr error; events {{ }}\n\
         http {{ access_log off; keepalive_requests 100000;\n\
           client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
           uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n\
           server {{ listen 127.0.0.1:{plain}; location / {{ return 200 {body}; }} }}\n\
           server {{ listen 127.0.0.1:{http2} http2; location / {{ return 200 {body}; }} }} }}\n"
    );
    let process = Process::start("nginx", &program, &configuration, &[plain, http2], |command, file| {
        command.arg("-c").arg(file).arg("-p").arg(file.parent().unwrap());
    });
    Some((process, [plain, http2]))
}

/// An Envoy that answers in HTTP/1.1 or HTTP/2, in the clear on one port and in TLS on the next, where UDP is HTTP/3; and
/// echoes TCP on the last.
pub fn envoy(certificate: &str, key: &str) -> Option<(Process, [u16; 3])> {
    let program = program("MESHERY_ENVOY", "envoy", "--version", "cargo xtask setup fetches it")?;
    let ports @ [plain, secure, echo] = free_ports();
    let http = |codec: &str| {
        json!([{ "name": "envoy.filters.network.http_connection_manager", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "http", "codec_type": codec,
        "http_filters": [{ "name": "envoy.filters.http.router", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" } }],
        "route_config": { "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": [{
            "match": { "prefix": "/" }, "direct_response": { "status": 200, "body": { "inline_string": "ok" } } }] }] },
    } }])
    };
    let context = |alpn: &[&str]| {
        json!({ "alpn_protocols": alpn, "tls_certificates": [
            { "certificate_chain": { "inline_string": certificate }, "private_key": { "inline_string": key } }] })
    };
    let tls = json!({ "name": "envoy.transport_sockets.tls", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        "common_tls_context": context(&["h2", "http/1.1"]) } });
    let quic = json!({ "name": "envoy.transport_sockets.quic", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport",
        "downstream_tls_context": { "common_tls_context": context(&["h3"]) } } });
    let http3 = json!({ "name": "quic", "udp_listener_config": { "quic_options": {} },
        "address": { "socket_address": { "protocol": "UDP", "address": "127.0.0.1", "port_value": secure } },
        "filter_chains": [{ "filters": http("HTTP3"), "transport_socket": quic }] });
    let listener = |port: u16, filters: &Value, transport: Option<&Value>| {
        json!({ "name": port.to_string(), "address": { "socket_address": { "address": "127.0.0.1", "port_value": port } },
            "filter_chains": [{ "filters": filters, "transport_socket": transport }] })
    };
    let echoes = json!([{ "name": "envoy.filters.network.echo", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo" } }]);
    let http = http("AUTO");
    let listeners =
        [listener(plain, &http, None), listener(secure, &http, Some(&tls)), listener(echo, &echoes, None), http3];
    let configuration = json!({ "static_resources": { "listeners": listeners } }).to_string();
    let process = Process::start("envoy", &program, &configuration, &ports, |command, file| {
        command.arg("--config-path").arg(file).args(["--concurrency", "1", "--use-dynamic-base-id", "-l", "error"]);
    });
    Some((process, ports))
}

/// What a server answers to a GET with basic authentication.
pub fn fetch(port: u16, path: &str, (user, password): (&str, &str)) -> String {
    use base64::Engine as _;
    use std::io::Read;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let secret = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    let request = format!("GET {path} HTTP/1.0\r\nhost: localhost\r\nauthorization: Basic {secret}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}
