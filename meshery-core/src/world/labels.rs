//! Labels, and the selectors that ask for them.

use std::sync::Arc;

use crate::resource::{Node, Value};

/// Labels, sorted by name.
///
/// ```
/// use meshery_core::world::{Labels, Selector};
///
/// let labels = Labels::from_iter([("app", "reviews"), ("version", "v1")]);
/// assert_eq!(labels.get("app"), Some("reviews"));
/// assert!(Selector::equal([("app", "reviews")]).matches(&labels));
/// assert!(!Selector::equal([("app", "ratings")]).matches(&labels));
/// assert!(Selector::default().matches(&labels), "who asks for nothing gets everything");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(Arc<[(Arc<str>, Arc<str>)]>);

impl Labels {
    /// The labels that a map holds. What is no text is none.
    pub fn of(map: Option<&Node>) -> Self {
        let fields = map.map(Node::fields).unwrap_or_default().iter();
        let labels = fields.filter_map(|field| match &field.value.value {
            Value::Text(text) => Some((Arc::clone(&field.key), Arc::clone(text))),
            _ => None,
        });
        Self::sorted(labels.collect())
    }

    fn sorted(mut labels: Vec<(Arc<str>, Arc<str>)>) -> Self {
        labels.sort();
        labels.dedup_by(|a, b| a.0 == b.0);
        Self(labels.into())
    }

    /// The value of a label.
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(label, _)| (**label).cmp(name)).ok()?;
        self.0.get(at).map(|(_, value)| &**value)
    }

    /// All of them, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The same, as they are kept.
    pub fn pairs(&self) -> &[(Arc<str>, Arc<str>)] {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all these are among them, with these values.
    pub fn contains(&self, others: &Self) -> bool {
        others.iter().all(|(name, value)| self.get(name) == Some(value))
    }

    /// These and others; where both have a label, the other value.
    #[must_use]
    pub fn with(&self, others: &Self) -> Self {
        let kept = self.0.iter().filter(|(name, _)| others.get(name).is_none());
        Self::sorted(kept.chain(others.0.iter()).cloned().collect())
    }
}

impl<N: Into<Arc<str>>, V: Into<Arc<str>>> FromIterator<(N, V)> for Labels {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(labels: I) -> Self {
        Self::sorted(labels.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// What labels must be like.
///
/// ```
/// use meshery_core::world::{Labels, Selector, labels::Need};
///
/// let selector = Selector { equal: Labels::default(), needs: vec![("tier".into(), Need::NotIn(vec!["db".into()]))] };
/// assert!(selector.matches(&Labels::default()), "a label that is not there has no forbidden value");
/// assert!(!selector.matches(&Labels::from_iter([("tier", "db")])));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector {
    /// Labels with their values.
    pub equal: Labels,
    /// What else is asked of labels.
    pub needs: Vec<(Arc<str>, Need)>,
}

/// What is asked of one label.
///
/// ```
/// use meshery_core::world::labels::Need;
///
/// assert!(Need::Exists.is_met_by(Some("any")) && !Need::Exists.is_met_by(None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// It is there with one of these values.
    In(Vec<Arc<str>>),
    /// It is not there, or with none of these values.
    NotIn(Vec<Arc<str>>),
    /// It is there.
    Exists,
    /// It is not there.
    Absent,
    /// Something that no server understands, and that nothing meets.
    Nonsense,
}

impl Need {
    /// Whether a label, or its absence, is what is asked for.
    pub fn is_met_by(&self, value: Option<&str>) -> bool {
        let among = |values: &[Arc<str>]| value.is_some_and(|value| values.iter().any(|it| **it == *value));
        match self {
            Self::In(values) => among(values),
            Self::NotIn(values) => !among(values),
            Self::Exists => value.is_some(),
            Self::Absent => value.is_none(),
            Self::Nonsense => false,
        }
    }
}

impl Selector {
    /// Asks for labels with their values.
    pub fn equal<N: Into<Arc<str>>, V: Into<Arc<str>>>(labels: impl IntoIterator<Item = (N, V)>) -> Self {
        Self { equal: labels.into_iter().collect(), needs: Vec::new() }
    }

    /// A `LabelSelector` of Kubernetes: `matchLabels` and `matchExpressions`.
    pub fn of(node: &Node) -> Self {
        let needs = node.get("matchExpressions").map(Node::items).unwrap_or_default().iter().filter_map(need);
        Self { equal: Labels::of(node.get("matchLabels")), needs: needs.collect() }
    }

    /// A plain map of labels, as a Service selects by.
    pub fn of_map(node: &Node) -> Self {
        Self { equal: Labels::of(Some(node)), needs: Vec::new() }
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.equal.is_empty() && self.needs.is_empty()
    }

    /// Whether labels are as it asks.
    pub fn matches(&self, labels: &Labels) -> bool {
        labels.contains(&self.equal) && self.needs.iter().all(|(name, need)| need.is_met_by(labels.get(name)))
    }
}

fn need(expression: &Node) -> Option<(Arc<str>, Need)> {
    let key = expression.get("key").and_then(Node::as_str)?;
    let values = expression.get("values").map(Node::items).unwrap_or_default();
    let values = values.iter().filter_map(Node::as_str).map(Arc::from).collect();
    let need = match expression.get("operator").and_then(Node::as_str) {
        Some("In") => Need::In(values),
        Some("NotIn") => Need::NotIn(values),
        Some("Exists") => Need::Exists,
        Some("DoesNotExist") => Need::Absent,
        _ => Need::Nonsense,
    };
    Some((key.into(), need))
}
