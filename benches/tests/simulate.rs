//! The short form of the simulation keeps every promise.

use std::process::Command;

#[test]
fn the_statistics_keep_their_promises() {
    let simulation = Command::new(env!("CARGO_BIN_EXE_simulate")).arg("--quick").output().unwrap();
    let printed = String::from_utf8(simulation.stdout).unwrap();
    assert!(simulation.status.success(), "{printed}");
    assert!(printed.matches(": kept").count() > 50, "{printed}");
}
