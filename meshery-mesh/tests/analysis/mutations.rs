//! Objects of the wrong shape: whatever stands where, every rule says something or nothing, and never panics.
//!
//! `MESHERY_MUTATIONS=10000000 cargo test --release -p meshery-mesh --test analysis -- mutations` asks all rules of ten
//! million objects.

use std::io::Write as _;

use meshery_mesh::analyze::{Options, Profile, Session, Source, rules};
use serde_json::{Map, Value, json};

/// How many objects when nobody says otherwise.
const OBJECTS: usize = 20_000;
/// How many of them are in one world.
const IN_A_WORLD: usize = 500;

/// Numbers that look random and are the same every time (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }
}

/// Every object of every page, and every part of one.
struct Pool {
    objects: Vec<Value>,
    parts: Vec<Value>,
    keys: Vec<String>,
}

impl Pool {
    fn new() -> Self {
        let mut pool = Self { objects: Vec::new(), parts: Vec::new(), keys: Vec::new() };
        let options = Options { select: vec!["MSH003".into()], ..Options::default() };
        let mut session = Session::new(options);
        for (number, rule) in rules().enumerate() {
            session.put(&[
                Source::new(format!("{number}-bad"), rule.bad),
                Source::new(format!("{number}-good"), rule.good),
            ]);
        }
        for object in session.objects() {
            let value = serde_json::to_value(&object.root).unwrap();
            pool.learn(&value);
            pool.objects.push(value);
        }
        pool
    }

    fn learn(&mut self, value: &Value) {
        self.parts.push(value.clone());
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                self.keys.push(key.clone());
                self.learn(value);
            }),
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            _ => {}
        }
    }

    /// Something that stands nowhere it should.
    fn anything(&self, dice: &mut Dice) -> Value {
        match dice.roll(14) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(-1),
            3 => json!(i64::MAX),
            4 => json!(1.5),
            5 => json!(""),
            6 => json!("*"),
            7 => json!("é\u{0}\u{202e}🙂.*[("),
            8 => json!([]),
            9 => json!({}),
            10 => json!([[null], {}]),
            11 => json!("a".repeat(300)),
            _ => self.parts[dice.roll(self.parts.len())].clone(),
        }
    }

    /// An object in which some parts are others.
    fn mutant(&self, dice: &mut Dice) -> Value {
        let mut object = self.objects[dice.roll(self.objects.len())].clone();
        for _ in 0..=dice.roll(4) {
            self.mutate(&mut object, dice);
        }
        // What has no kind is no object, and no rule sees it.
        if object.get("kind").and_then(Value::as_str).is_none()
            || object.get("apiVersion").and_then(Value::as_str).is_none()
        {
            return self.objects[dice.roll(self.objects.len())].clone();
        }
        object
    }

    fn mutate(&self, value: &mut Value, dice: &mut Dice) {
        match value {
            Value::Object(map) if !map.is_empty() && dice.roll(5) > 0 => {
                let key = map.keys().nth(dice.roll(map.len())).unwrap().clone();
                match dice.roll(8) {
                    0 => drop(map.shift_remove(&key)),
                    1 => drop(map.insert(self.keys[dice.roll(self.keys.len())].clone(), self.anything(dice))),
                    2 => *map = renamed(map, &key, &self.keys[dice.roll(self.keys.len())]),
                    _ => self.mutate(map.get_mut(&key).unwrap(), dice),
                }
            }
            Value::Array(items) if !items.is_empty() && dice.roll(5) > 0 => {
                let at = dice.roll(items.len());
                match dice.roll(6) {
                    0 => drop(items.remove(at)),
                    1 => items.push(items[at].clone()),
                    2 => items.insert(at, self.anything(dice)),
                    _ => self.mutate(&mut items[at], dice),
                }
            }
            _ => *value = self.anything(dice),
        }
    }
}

fn renamed(map: &Map<String, Value>, from: &str, to: &str) -> Map<String, Value> {
    map.iter().map(|(key, value)| (if key == from { to } else { key }.to_owned(), value.clone())).collect()
}

#[test]
fn no_shape_of_an_object_makes_a_rule_panic() {
    let given = std::env::var("MESHERY_MUTATIONS").ok().and_then(|given| given.parse().ok());
    let objects: usize = given.unwrap_or(OBJECTS);
    let (pool, mut dice) = (Pool::new(), Dice(1));
    let mut findings = 0;
    for world in 0..objects.div_ceil(IN_A_WORLD) {
        let documents: Vec<String> = (0..IN_A_WORLD).map(|_| pool.mutant(&mut dice).to_string()).collect();
        let text = documents.join("\n---\n");
        let options = Options {
            profile: if world % 8 == 7 { Profile::Istioctl } else { Profile::All },
            closed: world % 2 == 0,
            now: Some(std::time::Duration::from_secs(1_796_000_000)),
            ..Options::default()
        };
        let mut session = Session::new(options);
        session.put(&[Source::new("mutants", text.clone())]);
        let analysis = session.analysis();
        findings += analysis.findings.len();
        for finding in &analysis.findings {
            let span = finding.location.span;
            assert!(text.get(span.span().range()).is_some(), "{finding}: no place in the text");
        }
    }
    writeln!(std::io::stderr(), "MUTATIONS {objects} objects, {findings} findings, {} rules", rules().count()).unwrap();
    assert!(findings > objects / 2, "mutants are wrong");
}
