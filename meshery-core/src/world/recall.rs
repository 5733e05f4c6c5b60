//! What was known of the objects that are still here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::address;
use crate::resource::Resource;

/// For each object that is here now, what was known of the very same one, if it was here before. Where little has changed,
/// this is a look at each and no search.
///
/// ```
/// use std::sync::Arc;
///
/// use meshery_core::resource::{File, Node, Resource, Value};
/// use meshery_core::world::recall;
///
/// # let object = || Arc::new(Resource {
/// #     file: Arc::new(File::new("a.yaml", "")),
/// #     cluster: None,
/// #     api_version: "v1".into(),
/// #     kind: "Pod".into(),
/// #     namespace: None,
/// #     name: "a".into(),
/// #     root: Node { value: Value::Null, span: Default::default() },
/// # });
/// let (same, new) = (object(), object());
/// let before = [(object(), "gone"), (Arc::clone(&same), "same")];
/// assert_eq!(recall(&before, &[&new, &same]), [None, Some(&"same")]);
/// ```
pub fn recall<'a, T>(before: &'a [(Arc<Resource>, T)], now: &[&Arc<Resource>]) -> Vec<Option<&'a T>> {
    let is_same = |((old, _), new): &(&(Arc<Resource>, T), &&Arc<Resource>)| Arc::ptr_eq(old, new);
    let head = before.iter().zip(now).take_while(is_same).count();
    let (first, before) = before.split_at_checked(head).unwrap_or((before, &[]));
    let now = now.get(head..).unwrap_or_default();
    let tail = before.iter().rev().zip(now.iter().rev()).take_while(is_same).count();
    let (before, last) = before.split_at_checked(before.len() - tail).unwrap_or((before, &[]));
    let now = now.get(..now.len() - tail).unwrap_or_default();
    let between: BTreeMap<usize, &T> = before.iter().map(|(old, known)| (address(old), known)).collect();
    let between = now.iter().map(|new| between.get(&address(new)).copied());
    let known = |(_, known): &'a (Arc<Resource>, T)| Some(known);
    first.iter().map(known).chain(between).chain(last.iter().map(known)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{POD, object};
    use super::*;

    #[test]
    fn what_stays_is_known_wherever_it_stands() {
        let all: Vec<Arc<Resource>> = (0..6).map(|_| object(POD, None, "a")).collect();
        let before: Vec<(Arc<Resource>, usize)> = all.iter().take(5).cloned().zip(0..).collect();
        for order in [vec![0, 1, 2, 3, 4], vec![], vec![5], vec![0, 5, 4], vec![4, 3, 2, 1, 0], vec![1, 2, 5, 3]] {
            let now: Vec<&Arc<Resource>> = order.iter().map(|at| &all[*at]).collect();
            let known: Vec<Option<usize>> = recall(&before, &now).into_iter().map(Option::<&usize>::copied).collect();
            let expected: Vec<Option<usize>> = order.iter().map(|at| (*at < 5).then_some(*at)).collect();
            assert_eq!(known, expected);
        }
    }
}
