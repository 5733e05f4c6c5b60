//! A rule as it is written down, and what is wrong with that.

use std::collections::BTreeMap;

use kube_cel::cel::Program;
use meshery_core::analyzer::Category;
use meshery_core::resource::{File, Node, Value};
use meshery_core::{Error, GroupKind, Result, RuleInfo, Severity};

use crate::analyze::yaml::Texts;
use crate::analyze::{Source, rule, yaml};

/// A rule of one's own.
pub(in crate::analyze) struct OwnRule {
    pub(super) info: RuleInfo,
    /// Of which kind the objects are that it looks at.
    pub(super) kind: GroupKind,
    /// All objects of other kinds, by the names that they have in expressions.
    pub(super) reads: BTreeMap<String, GroupKind>,
    /// Which objects are looked at.
    pub(super) when: Option<Program>,
    /// What of an object is looked at, one by one, as a path.
    pub(super) each: Option<String>,
    /// What must be true.
    pub(super) holds: Program,
    /// What is said where it is not.
    pub(super) message: Option<Program>,
    /// The field that is at fault, below what is looked at.
    pub(super) at: String,
    pub(super) help: String,
    pub(super) tests: Vec<Test>,
}

/// A text that a rule must find, or must not.
pub(super) struct Test {
    pub(super) is_bad: bool,
    pub(super) text: String,
    /// Where it stands.
    pub(super) place: String,
}

/// What a rule may say.
const KEYS: [&str; 14] = [
    "at", "category", "code", "each", "help", "holds", "kind", "meshes", "message", "name", "reads", "severity",
    "summary", "tests",
];
const WHEN: &str = "when";

/// The rules of a file, one in each document, and what cannot be read of them.
pub(in crate::analyze) fn read(source: &Source) -> (Vec<OwnRule>, Vec<Error>) {
    let (mut rules, mut errors) = (Vec::new(), Vec::new());
    let (file, documents) = yaml::open(source, &mut Texts::default());
    for document in documents {
        match document.and_then(|root| Declaration { file: &file, root: &root }.rule()) {
            Ok(rule) => rules.push(rule),
            Err(error) => errors.push(error),
        }
    }
    (rules, errors)
}

/// A document that declares a rule.
struct Declaration<'a> {
    file: &'a File,
    root: &'a Node,
}

impl Declaration<'_> {
    fn rule(&self) -> Result<OwnRule> {
        if let Some(field) = self.root.fields().iter().find(|it| !KEYS.contains(&&*it.key) && &*it.key != WHEN) {
            let place = self.file.place(field.key_span);
            let error = Error::invalid(place, "a rule has no such field").found(&*field.key);
            return Err(error.expected(format!("one of {}, {WHEN}", KEYS.join(", "))));
        }
        Ok(OwnRule {
            info: self.info()?,
            kind: kind(&self.needed("kind")?),
            reads: self.reads()?,
            when: self.program(WHEN)?,
            each: self.text("each")?.map(|path| path.trim_start_matches("object.").to_owned()),
            holds: self.program("holds")?.ok_or_else(|| self.lacks("holds"))?,
            message: self.program("message")?,
            at: self.text("at")?.unwrap_or_default(),
            help: self.text("help")?.unwrap_or_default(),
            tests: self.tests()?,
        })
    }

    fn info(&self) -> Result<RuleInfo> {
        let (code, name) = (self.needed("code")?, self.needed("name")?);
        if code.starts_with(rule::PREFIX) {
            let error =
                self.wrong("code", &format!("codes that begin with {} are those of meshery's own rules", rule::PREFIX));
            return Err(error.expected("letters of your own and a number").found(code));
        }
        let severity = match self.text("severity")?.as_deref() {
            None | Some("error") => Severity::Error,
            Some("warning") => Severity::Warning,
            Some("info") => Severity::Info,
            Some(other) => {
                return Err(self
                    .wrong("severity", "there is no such severity")
                    .expected("error, warning or info")
                    .found(other));
            }
        };
        let category = match self.text("category")?.as_deref() {
            None | Some("correctness") => Category::Correctness,
            Some("security") => Category::Security,
            Some("practice") => Category::Practice,
            Some(other) => {
                let error = self.wrong("category", "there is no such category");
                return Err(error.expected("correctness, security or practice").found(other));
            }
        };
        let meshes = self.root.get("meshes").map(Node::items).unwrap_or_default().iter();
        let meshes = meshes.filter_map(Node::as_str).map(Into::into).collect();
        Ok(RuleInfo { category, meshes, ..RuleInfo::new(code, name, severity, self.needed("summary")?) })
    }

    fn reads(&self) -> Result<BTreeMap<String, GroupKind>> {
        let fields = self.root.get("reads").map(Node::fields).unwrap_or_default().iter();
        let read = fields.map(|field| {
            let place = self.file.place(field.value.span);
            let wrong = || {
                Error::invalid(place, "this is no kind").expected("as Service, or VirtualService.networking.istio.io")
            };
            Ok((field.key.to_string(), kind(field.value.as_str().ok_or_else(wrong)?)))
        });
        read.collect()
    }

    fn tests(&self) -> Result<Vec<Test>> {
        let items = self.root.get("tests").map(Node::items).unwrap_or_default().iter();
        let tests = items.map(|item| {
            let place = self.file.place(item.span);
            let text = |key: &str| item.get(key).and_then(Node::as_str).map(str::to_owned);
            match (text("bad"), text("good")) {
                (Some(text), None) => Ok(Test { is_bad: true, text, place }),
                (None, Some(text)) => Ok(Test { is_bad: false, text, place }),
                _ => Err(Error::invalid(place, "a test is one of two").expected("bad: TEXT, or good: TEXT")),
            }
        });
        tests.collect()
    }

    fn program(&self, key: &str) -> Result<Option<Program>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let wrong = |error: &dyn std::fmt::Display| {
            let reason = error.to_string().replace('\n', " ");
            self.wrong(key, &format!("this is no expression in CEL: {reason}")).found(&text)
        };
        Program::compile(&text).map(Some).map_err(|error| wrong(&error))
    }

    fn needed(&self, key: &str) -> Result<String> {
        self.text(key)?.filter(|text| !text.is_empty()).ok_or_else(|| self.lacks(key))
    }

    /// A text, or what stands for itself in an expression: true, or a number.
    fn text(&self, key: &str) -> Result<Option<String>> {
        match self.root.get(key).map(|node| &node.value) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.to_string())),
            Some(Value::Bool(value)) => Ok(Some(value.to_string())),
            Some(Value::Int(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(self.wrong(key, "this is of the wrong type").expected("text").found(other.type_name())),
        }
    }

    fn lacks(&self, key: &str) -> Error {
        let place = self.file.place(self.root.span);
        Error::invalid(place, format!("a rule has no {key}")).expected(key)
    }

    fn wrong(&self, key: &str, message: &str) -> Error {
        let at = self.root.get(key).map_or(self.root.span, |node| node.span);
        Error::invalid(self.file.place(at), message)
    }
}

/// A kind as `Service`, or `VirtualService.networking.istio.io`.
fn kind(text: &str) -> GroupKind {
    let (kind, group) = text.split_once('.').unwrap_or((text, ""));
    GroupKind::new(group, kind)
}
