//! MSH122 `fault-delay-percent`.

use meshery_core::analyzer::{Category, Edit, Fix, Location};
use meshery_core::resource::{Field, Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::kinds::VIRTUAL_SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH122",
    name: "fault-delay-percent",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "A VirtualService says by `percent` how many requests it delays",
    why: "
The field is deprecated: `percentage` took its place, which knows fractions of a percent too. A release that drops the
old one delays every request then, or none. Where both are there the new one counts already.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - fault:
      delay:
        percent: 10
        fixedDelay: 5s
    route: [{ destination: { host: reviews } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - fault:
      delay:
        percentage: { value: 10 }
        fixedDelay: 5s
    route: [{ destination: { host: reviews } }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection-Delay"],
    meshes: &["istio"],
    aliases: &["IST0002"],
    upstream: "deprecation.DeprecationAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(VIRTUAL_SERVICE, |service| check(service, rule))
}

fn check(service: &Resource, rule: &RuleInfo) -> Vec<Finding> {
    let delays = service.items(&["spec", "http"]).iter().filter_map(|route| route.at(&["fault", "delay"]));
    delays.filter_map(|delay| finding(service, delay, rule)).collect()
}

fn finding(service: &Resource, delay: &Node, rule: &RuleInfo) -> Option<Finding> {
    let field = delay.fields().iter().find(|field| &*field.key == "percent")?;
    let percent = field.value.as_int().filter(|percent| *percent > 0)?;
    let finding = rule.finding(service, field.key_span, "the field percent of a delay is deprecated");
    let finding = finding.with_help(format!("write percentage: {{ value: {percent} }}"));
    let is_alone = delay.get("percentage").is_none();
    Some(if is_alone { finding.with_fix(fix(service, field, percent)) } else { finding })
}

fn fix(service: &Resource, field: &Field, percent: i64) -> Fix {
    let span = Span { start: field.key_span.start, end: field.value.span.end };
    let text = format!("percentage: {{ value: {percent} }}");
    let edit = Edit { location: Location::new(service, span), text };
    Fix { title: "say it by percentage".into(), safe: true, edits: vec![edit] }
}
