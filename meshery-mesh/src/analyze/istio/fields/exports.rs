//! Who may use an object: `exportTo`.

use std::collections::BTreeMap;

use meshery_core::resource::Node;

use super::names::is_label;
use super::read::{list, texts};
use super::report::{Idea, Report};

impl Report<'_> {
    /// `exportTo` of an object; a ServiceEntry may be for nobody, a DestinationRule of workloads only for its namespace.
    pub(super) fn exports(&mut self, spec: &Node, nobody: bool, of_workloads: bool) {
        let own = self.object.namespace.as_deref().unwrap_or_default();
        let own = if self.alone { own } else { self.object.namespace_or_default() }.to_owned();
        let mut seen: BTreeMap<String, &Node> = BTreeMap::new();
        for (scope, place) in texts(spec, "exportTo") {
            let meant = if scope == "." { own.as_str() } else { scope };
            if let Some(other) = seen.get(meant) {
                self.twice(Idea::Export, place, other, format!("{scope:?} is there twice"));
                continue;
            }
            match meant {
                "~" if !nobody => {
                    let help = "name namespaces, or . for this one alone";
                    self.say(Idea::Export, place, "only a ServiceEntry may be exported to nobody", help);
                    continue;
                }
                "*" | "~" | "." => {}
                // For istioctl an object that names no namespace is in none.
                "" if scope == "." => {}
                name if is_label(name) => {}
                _ => {
                    let help = "write *, . or the name of a namespace";
                    self.say(Idea::Export, place, format!("{scope:?} is no namespace"), help);
                    continue;
                }
            }
            seen.insert(meant.to_owned(), place);
        }
        let several = list(spec, "exportTo").len() > 1;
        let help = "leave the one that is meant";
        if let Some(place) = seen.get("*").filter(|_| several) {
            self.say(Idea::Export, place, "it is exported to all namespaces, and to some", help);
        }
        if let Some(place) = seen.get("~").filter(|_| several) {
            self.say(Idea::Export, place, "it is exported to nobody, and to somebody", help);
        }
        if of_workloads && !seen.is_empty() {
            let beyond = seen.iter().find(|(scope, _)| **scope != own).map(|(_, place)| *place);
            if let Some(place) = beyond {
                let message = "a DestinationRule with a selector is exported beyond its own namespace";
                self.say(Idea::Export, place, message, "write [.], for it holds for workloads of its namespace alone");
            }
        }
    }
}
