//! Understudy: a photo editor that learns filters from before/after examples.

pub mod photo;
