//! In which order to apply changes so that nothing breaks in between.
//!
//! | module | holds |
//! |---|---|
//! | `changes` | the objects before and after |
//! | `thing` | what objects have and others need: hosts, subsets, Secrets, grants |
//! | `edges` | the list of kinds, each with the function that tells what its objects have and need |
//! | `istio`, `gateway_api`, `kubernetes`, `meshes` | those functions |
//! | `state` | which workloads answer for a host at a moment |
//! | `clauses` | every need with who has it and who met it, before and after |
//! | `graph`, `plan` | what must come before what, and the steps |
//! | `breaks` | what breaks in the order of the files |
//! | `page` | what is told of that, as a rule |

mod breaks;
mod changes;
mod clauses;
mod edges;
mod gateway_api;
mod graph;
mod istio;
mod kubernetes;
mod meshes;
mod page;
mod plan;
mod state;
mod thing;

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::analyzer::Location;
pub use meshery_core::analyzer::order::{Action, Change, Order, Step};
use meshery_core::{ConfigAnalyzer, Error, Resource};

use super::yaml::Texts;
use super::{Options, Source, parallel, read};
use changes::Object;
use clauses::Clause;
pub use page::RULE;
use plan::{Part, Plan};

/// How many reasons a step gives for one of its changes.
const REASONS: usize = 3;

/// In which order to apply files to what runs so that nothing breaks in between, and what breaks in the order in which they
/// are given.
///
/// Objects of files that are not among the wanted ones stay. With [`Options::prune`] objects of a running file that the
/// wanted file of the same name has no longer are removed after all others are applied.
///
/// ```
/// use meshery_mesh::analyze::{Options, Source, order};
///
/// let route = |subset: &str| format!("
/// apiVersion: networking.istio.io/v1
/// kind: VirtualService
/// metadata: {{ name: reviews, namespace: shop }}
/// spec: {{ hosts: [reviews], http: [{{ route: [{{ destination: {{ host: reviews, subset: {subset} }} }}] }}] }}
/// ---");
/// let rule = |subset: &str| format!("
/// apiVersion: networking.istio.io/v1
/// kind: DestinationRule
/// metadata: {{ name: reviews, namespace: shop }}
/// spec: {{ host: reviews, subsets: [{{ name: {subset}, labels: {{ version: {subset} }} }}] }}
/// ---");
/// let at = |subset| [Source::new("shop.yaml", route(subset) + &rule(subset))];
/// let order = order(&at("v1"), &at("v2"), &Options::default());
/// let steps: Vec<_> = order.steps.iter().map(|step| step.changes[0].to_string()).collect();
/// assert_eq!(steps, [
///     "extend DestinationRule shop/reviews",
///     "change VirtualService shop/reviews",
///     "reduce DestinationRule shop/reviews",
/// ]);
/// assert!(order.findings[0].message.starts_with("no order is safe"));
/// ```
pub fn order(running: &[Source], wanted: &[Source], options: &Options) -> Order {
    let (mut before, mut errors) = objects(running);
    let (mut after, unread) = objects(wanted);
    errors.extend(unread);
    let (told, unread) = read::told(options);
    errors.extend(unread);
    // What istiod is told is there all the time.
    for resource in told.into_iter().map(Arc::new) {
        before.push(Arc::clone(&resource));
        after.push(resource);
    }
    let names = |sources: &[Source]| sources.iter().map(|source| source.name.clone()).collect::<BTreeSet<String>>();
    let pruned = if options.prune { &names(running) & &names(wanted) } else { BTreeSet::new() };
    let objects = changes::changes(&before, &after, &pruned);
    let clauses = clauses::clauses(&objects);
    let plan = plan::plan(&objects, &clauses);
    let mut findings = breaks::breaks(&objects, &clauses, &plan, &RULE.info());
    if let Some((_, severity)) = options.severities.iter().find(|(name, _)| RULE.answers_to(name)) {
        findings = findings.into_iter().map(|finding| finding.as_bad_as(*severity)).collect();
    }
    findings.sort_by(|a, b| a.location.cmp(&b.location).then_with(|| a.message.cmp(&b.message)));
    findings.dedup();
    Order { steps: steps(&objects, &clauses, &plan), findings, errors }
}

fn objects(sources: &[Source]) -> (Vec<Arc<Resource>>, Vec<Error>) {
    let (mut resources, mut errors) = (Vec::new(), Vec::new());
    for read in parallel::map_with(sources, Texts::default, read::one) {
        resources.extend(read.resources.into_iter().map(Arc::new));
        errors.extend(read.errors);
    }
    (resources, errors)
}

fn steps(objects: &[Object], clauses: &[Clause], plan: &Plan) -> Vec<Step> {
    let step = |parts: &Vec<(Part, Vec<usize>)>| {
        let mut step = Step::default();
        for (part, reasons) in parts {
            let Some(resource) = objects.get(part.object).and_then(Object::latest) else { continue };
            step.changes.push(Change {
                action: part.action,
                object: resource.to_string(),
                cluster: resource.cluster.as_ref().map(ToString::to_string),
                location: Location::new(resource, resource.head()),
            });
            let reasons = reasons.iter().filter_map(|number| clauses.get(*number)).take(REASONS);
            step.why.extend(reasons.map(|clause| why(objects, clause, *part, resource)));
        }
        step.why.dedup();
        step
    };
    plan.steps.iter().map(step).collect()
}

/// Why a change comes no sooner.
fn why(objects: &[Object], clause: &Clause, part: Part, resource: &Resource) -> String {
    let name =
        |at: Option<&usize>| at.and_then(|at| objects.get(*at)?.latest()).map_or_else(String::new, ToString::to_string);
    let is_taken = clause.losers.contains(&part.object);
    let leaving = clause.users.iter().find(|user| user.before.is_some() && user.after.is_none());
    match leaving {
        Some(user) if is_taken => {
            format!("{resource} takes away {}, which {} used until then", clause.thing, name(Some(&user.object)))
        }
        _ if is_taken => {
            format!("{resource} takes away {}, which {} has first", clause.thing, name(clause.gainers.first()))
        }
        _ => format!("{resource} uses {}, which {} brings", clause.thing, name(clause.gainers.first())),
    }
}
