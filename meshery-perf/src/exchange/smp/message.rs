//! Messages: their fields are said once, and all that is done with each field follows.

use meshery_core::Result;
use serde_json::Value;

use super::field::{Field, Item};
use super::problems::Problems;
use super::reader::{Object, Reader, camel};

/// A message of the proto.
pub(super) trait Message: Sized + Default {
    /// The names of its fields in the proto.
    const FIELDS: &'static [&'static str];

    /// Reads it; what it does not know becomes [`extra`](super::Document::extra).
    fn read_object(object: Object, reader: &mut Reader) -> Result<Self>;
    fn write_object(&self) -> Object;
    fn check_fields(&self, problems: &mut Problems);

    /// How many of an object's members are fields of this message.
    fn known(object: &Object) -> usize {
        let named = |name: &&str| object.contains_key(wire(name)) || object.contains_key(&camel(wire(name)));
        Self::FIELDS.iter().filter(|name| named(name)).count()
    }
}

impl<T: Message> Item for T {
    fn read(value: Value, reader: &mut Reader) -> Result<Self> {
        let object = reader.object(value)?;
        T::read_object(object, reader)
    }

    fn write(&self) -> Value {
        self.write_object().into()
    }

    fn check(&self, problems: &mut Problems) {
        self.check_fields(problems);
    }
}

/// A field's name in the proto, of its name in Rust.
pub(super) fn wire(name: &str) -> &str {
    name.trim_start_matches("r#")
}

/// Adds what a field says.
pub(super) fn put<T: Field>(object: &mut Object, name: &str, field: &T) {
    if let Some(value) = field.write() {
        object.insert(wire(name).into(), value);
    }
}

/// What is unknown is written back, but never over what is known.
pub(super) fn put_extra(object: &mut Object, extra: &Object) {
    for (name, value) in extra {
        object.entry(name.as_str()).or_insert_with(|| value.clone());
    }
}

/// Reads a value strictly: as any other reader of the format would, or not at all.
pub(super) fn strictly<T: Message>(value: Value) -> Result<T> {
    let mut reader = Reader::default();
    let read = <T as Item>::read(value, &mut reader)?;
    match reader.warnings.iter().find(|warning| warning.code == super::Noticed::Rounded) {
        Some(rounded) => Err(meshery_core::Error::invalid(rounded.place.clone(), "not a whole number")
            .expected("a whole number")
            .found(rounded.found.clone())),
        None => Ok(read),
    }
}

/// Defines messages with their fields, each by its name in the proto.
macro_rules! messages {
    ($($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(into = "serde_json::Value", try_from = "serde_json::Value")]
        pub struct $name {
            $($(#[$field_about])* pub $field: $kind,)*
            /// What the message has no field for, as it was found. It is written back.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::exchange::smp::message::Message for $name {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn read_object(
                mut object: $crate::exchange::smp::reader::Object,
                reader: &mut $crate::exchange::smp::reader::Reader,
            ) -> meshery_core::Result<Self> {
                Ok(Self {
                    $($field: reader.field(&mut object, $crate::exchange::smp::message::wire(stringify!($field)))?,)*
                    extra: object,
                })
            }

            fn write_object(&self) -> $crate::exchange::smp::reader::Object {
                let mut object = serde_json::Map::new();
                $($crate::exchange::smp::message::put(&mut object, stringify!($field), &self.$field);)*
                $crate::exchange::smp::message::put_extra(&mut object, &self.extra);
                object
            }

            fn check_fields(&self, problems: &mut $crate::exchange::smp::problems::Problems) {
                $(problems.within($crate::exchange::smp::message::wire(stringify!($field)), |problems| {
                    $crate::exchange::smp::field::Field::check(&self.$field, problems);
                });)*
                problems.unknown(&self.extra);
            }
        }

        impl From<$name> for serde_json::Value {
            fn from(message: $name) -> Self {
                $crate::exchange::smp::message::Message::write_object(&message).into()
            }
        }

        impl TryFrom<serde_json::Value> for $name {
            type Error = meshery_core::Error;

            fn try_from(value: serde_json::Value) -> meshery_core::Result<Self> {
                $crate::exchange::smp::message::strictly(value)
            }
        }
    )*};
}

pub(super) use messages;
