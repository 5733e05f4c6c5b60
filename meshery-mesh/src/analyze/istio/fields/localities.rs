//! Where requests go when endpoints near by fail, or in which shares.

use std::collections::BTreeMap;

use meshery_core::resource::Node;

use super::read::{list, text, texts, told, whole};
use super::report::{Idea, Report};

/// Labels that tell where a workload is.
const TOPOLOGY: [&str; 3] =
    ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"];

/// The names of zones under a region, and of subzones under a zone; without any, the whole is meant.
#[derive(Default)]
struct Places {
    regions: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Places {
    /// Adds a locality `region/zone/subzone`, unless it is within another or one is within it.
    fn add(&mut self, locality: &str) -> Result<(), String> {
        let stars = locality.matches('*').count();
        if stars > 1 || (stars == 1 && !locality.ends_with('*')) {
            return Err(format!("the locality {locality:?} has a wildcard that is not at its end"));
        }
        let parts: Vec<&str> = locality.splitn(3, '/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(format!("the locality {locality:?} has an empty part"));
        }
        let taken = || Err(format!("the locality {locality:?} overlaps another one"));
        if self.regions.contains_key("*") {
            return taken();
        }
        match parts.as_slice() {
            [region, zone, subzone] => {
                let zones = self.regions.entry((*region).into()).or_default();
                if zones.contains_key("*") {
                    return taken();
                }
                let subzones = zones.entry((*zone).into()).or_default();
                if subzones.iter().any(|other| other == "*" || other == subzone) {
                    return taken();
                }
                subzones.push((*subzone).into());
            }
            [region, zone] => {
                let zones = self.regions.entry((*region).into()).or_default();
                if zones.contains_key("*") || zones.contains_key(*zone) {
                    return taken();
                }
                zones.insert((*zone).into(), vec!["*".into()]);
            }
            [region, ..] => {
                if self.regions.contains_key(*region) {
                    return taken();
                }
                self.regions.insert((*region).into(), BTreeMap::from([("*".into(), vec!["*".into()])]));
            }
            [] => {}
        }
        Ok(())
    }
}

impl Report<'_> {
    /// How requests are kept near, by localities.
    pub(super) fn locality(&mut self, setting: &Node, ejects: bool) {
        let failover = told(setting, "failover");
        if let (Some(_), Some(place)) = (told(setting, "distribute"), failover) {
            let message = "requests are divided by localities, and sent elsewhere when one fails";
            self.say(Idea::Locality, place, message, "leave one of distribute and failover");
            return;
        }
        if failover.is_some()
            && let Some((label, place)) = texts(setting, "failoverPriority").find(|(label, _)| TOPOLOGY.contains(label))
        {
            let message = format!("failover and {label} both say in which order regions are taken");
            self.say(Idea::Locality, place, message, "leave failover out, or use other labels");
            return;
        }
        self.distribute(setting);
        self.failover(setting, ejects);
    }

    /// How requests are kept near, by zones; regions and zones need no telling there.
    pub(super) fn zone_aware(&mut self, setting: &Node, ejects: bool) {
        for (label, place) in texts(setting, "failoverPriority").filter(|(label, _)| TOPOLOGY.contains(label)) {
            let message = format!("{label} is looked at already where requests are kept in their zone");
            self.say(Idea::Locality, place, message, "use other labels");
        }
        self.failover(setting, ejects);
    }

    fn distribute(&mut self, setting: &Node) {
        let mut sources = Places::default();
        for share in list(setting, "distribute") {
            let mut places = Places::default();
            let mut sum: i64 = 0;
            for field in share.get("to").map(Node::fields).unwrap_or_default() {
                let Some(weight) = whole(&field.value) else { continue };
                if !(1..=100).contains(&weight) {
                    let message = format!("the weight {weight} of a locality is not between 1 and 100");
                    self.say(Idea::Locality, &field.value, message, "write percentages that make 100");
                    return;
                }
                sum += weight;
                if let Err(problem) = places.add(&field.key) {
                    self.say_key(
                        Idea::Locality,
                        field,
                        problem,
                        "write REGION, REGION/ZONE or REGION/ZONE/SUBZONE, or * at the end",
                    );
                }
            }
            if sum != 100 {
                let place = share.get("to").unwrap_or(share);
                let message = format!("the weights of the localities make {sum}, not 100");
                self.say(Idea::Locality, place, message, "write percentages that make 100");
                return;
            }
            let from = text(share, "from");
            if let Err(problem) = sources.add(from.map(|(from, _)| from).unwrap_or_default()) {
                let place = from.map_or(share, |(_, place)| place);
                self.say(
                    Idea::Locality,
                    place,
                    problem,
                    "write REGION, REGION/ZONE or REGION/ZONE/SUBZONE, or * at the end",
                );
            }
        }
    }

    fn failover(&mut self, setting: &Node, ejects: bool) {
        let told = told(setting, "failover").or_else(|| told(setting, "failoverPriority"));
        if let Some(place) = told.filter(|_| !ejects) {
            let message = "endpoints are never taken for failed, so requests never go elsewhere";
            self.say(Idea::NoEffect, place, message, "write outlierDetection beside loadBalancer");
        }
        for failover in list(setting, "failover") {
            let of = |key: &str| text(failover, key).map(|(text, _)| text).unwrap_or_default();
            let (from, to) = (of("from"), of("to"));
            let problem = if from == to {
                Some("requests leave a region for itself")
            } else if from.contains('/') || to.contains('/') {
                Some("requests leave a region for another, not a zone")
            } else if from.contains('*') || to.contains('*') {
                Some("a region has a wildcard")
            } else {
                None
            };
            if let Some(problem) = problem {
                self.say(Idea::Locality, failover, problem, "name two regions");
            }
        }
    }
}
