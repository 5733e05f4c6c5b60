//! A tool on this machine as a [`LoadTest`].

use std::fmt;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use meshery_core::load::Tool;
use meshery_core::secrets::HIDDEN;
use meshery_core::{Cancel, Context, Error, ErrorKind, Event, LoadSpec, LoadTest, Measurement, Result, Stop};

use super::child::{self, Finished, Watch};
use super::{Invocation, Program, by_name, find, validity};
use crate::blocking;
use crate::exchange::{Outcome, without_secrets};
use crate::protocol::http::SCHEMES;
use crate::target::{Address, Target};

/// How long a tool may take to tell its version.
const VERSION: Duration = Duration::from_secs(20);
/// How much longer than its load a tool may take to start and to reckon.
const SLACK: Duration = Duration::from_secs(60);

/// How long the target may take to accept a first connection.
const REACH: Duration = Duration::from_secs(10);

/// Another load generator on this machine.
///
/// ```no_run
/// # async fn example() -> meshery_core::Result<()> {
/// use meshery_core::{Context, LoadSpec, LoadTest};
///
/// let fortio = meshery_perf::tools::External::find("fortio")?;
/// let measurement = fortio.run(&LoadSpec::new("http://127.0.0.1:8080/"), &Context::default()).await?;
/// println!("{}: {:?}", fortio.tool(), measurement.throughput);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct External {
    program: &'static dyn Program,
    path: PathBuf,
    version: String,
}

impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("External").field("path", &self.path).field("version", &self.version).finish_non_exhaustive()
    }
}

impl External {
    /// The tool of this name, wherever it is: where its variable (such as `MESHERY_FORTIO`) says, or on the `PATH`.
    ///
    /// # Errors
    /// [`ProgramMissing`](ErrorKind::ProgramMissing) with how to get it, and those of [`at`](Self::at).
    pub fn find(name: &str) -> Result<Self> {
        let program = by_name(name)?;
        Self::ask(program, find(program)?)
    }

    /// The tool of this name at this path. It is asked for its version.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) for an unknown name, [`ProgramMissing`](ErrorKind::ProgramMissing) when
    /// the program does not start, [`Unsupported`](ErrorKind::Unsupported) when it is another one.
    pub fn at(name: &str, path: impl AsRef<Path>) -> Result<Self> {
        Self::ask(by_name(name)?, path.as_ref().to_owned())
    }

    fn ask(program: &'static dyn Program, path: PathBuf) -> Result<Self> {
        let arguments = program.version_arguments().iter().map(|argument| (*argument).to_owned()).collect();
        let told = Invocation { arguments, ..Invocation::default() };
        let never = Cancel::new();
        let watch = Watch { cancel: &never, forgotten: &never, at_most: Some(VERSION) };
        let Finished { printed, complaints, .. } = child::run(&path, &told, &watch)?;
        let version = program.version(&printed).or_else(|| program.version(&complaints)).ok_or_else(|| {
            let said = format!("{printed}{complaints}").lines().next().unwrap_or_default().to_owned();
            let error = Error::new(ErrorKind::Unsupported, format!("this is not {}", program.name()));
            error.at(path.display().to_string()).expected("its version").found(said)
        })?;
        Ok(Self { program, path, version })
    }

    /// Makes the load, and tells all that the tool told: more than [`LoadTest::run`] can, whose measurement holds exact
    /// distributions only.
    ///
    /// # Errors
    /// Those of [`LoadTest::run`].
    pub async fn outcome(&self, spec: &LoadSpec, context: &Context) -> Result<Outcome> {
        Ok(self.off_thread(spec, context, Run::outcome).await?.outcome)
    }

    /// Does blocking work on a thread of its own; when the future is dropped, that work is told so.
    async fn off_thread<T: Send + 'static>(
        &self,
        spec: &LoadSpec,
        context: &Context,
        work: fn(&Run) -> Result<T>,
    ) -> Result<T> {
        let (tool, spec, context) = (self.clone(), spec.clone(), context.clone());
        blocking::on_thread("meshery-tool", move |forgotten| work(&Run { tool, spec, context, forgotten })).await
    }
}

#[async_trait]
impl LoadTest for External {
    fn tool(&self) -> Tool {
        Tool { name: self.program.name().into(), version: self.version.clone() }
    }

    fn check(&self, spec: &LoadSpec) -> Result<()> {
        spec.check()?;
        self.program.invocation(spec).map(drop)
    }

    async fn run(&self, spec: &LoadSpec, context: &Context) -> Result<Measurement> {
        self.off_thread(spec, context, Run::measurement).await
    }
}

/// A run of a tool, on a thread that may block.
struct Run {
    tool: External,
    spec: LoadSpec,
    context: Context,
    forgotten: Cancel,
}

/// What one process said.
struct Said {
    outcome: Outcome,
    cpu: Option<Duration>,
    cancelled: bool,
}

impl Run {
    /// The measured part alone.
    fn outcome(&self) -> Result<Said> {
        self.prepare()?;
        self.warm_up()?;
        self.part(&self.spec)
    }

    fn measurement(&self) -> Result<Measurement> {
        self.prepare()?;
        let warm_up = self.warm_up()?;
        self.context.report(&Event::WindowStarted);
        let Said { outcome, cpu, cancelled } = self.part(&self.spec)?;
        self.context.report(&Event::WindowEnded);
        let mut measurement = outcome.measurement(&self.spec)?;
        measurement.warm_up = match warm_up {
            Some(said) => said.outcome.measurement(&self.spec)?.measured,
            None => meshery_core::Phase::default(),
        };
        measurement.generator.threads = self.spec.threads;
        measurement.generator.cpu = cpu.unwrap_or_default();
        validity::judge(&mut measurement, cancelled);
        Ok(measurement)
    }

    /// Refuses what cannot be run before anything is.
    fn prepare(&self) -> Result<()> {
        self.tool.program.invocation(&self.spec)?;
        let target = Target::parse(&self.spec.target, SCHEMES)?;
        let addresses = target.resolve(&self.spec.network)?;
        let reached = |address: &Address| match address {
            Address::Ip(address) => TcpStream::connect_timeout(address, self.spec.timeout.min(REACH)).is_ok(),
            Address::Unix(_) => false,
        };
        if addresses.iter().any(reached) {
            return Ok(());
        }
        let error = Error::new(ErrorKind::Unreachable, "no connection could be opened").at(&target.authority);
        Err(error.expected("a server that accepts connections"))
    }

    /// A load of its own before the measured one, since none of the tools counts its warm-up apart. The target is then
    /// warm, and connections are new again.
    fn warm_up(&self) -> Result<Option<Said>> {
        if self.spec.warm_up.is_zero() {
            return Ok(None);
        }
        let spec = LoadSpec { stop: Stop::Duration(self.spec.warm_up), ..self.spec.clone() };
        self.part(&spec).map(Some)
    }

    fn part(&self, spec: &LoadSpec) -> Result<Said> {
        self.context.cancel.check()?;
        let told = self.tool.program.invocation(spec)?;
        let at_most = match spec.stop {
            Stop::Duration(time) => Some(time + spec.timeout * 2 + SLACK),
            _ => None,
        };
        let started = SystemTime::now().duration_since(UNIX_EPOCH).ok();
        let watch = Watch { cancel: &self.context.cancel, forgotten: &self.forgotten, at_most };
        let Finished { printed, complaints, status, cpu, cancelled } = child::run(&self.tool.path, &told, &watch)?;
        let mut outcome = self.tool.program.read(&printed, spec).map_err(|error| {
            if cancelled {
                return Error::new(ErrorKind::Cancelled, "stopped by the caller").because(error);
            }
            let last: Vec<_> = complaints.lines().rev().take(5).collect();
            let said = last.into_iter().rev().collect::<Vec<_>>().join("\n");
            error.with("tool", format!("{} ended with {status}", self.tool.tool())).with("said", hide(&said, &told))
        })?;
        outcome.version.get_or_insert_with(|| self.tool.version.clone());
        if outcome.started_unix_ns.is_none() {
            outcome.started_unix_ns = started.and_then(|started| u64::try_from(started.as_nanos()).ok());
        }
        outcome.target = Some(spec.without_secrets().target);
        Ok(Said { outcome, cpu, cancelled })
    }
}

/// A tool's complaint without what it was told in confidence: headers, by name or by value alone, bodies, and the
/// credentials in URLs.
fn hide(said: &str, told: &Invocation) -> String {
    let mut secrets: Vec<&str> = Vec::new();
    for pair in told.arguments.windows(2).filter(|pair| ["-H", "-payload", "-d"].contains(&pair[0].as_str())) {
        secrets.push(&pair[1]);
        // A value of a letter or two would blot out half of what was said.
        let value = pair[1].split_once(": ").map(|(_, value)| value);
        secrets.extend(value.filter(|value| value.len() > 3));
    }
    let hidden = secrets.into_iter().fold(said.to_owned(), |said, secret| said.replace(secret, HIDDEN));
    without_secrets(&hidden)
}
