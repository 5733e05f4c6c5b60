//! A schema as definitions of Kubernetes hold it, in a form that is quick to check by.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

/// What a value must be like.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Schema {
    /// Of which type; `None` for any.
    pub(super) is: Option<Type>,
    /// Whether it may be null though it is of a type.
    pub(super) nullable: bool,
    /// The fields of an object.
    pub(super) fields: BTreeMap<Arc<str>, Arc<Schema>>,
    /// What fields must be like that have no schema of their own.
    pub(super) others: Others,
    /// Fields that must be there.
    pub(super) required: Vec<Arc<str>>,
    /// What the items of a list must be like.
    pub(super) items: Option<Arc<Schema>>,
    /// By what the items of a list are told apart.
    pub(super) unique: Unique,
    /// The only values that are allowed.
    pub(super) values: Vec<Value>,
    /// What a text must match, as it is written.
    pub(super) pattern: Option<Arc<str>>,
    /// What a text or number stands for: `int32`, `date-time`.
    pub(super) format: Option<Arc<str>>,
    pub(super) limits: Limits,
    /// Of each of these groups of alternatives, so many must fit.
    pub(super) choices: Vec<Choice>,
    /// Rules in CEL.
    pub(super) rules: Vec<CelRule>,
    /// What is filled in where nothing is said.
    pub(super) default: Option<Value>,
    /// A schema by name, in whose place this one stands.
    pub(super) reference: Option<Arc<str>>,
}

/// The types of JSON, and the one that Kubernetes adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Object,
    List,
    Text,
    Integer,
    Number,
    Boolean,
    IntegerOrText,
}

impl Type {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Object => "a map",
            Self::List => "a list",
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::IntegerOrText => "a whole number or text",
        }
    }
}

/// Fields without a schema of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Others {
    /// There may be none.
    #[default]
    None,
    /// There may be any.
    Any,
    /// They must be like this.
    Like(Arc<Schema>),
}

/// By what the items of a list are told apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Unique {
    /// They need not be.
    #[default]
    No,
    /// By all that they are.
    Whole,
    /// By these fields.
    By(Vec<Arc<str>>),
}

/// How large a value may be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Limits {
    pub(super) least: Option<Bound>,
    pub(super) most: Option<Bound>,
    pub(super) shortest: Option<u64>,
    pub(super) longest: Option<u64>,
    pub(super) fewest_items: Option<u64>,
    pub(super) most_items: Option<u64>,
    pub(super) fewest_fields: Option<u64>,
    pub(super) most_fields: Option<u64>,
    pub(super) multiple_of: Option<f64>,
}

/// A bound of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    pub(super) value: f64,
    /// Whether the bound itself is out of bounds.
    pub(super) excluded: bool,
}

/// Alternatives.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) kind: ChoiceKind,
    pub(super) among: Vec<Arc<Schema>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChoiceKind {
    All,
    Any,
    One,
    Not,
}

/// A rule in CEL, and what is said when it is broken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CelRule {
    pub(super) rule: Arc<str>,
    pub(super) message: Option<Arc<str>>,
    /// An expression that makes the message.
    pub(super) message_expression: Option<Arc<str>>,
    /// The field that is at fault, as `.spec.host`.
    pub(super) field_path: Option<Arc<str>>,
}

impl Schema {
    /// What allows anything.
    pub(super) fn any() -> Self {
        Self { others: Others::Any, ..Self::default() }
    }

    /// Reads a schema of OpenAPI, as definitions of Kubernetes hold it.
    pub(super) fn read(value: &Value) -> Self {
        let Some(map) = value.as_object() else { return Self::any() };
        let flag = |key: &str| map.get(key).and_then(Value::as_bool).unwrap_or_default();
        let text = |key: &str| map.get(key).and_then(Value::as_str).map(Arc::from);
        let is = type_of(map);
        let fields = fields_of(map);
        let is_object = is == Some(Type::Object) || !fields.is_empty();
        let others = match map.get("additionalProperties") {
            _ if flag("x-kubernetes-preserve-unknown-fields") => Others::Any,
            Some(Value::Bool(true)) => Others::Any,
            Some(schema @ Value::Object(_)) => Others::Like(Arc::new(Self::read(schema))),
            // A map that says nothing of its fields is one whose fields are dropped; OpenAPI's own documents, which have
            // no such flag, mean any.
            _ if is_object && (!fields.is_empty() || flag("x-kubernetes-embedded-resource")) => Others::None,
            _ => Others::Any,
        };
        Self {
            is,
            nullable: flag("nullable"),
            fields,
            others,
            required: texts(map.get("required")),
            items: map.get("items").map(|items| Arc::new(Self::read(items))),
            unique: unique_of(map),
            values: map.get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
            pattern: text("pattern"),
            format: text("format"),
            limits: limits_of(map),
            choices: choices_of(map),
            rules: rules_of(map),
            default: map.get("default").cloned(),
            reference: text("$ref").map(|path: Arc<str>| path.rsplit('/').next().unwrap_or_default().into()),
        }
    }
}

fn type_of(map: &Map<String, Value>) -> Option<Type> {
    if map.get("x-kubernetes-int-or-string").and_then(Value::as_bool) == Some(true)
        || map.get("format").and_then(Value::as_str) == Some("int-or-string")
    {
        return Some(Type::IntegerOrText);
    }
    match map.get("type").and_then(Value::as_str)? {
        "object" => Some(Type::Object),
        "array" => Some(Type::List),
        "string" => Some(Type::Text),
        "integer" => Some(Type::Integer),
        "number" => Some(Type::Number),
        "boolean" => Some(Type::Boolean),
        _ => None,
    }
}

fn fields_of(map: &Map<String, Value>) -> BTreeMap<Arc<str>, Arc<Schema>> {
    let fields = map.get("properties").and_then(Value::as_object).into_iter().flatten();
    fields.map(|(name, schema)| (name.as_str().into(), Arc::new(Schema::read(schema)))).collect()
}

fn texts(list: Option<&Value>) -> Vec<Arc<str>> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(Arc::from).collect()
}

fn unique_of(map: &Map<String, Value>) -> Unique {
    match map.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("map") => Unique::By(texts(map.get("x-kubernetes-list-map-keys"))),
        Some("set") => Unique::Whole,
        _ if map.get("uniqueItems").and_then(Value::as_bool) == Some(true) => Unique::Whole,
        _ => Unique::No,
    }
}

fn limits_of(map: &Map<String, Value>) -> Limits {
    let count = |key: &str| map.get(key).and_then(Value::as_u64);
    let bound = |key: &str, exclusive: &str| {
        let excluded = map.get(exclusive).and_then(Value::as_bool).unwrap_or_default();
        map.get(key).and_then(Value::as_f64).map(|value| Bound { value, excluded })
    };
    Limits {
        least: bound("minimum", "exclusiveMinimum"),
        most: bound("maximum", "exclusiveMaximum"),
        shortest: count("minLength"),
        longest: count("maxLength"),
        fewest_items: count("minItems"),
        most_items: count("maxItems"),
        fewest_fields: count("minProperties"),
        most_fields: count("maxProperties"),
        multiple_of: map.get("multipleOf").and_then(Value::as_f64),
    }
}

fn choices_of(map: &Map<String, Value>) -> Vec<Choice> {
    let of = |key: &str, kind: ChoiceKind| {
        let among = match map.get(key)? {
            Value::Array(list) => list.iter().map(|schema| Arc::new(alternative(schema))).collect(),
            schema => vec![Arc::new(alternative(schema))],
        };
        Some(Choice { kind, among })
    };
    let kinds =
        [("allOf", ChoiceKind::All), ("anyOf", ChoiceKind::Any), ("oneOf", ChoiceKind::One), ("not", ChoiceKind::Not)];
    kinds.into_iter().filter_map(|(key, kind)| of(key, kind)).collect()
}

/// Within alternatives, what they do not mention is not forbidden.
fn alternative(value: &Value) -> Schema {
    let mut schema = Schema::read(value);
    schema.others = Others::Any;
    schema
}

fn rules_of(map: &Map<String, Value>) -> Vec<CelRule> {
    let rules = map.get("x-kubernetes-validations").and_then(Value::as_array).into_iter().flatten();
    rules
        .filter_map(|rule| {
            let text = |key: &str| rule.get(key).and_then(Value::as_str).map(Arc::from);
            Some(CelRule {
                rule: text("rule")?,
                message: text("message"),
                message_expression: text("messageExpression"),
                field_path: text("fieldPath"),
            })
        })
        .collect()
}
