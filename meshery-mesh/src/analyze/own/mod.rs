//! Rules of one's own, in CEL, declared in YAML.
//!
//! ```yaml
//! code: SHOP1
//! name: shop-route-timed
//! severity: warning
//! summary: A route of the shop has no timeout
//! kind: VirtualService.networking.istio.io
//! reads: { services: Service }
//! when: object.metadata.namespace == 'shop'
//! each: object.spec.http
//! holds: has(it.timeout) || services.exists(s, s.metadata.name == object.metadata.name && !has(s.spec.ports))
//! message: "'the route ' + it.name + ' has no timeout'"
//! at: timeout
//! help: say how long a request may take
//! tests:
//! - bad: |
//!     apiVersion: networking.istio.io/v1
//!     ...
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `declared` | a rule as it is written down, and what is wrong with that |
//! | `run` | the rule at work |

mod declared;
mod run;

use meshery_core::analyzer::Options;
use meshery_core::{Error, Result, RuleInfo};

pub(super) use declared::{OwnRule, read};

use super::{Profile, Source, analyze_with, at_this_time};

/// Runs the tests of rules: each bad example must be found, each good one must not. What is wrong with the rules, or with
/// what they do, by its place; and the rules.
///
/// ```
/// use meshery_mesh::analyze::{Source, test_rules};
///
/// let rule = |holds: &str| Source::new("shop.yaml", format!("
/// code: SHOP1
/// name: shop-owned
/// summary: Nobody owns an object
/// kind: ConfigMap
/// holds: {holds}
/// tests:
/// - good: '{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: a, labels: {{ owner: me }} }} }}'
/// - bad: '{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: a }} }}'
/// "));
/// let (rules, wrong) = test_rules(&rule("has(object.metadata.labels)"));
/// assert_eq!((rules[0].code.as_str(), wrong.len()), ("SHOP1", 0));
/// let (_, wrong) = test_rules(&rule("'true'"));
/// assert_eq!(wrong[0].report().place.as_deref(), Some("shop.yaml:9:3"));
/// ```
pub fn test_rules(source: &Source) -> (Vec<RuleInfo>, Vec<Error>) {
    let (rules, mut wrong) = read(source);
    for rule in &rules {
        wrong.extend(rule.tests.iter().filter_map(|test| test.run(source, &rule.info).err()));
    }
    (rules.into_iter().map(|rule| rule.info).collect(), wrong)
}

impl declared::Test {
    /// Whether the rule does as the test says, in a world of its text alone.
    fn run(&self, source: &Source, rule: &RuleInfo) -> Result<()> {
        let example = Source::new(self.place.clone(), self.text.clone());
        let options = Options {
            profile: Profile::All,
            select: vec![rule.code.clone()],
            closed: true,
            rules: vec![source.clone()],
            ..at_this_time()
        };
        let analysis = analyze_with(&[example], &options);
        if let Some(error) = analysis.errors.into_iter().next() {
            return Err(error);
        }
        let found = analysis.findings.iter().filter(|finding| finding.code == rule.code).count();
        match (self.is_bad, found) {
            (true, 0) => Err(Error::invalid(&self.place, format!("{} does not find its bad example", rule.code))),
            (false, 1..) => Err(Error::invalid(&self.place, format!("{} finds its good example", rule.code))
                .found(analysis.findings.first().map(ToString::to_string).unwrap_or_default())),
            _ => Ok(()),
        }
    }
}
