//! Learning filters from before/after pairs. So far: the examples, and how close a filter comes.

pub mod examples;
pub mod metrics;
