//! SARIF 2.1.0, as code scanners hand over findings (OASIS, docs.oasis-open.org/sarif/sarif/v2.1.0).

use std::collections::BTreeSet;

use meshery_core::analyzer::{Fix, Location, Related};
use meshery_core::{Error, Finding, Region, Result, Severity};
use serde_json::{Value, json};

use super::{Format, fingerprints, position};
use crate::analyze::{Analysis, rules};

pub(super) struct Sarif;

impl Format for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn render(&self, analysis: &Analysis) -> Result<String> {
        let found: BTreeSet<&str> = analysis.findings.iter().map(|finding| finding.code.as_str()).collect();
        let found: Vec<&str> = found.into_iter().collect();
        let results = analysis.findings.iter().zip(fingerprints(analysis));
        let results: Vec<Value> = results.map(|(finding, print)| result(finding, &print, &found)).collect();
        let notifications: Vec<Value> = analysis.errors.iter().map(notification).collect();
        let document = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "meshery",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": found.iter().map(|code| descriptor(code)).collect::<Vec<_>>(),
                } },
                "columnKind": "unicodeCodePoints",
                "results": results,
                "invocations": [{
                    "executionSuccessful": analysis.errors.is_empty(),
                    "toolExecutionNotifications": notifications,
                }],
            }],
        });
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// What is known of a rule: of one that somebody else has written, its code.
fn descriptor(code: &str) -> Value {
    let Some(rule) = rules().find(|rule| rule.code == code) else { return json!({ "id": code }) };
    let page = rule.page();
    json!({
        "id": code,
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.why.trim() },
        "help": { "text": page, "markdown": page },
        "helpUri": rule.references.first(),
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(finding: &Finding, print: &str, rules: &[&str]) -> Value {
    let help = finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let assumed: Vec<String> = finding.assumes.iter().map(|what| format!("; assumed that {what}")).collect();
    let assumed = assumed.concat();
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": rules.iter().position(|code| *code == finding.code),
        "level": level(finding.severity),
        "message": { "text": format!("{}{assumed}{help}", finding.said()) },
        "locations": [location(&finding.location, &finding.resource)],
        "partialFingerprints": { "meshery/v1": print },
    });
    if let Some(result) = result.as_object_mut() {
        if !finding.related.is_empty() {
            result.insert("relatedLocations".into(), finding.related.iter().map(related).collect());
        }
        if !finding.fixes.is_empty() {
            result.insert("fixes".into(), finding.fixes.iter().map(fix).collect());
        }
    }
    result
}

fn location(place: &Location, resource: &str) -> Value {
    json!({
        "physicalLocation": { "artifactLocation": artifact(&place.file), "region": region(place.span) },
        "logicalLocations": [{ "fullyQualifiedName": resource, "kind": "resource" }],
    })
}

fn related(related: &Related) -> Value {
    let mut value = location(&related.location, &related.resource);
    if let Some(value) = value.as_object_mut() {
        value.insert("message".into(), json!({ "text": related.message }));
    }
    value
}

fn fix(fix: &Fix) -> Value {
    let changes: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "artifactLocation": artifact(&edit.location.file),
                "replacements": [{ "deletedRegion": region(edit.location.span), "insertedContent": { "text": edit.text } }],
            })
        })
        .collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

/// A name as a reference: what a URI cannot hold is written in percent.
fn artifact(file: &str) -> Value {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    let uri: String = file
        .bytes()
        .map(|byte| if allowed(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") })
        .collect();
    json!({ "uri": uri })
}

fn region(span: Region) -> Value {
    json!({
        "startLine": span.start.line,
        "startColumn": span.start.column,
        "endLine": span.end.line,
        "endColumn": span.end.column,
        "byteOffset": span.start.offset,
        "byteLength": span.end.offset.saturating_sub(span.start.offset),
    })
}

fn notification(error: &Error) -> Value {
    let place = error.report().place.as_deref().unwrap_or_default();
    let at = match position(place) {
        Some((file, line, column)) => Some((file, json!({ "startLine": line, "startColumn": column }))),
        None if place.is_empty() => None,
        None => Some((place, json!({ "startLine": 1 }))),
    };
    let location =
        |(file, region)| json!({ "physicalLocation": { "artifactLocation": artifact(file), "region": region } });
    json!({
        "level": "error",
        "message": { "text": error.to_string() },
        "descriptor": { "id": error.kind().code() },
        "locations": at.map(location).into_iter().collect::<Vec<_>>(),
    })
}
