//! The registry of methods against the reference, by the rules that the suites of Python and Node read as well.

use std::path::Path;

use meshery_perf::stats::registry::call;
use serde_json::{Map, Value};

use super::data::{numbers, reference, sample};

/// The value at the end of a path; `*` maps over the members of a list.
fn look_up(value: &Value, path: &str) -> Value {
    let Some((step, rest)) = (!path.is_empty()).then(|| path.split_once('/').unwrap_or((path, ""))) else {
        return value.clone();
    };
    match (step, value) {
        ("*", Value::Array(items)) => items.iter().map(|item| look_up(item, rest)).collect(),
        (_, Value::Array(items)) => {
            step.parse().ok().and_then(|at: usize| items.get(at)).map_or(Value::Null, |item| look_up(item, rest))
        }
        _ => look_up(value.get(step).unwrap_or(&Value::Null), rest).clone(),
    }
}

/// Every root of a rule in a case, with its key.
fn roots(case: &Value, path: &str) -> Vec<(String, Value)> {
    match path.strip_suffix("/*") {
        None => vec![(String::new(), look_up(case, path))],
        Some(path) => match look_up(case, path) {
            Value::Object(members) => members.into_iter().collect(),
            _ => Vec::new(),
        },
    }
}

struct Golden {
    golden: Value,
    reference: Value,
}

/// A call of a method, and what it must answer.
struct Question<'a> {
    rule: &'a Value,
    root: Value,
    x: Vec<f64>,
    y: Option<Vec<f64>>,
    settings: Map<String, Value>,
}

impl Golden {
    fn samples(&self, rule: &Value, case: &Value) -> Option<(Vec<f64>, Option<Vec<f64>>)> {
        let read = |value: Value| if value.is_array() { numbers(&value) } else { sample(&value) };
        if let Some(path) = rule["pair"].as_str() {
            let id = look_up(case, path);
            // Some cases refer to samples that the open file does not hold.
            let pair = self.reference["pairs"].as_array().unwrap().iter().find(|pair| pair["id"] == id)?;
            return Some((read(pair["x"].clone()), Some(read(pair["y"].clone()))));
        }
        let of = |name: &str| rule[name].as_str().map(|path| read(look_up(case, path)));
        Some((of("x").unwrap_or_default(), of("y")))
    }

    fn setting(&self, (case, root, key): (&Value, &Value, &str), given: &Value) -> Value {
        let Some(text) = given.as_str() else { return given.clone() };
        let found = match (text.strip_prefix('@'), text.strip_prefix('$')) {
            (Some("key"), _) => key.parse::<f64>().unwrap().into(),
            (Some(path), _) => look_up(root, path),
            (_, Some(path)) => look_up(case, path),
            _ => given.clone(),
        };
        found.as_str().and_then(|word| self.golden["words"].get(word)).cloned().unwrap_or(found)
    }

    fn questions<'a>(&'a self, rule: &'a Value, case: &Value) -> Vec<Question<'a>> {
        let mut questions = Vec::new();
        for (key, root) in roots(case, rule["root"].as_str().unwrap()) {
            let given = rule["settings"].as_object().into_iter().flatten();
            let settings: Map<_, _> =
                given.map(|(name, given)| (name.clone(), self.setting((case, &root, &key), given))).collect();
            let is_known = |figure: &Value| !expected(figure, &root).is_null();
            let asked = rule["when"].as_str().is_none_or(|path| look_up(&root, path).is_number())
                && settings.values().all(|setting| !setting.is_null())
                && rule["figures"].as_array().unwrap().iter().any(is_known);
            let samples = asked.then(|| self.samples(rule, case)).flatten();
            questions.extend(samples.map(|(x, y)| Question { rule, root, x, y, settings }));
        }
        let paired = rule["paired"] == true;
        questions.retain(|question| !paired || question.y.as_ref().is_some_and(|y| y.len() == question.x.len()));
        questions
    }

    fn tolerance(&self, name: &str, size: usize) -> f64 {
        let number = |name: &str| self.reference["tolerances"][name].as_f64();
        let is_large = |limit: &str| size as u64 >= self.golden[limit].as_u64().unwrap();
        match name {
            "p" if size as u64 <= self.golden["small"].as_u64().unwrap() => number("p_rel_small_n").unwrap(),
            "p" => number("p_rel_asymptotic").unwrap(),
            "hd" if is_large("large") => number("hd_rel_100k").unwrap(),
            "hd" => number("statistics_rel").unwrap(),
            name => number(name).or(self.golden["tolerances"][name].as_f64()).unwrap(),
        }
    }

    /// How many figures are as expected.
    fn check(&self, question: &Question<'_>, id: &str) -> usize {
        let answers = question.answers();
        let (mut made, answer) = (0, most_common(&answers));
        for figure in question.rule["figures"].as_array().unwrap() {
            let expected = expected(figure, &question.root);
            let rounded = |path: &str| look_up(answer, path).as_f64().is_some_and(|found| found.abs() > 1.0 - 1e-12);
            if expected.is_null() || figure["short_of_one"].as_str().is_some_and(rounded) {
                continue;
            }
            let path = figure["figure"].as_str().unwrap();
            let found = look_up(answer, path);
            let close = self.is_close((question, answer), figure, (&found, &expected));
            assert!(close, "{id}: {} {path} {found}, not {expected}", question.rule["method"]);
            made += 1;
        }
        made
    }

    fn is_close(
        &self,
        (question, answer): (&Question<'_>, &Value),
        figure: &Value,
        (found, expected): (&Value, &Value),
    ) -> bool {
        let tolerance = figure["tolerance"].as_str().unwrap();
        if tolerance == "listed" {
            return expected.as_array().unwrap().iter().any(|set| numbers(set) == numbers(found));
        }
        if let (Value::Array(found), Value::Array(expected)) = (found, expected) {
            let scales = figure["scale"].as_str().map(|path| look_up(answer, path));
            let scale = |at: usize| scales.as_ref().map_or(Value::Null, |scales| scales[at].clone());
            let mut pairs = found.iter().zip(expected).enumerate();
            return found.len() == expected.len()
                && pairs.all(|(at, pair)| self.is_near(question, figure, pair, &scale(at)));
        }
        let scale = figure["scale"].as_str().map_or(Value::Null, |path| look_up(answer, path));
        self.is_near(question, figure, (found, expected), &scale)
    }

    fn is_near(
        &self,
        question: &Question<'_>,
        figure: &Value,
        (found, expected): (&Value, &Value),
        scale: &Value,
    ) -> bool {
        let Some(found) = found.as_f64() else { return false };
        let expected = expected.as_bool().map_or_else(|| expected.as_f64().unwrap(), |yes| f64::from(u8::from(yes)));
        let expected = expected * figure["factor"].as_f64().unwrap_or(1.0);
        let distance = (found - expected).abs();
        let name = figure["tolerance"].as_str().unwrap();
        if name == "seeds" {
            let sd = look_up(&question.root, figure["sd"].as_str().unwrap()).as_f64().unwrap();
            return distance <= 6.0 * sd + 1e-12;
        }
        if name == "exact" {
            return found.to_bits() == expected.to_bits();
        }
        let size = question.x.len().max(question.y.as_ref().map_or(0, Vec::len));
        let tolerance = self.tolerance(name, size);
        if name.ends_with("_abs") {
            return distance <= tolerance;
        }
        let floor = if name == "p" || name.starts_with("p_") { 1e-300 } else { 1e-13 };
        distance <= tolerance * (expected.abs() + scale.as_f64().unwrap_or(0.0).abs()) + floor
    }
}

/// What a figure must be; null for what the reference does not know.
fn expected(figure: &Value, root: &Value) -> Value {
    let known = figure["when"].as_str().is_none_or(|path| look_up(root, path).is_number());
    if known { look_up(root, figure["expected"].as_str().unwrap()) } else { Value::Null }
}

impl Question<'_> {
    fn answers(&self) -> Vec<Value> {
        let ask = |settings: &Map<String, Value>| {
            let found = call(self.rule["method"].as_str().unwrap(), &self.x, self.y.as_deref(), settings);
            serde_json::to_value(found.unwrap()).unwrap()
        };
        let Some(seeds) = self.rule["seeds"].as_u64() else { return vec![ask(&self.settings)] };
        let seeded = |seed: u64| {
            let mut settings = self.settings.clone();
            settings.insert("seed".into(), seed.into());
            settings
        };
        (0..seeds).map(|seed| ask(&seeded(seed))).collect()
    }
}

/// Where the seed decides, the most common answer counts; among equals the first.
fn most_common(answers: &[Value]) -> &Value {
    let times = |answer: &Value| answers.iter().filter(|other| *other == answer).count();
    answers.iter().rev().max_by_key(|answer| times(answer)).unwrap()
}

#[test]
fn every_rule() {
    let Some(reference) = reference() else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../meshery-core/tests/golden/documents/statistics.json");
    let golden = Golden { golden: serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap(), reference };
    for rule in golden.golden["rules"].as_array().unwrap() {
        let mut made = 0;
        for case in golden.reference[rule["section"].as_str().unwrap()].as_array().unwrap() {
            let id = ["id", "pair", "sd_log"].iter().find_map(|name| case.get(name)).unwrap().to_string();
            made += golden.questions(rule, case).iter().map(|question| golden.check(question, &id)).sum::<usize>();
        }
        assert!(made as u64 >= rule["least"].as_u64().unwrap(), "only {made} figures of {rule}");
    }
}
