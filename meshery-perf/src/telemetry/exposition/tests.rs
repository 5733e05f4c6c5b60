use proptest::prelude::*;

use super::*;

fn one(text: &str) -> Sample {
    let families = parse(text).unwrap();
    assert_eq!(families.len(), 1, "{families:?}");
    families[0].samples[0].clone()
}

#[test]
fn what_others_lose_is_kept() {
    let sample = one(r#"a{path="/{id},x",quote="say \"no\"",line="1\n2",back="\\"} 1"#);
    let values: Vec<_> = sample.labels.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["/{id},x", "say \"no\"", "1\n2", "\\"]);
    let sample = one("a { b = \"1\" , c = \"2\" , }  2.5e3  ");
    assert_eq!((sample.label("b"), sample.label("c"), sample.value), (Some("1"), Some("2"), 2500.0));
    let sample = one(r#"{"http.requests", "zone name"="eu"} 4"#);
    assert_eq!((sample.name.as_str(), sample.label("zone name")), ("http.requests", Some("eu")));
}

#[test]
fn values_and_times_are_read_by_their_format() {
    assert!(one("a NaN").value.is_nan());
    assert_eq!((one("a +Inf").value, one("a -Inf").value), (f64::INFINITY, f64::NEG_INFINITY));
    assert_eq!(one("a 1 1700000000123").timestamp, Some(1_700_000_000.123));
    let sample = one("a_total 1 1700000000.5 # {trace=\"x\"} 0.2 1.5\n# EOF\n");
    assert_eq!(sample.timestamp, Some(1_700_000_000.5));
    assert_eq!(sample.exemplar, Some((vec![("trace".into(), "x".into())], 0.2)));
}

#[test]
fn families_hold_what_belongs_to_them() {
    let families = parse(
        "# HELP took How long,\\nin seconds\n# TYPE took histogram\n# UNIT took seconds\n# a remark\n\
         took_bucket{le=\"+Inf\"} 2\ntook_sum 3\ntook_count 2\n\ntook_more 1\n# TYPE \"a.b\" gauge\n{\"a.b\"} 7\n",
    )
    .unwrap();
    let names: Vec<_> =
        families.iter().map(|family| (family.name.as_str(), family.kind, family.samples.len())).collect();
    assert_eq!(names, [("took", Kind::Histogram, 3), ("took_more", Kind::Unknown, 1), ("a.b", Kind::Gauge, 1)]);
    assert_eq!(families[0].help.as_deref(), Some("How long,\nin seconds"));
    assert_eq!(families[0].unit.as_deref(), Some("seconds"));
}

#[test]
fn what_is_wrong_has_its_place() {
    for (text, place) in [
        ("a", "1:2"),
        ("ok 1\na{b=\"c} 1", "2:5"),
        ("a{b=c} 1", "1:5"),
        ("a{b=\"c\" 1", "1:9"),
        ("a many", "1:3"),
        ("1a 1", "1:1"),
        ("a 1 2 3", "1:7"),
        ("# TYPE a rate\n", "1:10"),
        ("{b=\"c\"} 1", "1:8"),
        ("{\"a\", \"b\"} 1", "1:7"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.report().place.as_deref(), Some(place), "{text}: {error}");
    }
}

fn written(family: &Family) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let lines = family.samples.iter().map(|sample| {
        let labels = sample.labels.iter().map(|(name, value)| format!(",\"{}\"=\"{}\"", escaped(name), escaped(value)));
        format!("{{\"{}\"{}}} {}\n", escaped(&sample.name), labels.collect::<String>(), sample.value)
    });
    lines.collect()
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        name in "\\PC{1,20}",
        labels in proptest::collection::vec(("\\PC{1,10}", "(\\PC|\n){0,20}"), 0..5),
        value in -1e300..1e300_f64,
    ) {
        let sample = Sample { name: name.clone(), labels, value, timestamp: None, exemplar: None };
        let family = Family { name, samples: vec![sample], ..Family::default() };
        prop_assert_eq!(parse(&written(&family)).unwrap(), vec![family]);
    }

    #[test]
    fn no_text_is_too_strange(text in "(\\PC|[#{}\"=,\n \\\\]){0,200}") {
        if let Err(error) = parse(&text) {
            prop_assert!(error.report().place.is_some());
        }
    }
}
