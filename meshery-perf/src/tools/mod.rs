//! Other load generators behind the same trait: one file each, and one line in [`TOOLS`].
//!
//! A tool is run as a process of its own, told what the specification asks for, and refuses, by the name of the field,
//! what it cannot do. Its answer is read by the readers of [`exchange`](crate::exchange), so that nothing is known that the
//! tool did not say.

mod child;
mod external;
mod fortio;
mod k6;
mod oha;
mod plain;
mod validity;
mod wrk2;

use std::path::PathBuf;

pub use external::External;
use meshery_core::{Error, ErrorKind, LoadSpec, Result};

use crate::exchange::Outcome;

/// Every tool, sorted by name.
pub static TOOLS: &[&dyn Program] = &[&fortio::Fortio, &k6::K6, &oha::Oha, &wrk2::Wrk2];

/// A load generator that is a program.
///
/// ```
/// use meshery_core::LoadSpec;
///
/// let fortio = meshery_perf::tools::by_name("fortio").unwrap();
/// let invocation = fortio.invocation(&LoadSpec::new("http://127.0.0.1:8080/")).unwrap();
/// assert_eq!(invocation.arguments.last().unwrap(), "http://127.0.0.1:8080/");
/// ```
pub trait Program: Sync {
    /// Its name, which is also that of its program.
    fn name(&self) -> &'static str;

    /// The environment variable that names its program when it is not on the `PATH`.
    fn variable(&self) -> &'static str;

    /// How to get it.
    fn source(&self) -> &'static str;

    /// The arguments with which it tells its version.
    fn version_arguments(&self) -> &'static [&'static str];

    /// The version in what it then prints; `None` when that is another program.
    fn version(&self, printed: &str) -> Option<String>;

    /// How it is told a load, without its warm-up.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) with the field that it cannot do,
    /// [`InvalidInput`](ErrorKind::InvalidInput) with the field that makes no sense.
    fn invocation(&self, spec: &LoadSpec) -> Result<Invocation>;

    /// What it printed about the load.
    ///
    /// # Errors
    /// Those of [`Format::read`](crate::exchange::Format::read).
    fn read(&self, printed: &str, spec: &LoadSpec) -> Result<Outcome>;
}

/// How a program is told a load. Arguments can carry credentials, so there is no way to print it; on this machine, other
/// users can see them in the list of processes. Only k6 gets its load on standard input.
///
/// ```
/// let invocation = meshery_perf::tools::Invocation::default();
/// assert!(invocation.arguments.is_empty() && invocation.input.is_empty());
/// ```
#[derive(Clone, Default)]
pub struct Invocation {
    /// The arguments.
    pub arguments: Vec<String>,
    /// Variables beside those of this process.
    pub environment: Vec<(&'static str, String)>,
    /// What is written to its standard input.
    pub input: String,
}

impl Invocation {
    /// Of these arguments.
    fn of<const N: usize>(arguments: [&str; N]) -> Self {
        Self { arguments: arguments.map(str::to_owned).to_vec(), ..Self::default() }
    }

    /// Adds a flag and its value.
    fn flag(&mut self, name: &str, value: impl std::fmt::Display) {
        self.arguments.extend([name.to_owned(), value.to_string()]);
    }
}

/// The tool of that name.
///
/// # Errors
/// [`InvalidInput`](ErrorKind::InvalidInput) that lists the names there are.
pub fn by_name(name: &str) -> Result<&'static dyn Program> {
    TOOLS.iter().copied().find(|tool| tool.name() == name).ok_or_else(|| {
        let names: Vec<_> = TOOLS.iter().map(|tool| tool.name()).collect();
        Error::invalid("tool", "unknown tool").expected(format!("one of {}", names.join(", "))).found(name)
    })
}

/// Where a tool's program is: what its variable names, or the first of its name on the `PATH`.
fn find(tool: &dyn Program) -> Result<PathBuf> {
    let missing = || {
        Error::new(ErrorKind::ProgramMissing, format!("{} is not on this machine", tool.name()))
            .expected(format!("a program {} on the PATH, or its path in {}", tool.name(), tool.variable()))
            .with("help", tool.source())
    };
    if let Some(path) = std::env::var_os(tool.variable()).filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        return if path.is_file() { Ok(path) } else { Err(missing().found(path.display().to_string())) };
    }
    let file = format!("{}{}", tool.name(), std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).map(|folder| folder.join(&file)).find(|path| path.is_file()).ok_or_else(missing)
}
