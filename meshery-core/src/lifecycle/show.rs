//! A plan for people: as text, with or without colours, and as HTML.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Change, ChangeAction, ChangePlan};

/// How long a value may be until it is cut.
const LONGEST: usize = 100;

/// The sign of an action, its word, and its colour on a terminal and on a page.
fn sign(action: ChangeAction) -> (char, &'static str, u8, &'static str) {
    match action {
        ChangeAction::Adopt => ('>', "adopt", 35, "#8250df"),
        ChangeAction::Create => ('+', "create", 32, "#1a7f37"),
        ChangeAction::Delete => ('-', "delete", 31, "#cf222e"),
        ChangeAction::Keep => ('=', "keep", 36, "#0969da"),
        ChangeAction::Replace => ('!', "replace", 31, "#cf222e"),
        ChangeAction::Restart => ('*', "restart", 34, "#0550ae"),
        ChangeAction::Unchanged => (' ', "unchanged", 0, "#57606a"),
        ChangeAction::Update => ('~', "update", 33, "#9a6700"),
    }
}

/// Every action, in the order of the summary.
const ACTIONS: &[ChangeAction] = &[
    ChangeAction::Create,
    ChangeAction::Update,
    ChangeAction::Replace,
    ChangeAction::Restart,
    ChangeAction::Adopt,
    ChangeAction::Delete,
    ChangeAction::Keep,
    ChangeAction::Unchanged,
];

impl ChangePlan {
    /// What would change, an object a line, with the fields that change below it.
    ///
    /// ```
    /// use meshery_core::ObjectId;
    /// use meshery_core::lifecycle::{Change, ChangeAction, ChangePlan, OperationKind};
    ///
    /// let mut plan = ChangePlan::new("istio", OperationKind::Install);
    /// plan.changes.push(Change::new(ObjectId::new("", "Namespace", None, "istio-system"), "v1", ChangeAction::Create));
    /// assert_eq!(plan.to_text(), "install istio: 1 to create\n+ Namespace istio-system\n");
    /// ```
    pub fn to_text(&self) -> String {
        self.text(|_, line| line.to_owned())
    }

    /// The same for a terminal.
    pub fn to_ansi(&self) -> String {
        self.text(|colour, line| if colour == 0 { line.to_owned() } else { format!("\x1b[{colour}m{line}\x1b[0m") })
    }

    /// The same for a page or a notebook.
    pub fn to_html(&self) -> String {
        let mut html = format!("<div class=\"meshery-plan\"><p>{}</p><table>", escaped(&self.summary()));
        for change in self.shown() {
            let (sign, word, _, colour) = sign(change.action);
            let _ = write!(
                html,
                "<tr style=\"color:{colour}\"><td title=\"{word}\">{}</td><td>{}</td><td>{}</td></tr>",
                escaped(&sign.to_string()),
                escaped(&change.object.to_string()),
                escaped(&remark(change)),
            );
            for field in &change.fields {
                let _ = write!(
                    html,
                    "<tr><td></td><td><code>{}</code></td><td><del>{}</del> → <ins>{}</ins></td></tr>",
                    escaped(&field.path),
                    escaped(&short(field.before.as_ref())),
                    escaped(&short(field.after.as_ref())),
                );
            }
        }
        html.push_str("</table>");
        for note in &self.notes {
            let _ = write!(html, "<p>{}</p>", escaped(note));
        }
        for advice in &self.advice {
            let word = if advice.blocks { "blocked" } else { "warning" };
            let _ = write!(html, "<p><b>{word}</b> {} {}</p>", escaped(&advice.to_string()), escaped(&advice.remedy));
        }
        html.push_str("</div>");
        html
    }

    fn text(&self, paint: impl Fn(u8, &str) -> String) -> String {
        let mut text = self.summary();
        text.push('\n');
        for change in self.shown() {
            let (sign, _, colour, _) = sign(change.action);
            let remark = remark(change);
            let line = format!("{sign} {}{}{remark}", change.object, if remark.is_empty() { "" } else { "  " });
            text.push_str(&paint(colour, &line));
            text.push('\n');
            for field in &change.fields {
                let (before, after) = (short(field.before.as_ref()), short(field.after.as_ref()));
                let _ = writeln!(text, "    {}: {} -> {}", field.path, paint(31, &before), paint(32, &after));
            }
        }
        for note in &self.notes {
            let _ = writeln!(text, "note: {note}");
        }
        for advice in &self.advice {
            let (colour, word) = if advice.blocks { (31, "blocked") } else { (33, "warning") };
            text.push_str(&paint(colour, &format!("{word}: {advice}")));
            text.push('\n');
            if !advice.remedy.is_empty() {
                let _ = writeln!(text, "    {}", advice.remedy);
            }
        }
        text
    }

    /// Changes that change something, or say why they do not.
    fn shown(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.action != ChangeAction::Unchanged || !change.reason.is_empty())
    }

    /// `upgrade istio 1.28.10 -> 1.30.3: 2 to update, 32 unchanged`.
    fn summary(&self) -> String {
        let mut summary = format!("{} {}", self.operation, self.instance);
        match (self.from_version.as_str(), self.to_version.as_str()) {
            (from, to) if from == to || from.is_empty() => summary.push_str(&spaced(to)),
            (from, to) => {
                let _ = write!(summary, " {from} -> {}", if to.is_empty() { "?" } else { to });
            }
        }
        let counts: Vec<_> = ACTIONS
            .iter()
            .filter(|action| self.count(**action) > 0)
            .map(|action| match sign(*action).1 {
                word @ "unchanged" => format!("{} {word}", self.count(*action)),
                word => format!("{} to {word}", self.count(*action)),
            })
            .collect();
        let _ = write!(summary, ": {}", if counts.is_empty() { "nothing to do".into() } else { counts.join(", ") });
        summary
    }
}

fn spaced(word: &str) -> String {
    if word.is_empty() { String::new() } else { format!(" {word}") }
}

fn remark(change: &Change) -> String {
    let hook = change.hook.as_ref().map(|hook| format!("hook {hook}"));
    let words: Vec<_> =
        hook.into_iter().chain(Some(change.reason.clone()).filter(|reason| !reason.is_empty())).collect();
    if words.is_empty() { String::new() } else { format!("({})", words.join("; ")) }
}

/// A value on one line.
fn short(value: Option<&Value>) -> String {
    let Some(value) = value else { return "nothing".into() };
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{FieldChange, OperationKind};
    use crate::object::ObjectId;

    fn plan() -> ChangePlan {
        let mut plan = ChangePlan::new("istio", OperationKind::Upgrade);
        (plan.from_version, plan.to_version) = ("1.28.10".into(), "1.30.3".into());
        let id = |name: &str| ObjectId::new("", "ConfigMap", Some("istio-system"), name);
        let field = FieldChange { path: ".data.mesh".into(), before: Some("<a>".into()), after: None };
        let update = Change { fields: vec![field], ..Change::new(id("istio"), "v1", ChangeAction::Update) };
        let keep = Change { reason: "it was there before".into(), ..Change::new(id("b"), "v1", ChangeAction::Keep) };
        plan.changes = vec![update, keep, Change::new(id("c"), "v1", ChangeAction::Unchanged)];
        plan
    }

    #[test]
    fn text_tells_what_changes_and_why() {
        let expected = "upgrade istio 1.28.10 -> 1.30.3: 1 to update, 1 to keep, 1 unchanged\n\
            ~ ConfigMap istio-system/istio\n    .data.mesh: \"<a>\" -> nothing\n\
            = ConfigMap istio-system/b  (it was there before)\n";
        assert_eq!(plan().to_text(), expected);
        assert!(plan().to_ansi().contains("\u{1b}[33m~ ConfigMap"));
    }

    #[test]
    fn a_page_is_safe_to_show() {
        let html = plan().to_html();
        assert!(html.contains("&lt;a&gt;") && !html.contains("<a>"), "{html}");
    }

    #[test]
    fn long_values_are_cut_and_say_so() {
        let long = Value::from("ä".repeat(200));
        assert!(short(Some(&long)).ends_with("… (402 bytes)"));
    }
}
