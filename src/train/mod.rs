//! Learning filters from before/after pairs.

pub mod base;
pub mod metrics;
mod pairs;
pub mod prior;

pub use pairs::{Pair, PairsError, pairs_by_name};
