//! From a value and its schema to what is wrong.

use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::{Field, Node, Value as Yaml};

use super::catalogue::Catalogue;
use super::cel::{self, Judge, Verdict};
use super::conformance::is_common;
use super::convert::{json, yaml};
use super::format;
use super::model::{ChoiceKind, Others, Schema, Type, Unique};
use crate::nearest::nearest;

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::analyze) struct Violation {
    pub(in crate::analyze) kind: ViolationKind,
    /// Where.
    pub(in crate::analyze) span: Span,
    /// Where the other one is, for what is there twice.
    pub(in crate::analyze) other: Option<Span>,
    pub(in crate::analyze) message: String,
    pub(in crate::analyze) help: String,
    /// The name that was meant, where it stands, for a name that is nearly one.
    pub(in crate::analyze) meant: Option<(Span, String)>,
    /// Whether it is right as a text, and only has to be put in quotes.
    pub(in crate::analyze) lacks_quotes: bool,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::analyze) enum ViolationKind {
    /// A field that its object does not have.
    Unknown,
    /// A value of the wrong type.
    Type,
    /// A field that is not there and must be.
    Missing,
    /// A value that is not among those that are allowed.
    NotAllowed,
    /// A value that is too small, too large, or not of the right form.
    OutOfBounds,
    /// An item of a list that is there twice.
    Twice,
    /// Too many or too few of several alternatives.
    Choice,
    /// A rule of the definition, in CEL, that does not hold.
    Rule,
    /// What the server refuses by code of its own.
    Refused,
}

impl ViolationKind {
    /// Whether the server asks no rules in CEL of a value that is wrong in this way.
    fn is_fatal(self) -> bool {
        !matches!(self, Self::Unknown | Self::Rule | Self::Refused)
    }
}

const STATUS: &str = "status";

/// Checks values.
pub(super) struct Walk<'a> {
    pub(super) catalogue: &'a Catalogue,
    /// Who asks the rules in CEL; nobody for what is only tried.
    pub(super) judge: Option<&'a Judge<'a>>,
    pub(super) found: Vec<Violation>,
    /// Rules of which nobody can say here whether they hold, and why.
    pub(super) unknown: Vec<(Arc<str>, String)>,
    /// Whether values are nobody's business.
    pub(super) is_secret: bool,
}

impl Walk<'_> {
    /// Checks an object but for what all objects have, and for its status, which the server takes from nobody who writes it
    /// beside the rest.
    pub(super) fn check_object(&mut self, root: &Node, schema: &Schema) {
        let schema = Catalogue::resolved(schema);
        let own: Vec<Field> =
            root.fields().iter().filter(|field| !is_common(&field.key) && &*field.key != STATUS).cloned().collect();
        self.check_fields(root, &own, schema);
        self.check_choices(root, schema);
        self.check_rules(root, schema, 0);
    }

    /// Checks a value that must be like a schema.
    pub(super) fn check(&mut self, node: &Node, schema: &Schema) {
        let schema = Catalogue::resolved(schema);
        let before = self.found.len();
        if !self.is_of_type(node, schema) {
            return;
        }
        match &node.value {
            Yaml::Map(fields) => self.check_map(node, fields, schema),
            Yaml::List(items) => self.check_list(node, items, schema),
            Yaml::Text(text) => self.check_text(node, text, schema),
            Yaml::Int(number) => self.check_number(node, *number as f64, schema),
            Yaml::Float(number) => self.check_number(node, *number, schema),
            Yaml::Null | Yaml::Bool(_) => {}
        }
        if !schema.values.is_empty() && !schema.values.contains(&json(node)) {
            let known = schema.values.iter().filter_map(serde_json::Value::as_str);
            let near = node.as_str().and_then(|text| nearest(text, known)).map(str::to_owned);
            let all: Vec<String> = schema.values.iter().map(ToString::to_string).collect();
            let help = match &near {
                Some(near) => format!("did you mean {near:?}? one of {} is allowed", all.join(", ")),
                None => format!("one of {} is allowed", all.join(", ")),
            };
            let violation =
                wrong(ViolationKind::NotAllowed, node.span, format!("{} is not allowed here", self.shown(node)), help);
            self.found.push(Violation { meant: near.map(|near| (node.span, near)), ..violation });
        }
        self.check_choices(node, schema);
        self.check_rules(node, schema, before);
    }

    /// Asks the rules in CEL, unless something in the value is wrong already, as was found since then.
    fn check_rules(&mut self, node: &Node, schema: &Schema, since: usize) {
        let Some(judge) = self.judge.filter(|_| !schema.rules.is_empty()) else { return };
        if self.found.iter().skip(since).any(|violation| violation.kind.is_fatal()) {
            return;
        }
        for (rule, verdict) in judge.verdicts(node, schema) {
            match verdict {
                Verdict::Holds => {}
                Verdict::Broken(message) => {
                    let help = format!("the definition demands {}", on_one_line(&rule.rule));
                    self.found.push(wrong(ViolationKind::Rule, cel::place(node, rule), message, help));
                }
                Verdict::Unknown(why) => self.unknown.push((Arc::clone(&rule.rule), why)),
            }
        }
    }

    fn is_of_type(&mut self, node: &Node, schema: &Schema) -> bool {
        let Some(wanted) = schema.is else { return true };
        let fits = match (&node.value, wanted) {
            (Yaml::Null, _) => schema.nullable,
            (Yaml::Map(_), Type::Object)
            | (Yaml::List(_), Type::List)
            | (Yaml::Text(_), Type::Text | Type::IntegerOrText)
            | (Yaml::Int(_), Type::Integer | Type::Number | Type::IntegerOrText)
            | (Yaml::Float(_), Type::Number)
            | (Yaml::Bool(_), Type::Boolean) => true,
            // A number without a fraction is a whole one, however it is written.
            (Yaml::Float(number), Type::Integer | Type::IntegerOrText) => number.fract() == 0.0,
            _ => false,
        };
        if !fits {
            let message = format!("this is {}, and must be {}", article(node.value.type_name()), wanted.name());
            let quotable = wanted == Type::Text && matches!(node.value, Yaml::Int(_) | Yaml::Float(_) | Yaml::Bool(_));
            let help = if quotable { "put it in quotes".to_owned() } else { format!("write {} here", wanted.name()) };
            self.found
                .push(Violation { lacks_quotes: quotable, ..wrong(ViolationKind::Type, node.span, message, help) });
        }
        fits
    }

    fn check_map(&mut self, node: &Node, fields: &[Field], schema: &Schema) {
        self.check_fields(node, fields, schema);
        self.check_count(node, fields.len(), (schema.limits.fewest_fields, schema.limits.most_fields), "field");
    }

    fn check_fields(&mut self, node: &Node, fields: &[Field], schema: &Schema) {
        for name in schema.required.iter().filter(|name| !is_common(name)) {
            let is_there = |field: &Field| field.key == *name && field.value.value != Yaml::Null;
            if !fields.iter().any(is_there) {
                let message = format!("the field {name:?} must be there");
                self.found.push(wrong(ViolationKind::Missing, node.span, message, format!("add {name}")));
            }
        }
        for field in fields {
            match (schema.fields.get(&field.key), &schema.others) {
                // Nothing is said of it, which is what an absent field says.
                (Some(known), _) if field.value.value == Yaml::Null && !Catalogue::resolved(known).nullable => {}
                (Some(known), _) => self.check(&field.value, known),
                (None, Others::Like(schema)) => self.check(&field.value, schema),
                (None, Others::Any) => {}
                (None, Others::None) => self.unknown(field, fields, schema),
            }
        }
    }

    fn unknown(&mut self, field: &Field, fields: &[Field], schema: &Schema) {
        let free = |name: &&str| !fields.iter().any(|field| *field.key == **name);
        let known = schema.fields.keys().map(|name| &**name);
        let near = nearest(&field.key, known.clone().filter(free));
        let inner = schema.fields.iter().find(|(_, inner)| {
            let inner = Catalogue::resolved(inner);
            let inner = inner.items.as_ref().map_or(inner, |items| Catalogue::resolved(items));
            inner.fields.contains_key(&field.key)
        });
        let help = match (near, inner) {
            (Some(near), _) => format!("did you mean {near:?}?"),
            (None, Some((name, _))) => format!("it belongs into {name:?}"),
            (None, None) => format!("there is {}", known.collect::<Vec<_>>().join(", ")),
        };
        let message = format!("there is no field {:?} here", &*field.key);
        let violation = wrong(ViolationKind::Unknown, field.key_span, message, help);
        self.found.push(Violation { meant: near.map(|near| (field.key_span, near.to_owned())), ..violation });
    }

    fn check_list(&mut self, node: &Node, items: &[Node], schema: &Schema) {
        if let Some(schema) = &schema.items {
            for item in items {
                self.check(item, schema);
            }
        }
        self.check_count(node, items.len(), (schema.limits.fewest_items, schema.limits.most_items), "item");
        self.check_unique(items, schema);
    }

    fn check_unique(&mut self, items: &[Node], schema: &Schema) {
        let key = |item: &Node| -> String {
            match &schema.unique {
                Unique::No => String::new(),
                Unique::Whole => json(item).to_string(),
                Unique::By(keys) => {
                    let fields = schema.items.as_ref().map(|items| Catalogue::resolved(items));
                    // Left out, a key has its default.
                    let default = |key: &str| fields.as_ref()?.fields.get(key)?.default.clone();
                    let value = |key: &str| item.get(key).map(json).or_else(|| default(key)).unwrap_or_default();
                    keys.iter().map(|key| value(key).to_string() + "\n").collect()
                }
            }
        };
        if schema.unique == Unique::No {
            return;
        }
        let mut seen = std::collections::BTreeMap::new();
        let mut twice = Vec::new();
        for item in items {
            if let Some(first) = seen.insert(key(item), item.span) {
                let what = match &schema.unique {
                    Unique::By(keys) => format!("two items have the same {}", keys.join(" and ")),
                    _ => format!("{} is there twice", self.shown(item)),
                };
                let violation =
                    wrong(ViolationKind::Twice, item.span, what, "take one of them away, or tell them apart".into());
                twice.push(Violation { other: Some(first), ..violation });
            }
        }
        self.found.extend(twice);
    }

    fn check_text(&mut self, node: &Node, text: &str, schema: &Schema) {
        let length = text.chars().count() as u64;
        let limits = &schema.limits;
        if let Some(least) = limits.shortest.filter(|least| length < *least) {
            let message =
                if text.is_empty() { "it is empty".to_owned() } else { format!("it has {length} characters") };
            self.out_of_bounds(node, message, format!("at least {least} are needed"));
        }
        if let Some(most) = limits.longest.filter(|most| length > *most) {
            self.out_of_bounds(node, format!("it has {length} characters"), format!("at most {most} are allowed"));
        }
        let fails = |pattern: &&Arc<str>| self.catalogue.pattern(pattern).is_some_and(|it| !it.is_match(text));
        if let Some(pattern) = schema.pattern.as_ref().filter(fails) {
            let help = format!("it must match {pattern}");
            self.out_of_bounds(node, format!("{} is not of the right form", self.shown(node)), help);
        }
        if let Some(wanted) = schema.format.as_deref().and_then(|format| format::wanted(format, text)) {
            self.out_of_bounds(node, format!("{} is not {wanted}", self.shown(node)), format!("write {wanted}"));
        }
    }

    fn check_number(&mut self, node: &Node, number: f64, schema: &Schema) {
        let limits = &schema.limits;
        let too_small = limits.least.filter(|it| if it.excluded { number <= it.value } else { number < it.value });
        if let Some(bound) = too_small {
            let than = if bound.excluded { "greater than" } else { "at least" };
            self.out_of_bounds(
                node,
                format!("{} is too small", self.shown(node)),
                format!("it must be {than} {}", bound.value),
            );
        }
        let too_large = limits.most.filter(|it| if it.excluded { number >= it.value } else { number > it.value });
        if let Some(bound) = too_large {
            let than = if bound.excluded { "less than" } else { "at most" };
            self.out_of_bounds(
                node,
                format!("{} is too large", self.shown(node)),
                format!("it must be {than} {}", bound.value),
            );
        }
        if let Some(step) = limits.multiple_of.filter(|step| *step > 0.0 && (number / step).fract() != 0.0) {
            self.out_of_bounds(
                node,
                format!("{} is not right", self.shown(node)),
                format!("it must be a multiple of {step}"),
            );
        }
        let range = schema.format.as_deref().and_then(format::range);
        if let Some((least, most)) = range.filter(|(least, most)| number < *least || number > *most) {
            let help = format!("it must be between {least} and {most}");
            self.out_of_bounds(node, format!("{} does not fit", self.shown(node)), help);
        }
    }

    fn check_count(&mut self, node: &Node, count: usize, (fewest, most): (Option<u64>, Option<u64>), what: &str) {
        let count = count as u64;
        let plural = |number: u64| if number == 1 { what.to_owned() } else { format!("{what}s") };
        if let Some(fewest) = fewest.filter(|fewest| count < *fewest) {
            let help = format!("at least {fewest} must be there");
            self.out_of_bounds(node, format!("{count} {} are too few", plural(count)), help);
        }
        if let Some(most) = most.filter(|most| count > *most) {
            self.out_of_bounds(
                node,
                format!("{count} {} are too many", plural(count)),
                format!("at most {most} are allowed"),
            );
        }
    }

    /// A value in a sentence; long ones in part.
    fn shown(&self, node: &Node) -> String {
        if self.is_secret { "the value".to_owned() } else { shortened(json(node).to_string(), 60) }
    }

    fn out_of_bounds(&mut self, node: &Node, message: String, help: String) {
        self.found.push(wrong(ViolationKind::OutOfBounds, node.span, message, help));
    }

    fn check_choices(&mut self, node: &Node, schema: &Schema) {
        if schema.choices.is_empty() {
            return;
        }
        // The server fills in what is left out before it looks at the alternatives.
        let filled = filled(node, schema);
        let node = filled.as_ref().unwrap_or(node);
        for choice in &schema.choices {
            let fitting = choice.among.iter().filter(|schema| self.fits(node, schema)).count();
            let (is_right, message) = match choice.kind {
                ChoiceKind::All => (fitting == choice.among.len(), "not all that must be true of this is"),
                ChoiceKind::Any => (fitting > 0, "none of the alternatives fits"),
                ChoiceKind::One if fitting > 1 => (false, "several alternatives are there that exclude each other"),
                ChoiceKind::One => (fitting == 1, "none of the alternatives is there"),
                ChoiceKind::Not => (fitting == 0, "this combination is not allowed"),
            };
            if !is_right {
                let named: Vec<String> = choice.among.iter().flat_map(|schema| names(schema)).collect();
                let help = if named.is_empty() {
                    "see the reference of this field".to_owned()
                } else {
                    format!("the alternatives are {}", named.join(", "))
                };
                self.found.push(wrong(ViolationKind::Choice, node.span, message.to_owned(), help));
            }
        }
    }

    fn fits(&self, node: &Node, schema: &Schema) -> bool {
        let mut inner =
            Walk { catalogue: self.catalogue, judge: None, found: Vec::new(), unknown: Vec::new(), is_secret: true };
        inner.check(node, schema);
        inner.found.is_empty()
    }
}

/// A map with the defaults of the fields that are left out, if there are any.
fn filled(node: &Node, schema: &Schema) -> Option<Node> {
    let Yaml::Map(fields) = &node.value else { return None };
    let left_out = schema.fields.iter().filter(|(name, _)| !fields.iter().any(|field| field.key == **name));
    let defaults: Vec<Field> = left_out
        .filter_map(|(name, schema)| {
            let value = Node { value: yaml(schema.default.as_ref()?), span: node.span };
            Some(Field { key: Arc::clone(name), key_span: node.span, value })
        })
        .collect();
    let all: Vec<Field> = fields.iter().cloned().chain(defaults).collect();
    (all.len() > fields.len()).then(|| Node { value: Yaml::Map(all.into()), span: node.span })
}

/// The fields that an alternative asks for.
fn names(schema: &Schema) -> Vec<String> {
    schema.required.iter().map(|name| format!("{:?}", &**name)).collect()
}

fn wrong(kind: ViolationKind, span: Span, message: String, help: String) -> Violation {
    Violation { kind, span, other: None, message, help, meant: None, lacks_quotes: false }
}

/// A rule in a sentence; long ones in part.
fn on_one_line(rule: &str) -> String {
    shortened(rule.split_whitespace().collect::<Vec<_>>().join(" "), 200)
}

fn shortened(text: String, most: usize) -> String {
    if text.chars().count() <= most { text } else { text.chars().take(most - 3).collect::<String>() + "..." }
}

fn article(name: &str) -> String {
    match name {
        "null" | "text" => name.to_owned(),
        "integer" => "an integer".to_owned(),
        _ => format!("a {name}"),
    }
}
