//! What dialects have in common: fields that moved or have other names.

use meshery_core::Result;
use serde_json::{Value, json};

use crate::exchange::smp::message::Message;
use crate::exchange::smp::reader::{Object, Reader};
use crate::exchange::smp::warning::Noticed;
use crate::exchange::smp::{MeshType, ServiceMesh, ServiceMeshConfig};

/// Gives fields their current names. A field that has both keeps both: the old one is unknown then.
pub(super) fn rename(object: &mut Object, names: &[(&str, &str)], reader: &mut Reader) {
    for (old, new) in names {
        if object.contains_key(*old) && object.contains_key(*new) {
            reader.warn_at(old, Noticed::Conflict, *old, format!("{new} is meant"));
        } else if let Some(value) = object.shift_remove(*old) {
            object.insert((*new).into(), value);
        }
    }
}

/// Moves a field to another object under another name, unless there is one.
pub(super) fn lift(from: &mut Object, old: &str, to: &mut Object, new: &str) {
    if to.contains_key(new) {
        return;
    }
    if let Some(value) = from.shift_remove(old) {
        to.insert(new.into(), value);
    }
}

/// Moves all that is left to another object; what is there already stays, and the new one goes by where it came from.
pub(super) fn merge(from: Object, to: &mut Object, origin: &str) {
    for (name, value) in from {
        let taken = to.contains_key(&name);
        to.insert(if taken { format!("{origin}.{name}") } else { name }, value);
    }
}

/// Does something with the object under a name, and with each object of the list there.
pub(super) fn each(object: &mut Object, name: &str, reader: &mut Reader, act: fn(&mut Object, &mut Reader)) {
    reader.within(name, |reader| match object.get_mut(name) {
        Some(Value::Object(inner)) => act(inner, reader),
        Some(Value::Array(items)) => {
            for (index, inner) in items.iter_mut().enumerate() {
                let inner = inner.as_object_mut();
                reader.within(&format!("[{index}]"), |reader| inner.into_iter().for_each(|inner| act(inner, reader)));
            }
        }
        _ => {}
    });
}

/// Takes the object under a name out; an empty one where there is none.
pub(super) fn take(object: &mut Object, name: &str, reader: &mut Reader) -> Result<Object> {
    match object.shift_remove(name) {
        None | Some(Value::Null) => Ok(Object::new()),
        Some(value) => reader.within(name, |reader| reader.object(value)),
    }
}

/// Gives a name that people use its name in the proto.
pub(super) fn translate(object: &mut Object, field: &str, called: fn(&str) -> Option<String>, reader: &mut Reader) {
    let Some(Value::String(text)) = object.get(field) else { return };
    match called(text) {
        Some(name) => {
            object.insert(field.into(), name.into());
        }
        None => reader.warn_at(field, Noticed::UnknownName, text, "a name that the proto does not have"),
    }
}

/// Reads what was translated, if anything was.
pub(super) fn finish<T: Message>(object: Object, reader: &mut Reader) -> Result<Option<T>> {
    if object.is_empty() { Ok(None) } else { T::read_object(object, reader).map(Some) }
}

/// A mesh by what people call it; nothing of an empty name.
pub(super) fn mesh(name: &str, place: &str, reader: &mut Reader) -> Option<ServiceMeshConfig> {
    if name.is_empty() {
        return None;
    }
    let r#type = MeshType::called(name).unwrap_or_else(|| {
        reader.warn_at(place, Noticed::UnknownName, name, "a name that the proto does not have");
        MeshType::Other(name.into())
    });
    let mesh_type = Some(ServiceMesh { r#type: Some(r#type), ..ServiceMesh::default() });
    Some(ServiceMeshConfig { mesh_type, ..ServiceMeshConfig::default() })
}

/// A list of one, of what should be a list.
pub(super) fn listed(object: &mut Object, field: &str) {
    if let Some(one @ Value::String(_)) = object.get(field) {
        let list = json!([one]);
        object.insert(field.into(), list);
    }
}
