//! Learning filters from before/after pairs.
//!
//! [`examples`] turns pairs of files into pixels that lie on each other. The [`base`] is fitted to
//! them in closed form, under a [`prior`] of edits; [`learn`] climbs the ladder from doing nothing to
//! a network, and judges every rung on photos that it has not seen.
//!
//! The networks: [`Model`] is an [`crate::operator::Operator`] with weights that move, [`Trainer`]
//! moves them step by step over [`Lessons`], by a [`Recipe`]. The mathematics is in [`ops`].

pub mod adam;
pub mod base;
pub mod examples;
pub mod judge;
pub mod learn;
mod lesson;
pub mod metrics;
mod model;
pub mod ops;
pub mod prior;
pub mod random;
mod recipe;
mod state;
mod trainer;
pub mod weights;

pub use lesson::{Lesson, Lessons};
pub use model::{Model, Part};
pub use recipe::{Budget, Recipe, Stage};
pub use trainer::{Progress, Step, TrainError, Trainer};
