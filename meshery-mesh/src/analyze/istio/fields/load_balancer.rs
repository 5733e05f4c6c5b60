//! How requests are divided between endpoints.

use std::collections::BTreeMap;

use meshery_core::resource::Node;

use super::read::{given, list, number, part, text, told, whole, whole_of};
use super::report::{Idea, Report};

/// How large a table of Maglev may be: less than this.
const LARGEST_TABLE: i64 = 5_000_011;

/// Whether it is a prime number, as Envoy tells: two and three, and what no odd number divides.
fn is_prime(number: i64) -> bool {
    if (1..4).contains(&number) {
        return true;
    }
    number > 0 && number % 2 == 1 && (3..).step_by(2).take_while(|it| it * it <= number).all(|it| number % it != 0)
}

impl Report<'_> {
    /// The load balancing of a traffic policy.
    pub(super) fn load_balancer(&mut self, policy: &Node) {
        let Some(settings) = part(policy, "loadBalancer") else { return };
        if let Some(hash) = part(settings, "consistentHash") {
            self.hash(hash);
        }
        let (locality, zone) = (part(settings, "localityLbSetting"), part(settings, "zoneAwareLbSetting"));
        if let (Some(_), Some(place)) = (locality, zone) {
            let message = "requests are kept near by localities and by zones";
            self.say(Idea::Conflict, place, message, "leave one of localityLbSetting and zoneAwareLbSetting");
        }
        let ejects = part(policy, "outlierDetection").is_some();
        if let Some(locality) = locality {
            self.locality(locality, ejects);
        }
        if let Some(zone) = zone {
            self.zone_aware(zone, ejects);
        }
        if let Some(warmup) = part(settings, "warmup") {
            self.warmup(warmup);
        }
    }

    fn warmup(&mut self, warmup: &Node) {
        if given(warmup, "duration").is_none() {
            self.say(Idea::Missing, warmup, "duration is missing", "say how long endpoints warm up");
        }
        self.duration(warmup, "duration");
        if let Some(place) = given(warmup, "minimumPercent")
            && number(place).is_some_and(|percent| percent > 100.0)
        {
            self.say(Idea::Number, place, "a percentage is at most 100", "write a number between 0 and 100");
        }
        if let Some(place) = given(warmup, "aggression")
            && number(place).is_some_and(|value| value <= 0.0)
        {
            self.say(Idea::Number, place, "aggression is more than zero", "write a number greater than 0");
        }
    }

    fn hash(&mut self, hash: &Node) {
        if let Some(cookie) = part(hash, "httpCookie") {
            if text(cookie, "name").is_none() {
                self.say(Idea::Missing, cookie, "the cookie has no name", "name the cookie");
            }
            self.any_duration(cookie, "ttl");
            self.cookie_attributes(cookie);
        }
        if let Some(place) = told(hash, "minimumRingSize") {
            let help = "write ringHash: { minimumRingSize: … }";
            self.say(Idea::Deprecated, place, "minimumRingSize is deprecated here", help);
            if part(hash, "ringHash").is_some() || part(hash, "maglev").is_some() {
                self.say(Idea::Conflict, place, "the ring's size is told beside how it is made", help);
            }
        }
        let Some(maglev) = part(hash, "maglev") else { return };
        let size = whole_of(maglev, "tableSize");
        let help = "write a prime number less than 5000011, such as 65537";
        match maglev.get("tableSize").filter(|size| whole(size).is_some_and(|size| size != 0)) {
            None => self.say(Idea::Missing, maglev, "tableSize is missing", help),
            Some(place) if size >= LARGEST_TABLE => {
                self.say(Idea::Number, place, format!("a table of {size} is too large"), help);
            }
            Some(place) if !is_prime(size) => {
                self.say(Idea::Number, place, format!("{size} is no prime number"), help);
            }
            Some(_) => {}
        }
    }

    fn cookie_attributes(&mut self, cookie: &Node) {
        let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
        for attribute in list(cookie, "attributes") {
            match text(attribute, "name") {
                None => self.say(Idea::Missing, attribute, "an attribute of the cookie has no name", "name it"),
                Some((name, place)) => match seen.get(name) {
                    Some(other) => {
                        self.twice(Idea::Twice, place, other, format!("the attribute {name:?} is there twice"));
                    }
                    None => {
                        seen.insert(name, place);
                    }
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prime_numbers() {
        let found: Vec<i64> = (-1..30).filter(|number| is_prime(*number)).collect();
        assert_eq!(found, [1, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    }
}
