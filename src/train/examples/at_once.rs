//! Work on many photos, few of them in memory at once.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Photos, or pairs of them, in memory at once: decoded ones are large.
const AT_ONCE: usize = 2;

/// How far a piece of work on many photos is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many are done.
    pub done: usize,
    /// How many there are.
    pub of: usize,
}

/// The user broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Reading the examples was cancelled. Nothing was written.")]
pub struct Cancelled;

/// What `work` makes of each item, in their order, two at a time. `watch` hears of each one that is
/// done and may break off; what is begun then is finished first.
///
/// # Errors
/// When `watch` broke off.
pub fn two_at_once<I: Sync, T: Send>(
    items: &[I],
    work: impl Fn(&I) -> T + Sync,
    watch: impl Fn(Progress) -> ControlFlow<()> + Sync,
) -> Result<Vec<T>, Cancelled> {
    let (next, done, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let results = Mutex::new(Vec::with_capacity(items.len()));
    let run = || {
        while !stop.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return };
            let result = work(item);
            if let Ok(mut results) = results.lock() {
                results.push((index, result));
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if watch(Progress { done, of: items.len() }).is_break() {
                stop.store(true, Ordering::Relaxed);
            }
        }
    };
    let threads = 0..AT_ONCE.min(items.len());
    if rayon::current_thread_index().is_some() {
        // A pool of the caller's, which may be of another priority.
        rayon::scope(|scope| threads.for_each(|_| scope.spawn(move |_| run())));
    } else {
        std::thread::scope(|scope| threads.for_each(|_| drop(scope.spawn(run))));
    }
    if stop.load(Ordering::Relaxed) {
        return Err(Cancelled);
    }
    let mut results = results.into_inner().map_err(|_| Cancelled)?;
    results.sort_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order_and_work_can_be_broken_off() {
        let items: Vec<usize> = (0..50).collect();
        let on = |_| ControlFlow::Continue(());
        assert_eq!(two_at_once(&items, |i| i * 2, on).unwrap()[49], 98);
        let seen = AtomicUsize::new(0);
        let work = |_: &usize| seen.fetch_add(1, Ordering::Relaxed);
        let third = |progress: Progress| match progress.done {
            0..3 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        };
        assert_eq!(two_at_once(&items, work, third), Err(Cancelled));
        assert!(seen.into_inner() < 6);
        assert_eq!(two_at_once(&[], |i: &usize| *i, on), Ok(Vec::new()));
    }
}
