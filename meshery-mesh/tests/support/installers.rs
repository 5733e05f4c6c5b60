//! The installers of others, real ones, at work on the control plane of a test.
#![allow(unreachable_pub, dead_code, reason = "shared by several test programs")]

use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::bed::Bed;
use super::testbed;

/// An installer of its own home, so that its user's configuration is out of its reach.
pub struct Installer {
    program: PathBuf,
    home: PathBuf,
    kubeconfig: PathBuf,
}

impl Installer {
    fn new(bed: &Bed, program: PathBuf) -> Self {
        let kubeconfig = bed.plane.kubeconfig_path();
        Self { program, home: kubeconfig.with_file_name("installers"), kubeconfig }
    }

    pub fn helm(bed: &Bed) -> Option<Self> {
        testbed::helm().map(|program| Self::new(bed, program))
    }

    pub fn istioctl(bed: &Bed) -> Option<Self> {
        testbed::istioctl().map(|program| Self::new(bed, program))
    }

    pub fn kubectl(bed: &Bed) -> Option<Self> {
        testbed::kubectl().map(|program| Self::new(bed, program))
    }

    /// Runs it; what it wrote.
    pub async fn run(&self, arguments: &[&str]) -> String {
        self.feed(arguments, "").await
    }

    /// Runs it on this input; what it wrote.
    pub async fn feed(&self, arguments: &[&str], input: &str) -> String {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HOME", &self.home)
            .env_remove("HELM_CACHE_HOME");
        command.env("HELM_CONFIG_HOME", &self.home).env("HELM_DATA_HOME", &self.home);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let write = async move {
            // One that fails need not have read it all.
            let _ = stdin.write_all(input.as_bytes()).await;
        };
        let ((), output) = tokio::join!(write, child.wait_with_output());
        let output = output.unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {arguments:?}: {words}", self.program.display());
        String::from_utf8_lossy(&output.stdout).into_owned() + &words
    }
}
