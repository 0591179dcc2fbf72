//! Learning filters from before/after pairs. So far: the pairs, and how close a filter comes.

pub mod metrics;
mod pairs;

pub use pairs::{Pair, PairsError, pairs_by_name};
