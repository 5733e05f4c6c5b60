//! Allowances on an object: `meshery.io/allow`, one on each line.

use std::sync::Arc;

use meshery_core::Resource;
use meshery_core::analyzer::Location;
use meshery_core::resource::Node;

use super::{Allowance, Place, Reach, Said};

/// The annotation.
const ALLOW: &str = "meshery.io/allow";

pub(super) fn read(object: &Arc<Resource>) -> Vec<Allowance> {
    let Some(node) = object.root.at(&["metadata", "annotations", ALLOW]) else { return Vec::new() };
    let lines = node.as_str().unwrap_or_default().lines();
    lines.filter_map(Said::read).map(|said| allowance(object, node, said)).collect()
}

fn allowance(object: &Arc<Resource>, node: &Node, said: Said) -> Allowance {
    let place = Place::Object(Arc::clone(object), Location::new(object, node.span));
    Allowance { said, reach: Reach::Object(Arc::clone(object)), place }
}
