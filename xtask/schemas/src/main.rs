//! Derives the tables of schemas from published definitions: what is a fact of theirs, without a word of their texts.
//!
//! ```text
//! schemas OUT NAME=PATH...     PATH: files, or folders of files, of definitions or of Kubernetes' OpenAPI documents
//! ```
//!
//! Several paths of one name go into one table, the first one to have a kind in a version wins.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod definitions;
mod openapi;
mod prune;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The lines of a table by what they are about, so that they come out in one order.
type Table = BTreeMap<String, String>;

fn main() -> ExitCode {
    match derive(env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("schemas: {error}");
            ExitCode::FAILURE
        }
    }
}

fn derive(arguments: Vec<String>) -> Result {
    let mut arguments = arguments.into_iter();
    let out = PathBuf::from(arguments.next().ok_or("usage: schemas OUT NAME=PATH...")?);
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for argument in arguments {
        let (name, path) = argument.split_once('=').ok_or("expected NAME=PATH")?;
        let table = tables.entry(name.to_owned()).or_default();
        for file in files(Path::new(path))? {
            let text = fs::read_to_string(&file)?;
            if file.extension().is_some_and(|extension| extension == "json") {
                openapi::add(&serde_json::from_str(&text)?, table);
            } else {
                definitions::add(&file.display().to_string(), &text, name == "gateway-api", table)?;
            }
        }
    }
    for (name, table) in tables {
        let lines: Vec<&str> = table.values().map(String::as_str).collect();
        let text = lines.join("\n") + "\n";
        println!("{name}: {} lines, {} kB", table.len(), text.len() / 1000);
        fs::write(out.join(format!("{name}.txt")), text)?;
    }
    Ok(())
}

/// A file, or all files of a folder, sorted.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|it| it == "yaml" || it == "json") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
