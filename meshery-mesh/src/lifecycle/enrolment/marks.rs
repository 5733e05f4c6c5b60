//! Marks on one object: which come and which go, and whose they are.

use std::collections::BTreeMap;

use meshery_core::lifecycle::{FieldChange, Holder, OptIn, Tag};
use meshery_core::{Object, Result};
use serde_json::{Map, Value, json};

use crate::lifecycle::differ;
use crate::lifecycle::fields::{FieldPath, applied_by, owners};

/// Who writes marks: one for all instances, so that whoever moves on finds those from before to be his own.
pub(in crate::lifecycle) const MANAGER: &str = "meshery-enrolment";

/// A label or an annotation, by its name.
pub(super) type Mark = (Tag, String);

/// What a mark says now, and what it is to say.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

pub(super) type Changes = BTreeMap<Mark, Turn>;

pub(super) fn mark(opt_in: &OptIn) -> Mark {
    (opt_in.tag, opt_in.name.clone())
}

/// What becomes of the marks on one object.
#[derive(Clone, Debug)]
pub(in crate::lifecycle) struct Marking {
    /// The object, as it is.
    pub(in crate::lifecycle) object: Object,
    /// Whether they stand on itself, or on the pods that it makes.
    holder: Holder,
    changes: Changes,
}

impl Marking {
    /// `None` when nothing changes.
    pub(super) fn new(object: &Object, holder: Holder, changes: Changes) -> Option<Self> {
        let marking = Self { object: object.clone(), holder, changes };
        (!marking.changes.is_empty()).then_some(marking)
    }

    /// The way back, from how the object is by then. What somebody else has written since stays.
    pub(in crate::lifecycle) fn reversed(&self, object: Object) -> Self {
        let mut back = Self { object, holder: self.holder, changes: Changes::new() };
        for (mark, Turn { before, after }) in &self.changes {
            if back.value(mark) == *after {
                back.changes.insert(mark.clone(), Turn { before: after.clone(), after: before.clone() });
            }
        }
        back
    }

    /// The object as it will be.
    pub(in crate::lifecycle) fn outcome(&self) -> Result<Object> {
        let mut value = self.object.value().clone();
        for (mark, Turn { after, .. }) in &self.changes {
            let fields = self.above(mark.0).into_iter().fold(&mut value, |value, name| &mut value[name]);
            match after {
                Some(after) => fields[&mark.1] = after.as_str().into(),
                None => drop(fields.as_object_mut().and_then(|fields| fields.shift_remove(&mark.1))),
            }
        }
        Object::new(value)
    }

    /// `(manager, field)` of all that would be taken from somebody who has not been overruled.
    pub(super) fn conflicts(&self, overruled: &[String]) -> Vec<(String, String)> {
        let changed = self.changes.iter().filter(|(_, turn)| turn.before.is_some());
        let theirs = changed.flat_map(|(mark, _)| self.others(mark).into_iter().map(move |manager| (mark, manager)));
        let refused = theirs.filter(|(_, manager)| !overruled.contains(manager));
        refused.map(|(mark, manager)| (manager, self.path(mark).to_string())).collect()
    }

    /// What is applied, in server-side apply: all marks that are ours afterwards. `None` where that changes nothing.
    pub(in crate::lifecycle) fn applied(&self) -> Result<Option<Object>> {
        let before = self.ours();
        let mut after = before.clone();
        for (mark, Turn { after: value, .. }) in &self.changes {
            match value {
                Some(value) => after.insert(mark.clone(), value.clone()),
                None => after.remove(mark),
            };
        }
        if after == before {
            return Ok(None);
        }
        let metadata = metadata(after.iter());
        let mut object = json!({
            "apiVersion": self.object.api_version(), "kind": self.object.kind(), "metadata": { "name": self.object.name() },
        });
        match self.holder {
            Holder::Namespace => metadata.into_iter().for_each(|(name, marks)| object["metadata"][name] = marks),
            Holder::Pod if metadata.is_empty() => {}
            Holder::Pod => object["spec"] = json!({ "template": { "metadata": metadata } }),
        }
        Object::new(object).map(|object| Some(object.in_namespace(self.object.namespace())))
    }

    /// Whether somebody else's value is written over, who has been overruled.
    pub(in crate::lifecycle) fn overrules(&self) -> bool {
        let changed = self.changes.iter().filter(|(_, turn)| turn.before.is_some() && turn.after.is_some());
        changed.into_iter().any(|(mark, _)| !self.others(mark).is_empty())
    }

    /// The steps of a JSON Patch that takes away what is not ours alone: apply cannot.
    pub(in crate::lifecycle) fn taken(&self) -> Vec<Value> {
        let ours = self.ours();
        let goes = self.changes.iter().filter_map(|(mark, Turn { before, after })| {
            let is_theirs = !ours.contains_key(mark) || !self.others(mark).is_empty();
            before.as_ref().filter(|_| after.is_none() && is_theirs).map(|before| (mark, before))
        });
        let step = |(mark, before): (&Mark, &String)| {
            let pointer: Vec<String> =
                self.names(mark).iter().map(|name| name.replace('~', "~0").replace('/', "~1")).collect();
            let path = format!("/{}", pointer.join("/"));
            [json!({ "op": "test", "path": path, "value": before }), json!({ "op": "remove", "path": path })]
        };
        goes.flat_map(step).collect()
    }

    /// The same for people.
    pub(super) fn fields(&self) -> Vec<FieldChange> {
        let side = |pick: fn(&Turn) -> Option<&String>| {
            let there = self.changes.iter().filter_map(|(mark, turn)| Some((mark, pick(turn)?)));
            let mut whole = metadata(there);
            for tag in [Tag::Annotation, Tag::Label] {
                whole.entry(field(tag)).or_insert_with(|| Map::new().into());
            }
            match self.holder {
                Holder::Namespace => json!({ "metadata": whole }),
                Holder::Pod => json!({ "spec": { "template": { "metadata": whole } } }),
            }
        };
        differ::fields(
            &self.object.id().kind,
            &side(|turn| turn.before.as_ref()),
            &side(|turn| turn.after.as_ref()),
            "",
        )
    }

    /// Marks that we have applied, with what they say.
    fn ours(&self) -> BTreeMap<Mark, String> {
        let fields = applied_by(&self.object, MANAGER).unwrap_or_default();
        let mut ours = BTreeMap::new();
        for tag in [Tag::Annotation, Tag::Label] {
            let above = self.above(tag);
            for name in fields.iter().filter_map(|path| path.right_below(&above)) {
                let mark = (tag, name.to_owned());
                ours.extend(self.value(&mark).map(|value| (mark, value)));
            }
        }
        ours
    }

    /// What a mark says now.
    fn value(&self, mark: &Mark) -> Option<String> {
        let found = self.names(mark).into_iter().try_fold(self.object.value(), |value, name| value.get(name));
        found.and_then(Value::as_str).map(str::to_owned)
    }

    /// Who else owns a mark.
    fn others(&self, mark: &Mark) -> Vec<String> {
        let path = self.path(mark);
        let has_it = owners(&self.object).into_iter().filter(|owner| owner.fields.contains(&path));
        has_it.map(|owner| owner.manager).filter(|manager| manager != MANAGER).collect()
    }

    fn path(&self, mark: &Mark) -> FieldPath {
        FieldPath::of(&self.names(mark))
    }

    fn names<'a>(&self, mark: &'a Mark) -> Vec<&'a str> {
        let mut names = self.above(mark.0);
        names.push(&mark.1);
        names
    }

    /// The fields within which marks stand.
    fn above(&self, tag: Tag) -> Vec<&'static str> {
        let field = field(tag);
        match self.holder {
            Holder::Namespace => vec!["metadata", field],
            Holder::Pod => vec!["spec", "template", "metadata", field],
        }
    }
}

fn field(tag: Tag) -> &'static str {
    match tag {
        Tag::Annotation => "annotations",
        Tag::Label => "labels",
    }
}

/// Marks as the metadata that they stand in.
fn metadata<'a>(marks: impl Iterator<Item = (&'a Mark, &'a String)>) -> Map<String, Value> {
    let mut metadata = Map::new();
    for ((tag, name), value) in marks {
        let all = metadata.entry(field(*tag)).or_insert_with(|| Map::new().into());
        all[name] = value.as_str().into();
    }
    metadata
}
