//! `${port:NAME}`, `${folder:NAME}`, `${document:NAME}`, `${config}` and `${change}` in a plan become what they stand for.
//! Pure.

use std::collections::BTreeMap;

use meshery_core::{Error, ErrorKind, Result};
use serde_json::Value;

/// What references stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct References {
    pub(super) ports: BTreeMap<String, u16>,
    pub(super) folders: BTreeMap<String, String>,
    pub(super) documents: BTreeMap<String, String>,
    /// What is written in a change of configuration.
    pub(super) change: Option<String>,
}

impl References {
    /// The number of a port.
    pub(super) fn port(&self, name: &str) -> Result<u16> {
        self.ports.get(name).copied().ok_or_else(|| unknown(&format!("port:{name}"), &self.ports))
    }

    /// The path of a folder.
    pub(super) fn folder(&self, name: &str) -> Result<&str> {
        let missing = || unknown(&format!("folder:{name}"), &self.folders);
        self.folders.get(name).map(String::as_str).ok_or_else(missing)
    }

    /// A text with references to ports and folders.
    pub(super) fn text(&self, template: &str) -> Result<String> {
        replace(template, |reference| match (reference.split_once(':'), &self.change) {
            (Some(("port", name)), _) => self.port(name).map(|port| port.to_string()),
            (Some(("folder", name)), _) => self.folder(name).map(str::to_owned),
            (None, Some(change)) if reference == "change" => Ok(change.clone()),
            _ => Err(out_of_place(reference, "${port:NAME} or ${folder:NAME}")),
        })
    }

    /// The arguments of a process with this configuration.
    pub(super) fn args(&self, args: &[String], config: &Value) -> Result<Vec<String>> {
        let config = self.json(config)?.to_string();
        let look_up = |reference: &str| match reference {
            "config" => Ok(config.clone()),
            other => self.text(&format!("${{{other}}}")),
        };
        args.iter().map(|arg| replace(arg, look_up)).collect()
    }

    /// The environment of a process with this configuration.
    pub(super) fn env(&self, env: &BTreeMap<String, String>, config: &Value) -> Result<Vec<(String, String)>> {
        self.private(env, Some(&self.json(config)?.to_string()))
    }

    /// The files of a folder.
    pub(super) fn files(&self, files: &BTreeMap<String, String>) -> Result<Vec<(String, String)>> {
        self.private(files, None)
    }

    /// Texts that only this user can read, where documents may stand, because they may be keys.
    fn private(&self, texts: &BTreeMap<String, String>, config: Option<&str>) -> Result<Vec<(String, String)>> {
        let look_up = |reference: &str| match (reference.split_once(':'), config) {
            (Some(("document", name)), _) => {
                self.documents.get(name).cloned().ok_or_else(|| unknown(reference, &self.documents))
            }
            (None, Some(config)) if reference == "config" => Ok(config.to_owned()),
            _ => self.text(&format!("${{{reference}}}")),
        };
        texts.iter().map(|(name, value)| Ok((name.clone(), replace(value, look_up)?))).collect()
    }

    /// A document with references to ports and folders.
    pub(super) fn json(&self, value: &Value) -> Result<Value> {
        Ok(match value {
            Value::String(text) => match text.strip_prefix("${port:").and_then(|rest| rest.strip_suffix('}')) {
                Some(name) if !name.contains('}') => self.port(name)?.into(),
                _ => self.text(text)?.into(),
            },
            Value::Array(items) => items.iter().map(|item| self.json(item)).collect::<Result<Vec<_>>>()?.into(),
            Value::Object(fields) => {
                let entry = |(key, value): (&String, &Value)| Ok((key.clone(), self.json(value)?));
                Value::Object(fields.iter().map(entry).collect::<Result<_>>()?)
            }
            other => other.clone(),
        })
    }
}

fn out_of_place(reference: &str, expected: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, "a reference that cannot stand here")
        .expected(expected)
        .found(format!("${{{reference}}}"))
}

fn unknown<T>(reference: &str, known: &BTreeMap<String, T>) -> Error {
    let names: Vec<_> = known.keys().map(String::as_str).collect();
    let expected = if names.is_empty() { "none, for no earlier step made one".into() } else { names.join(", ") };
    Error::new(ErrorKind::InvalidInput, "a reference to what no earlier step made")
        .expected(expected)
        .found(format!("${{{reference}}}"))
}

/// Replaces each `${...}`; what comes in is not looked at again.
fn replace(template: &str, look_up: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut done = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let (reference, tail) = after.split_once('}').ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, "a reference without its end")
                .expected("}")
                .found(format!("${{{after}"))
        })?;
        done += before;
        done += &look_up(reference)?;
        rest = tail;
    }
    Ok(done + rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn references() -> References {
        References {
            ports: [("client.admin".into(), 9901)].into(),
            folders: [("client".into(), "/tmp/client".into())].into(),
            documents: [("server.key".into(), "a key ${port:client.admin}".into())].into(),
            change: None,
        }
    }

    #[test]
    fn references_become_what_they_stand_for() {
        let config = json!({ "port": "${port:client.admin}", "at": ["127.0.0.1:${port:client.admin}", 3] });
        let args = references().args(&["--config".into(), "x=${config}".into()], &config).unwrap();
        assert_eq!(args, ["--config", r#"x={"port":9901,"at":["127.0.0.1:9901",3]}"#]);
    }

    #[test]
    fn a_change_is_known_only_where_there_is_one() {
        let mut references = references();
        assert_eq!(references.text("${folder:client}/file").unwrap(), "/tmp/client/file");
        assert!(references.text("${change}").is_err());
        references.change = Some("7".into());
        assert_eq!(references.json(&json!({ "text": "${change}" })).unwrap(), json!({ "text": "7" }));
    }

    #[test]
    fn two_ports_in_one_text_stay_text() {
        let twice = json!("${port:client.admin}-${port:client.admin}");
        assert_eq!(references().json(&twice).unwrap(), json!("9901-9901"));
    }

    #[test]
    fn documents_stand_in_private_texts_only_and_are_not_replaced_again() {
        let key = || "${document:server.key}".to_owned();
        let env = references().files(&[("KEY".to_owned(), key())].into()).unwrap();
        assert_eq!(env, [("KEY".to_owned(), "a key ${port:client.admin}".to_owned())]);
        let env = references().env(&[("C".to_owned(), "${config}".to_owned())].into(), &json!({ "a": 1 })).unwrap();
        assert_eq!(env, [("C".to_owned(), r#"{"a":1}"#.to_owned())]);
        assert!(references().args(&[key()], &json!({})).is_err());
        assert!(references().args(&["${config}".into()], &json!({ "key": key() })).is_err());
        assert!(references().text(&key()).is_err());
    }

    #[test]
    fn unknown_references_are_errors_that_name_them() {
        for text in ["${port:admin}", "${document:key}", "${env:HOME}", "${}", "${config}", "a ${port:client.admin"] {
            let error = references().files(&[("NAME".to_owned(), text.to_owned())].into()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            let found = error.report().found.clone().unwrap();
            assert!(text.contains(&found), "{text}: {found}");
        }
    }

    proptest! {
        #[test]
        fn text_without_references_is_unchanged(text in "[^$]*") {
            prop_assert_eq!(references().text(&text).unwrap(), text);
        }

        #[test]
        fn what_surrounds_a_reference_is_unchanged(before in "[^$]*", after in "[^$]*") {
            let text = format!("{before}${{port:client.admin}}{after}");
            prop_assert_eq!(references().text(&text).unwrap(), format!("{before}9901{after}"));
        }

        #[test]
        fn nothing_panics(text in "[${}:a-z.]{0,40}") {
            let _ = (references().text(&text), references().json(&json!(text)));
        }
    }
}
