//! Learning filters from before/after pairs: the pairs, the trainer, and how close a filter comes.
//!
//! The paper's networks: [`Model`] is an [`crate::operator::Operator`] with weights that move,
//! [`Trainer`] moves them step by step over [`Lessons`], by a [`Recipe`]. Our own variant, dgf-x, is
//! [`ResidualNet`], trained by [`ResidualTrainer`]. The mathematics is in [`ops`].

pub mod adam;
mod device;
mod lesson;
pub mod metrics;
mod model;
pub mod ops;
mod pairs;
pub mod random;
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
pub use pairs::{Pair, PairsError, pairs_by_name};
pub use recipe::{Budget, Recipe, Stage};
pub use residual_net::{ResidualLesson, ResidualNet};
pub use residual_trainer::{ResidualStep, ResidualTrainer};
pub use trainer::{Progress, Step, TrainError, Trainer};
