//! The language server, driven through its protocol.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

const ROUTE: &str = "# ✓ a route\napiVersion: networking.istio.io/v1\nkind: VirtualService\n\
    metadata: { name: reviews, namespace: shop }\n\
    spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviws } }] }] }\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: { name: reviews, namespace: shop }\n\
    spec: { ports: [{ name: http, port: 80 }] }\n";

struct Editor {
    server: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    folder: PathBuf,
    last: u64,
}

impl Editor {
    fn open(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("meshery-editor-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("service.yaml"), SERVICE).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_language-server"));
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (stdin, stdout) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
        let mut editor = Self { server, stdin, stdout, folder, last: 0 };
        let options = json!({ "select": ["MSH101", "MSH901"] });
        let asked = json!({
            "capabilities": {}, "rootUri": editor.uri(""), "initializationOptions": options,
        });
        let answer = editor.ask("initialize", &asked);
        assert_eq!(answer["capabilities"]["hoverProvider"], true);
        editor.tell("initialized", &json!({}));
        editor
    }

    fn uri(&self, file: &str) -> String {
        format!("file://{}", self.folder.join(file).display())
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.stdin.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "the server has ended");
            match line.trim().strip_prefix("Content-Length: ") {
                Some(given) => length = given.parse().unwrap(),
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        self.stdout.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id {
                return message["result"].clone();
            }
        }
    }

    /// The diagnostics of a file that are told next.
    fn diagnostics(&mut self, file: &str) -> Vec<Value> {
        let uri = self.uri(file);
        loop {
            let message = self.receive();
            if message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri {
                return message["params"]["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    fn document(&self, file: &str, text: &str) -> Value {
        json!({ "uri": self.uri(file), "languageId": "yaml", "version": 1, "text": text })
    }

    fn change(&mut self, file: &str, text: &str) {
        let document = json!({ "uri": self.uri(file), "version": 2 });
        let params = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        self.tell("textDocument/didChange", &params);
    }

    fn close(mut self) {
        self.ask("shutdown", &Value::Null);
        self.tell("exit", &Value::Null);
        assert!(self.server.wait().unwrap().success());
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

#[test]
fn an_editor_sees_what_is_wrong_as_it_is_written() {
    let mut editor = Editor::open("diagnostics");
    let document = editor.document("route.yaml", ROUTE);
    editor.tell("textDocument/didOpen", &json!({ "textDocument": document }));
    let [found] = <[Value; 1]>::try_from(editor.diagnostics("route.yaml")).unwrap();
    assert_eq!(found["code"], "MSH101");
    assert_eq!(found["range"]["start"], json!({ "line": 4, "character": 66 }));
    assert!(found["message"].as_str().unwrap().contains("did you mean \"reviews\"?"));
    // Mended by hand: nothing is wrong any more, and the editor is told so.
    editor.change("route.yaml", &ROUTE.replace("reviws", "reviews"));
    assert_eq!(editor.diagnostics("route.yaml"), Vec::<Value>::new());
    // What cannot be read has a place too.
    editor.change("route.yaml", "a: [\n");
    let unread = editor.diagnostics("route.yaml");
    assert_eq!(unread[0]["range"]["start"]["line"], 1);
    editor.close();
}

#[test]
fn a_fix_is_an_action_and_a_rule_has_its_page() {
    let mut editor = Editor::open("actions");
    let document = editor.document("route.yaml", ROUTE);
    editor.tell("textDocument/didOpen", &json!({ "textDocument": document }));
    let found = editor.diagnostics("route.yaml");
    let document = json!({ "uri": editor.uri("route.yaml") });
    let range = found[0]["range"].clone();
    let asked = json!({ "textDocument": document, "range": range, "context": { "diagnostics": found } });
    let actions = editor.ask("textDocument/codeAction", &asked);
    let action = &actions[0];
    assert_eq!((&action["kind"], &action["isPreferred"]), (&json!("quickfix"), &json!(false)));
    let edit = &action["edit"]["changes"][editor.uri("route.yaml")][0];
    assert_eq!((&edit["newText"], &edit["range"]), (&json!("reviews"), &range));
    let asked = json!({ "textDocument": document, "position": range["start"] });
    let hover = editor.ask("textDocument/hover", &asked);
    assert!(hover["contents"]["value"].as_str().unwrap().starts_with("# MSH101"));
    let asked = json!({ "textDocument": document, "position": { "line": 0, "character": 0 } });
    assert_eq!(editor.ask("textDocument/hover", &asked), Value::Null);
    editor.close();
}

#[test]
fn what_is_closed_without_being_saved_is_forgotten() {
    let mut editor = Editor::open("closing");
    let document = editor.document("route.yaml", ROUTE);
    editor.tell("textDocument/didOpen", &json!({ "textDocument": document }));
    assert_eq!(editor.diagnostics("route.yaml").len(), 1);
    let document = json!({ "uri": editor.uri("route.yaml") });
    editor.tell("textDocument/didClose", &json!({ "textDocument": document }));
    assert_eq!(editor.diagnostics("route.yaml"), Vec::<Value>::new());
    editor.close();
}
