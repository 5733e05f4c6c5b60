//! As many at a time as there are processors, with results in the order of what they came from.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// What comes of each, in their order.
pub(super) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    map_with(items, || (), |item, ()| work(item))
}

/// The same, where each worker has something of its own that it works with.
pub(super) fn map_with<T: Sync, R: Send, W>(
    items: &[T],
    own: impl Fn() -> W + Sync,
    work: impl Fn(&T, &mut W) -> R + Sync,
) -> Vec<R> {
    let others = thread::available_parallelism().map_or(1, NonZero::get).min(items.len()).saturating_sub(1);
    if cfg!(target_family = "wasm") || others == 0 {
        let mut own = own();
        return items.iter().map(|item| work(item, &mut own)).collect();
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let go_on = || {
        let mut own = own();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return };
            let result = work(item, &mut own);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    thread::scope(|scope| {
        for _ in 0..others {
            scope.spawn(go_on);
        }
        go_on();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
