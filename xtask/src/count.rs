//! How many tests ran, read from what each runner prints.

use std::fmt;

/// Tests by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// How a line that announces a skipped test begins, in all three languages: libtest knows no skipping at run time.
const SKIPPED: &str = "SKIPPED";

/// Cargo's `test result:` lines, one per test program.
pub(crate) fn cargo(output: &str) -> Count {
    let mut count = Count::default();
    for line in output.lines() {
        if let Some(result) = line.trim_start().strip_prefix("test result: ") {
            count.passed += number_before(result, " passed");
            count.failed += number_before(result, " failed");
            count.skipped += number_before(result, " ignored");
        }
    }
    // A test that says it was skipped has still passed for libtest.
    let announced = output.lines().filter(|line| line.trim_start().starts_with(SKIPPED)).count() as u64;
    count.passed = count.passed.saturating_sub(announced);
    count.skipped += announced;
    count
}

/// The last line of pytest.
pub(crate) fn pytest(output: &str) -> Count {
    let is_summary = |line: &&str| line.contains(" passed") || line.contains(" failed") || line.contains(" error");
    let line = output.lines().rev().find(is_summary).unwrap_or_default();
    Count {
        passed: number_before(line, " passed"),
        failed: number_before(line, " failed") + number_before(line, " error"),
        skipped: number_before(line, " skipped") + number_before(line, " xfailed"),
    }
}

/// The closing lines of `node --test`, `# pass 3` as TAP or `ℹ pass 3` for people.
pub(crate) fn node(output: &str) -> Count {
    let of = |name: &str| {
        let value = |line: &str| {
            let (mark, rest) = line.split_once(' ')?;
            let (key, number) = rest.split_once(' ')?;
            (matches!(mark, "#" | "ℹ") && key == name).then_some(number)?.trim().parse::<u64>().ok()
        };
        output.lines().rev().find_map(value).unwrap_or(0)
    };
    Count { passed: of("pass"), failed: of("fail") + of("cancelled"), skipped: of("skipped") + of("todo") }
}

/// The names of the tests that failed, as the runners of all three languages print them.
pub(crate) fn failures(output: &str) -> Vec<&str> {
    output.lines().filter_map(|line| failed(line.trim_start())).collect()
}

fn failed(line: &str) -> Option<&str> {
    let cargo = || line.strip_prefix("---- ")?.strip_suffix(" stdout ----");
    let pytest = || line.strip_prefix("FAILED ").or_else(|| line.strip_prefix("ERROR "))?.split(" - ").next();
    let node = || line.strip_prefix("not ok ")?.split_once(" - ").map(|(_, name)| name);
    cargo().or_else(pytest).or_else(node)
}

/// The number that stands right before a word.
fn number_before(line: &str, word: &str) -> u64 {
    let before = line.split_once(word).map_or("", |(before, _)| before);
    let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    before[before.len() - digits..].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_sums_its_programs_and_believes_announced_skips() {
        let output = "\
            test result: ok. 18 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s\n\
            SKIPPED envoy_runs: no Envoy\n\
            test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s\n";
        assert_eq!(cargo(output), Count { passed: 21, failed: 2, skipped: 2 });
    }

    #[test]
    fn pytest_is_read_from_its_last_line() {
        let output = "collected 9 items\n.....\n====== 1 failed, 6 passed, 2 skipped in 0.12s ======\n";
        assert_eq!(pytest(output), Count { passed: 6, failed: 1, skipped: 2 });
        assert_eq!(pytest("7 passed in 0.12s\n"), Count { passed: 7, failed: 0, skipped: 0 });
        assert_eq!(pytest("no tests ran in 0.01s\n"), Count::default());
    }

    #[test]
    fn what_failed_is_named() {
        let cargo = "test a::works ... ok\ntest b::breaks ... FAILED\nfailures:\n---- b::breaks stdout ----\nthread 'b::breaks'\n";
        assert_eq!(failures(cargo), ["b::breaks"]);
        assert_eq!(failures("FAILED tests/test_a.py::test_b - assert 1 == 2\n"), ["tests/test_a.py::test_b"]);
        assert_eq!(failures("ok 1 - fine\nnot ok 2 - does not - quite\n"), ["does not - quite"]);
    }

    #[test]
    fn node_is_read_in_both_of_its_styles() {
        let expected = Count { passed: 9, failed: 1, skipped: 1 };
        assert_eq!(node("# tests 11\n# pass 9\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n"), expected);
        assert_eq!(node("ℹ tests 11\nℹ pass 9\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 0\n"), expected);
    }
}
