//! The servers of a Kubernetes control plane and of a real mesh, for tests: built from pinned Go modules, once per user.

mod build;
mod cache;
mod set;
mod sets;
mod view;
mod yard;

use std::path::{Path, PathBuf};
use std::process::Command;

use set::Set;
use sets::SETS;
use view::View;
use yard::Yard;

use crate::shell::{Result, answer};

/// What tests know the view by.
const VARIABLE: &str = "MESHERY_TESTBED";

/// Builds what is not there; what could be built can be used, also when something else could not.
pub(crate) fn obtain() -> Result {
    if given().is_some() {
        return Ok(());
    }
    let cache = cache::root()?;
    if missing(&cache)?.is_empty() && View::of(&cache)?.is_laid() {
        return Ok(());
    }
    let yard = Yard::enter(&cache)?;
    // Asked again, because somebody else may have built it meanwhile.
    let missing = missing(&cache)?;
    let mut troubles: Vec<String> = missing.iter().filter_map(|set| set.build(&cache, &yard).err()).collect();
    troubles.extend(View::of(&cache).and_then(|view| view.lay()).err());
    if troubles.is_empty() { yard.raze() } else { Err(troubles.join("\n")) }
}

/// The folder with all programs in `bin/`, and what else they need in `share/`.
pub(crate) fn view() -> Result<PathBuf> {
    given().map_or_else(|| Ok(View::of(&cache::root()?)?.path().into()), Ok)
}

/// A view of the user's own.
fn given() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Tells a command where it is, if [`obtain`] has made it.
pub(crate) fn name_to(command: &mut Command) {
    if let Some(view) = view().ok().filter(|view| view.exists()) {
        command.env(VARIABLE, view);
    }
}

/// What each program says its version is.
pub(crate) fn versions() -> Result<Vec<(&'static str, String)>> {
    let bin = view()?.join("bin");
    let programs = SETS.iter().flat_map(|set| set.programs).filter(|program| bin.join(program.name).exists());
    let asked = programs.map(|program| {
        let said = answer(Command::new(bin.join(program.name)).args(program.version))?;
        Ok((program.name, said.lines().next().unwrap_or_default().into()))
    });
    asked.collect()
}

fn missing(cache: &Path) -> Result<Vec<&'static Set>> {
    let is_given = |set: &Set| set.is_in_envtest && view::envtest().is_some();
    let mut missing = Vec::new();
    for set in SETS.iter().filter(|set| !is_given(set)) {
        if !set.is_built(cache)? {
            missing.push(set);
        }
    }
    Ok(missing)
}
