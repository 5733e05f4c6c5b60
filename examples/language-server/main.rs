//! A language server: what is wrong with mesh configuration, while it is being written.
//!
//! ```text
//! language-server        speaks the Language Server Protocol on standard input and output
//! ```
//!
//! All files of the workspace are seen as one cluster, so that a change of one file is judged by all others. Diagnostics
//! have the second place of a conflict, fixes are code actions (`quickfix`), and hovering over a finding shows the page of
//! its rule.
#![allow(clippy::print_stderr, reason = "a program talks to its user")]

mod place;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use lsp_server::{Connection, Message, Notification, Request, Response};
use meshery_core::analyzer::{Fix, Options};
use meshery_core::{Finding, Severity, json as reading};
use meshery_mesh::analyze::{Analysis, Session, Source, at_this_time, explain};
use serde_json::{Value, json};

use place::{Texts, path_of, uri_of};

type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Done {
    let (connection, threads) = Connection::stdio();
    let asked = connection.initialize(json!({
        "textDocumentSync": { "openClose": true, "change": 1 },
        "codeActionProvider": { "codeActionKinds": ["quickfix"] },
        "hoverProvider": true,
    }))?;
    let mut server = Server::new(&asked)?;
    server.publish(&connection)?;
    serve(&connection, &mut server)?;
    drop(connection);
    threads.join()?;
    Ok(())
}

fn serve(connection: &Connection, server: &mut Server) -> Done {
    for message in &connection.receiver {
        match message {
            Message::Request(request) if connection.handle_shutdown(&request)? => return Ok(()),
            Message::Request(request) => connection.sender.send(server.answer(request).into())?,
            Message::Notification(notification) => {
                if server.take(&notification) {
                    server.publish(connection)?;
                }
            }
            Message::Response(_) => {}
        }
    }
    Ok(())
}

/// The workspace under analysis.
struct Server {
    session: Session,
    analysis: Analysis,
    /// Which files have diagnostics in the editor.
    told: Vec<String>,
}

impl Server {
    /// Reads the workspace. Options are those of the analysis, as `initializationOptions`.
    fn new(asked: &Value) -> Done<Self> {
        let given = asked.get("initializationOptions").filter(|options| options.is_object());
        let options: Options = given.map_or_else(|| Ok(Options::default()), |it| reading::from_value(it.clone()))?;
        let mut session = Session::new(Options { now: options.now.or(at_this_time().now), ..options });
        let folders = asked["workspaceFolders"].as_array().into_iter().flatten().map(|folder| &folder["uri"]);
        let roots = folders.chain(asked.get("rootUri")).filter_map(Value::as_str).filter_map(path_of);
        session.gather(roots.collect::<std::collections::BTreeSet<PathBuf>>());
        let analysis = session.analysis();
        Ok(Self { session, analysis, told: Vec::new() })
    }

    /// Takes in what the editor says; whether something may be different now.
    fn take(&mut self, notification: &Notification) -> bool {
        let document = &notification.params["textDocument"];
        let Some(name) = document["uri"].as_str().and_then(path_of).map(|path| path.display().to_string()) else {
            return false;
        };
        let text = match notification.method.as_str() {
            "textDocument/didOpen" => document["text"].as_str(),
            // All of the text, as was agreed.
            "textDocument/didChange" => notification.params["contentChanges"][0]["text"].as_str(),
            "textDocument/didClose" => {
                // What was not saved is not there.
                self.session.remove(&name);
                if PathBuf::from(&name).is_file() {
                    self.session.gather([&name]);
                }
                self.analysis = self.session.analysis();
                return true;
            }
            _ => None,
        };
        let Some(text) = text else { return false };
        self.session.put(&[Source::new(name, text)]);
        self.analysis = self.session.analysis();
        true
    }

    /// Tells the editor what is wrong, and of which files nothing is any more.
    fn publish(&mut self, connection: &Connection) -> Done {
        let texts = Texts::of(&self.analysis);
        let mut by_file: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for finding in &self.analysis.findings {
            by_file.entry(&finding.location.file).or_default().push(diagnostic(finding, &texts));
        }
        for error in &self.analysis.errors {
            let place = error.report().place.as_deref().unwrap_or_default();
            let (file, range) = texts.read(place);
            let said = json!({ "range": range, "severity": 1, "source": "meshery", "message": error.to_string() });
            by_file.entry(file).or_default().push(said);
        }
        let silent = self.told.iter().filter(|file| !by_file.contains_key(file.as_str()));
        let silent: Vec<(&str, Vec<Value>)> = silent.map(|file| (file.as_str(), Vec::new())).collect();
        let now: Vec<String> = by_file.keys().map(ToString::to_string).collect();
        for (file, diagnostics) in silent.into_iter().chain(by_file) {
            let params = json!({ "uri": uri_of(file), "diagnostics": diagnostics });
            let told = Notification { method: "textDocument/publishDiagnostics".into(), params };
            connection.sender.send(told.into())?;
        }
        self.told = now;
        Ok(())
    }

    fn answer(&self, request: Request) -> Response {
        let found = match request.method.as_str() {
            "textDocument/codeAction" => self.actions(&request.params),
            "textDocument/hover" => self.hover(&request.params),
            _ => {
                let unknown = lsp_server::ErrorCode::MethodNotFound as i32;
                return Response::new_err(request.id, unknown, request.method);
            }
        };
        Response::new_ok(request.id, found)
    }

    /// The findings that touch a range of a file.
    fn at(&self, params: &Value, range: &Value) -> Vec<&Finding> {
        let file = params["textDocument"]["uri"].as_str().and_then(path_of).unwrap_or_default();
        let texts = Texts::of(&self.analysis);
        let (file, range) = (file.display().to_string(), place::bounds(range));
        let touches = |finding: &&Finding| {
            let (start, end) = place::bounds(&texts.range(&finding.location));
            finding.location.file == file && start <= range.1 && range.0 <= end
        };
        self.analysis.findings.iter().filter(touches).collect()
    }

    fn actions(&self, params: &Value) -> Value {
        let texts = Texts::of(&self.analysis);
        let found = self.at(params, &params["range"]);
        let actions = found.iter().flat_map(|finding| finding.fixes.iter().map(|fix| action(finding, fix, &texts)));
        actions.collect()
    }

    fn hover(&self, params: &Value) -> Value {
        let here = json!({ "start": params["position"], "end": params["position"] });
        let found = self.at(params, &here);
        let pages: Vec<String> = found.iter().filter_map(|finding| explain(&finding.code).ok()).collect();
        if pages.is_empty() {
            return Value::Null;
        }
        json!({ "contents": { "kind": "markdown", "value": pages.join("\n---\n\n") } })
    }
}

fn diagnostic(finding: &Finding, texts: &Texts<'_>) -> Value {
    let severity = match finding.severity {
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Info => 3,
    };
    let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let related = finding.related.iter().map(|related| {
        let location = json!({ "uri": uri_of(&related.location.file), "range": texts.range(&related.location) });
        json!({ "location": location, "message": format!("{}: {}", related.resource, related.message) })
    });
    json!({
        "range": texts.range(&finding.location),
        "severity": severity,
        "code": finding.code,
        "source": "meshery",
        "message": format!("{}{help}", finding.message),
        "relatedInformation": related.collect::<Vec<_>>(),
    })
}

fn action(finding: &Finding, fix: &Fix, texts: &Texts<'_>) -> Value {
    let mut changes: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let change = json!({ "range": texts.range(&edit.location), "newText": edit.text });
        changes.entry(uri_of(&edit.location.file)).or_default().push(change);
    }
    json!({
        "title": fix.title,
        "kind": "quickfix",
        "isPreferred": fix.safe,
        "diagnostics": [diagnostic(finding, texts)],
        "edit": { "changes": changes },
    })
}
