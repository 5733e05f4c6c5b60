//! The reader, case by case. What the API server makes of each was asked of `sigs.k8s.io/yaml` itself.

use std::fmt::Write;

use meshery_core::ErrorKind;
use meshery_core::resource::{File, Node, Value};
use meshery_mesh::analyze::{Source, yaml};

fn read(text: &str) -> Vec<meshery_core::Result<Node>> {
    yaml::read(&Source::new("f", text))
}

fn one(text: &str) -> Node {
    let mut documents = read(text);
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0).unwrap()
}

/// The error of the only document that has one, as `place: message`.
fn error(text: &str) -> meshery_core::Error {
    let mut errors: Vec<_> = read(text).into_iter().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 1, "{text}: {errors:?}");
    errors.remove(0)
}

fn place(text: &str) -> String {
    error(text).report().place.clone().unwrap()
}

/// A node as compact JSON.
fn json(node: &Node) -> String {
    let joined = |parts: Vec<String>| parts.join(",");
    match &node.value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", joined(items.iter().map(json).collect())),
        Value::Map(fields) => {
            format!("{{{}}}", joined(fields.iter().map(|f| format!("{}:{}", f.key, json(&f.value))).collect()))
        }
    }
}

fn documents(text: &str) -> Vec<String> {
    read(text).iter().map(|document| document.as_ref().map_or_else(ToString::to_string, json)).collect()
}

#[test]
fn scalars_mean_what_they_mean_to_the_api_server() {
    for (text, expected) in [
        ("[y, Yes, TRUE, on, n, No, FALSE, off]", "[true,true,true,true,false,false,false,false]"),
        ("[yEs, tRue, oN, nO]", r#"["yEs","tRue","oN","nO"]"#),
        ("['yes', \"1\", !!str 1, ! 1, !mine 1]", r#"["yes","1","1","1","1"]"#),
        ("[0777, 0o17, 0x1F, 0b101, 1_000, -010, +5, 08]", "[511,15,31,5,1000,-8,5,8.0]"),
        (
            "[9223372036854775807, 9223372036854775808, 0xG, _1]",
            r#"[9223372036854775807,9.223372036854776e18,"0xG","_1"]"#,
        ),
        ("[1.5, .5, 5., 1e3, 1_0.5, 1e999, 1.2.3, 0x1p4]", r#"[1.5,0.5,5.0,1000.0,10.5,"1e999","1.2.3","0x1p4"]"#),
        ("[.inf, -.INF, +.Inf]", "[inf,-inf,inf]"),
        ("[~, null, NULL, nULL, '']", r#"[null,null,null,"nULL",""]"#),
        ("[2020-01-01, 12:30:45, 1.2.3.4, 1:20]", r#"["2020-01-01","12:30:45","1.2.3.4","1:20"]"#),
        ("[!!int '3', !!float 3, !!bool yes, !!null '']", "[3,3.0,true,null]"),
        ("a: &x\nb: *x\nc:", "{a:null,b:null,c:null}"),
        ("{y: 1, 2: b, 1.5: c}", r#"{true:1,2:"b",1.5:"c"}"#),
    ] {
        assert_eq!(json(&one(text)), expected, "{text}");
    }
    assert_eq!(error("a: !!int x").kind(), ErrorKind::Syntax);
}

#[test]
fn files_are_cut_as_kubectl_cuts_them() {
    for (text, expected) in [
        ("a: 1\n---\nb: 2\n", vec!["{a:1}", "{b:2}"]),
        ("---\n---  # two\n# nothing\n---\n\n---\na: 1\n---", vec!["{a:1}"]),
        ("a: 1\r\n---\r\nb: |\r\n  x\r\n  y\r\n", vec!["{a:1}", r#"{b:"x\ny\n"}"#]),
        ("\u{feff}a: 1\n---\n\u{feff}b: 2\n", vec!["{a:1}", "{b:2}"]),
        ("a: |\n  ---\n  x\n", vec![r#"{a:"---\nx\n"}"#]),
        ("{\"a\": 1}\n{\"b\":\t[2]}", vec!["{a:1}", "{b:[2]}"]),
        ("a: 1\n...\n---\nb: 2\n", vec!["{a:1}", "{b:2}"]),
        ("", vec![]),
        ("# only\n \n", vec![]),
        ("~\n---\nnull\n", vec![]),
    ] {
        assert_eq!(documents(text), expected, "{text:?}");
    }
    assert_eq!(place("a: 1\n--- {b: 2}\n---\nc: 3\n"), "f:2:1");
    assert_eq!(place("a: 1\n...\nb: 2\n"), "f:3:1");
}

#[test]
fn merges_follow_the_order_of_the_file() {
    let base = "b: &b {x: 1, w: 2}\n";
    for (text, expected) in [
        ("c: {<<: *b, x: 3}", "{x:3,w:2}"),
        ("c: {x: 3, <<: *b}", "{x:1,w:2}"),
        ("c: {<<: [*b, {x: 5, z: 6}]}", "{x:1,z:6,w:2}"),
        ("c: {'<<': 1}", "{<<:1}"),
    ] {
        assert_eq!(json(one(&format!("{base}{text}\n")).get("c").unwrap()), expected, "{text}");
    }
    assert_eq!(place("c: {<<: 5}"), "f:1:9");
    assert_eq!(place("l: &l [{a: 1}]\nc: {<<: *l}"), "f:2:9");
}

#[test]
fn indentation_inside_brackets_and_quotes_means_nothing() {
    for (text, expected) in [
        ("a:\n  b: [\n    x,\n  ]\n  c: 1\n", r#"{a:{b:["x"],c:1}}"#),
        ("a: {\n\"x\": 1,\n\"y\": [\n2\n]\n}\nc: 1\n", "{a:{x:1,y:[2]},c:1}"),
        ("a:\n  b: 'it''s\n\none'\n  c: \"x\\\ny\nz\"\n", r#"{a:{b:"it's\none",c:"xy z"}}"#),
    ] {
        assert_eq!(json(&one(text)), expected, "{text}");
    }
    let text = "a:\n  b: [\n\"ä\", x\n  ]\n  c: 1\n";
    let root = one(text);
    let x = &root.at(&["a", "b"]).unwrap().items()[1];
    assert_eq!((File::new("f", text).place(x.span), x.span.start), ("f:3:6".into(), 16));
    assert_eq!(File::new("f", text).place(root.at(&["a", "c"]).unwrap().span), "f:5:6");
}

#[test]
fn tabs_are_taken_where_the_api_server_takes_them() {
    assert_eq!(json(&one("a:\tb\nc: d\t# e\n")), r#"{a:"b",c:"d"}"#);
    let error = error("a:\n\tb: 1\n");
    assert!(error.to_string().starts_with("f:2:") && error.to_string().contains("tab"), "{error}");
}

#[test]
fn spans_are_those_of_the_values() {
    let text = "\u{feff}ä: 日本 # c\nq: \"x y\"\nt: &anchor !!str  12\nl: [1, 2]\nm: &m # why\n  k: v\nz: *anchor\n";
    let (root, file) = (one(text), File::new("f", text));
    for (key, expected, at) in [
        ("ä", "日本", "1:4"),
        ("q", "\"x y\"", "2:4"),
        ("t", "12", "3:19"),
        ("l", "[1, 2]", "4:4"),
        ("m", "k: v", "6:3"),
        ("z", "*anchor", "7:4"),
    ] {
        let span = root.get(key).unwrap().span;
        assert_eq!((file.slice(span), file.position(span.start).to_string().as_str()), (expected, at));
    }
    assert_eq!(file.place(root.fields()[0].key_span), "f:1:1");
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    for (text, at) in [
        ("a: 1\nb: 2\na: 3\n", "f:3:1"),
        ("a: {b: 1, b: 2}", "f:1:11"),
        ("a: *nobody\n", "f:1:4"),
        ("a: &a [*a]\n", "f:1:8"),
        ("? [a]\n: b\n", "f:1:3"),
        ("~: b\n", "f:1:1"),
        ("a: b\nc: \u{1}\n", "f:2:4"),
        ("x: 1\n---\na: \0\n", "f:3:4"),
    ] {
        assert_eq!(place(text), at, "{text:?}");
    }
    let documents = yaml::read(&Source::new("f", b"\xef\xbb\xbfa: \xc3\xa4\nb: \xff".to_vec()));
    let message = documents[0].as_ref().unwrap_err().to_string();
    assert_eq!(message, "f:2:4: the file is not text: expected UTF-8, found byte 0xff");
    let documents = yaml::read(&Source::new("f", b"\xef\xbb\xbfa\xff".to_vec()));
    assert!(documents[0].as_ref().unwrap_err().to_string().starts_with("f:1:2: "));
}

#[test]
fn bombs_and_towers_are_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let refs = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{refs}]").unwrap();
    }
    let error = error(&bomb);
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert!(error.to_string().contains("at most") && error.to_string().starts_with("f:"), "{error}");

    let flow = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let block = "- ".repeat(100_000);
    let mut chain = String::from("a0: &a0 []\n");
    for level in 1..200 {
        writeln!(chain, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    for tower in [flow, "[".repeat(1_000), block, chain] {
        assert_eq!(self::error(&tower).kind(), ErrorKind::LimitExceeded);
    }
}

#[test]
fn ordinary_repetition_is_allowed() {
    let uses = "- *big\n".repeat(300);
    let text = format!("big: &big [1, 2, 3, 4, 5, 6, 7, 8, 9]\nuses:\n{uses}");
    assert_eq!(one(&text).get("uses").unwrap().items().len(), 300);
}
