//! JSON in which no object says a name twice: of two values, most readers silently keep one.

use std::fmt;

use meshery_core::{Error, Result};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads a text.
///
/// # Errors
/// [`Syntax`](meshery_core::ErrorKind::Syntax) for what is no JSON, [`InvalidInput`](meshery_core::ErrorKind::InvalidInput)
/// for a name that is said twice.
pub(super) fn read(text: &str) -> Result<Value> {
    serde_json::from_str::<Unique>(text).map(|unique| unique.0).map_err(Error::from)
}

struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything).map(Self)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value of JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(serde::de::Error::custom(format!("{name} is said twice")));
            }
            let Unique(value) = members.next_value()?;
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use meshery_core::ErrorKind;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_said_once() {
        let error = read(r#"{ "a": [{ "b": 1, "c": 2, "b": 3 }] }"#).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("b is said twice at line 1 column"), "{error}");
        assert_eq!(read(r#"{ "a": "#).unwrap_err().kind(), ErrorKind::Syntax);
    }

    proptest! {
        #[test]
        fn anything_else_is_what_serde_json_makes_of_it(text in "[\\[\\]{}\",:0-9.e+nultrfas \\\\-]{0,30}") {
            let theirs = serde_json::from_str::<Value>(&text).ok();
            let ours = read(&text);
            let twice = ours.as_ref().is_err_and(|error| error.kind() == ErrorKind::InvalidInput);
            prop_assert!(twice || ours.ok() == theirs);
        }
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let text = r#"{"a":[null,true,-1,18446744073709551615,1.5,"x\n"],"b":{}}"#;
        assert_eq!(read(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }
}
