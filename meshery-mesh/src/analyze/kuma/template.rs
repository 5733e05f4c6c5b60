//! The templates of names, which are Go's `text/template`.
//!
//! Only what names are made of is read whole: texts, fields, `label`. Of anything else it is said that it cannot be judged,
//! so that nothing good is called wrong.

/// What a template comes to.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Template {
    /// This text, with an example in the place of each field.
    Text(String),
    /// It is no template, and why.
    Broken(String),
    /// It does more than is read here.
    Unjudged,
}

/// The functions that Go's templates have, and those that begin, part and end blocks.
const FUNCTIONS: [&str; 33] = [
    "and", "block", "break", "call", "continue", "define", "else", "end", "eq", "false", "ge", "gt", "html", "if",
    "index", "js", "label", "le", "len", "lt", "ne", "nil", "not", "or", "print", "printf", "println", "range",
    "slice", "template", "true", "urlquery", "with",
];

/// What a template comes to, where the fields have these values.
pub(in crate::analyze) fn rendered(template: &str, fields: &[(&str, &str)]) -> Template {
    let mut text = String::new();
    let mut rest = template;
    let mut is_whole = true;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let Some((action, behind)) = after.split_once("}}") else {
            return Template::Broken("an action is begun by {{ and not ended by }}".into());
        };
        rest = behind;
        let action = action.strip_prefix("- ").unwrap_or(action);
        let action = action.strip_suffix(" -").unwrap_or(action).trim();
        let has_more = action.contains(['"', '`', '\'', '(', '$']) && !action.starts_with("label ");
        if action.starts_with("/*") || has_more {
            is_whole = false;
            continue;
        }
        match pipeline(action, fields) {
            Ok(Some(value)) => text.push_str(&value),
            Ok(None) => is_whole = false,
            Err(fault) => return Template::Broken(fault),
        }
    }
    text.push_str(rest);
    if is_whole { Template::Text(text) } else { Template::Unjudged }
}

/// What a pipeline of commands comes to; nothing where it is more than a field or a label.
fn pipeline(action: &str, fields: &[(&str, &str)]) -> Result<Option<String>, String> {
    let mut value = None;
    for (at, command) in action.split('|').enumerate() {
        let words: Vec<&str> = command.split_whitespace().collect();
        let Some((&first, arguments)) = words.split_first() else {
            return Err("a command is missing".into());
        };
        let is_literal = first.starts_with(|c: char| c.is_ascii_digit() || c == '"')
            || matches!(first, "true" | "false" | "nil" | ".");
        if at > 0 && is_literal {
            return Err(format!("{first} cannot take what is handed to it"));
        }
        value = command_value(first, arguments, fields)?.filter(|_| at == 0);
    }
    Ok(value)
}

fn command_value(first: &str, arguments: &[&str], fields: &[(&str, &str)]) -> Result<Option<String>, String> {
    if let Some(bad) = first.chars().find(|c| "[]{}@#%&~^?;<>".contains(*c)) {
        return Err(format!("{bad:?} cannot stand in an action"));
    }
    if let Some(name) = first.strip_prefix('.') {
        if name.is_empty() || name.contains('.') {
            return Ok(None);
        }
        return match fields.iter().find(|(field, _)| *field == name) {
            Some((_, example)) => Ok(arguments.is_empty().then(|| (*example).to_owned())),
            None => Err(format!("there is no field {name}")),
        };
    }
    if first.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let is_name = first.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if is_name && !FUNCTIONS.contains(&first) {
            return Err(format!("there is no function {first}"));
        }
        let is_label =
            first == "label" && arguments.len() == 1 && arguments.iter().all(|it| it.starts_with(['"', '`']));
        return Ok(is_label.then(|| "label".to_owned()));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[(&str, &str)] = &[("Name", "name"), ("Mesh", "mesh")];

    #[test]
    fn names_are_made() {
        let text = |text: &str| Template::Text(text.into());
        assert_eq!(rendered("{{ .Name }}.{{.Mesh}}", FIELDS), text("name.mesh"));
        assert_eq!(rendered("{{ label \"kuma.io/display-name\" }}.svc", FIELDS), text("label.svc"));
        assert_eq!(rendered("{ .Name|2 }", FIELDS), text("{ .Name|2 }"));
        for template in ["{{ if .Name }}a{{ end }}", "{{ printf \"%s\" .Name }}", "{{/* a */}}", "{{ .Name | printf }}"]
        {
            assert_eq!(rendered(template, FIELDS), Template::Unjudged, "{template}");
        }
        for template in
            ["{{ .Name }", "{{ .Name[] }}", "{{[]}}", "{{ .Foo }}", "{{ .Name|bad }}", "{{ .Name | 1 }}", "{{ }}"]
        {
            assert!(matches!(rendered(template, FIELDS), Template::Broken(_)), "{template}");
        }
    }
}
