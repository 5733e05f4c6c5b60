//! Finds mistakes in mesh configuration.
//!
//! ```text
//! analyze PATH...     files, or folders of .yaml, .yml and .json files; - is standard input
//! ```
//!
//! Ends with 1 when something is wrong or cannot be read.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use meshery_core::{Error, Finding, Result, Severity};
use meshery_mesh::analyze::{Analysis, Source, analyze};

fn main() -> ExitCode {
    let paths: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        eprintln!("usage: analyze PATH...   (- is standard input)");
        return ExitCode::from(2);
    }
    let mut sources = Vec::new();
    let mut unreadable = Vec::new();
    for path in paths {
        gather(&path, true, &mut sources, &mut unreadable);
    }
    let mut analysis = analyze(&sources);
    analysis.errors.splice(0..0, unreadable);
    print(&analysis, sources.len());
    let wrong = analysis.findings.iter().any(|finding| finding.severity == Severity::Error);
    ExitCode::from(u8::from(wrong || !analysis.errors.is_empty()))
}

/// Adds a file that was `named` by the user whatever it is called, and of a folder the files that look right.
fn gather(path: &Path, named: bool, sources: &mut Vec<Source>, unreadable: &mut Vec<Error>) {
    let shown = path.display().to_string();
    if path.is_dir() {
        match entries(path) {
            Ok(inner) => inner.iter().for_each(|path| gather(path, false, sources, unreadable)),
            Err(error) => unreadable.push(error.at(shown)),
        }
    } else if named || path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|e| extension == *e))
    {
        match read(path) {
            Ok(text) => sources.push(Source::new(shown, text)),
            Err(error) => unreadable.push(error.at(shown)),
        }
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    if path != Path::new("-") {
        return Ok(fs::read(path)?);
    }
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    Ok(text)
}

fn print(analysis: &Analysis, files: usize) {
    for Finding { location, severity, code, message, help, .. } in &analysis.findings {
        println!("{location}: {severity} {code} {message}");
        if let Some(help) = help {
            println!("    {help}");
        }
    }
    for error in &analysis.errors {
        eprintln!("{error}");
    }
    let (findings, errors) = (analysis.findings.len(), analysis.errors.len());
    eprintln!("{}, {}, {} unreadable", count(files, "file"), count(findings, "finding"), errors);
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
