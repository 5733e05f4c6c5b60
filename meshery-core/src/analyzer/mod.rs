//! [`ConfigAnalyzer`]: one rule over a world of configuration, and the [`Finding`]s it makes.
//!
//! | module | holds |
//! |---|---|
//! | [`analysis`] | what came of an analysis |
//! | [`finding`] | a mistake with its place, the other party's place, and what would mend it |
//! | [`options`] | what an analysis is asked |
//! | [`order`] | in which order to apply changes |
//! | [`remark`] | what a rule of another language finds |
//! | [`rule`] | what a rule says of itself |

pub mod analysis;
pub mod finding;
pub mod options;
pub mod order;
pub mod remark;
pub mod rule;

pub use analysis::{Allowed, Analysis};
pub use finding::{Edit, Finding, Fix, Location, Related};
pub use options::{Options, Profile, Source};
pub use remark::Remark;
pub use rule::{Category, Extent, RuleInfo, Severity};

use crate::world::World;

/// One rule over a world. Pure: the same world gives the same findings in the same order.
///
/// ```
/// use meshery_core::world::{Settings, World};
/// use meshery_core::*;
///
/// struct Nameless;
/// impl ConfigAnalyzer for Nameless {
///     fn info(&self) -> RuleInfo {
///         RuleInfo::new("X0001", "resource-without-name", Severity::Error, "A resource has no name")
///     }
///     fn analyze(&self, world: &World) -> Vec<Finding> {
///         let nameless = world.all().iter().filter(|resource| resource.name.is_empty());
///         nameless.map(|resource| self.info().finding(resource, resource.root.span, "has no name")).collect()
///     }
/// }
/// assert!(Nameless.analyze(&World::new(vec![], Settings::default())).is_empty());
/// ```
pub trait ConfigAnalyzer: Send + Sync {
    /// The rule's code, name and severity.
    fn info(&self) -> RuleInfo;

    /// Every place that breaks the rule.
    fn analyze(&self, world: &World) -> Vec<Finding>;
}
