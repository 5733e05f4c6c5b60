//! `bench`: a measurement against peers.

use super::Verb;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Result, become_program, cargo, run};
use crate::{kubectl, testbed, workspace};

pub(super) const VERB: Verb =
    Verb { name: "bench", options: "NAME [...]", does: "run benches/NAME, for example: bench rivals", run: bench };

fn bench(options: &[String]) -> Result {
    let Some((name, rest)) = options.split_first() else {
        return Err(format!("which one? There is: {}", names()?.join(", ")));
    };
    if !names()?.contains(name) {
        return Err(format!("no bench of the name {name}. There is: {}", names()?.join(", ")));
    }
    program(name, rest)
}

/// Builds a bench as it is released, and becomes it.
pub(super) fn program(name: &str, options: &[String]) -> Result {
    run(&mut cargo(&["build", "--release", "--package", "meshery-benches", "--bin", name]))?;
    let mut bench = Command::new(workspace::target().join("release").join(name));
    equip(name, &mut bench)?;
    become_program(bench.args(options))
}

/// Obtains what a bench needs beyond itself, and tells it where that is.
fn equip(name: &str, bench: &mut Command) -> Result {
    match name {
        "lifecycle" => {
            testbed::obtain()?;
            kubectl::obtain()?;
            testbed::name_to(bench);
            kubectl::name_to(bench);
        }
        "analysis" => {
            testbed::obtain()?;
            testbed::name_to(bench);
        }
        "rivals" => drop(bench.env("MESHERY_BENCH_PACKAGES", packages()?)),
        _ => {}
    }
    Ok(())
}

/// The Python and Node packages as they are released: those that the tests use are not optimised.
fn packages() -> Result<PathBuf> {
    let mut build = cargo(&["build", "--release", "--package", "meshery-python", "--package", "meshery-node"]);
    // An interpreter loads it, so that it must not load one.
    run(build.env("PYO3_BUILD_EXTENSION_MODULE", "1"))?;
    let (home, release) = (workspace::target().join("bench"), workspace::target().join("release"));
    let (python, node) = (home.join("python/meshery"), home.join("node/node_modules/meshery"));
    copy_files(&workspace::root().join("bindings-python/python/meshery"), &python)?;
    copy_files(&workspace::root().join("bindings-node"), &node)?;
    copy(&release.join("libmeshery_python.so"), &python.join("_native.abi3.so"))?;
    copy(&release.join("libmeshery_node.so"), &node.join("meshery.node"))?;
    Ok(home)
}

fn copy_files(from: &Path, to: &Path) -> Result {
    std::fs::create_dir_all(to).map_err(|error| format!("{}: {error}", to.display()))?;
    let entries = std::fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))?;
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    files.into_iter().try_for_each(|entry| copy(&entry.path(), &to.join(entry.file_name())))
}

fn copy(from: &Path, to: &Path) -> Result {
    std::fs::copy(from, to).map(drop).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}

/// Every folder of `benches/` with a program in it.
fn names() -> Result<Vec<String>> {
    let home = workspace::root().join("benches");
    let entries = std::fs::read_dir(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let programs = entries.flatten().filter(|entry| entry.path().join("main.rs").exists());
    let mut names: Vec<String> = programs.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}
