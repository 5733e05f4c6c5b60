//! The clients: programs that have a set of objects there, and then not.

pub(crate) mod helm;
pub(crate) mod kubectl;
pub(crate) mod meshery;

use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::asked::Asked;
use crate::bed::Bed;
use crate::engine::Told;
use crate::goods::Goods;
use crate::process;

/// What a client is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// To have there what is not.
    Install,
    /// To have there what is, perhaps in another form.
    Update,
    /// To have it all gone, and to wait for that.
    Remove,
}

/// Where a client works.
pub(crate) struct Site<'a> {
    pub(crate) kubeconfig: &'a Path,
    /// A home of its own: nothing of the user's is read, and nothing is known of earlier rounds.
    pub(crate) home: &'a Path,
}

impl Site<'_> {
    /// A program that knows of nothing else.
    fn program(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("HOME", self.home).env("KUBECONFIG", self.kubeconfig);
        command
    }
}

pub(crate) struct Client {
    pub(crate) name: &'static str,
    /// How its user agent begins.
    pub(crate) agent: &'static str,
    /// The programs to run for it, one after the other.
    commands: fn(&Site<'_>, &Goods, Verb) -> Result<Vec<Command>>,
}

/// What it came to.
pub(crate) struct Step {
    pub(crate) asked: Asked,
    /// From the start of the first program to the end of the last, in seconds.
    pub(crate) time: f64,
    /// Processor time of the client and of the API server with its storage, in seconds.
    pub(crate) cpu: f64,
    pub(crate) server_cpu: f64,
    /// The most memory that the client held at once, in bytes.
    pub(crate) peak_memory: f64,
    /// What the client says of itself, if it says anything.
    pub(crate) told: Told,
}

impl Client {
    pub(crate) fn act(&self, bed: &Bed, home: &Path, goods: &Goods, verb: Verb) -> Result<Step> {
        let kubeconfig = bed.plane.kubeconfig_path();
        let commands = (self.commands)(&Site { kubeconfig: &kubeconfig, home }, goods, verb)?;
        let (from, server_before) = (bed.run(bed.plane.audit().mark())?, bed.cpu_of_the_server()?);
        let (mut time, mut cpu, mut peak_memory, mut told) = (0.0, 0.0, 0.0, Told::new());
        for command in commands {
            let ran = process::run(command)?;
            time += ran.took.as_secs_f64();
            cpu += ran.cpu;
            peak_memory = f64::max(peak_memory, ran.peak_memory);
            // Others speak to people.
            told = serde_json::from_str(&ran.output).unwrap_or_default();
        }
        let server_cpu = bed.cpu_of_the_server()? - server_before;
        Ok(Step { asked: Asked::since(bed, from, self.agent)?, time, cpu, server_cpu, peak_memory, told })
    }
}
