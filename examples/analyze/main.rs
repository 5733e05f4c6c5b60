//! Finds mistakes in mesh configuration, and mends them.
//!
//! ```text
//! analyze [OPTION]... PATH...   files, folders, patterns; - is standard input
//! analyze --explain CODE        the page of a rule
//!
//! --profile NAME     correctness, security, recommended, all, istioctl
//! --select CODE      only this rule; may be repeated
//! --ignore CODE      not this rule; may be repeated
//! --closed           what is not among the files does not exist
//! --rules FILE       rules of one's own, in CEL; may be repeated
//! --allow FILE       a list of what is allowed
//! --format NAME      text, json, sarif, junit, github, markdown, html
//! --fail-on LEVEL    info, warning, error: end with 1 when something is as bad (error)
//! --diff             show what safe fixes would change, instead of findings
//! --fix              write safe fixes into the files
//! --unsafe           with those two: also fixes that may change the meaning
//! ```
//!
//! Ends with 1 when something is wrong or cannot be read, whatever the format; with 2 for a wrong command line.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use std::env;
use std::fs;
use std::process::ExitCode;

use meshery_core::{Error, Result, Severity, json};
use meshery_mesh::analyze::{Options, Session, Source, at_this_time, diff, explain, fixed, report};

fn main() -> ExitCode {
    let done = Command::read(env::args().skip(1)).and_then(Command::run);
    done.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(2)
    })
}

/// What the command line asks for.
struct Command {
    options: Options,
    paths: Vec<String>,
    format: String,
    fail_on: Severity,
    mend: Option<Mend>,
    is_unsafe: bool,
    explain: Option<String>,
}

/// What becomes of fixes.
enum Mend {
    Show,
    Write,
}

impl Command {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut command = Self {
            options: at_this_time(),
            paths: Vec::new(),
            format: "text".into(),
            fail_on: Severity::Error,
            mend: None,
            is_unsafe: false,
            explain: None,
        };
        while let Some(word) = words.next() {
            if !command.flag(&word) && !command.valued(&word, &mut words)? {
                command.paths.push(word);
            }
        }
        if command.paths.is_empty() && command.explain.is_none() {
            return Err(Error::invalid("PATH", "nothing to analyze").expected("a file, a folder, a pattern or -"));
        }
        Ok(command)
    }

    /// Takes a word that stands for itself.
    fn flag(&mut self, word: &str) -> bool {
        match word {
            "--closed" => self.options.closed = true,
            "--diff" => self.mend = Some(Mend::Show),
            "--fix" => self.mend = Some(Mend::Write),
            "--unsafe" => self.is_unsafe = true,
            _ => return false,
        }
        true
    }

    /// Takes a word and the one after it.
    fn valued(&mut self, word: &str, words: &mut impl Iterator<Item = String>) -> Result<bool> {
        if !word.starts_with("--") {
            return Ok(false);
        }
        let mut value = || words.next().ok_or_else(|| Error::invalid(word, "its value is missing"));
        let file = |path: String| -> Result<Source> {
            Ok(Source::new(&path, fs::read(&path).map_err(|error| Error::from(error).at(&path))?))
        };
        match word {
            "--profile" => self.options.profile = json::from_value(value()?.into()).map_err(|error| error.at(word))?,
            "--select" => self.options.select.push(value()?),
            "--ignore" => self.options.ignore.push(value()?),
            "--rules" => self.options.rules.push(file(value()?)?),
            "--allow" => self.options.allow = Some(file(value()?)?),
            "--format" => self.format = value()?,
            "--fail-on" => self.fail_on = json::from_value(value()?.into()).map_err(|error| error.at(word))?,
            "--explain" => self.explain = Some(value()?),
            _ => return Err(Error::invalid(word, "there is no such option")),
        }
        Ok(true)
    }

    fn run(self) -> Result<ExitCode> {
        if let Some(name) = &self.explain {
            print!("{}", explain(name)?);
            return Ok(ExitCode::SUCCESS);
        }
        let mut session = Session::new(self.options);
        session.gather(&self.paths);
        let analysis = session.analysis();
        match self.mend {
            None => print!("{}", report::render(&self.format, &analysis)?),
            Some(Mend::Show) => print!("{}", diff(&analysis, &fixed(&analysis, self.is_unsafe))),
            Some(Mend::Write) => {
                // What came from standard input has no place to go back to.
                let files = fixed(&analysis, self.is_unsafe).into_iter();
                for file in files.filter(|file| file.name != "-") {
                    fs::write(&file.name, &file.text).map_err(|error| Error::from(error).at(&file.name))?;
                    println!("fixed {}", file.name);
                }
            }
        }
        Ok(ExitCode::from(u8::from(analysis.is_at_least(self.fail_on))))
    }
}
