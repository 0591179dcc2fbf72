//! Understudy: a photo editor that learns filters from before/after examples.

pub mod app;
mod atomic;
pub mod cli;
pub mod edit;
pub mod engine;
pub mod gpu;
pub mod hash;
mod heap;
pub mod kernel;
pub mod operator;
pub mod photo;
pub mod random;
pub mod render;
pub mod train;
