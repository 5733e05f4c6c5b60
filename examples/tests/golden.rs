//! The golden cases: what a call makes of an input, the same in Rust, Python and Node. `bindings-python/tests` and
//! `bindings-node/test` run the same files.
//!
//! With `MESHERY_UPDATE` set, the results of cases that end well are written anew.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};

use meshery_core::{ChangePlan, Comparison, Context, LoadTest, MeshHost, Result, Severity, json, lifecycle};
use meshery_mesh::LocalHost;
use meshery_mesh::analyze::{self, Options, Source, analyze_with, diff, fixed};
use meshery_mesh::host::LocalOptions;
use meshery_perf::{Engine, compare, report};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../meshery-core/tests/golden")
}

fn read(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder().join(path)).unwrap()).unwrap()
}

fn await_result<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// What a call makes of an input, by the name that it has in a case.
fn call(name: &str, input: &Value) -> Result<Value> {
    let context = Context::default();
    match name {
        "analyze" => Ok(serde_json::to_value(analyze::analyze(&sources(input)))?),
        "check" => check(input),
        "compare" => {
            let spec = json::from_value(input.clone())?;
            let done = await_result(async {
                compare(&spec, &Engine::new(), &LocalHost::new(LocalOptions::default())?, &context).await
            });
            Ok(serde_json::to_value(done?)?)
        }
        "install" => {
            let spec = json::from_value(input.clone())?;
            let installed =
                await_result(async { LocalHost::new(LocalOptions::default())?.install(&spec, &context).await });
            Ok(serde_json::to_value(installed?)?)
        }
        "comparison" => look_up(&serde_json::from_value(read(input["document"].as_str().unwrap()))?),
        "order" => order(input),
        "plan" => show(&json::from_value(input["plan"].clone())?, input["role"].as_str().unwrap()),
        "run_load" => {
            let spec = json::from_value(input.clone())?;
            Ok(serde_json::to_value(await_result(Engine::new().run(&spec, &context))?)?)
        }
        _ => panic!("no call of the name {name}"),
    }
}

fn sources(texts: &Value) -> Vec<Source> {
    texts.as_object().unwrap().iter().map(|(name, text)| Source::new(name, text.as_str().unwrap())).collect()
}

/// The safe order of changes, as a document and as text.
fn order(input: &Value) -> Result<Value> {
    let options: Options = json::from_value(input["options"].clone())?;
    let order = analyze::order(&sources(&input["running"]), &sources(&input["wanted"]), &options);
    Ok(json!({ "order": serde_json::to_value(&order)?, "text": order.to_string() }))
}

/// All that an analysis is asked for: what is found, by what name it is known, what it looks like, and what mends it.
fn check(input: &Value) -> Result<Value> {
    let options: Options = json::from_value(input["options"].clone())?;
    let analysis = analyze_with(&sources(&input["texts"]), &options);
    let mended = fixed(&analysis, true);
    let text = |file: &Source| String::from_utf8_lossy(&file.text).into_owned();
    let files: serde_json::Map<String, Value> = mended.iter().map(|it| (it.name.clone(), text(it).into())).collect();
    let formats = ["github", "html", "junit", "markdown", "sarif", "text"];
    let rendered: Result<serde_json::Map<String, Value>> =
        formats.iter().map(|name| Ok(((*name).to_owned(), analyze::report::render(name, &analysis)?.into()))).collect();
    Ok(json!({
        "analysis": serde_json::to_value(&analysis)?,
        "fingerprints": analyze::report::fingerprints(&analysis),
        "fixed": files,
        "diff": diff(&analysis, &mended),
        "is_error": analysis.is_at_least(Severity::Error),
        "rendered": rendered?,
    }))
}

/// All that a comparison is asked for: every verdict, and the table.
fn look_up(comparison: &Comparison) -> Result<Value> {
    let mut verdicts = json!({});
    for effect in &comparison.effects {
        let found = comparison.effect(&effect.arm, &effect.metric).expect("it is there");
        verdicts[&effect.arm][&effect.metric] = serde_json::to_value(found.verdict)?;
    }
    Ok(json!({ "verdicts": verdicts, "table": report::render("table", comparison)? }))
}

/// Every form of a plan.
fn show(plan: &ChangePlan, role: &str) -> Result<Value> {
    let (text, ansi, html) = (plan.to_text(), plan.to_ansi(), plan.to_html());
    let roles = lifecycle::roles(role, &plan.permissions);
    let document = serde_json::to_value(plan)?;
    Ok(
        json!({ "empty": plan.is_empty(), "text": text, "ansi": ansi, "html": html, "roles": roles, "document": document }),
    )
}

/// What is wrong with a result, if anything. An error needs to have what is expected of it, and may have more.
fn mismatch(expected: &Value, result: Result<Value>) -> Option<String> {
    match result {
        Ok(found) => (expected.get("ok") != Some(&found)).then(|| format!("found {found:#}")),
        Err(error) => {
            let (report, text) = (serde_json::to_value(error.report()).unwrap(), error.to_string());
            let has = |(name, value): (&String, &Value)| match name.as_str() {
                "mentions" => value.as_array().unwrap().iter().all(|part| text.contains(part.as_str().unwrap())),
                _ => report.get(name) == Some(value),
            };
            let fits = expected.get("error").is_some_and(|wanted| wanted.as_object().unwrap().iter().all(has));
            (!fits).then(|| format!("found {report:#}"))
        }
    }
}

#[test]
fn every_case_is_as_written() {
    let mut names: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    names.sort();
    assert!(!names.is_empty(), "no case in {}", folder().display());
    let mut wrong = Vec::new();
    for path in names {
        let mut case: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let name = case["name"].as_str().unwrap().to_owned();
        assert_eq!(path.file_stem().unwrap().to_str(), Some(&*name), "a file is called as its case is");
        let result = call(case["call"].as_str().unwrap(), &case["input"]);
        let update = std::env::var_os("MESHERY_UPDATE").is_some() && case["expect"].get("ok").is_some();
        if let (true, Ok(found)) = (update, &result) {
            case["expect"]["ok"] = found.clone();
            std::fs::write(&path, serde_json::to_string_pretty(&case).unwrap() + "\n").unwrap();
        }
        wrong.extend(mismatch(&case["expect"], result).map(|what| format!("{name}: {what}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
