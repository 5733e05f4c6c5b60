//! What holds for every text.

use meshery_core::Span;
use meshery_core::resource::{File, Node, Value};
use meshery_mesh::analyze::{Source, analyze, yaml};
use proptest::prelude::*;

/// Text that often is nearly YAML.
fn yamlish() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a", "b: ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "'", "\"", "&x ", "*x", "<<: ", "---\n",
        "...\n", "# c", "|\n", ">-\n", "!!int ", "!t ", "? ", ": ", "\t", "\r\n", "ä", "😀", "\u{feff}", "\\", "0777",
        "~", "%YAML ",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter)
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let finite = any::<f64>().prop_filter("JSON has no other", |value| value.is_finite());
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        finite.prop_map(Into::into),
        text().prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(text(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn equal(node: &Node, json: &serde_json::Value) -> bool {
    match (&node.value, json) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(a), serde_json::Value::Bool(b)) => a == b,
        (Value::Int(a), serde_json::Value::Number(b)) => b.as_i64() == Some(*a),
        (Value::Float(a), serde_json::Value::Number(b)) => b.as_f64() == Some(*a),
        (Value::Text(a), serde_json::Value::String(b)) => **a == **b,
        (Value::List(a), serde_json::Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Map(a), serde_json::Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|field| b.get(&*field.key).is_some_and(|b| equal(&field.value, b)))
        }
        _ => false,
    }
}

/// Counts line and column anew, from the start of the text.
fn stands_right(text: &str, span: Span) {
    assert!(span.start <= span.end, "{span:?}");
    let region = File::new("f", text).region(span);
    for position in [region.start, region.end] {
        let before = &text[..position.offset];
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        let (lines, last) = (before.matches('\n').count(), before.rsplit('\n').next().unwrap_or_default());
        assert_eq!((position.line, position.column), (lines + 1, last.chars().count() + 1), "{text:?} {position:?}");
    }
}

fn walk(text: &str, node: &Node) {
    stands_right(text, node.span);
    node.items().iter().for_each(|item| walk(text, item));
    for field in node.fields() {
        stands_right(text, field.key_span);
        walk(text, &field.value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        analyze(&[Source::new("f", bytes)]);
    }

    #[test]
    fn text_never_panics(text in prop_oneof![text(), yamlish()]) {
        analyze(&[Source::new("f", text)]);
    }

    #[test]
    fn places_lie_in_the_text(text in yamlish()) {
        for document in yaml::read(&Source::new("f", text.clone())) {
            match document {
                Ok(root) => walk(&text, &root),
                Err(error) => prop_assert!(error.to_string().starts_with("f:"), "{error}"),
            }
        }
    }

    #[test]
    fn json_reads_as_json(value in json().prop_filter("an object", serde_json::Value::is_object), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let documents = yaml::read(&Source::new("f", text.clone()));
        prop_assert_eq!(documents.len(), 1);
        let root = documents[0].as_ref().unwrap();
        prop_assert!(equal(root, &value), "{}", text);
        walk(&text, root);
    }

    #[test]
    fn a_plain_value_is_what_its_span_covers(key in "[a-z]{1,8}", value in "[A-Za-zä日😀][-A-Za-zä日😀./]{0,20}", indent in 0usize..6) {
        let text = format!("ö:\n{0}- {key}: {value}  # {value}\n{0}- '{value}'\n", " ".repeat(indent));
        let root = yaml::read(&Source::new("f", text.clone())).remove(0).unwrap();
        let items = root.fields()[0].value.items();
        let cover = |span: Span| &text[span.range()];
        prop_assert_eq!(cover(items[0].fields()[0].value.span), &value);
        prop_assert_eq!(cover(items[0].fields()[0].key_span), &key);
        prop_assert_eq!(cover(items[1].span), format!("'{value}'"));
    }
}
