//! JUnit's XML: a test case per file, that fails when something in it is wrong.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::{Finding, Result, Severity};

use super::{Format, escaped};
use crate::analyze::Analysis;

pub(super) struct Junit;

impl Format for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn render(&self, analysis: &Analysis) -> Result<String> {
        let mut cases: Vec<String> = Vec::new();
        let mut failures = 0;
        let mut by_file: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for finding in analysis.findings.iter().filter(|finding| finding.severity > Severity::Info) {
            by_file.entry(&finding.location.file).or_default().push(failure(finding));
        }
        // Something may be wrong with what is no file of theirs, such as a list of what is allowed.
        let names: BTreeSet<&str> =
            analysis.files.iter().map(|file| &*file.name).chain(by_file.keys().copied()).collect();
        let files = names.len();
        for name in names {
            let said = by_file.remove(name).unwrap_or_default();
            failures += said.len();
            let (name, said) = (escaped(name), said.concat());
            cases.push(format!("    <testcase classname=\"meshery\" name=\"{name}\">\n{said}    </testcase>\n"));
        }
        for error in &analysis.errors {
            let place = escaped(error.report().place.as_deref().unwrap_or("input"));
            let said = escaped(&error.to_string());
            cases.push(format!(
                "    <testcase classname=\"meshery\" name=\"{place}\">\n      <error type=\"{}\" message=\"{said}\"/>\n    \
                 </testcase>\n",
                error.kind()
            ));
        }
        let (tests, errors, cases) = (files + analysis.errors.len(), analysis.errors.len(), cases.concat());
        Ok(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"meshery analyze\" \
             tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n{cases}  </testsuite>\n</testsuites>\n"
        ))
    }
}

fn failure(finding: &Finding) -> String {
    let (code, message, said) = (escaped(&finding.code), escaped(&finding.message), escaped(&finding.to_string()));
    format!("      <failure type=\"{code}\" message=\"{message}\">{said}</failure>\n")
}
