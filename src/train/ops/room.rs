//! Memory that one step leaves for the next.
//!
//! A step needs some fifty planes of half a megabyte. Asked of the system anew, they cost a fifth of
//! its time: pages are taken away, given back and cleared.

use std::sync::{Mutex, PoisonError};

/// Vectors that are not in use.
#[derive(Debug)]
pub struct Room<T>(Mutex<Vec<Vec<T>>>);

/// Most vectors and most values that are kept.
const VECTORS_MAX: usize = 128;
const VALUES_MAX: usize = 1 << 24;

impl<T: Copy> Room<T> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// A vector of `len` times `value`.
    pub(super) fn take(&self, len: usize, value: T) -> Vec<T> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The smallest that is large enough.
        let fitting = free.iter().enumerate().filter(|(_, vector)| vector.capacity() >= len);
        let best = fitting.min_by_key(|(_, vector)| vector.capacity()).map(|(at, _)| at);
        let mut vector = best.map(|at| free.swap_remove(at)).unwrap_or_default();
        drop(free);
        vector.clear();
        vector.resize(len, value);
        vector
    }

    /// Leaves a vector for others.
    pub(super) fn give(&self, vector: Vec<T>) {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let values: usize = free.iter().map(Vec::capacity).sum();
        if free.len() < VECTORS_MAX && values + vector.capacity() <= VALUES_MAX {
            free.push(vector);
        }
    }
}
