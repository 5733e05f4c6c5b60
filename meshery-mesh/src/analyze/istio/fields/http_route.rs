//! The rules of a VirtualService for HTTP.

use meshery_core::resource::{Node, Value};

use super::read::{given, list, part};
use super::report::{Idea, Report};

impl Report<'_> {
    /// A rule of a VirtualService that stands for itself, or is included by another.
    pub(super) fn http_route(&mut self, rule: &Node, included: bool) {
        self.one_action(rule, included);
        self.http_matches(rule);
        self.headers(rule);
        self.cors(rule);
        self.fault(rule);
        self.mirrors(rule);
        self.redirect(rule);
        self.answer(rule);
        self.retries(rule);
        self.rewrite(rule);
        self.authority(rule);
        self.routes(rule);
        self.duration(rule, "timeout");
    }

    /// A rule does one thing: it sends requests on, or away, or answers them, or includes other rules.
    fn one_action(&mut self, rule: &Node, included: bool) {
        let delegate = part(rule, "delegate");
        let redirect = part(rule, "redirect");
        let answer = part(rule, "directResponse");
        let help = "leave the one that is meant, or make two rules of it";
        if let Some(delegate) = delegate {
            if included {
                let message = "a VirtualService that others include includes another";
                self.say(Idea::Action, delegate, message, "include both from one that has hosts");
            } else {
                for (key, what) in [("redirect", "redirects requests"), ("route", "sends requests on")] {
                    // A redirect may say nothing, and is there; a list that is empty is not.
                    let place =
                        given(rule, key).filter(|it| !matches!(&it.value, Value::List(list) if list.is_empty()));
                    if let Some(place) = place {
                        let message = format!("a rule that includes other rules {what} itself");
                        self.say(Idea::Action, place, message, help);
                    }
                }
                return;
            }
        }
        let has_routes = !list(rule, "route").is_empty();
        let (main, what) = match (redirect, answer) {
            (Some(redirect), _) => (redirect, "redirects requests"),
            (None, Some(answer)) => (answer, "answers requests itself"),
            (None, None) => {
                if !has_routes {
                    let message = "a rule says nothing of what becomes of its requests";
                    self.say(Idea::Action, rule, message, "write route, redirect or directResponse");
                }
                self.two_mirrors(rule);
                return;
            }
        };
        let mut clashes = vec![("fault", "has a fault"), ("rewrite", "rewrites them")];
        if has_routes {
            clashes.push(("route", "sends them on"));
        }
        if redirect.is_some() {
            clashes.push(("directResponse", "answers them itself"));
        }
        for (key, clash) in clashes {
            if part(rule, key).or_else(|| given(rule, key).filter(|_| key == "route")).is_some() {
                self.say(Idea::Action, main, format!("a rule {what} and {clash}"), help);
            }
        }
        self.two_mirrors(rule);
    }

    fn two_mirrors(&mut self, rule: &Node) {
        if let (Some(mirror), [_, ..]) = (part(rule, "mirror"), list(rule, "mirrors")) {
            self.say(Idea::Conflict, mirror, "copies are sent by mirror and by mirrors", "leave mirrors alone");
        }
    }
}
