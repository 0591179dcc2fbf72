//! Learning filters from before/after pairs.
//!
//! [`examples`] turns pairs of files into pixels that lie on each other. The [`base`] is fitted to
//! them in closed form, under a [`prior`] of edits; [`learn`] climbs the ladder from doing nothing to
//! a network, and judges every rung on photos that it has not seen.
//!
//! The paper's networks: [`Model`] is an [`crate::operator::Operator`] with weights that move,
//! [`Trainer`] moves them step by step over [`Lessons`], by a [`Recipe`]. Our own variant, dgf-x, is
//! [`ResidualNet`], trained by [`ResidualTrainer`]. The mathematics is in [`ops`].

pub mod adam;
pub mod base;
mod device;
pub mod examples;
pub mod judge;
pub mod learn;
mod lesson;
pub mod metrics;
mod model;
pub mod ops;
pub mod oracle;
pub mod prior;
mod recipe;
mod residual_net;
mod residual_trainer;
mod saved;
mod state;
mod trainer;
pub mod weights;

pub use device::best_device;
pub use lesson::{Lesson, Lessons};
pub use model::{Model, Part};
pub use recipe::{Budget, Recipe, Stage};
pub use residual_net::{ResidualLesson, ResidualNet};
pub use residual_trainer::{ResidualStep, ResidualTrainer};
pub use trainer::{Progress, Step, TrainError, Trainer};
