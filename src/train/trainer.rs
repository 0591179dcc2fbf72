//! The trainer of the paper's five variants: one call is one step, so the caller owns the loop.

use std::time::Instant;

use candle_core::{DType, Device, Tensor};

use super::adam::{Adam, clip};
use super::lesson::Lessons;
use super::model::Model;
use super::recipe::{Recipe, Stage};
use crate::operator::Operator;
use crate::random::Random;

/// Trains an operator, step by step.
#[derive(Debug)]
pub struct Trainer {
    pub(super) model: Model,
    pub(super) recipe: Recipe,
    pub(super) adam: Adam,
    pub(super) progress: Progress,
}

/// How far a training run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Steps so far.
    pub steps: u64,
    /// Seconds that they took.
    pub seconds: f64,
    /// The stage of the last of them.
    pub stage: Stage,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The stage that it belongs to.
    pub stage: Stage,
    /// The pair that it looked at.
    pub pair: usize,
    /// Mean squared error before the step, on values of 0..1.
    pub loss: f64,
    /// Norm of the gradient before it was clipped.
    pub gradient_norm: f64,
}

/// Why training cannot go on. Every message is a sentence.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// There is nothing to learn from.
    #[error("There is no pair to learn from. Give at least one photo with its edit.")]
    NoPairs,
    /// A pair could not be had.
    #[error("{0}")]
    Lesson(String),
    /// The loss is no number any more.
    #[error(
        "Training went astray at step {0}: the loss is no number. Start again from an earlier version."
    )]
    Astray(u64),
    /// A saved state does not fit.
    #[error("The saved training cannot be resumed: {0}. Start anew.")]
    State(String),
    /// The computation failed.
    #[error("Training failed: {0}.")]
    Compute(#[from] candle_core::Error),
}

/// Names of the streams of random numbers.
const ORDERS: u64 = 1 << 62;
const SIDES: u64 = 2 << 62;
const SITES: u64 = 3 << 62;

impl Trainer {
    /// Starts from `operator`'s weights, on a device.
    ///
    /// # Errors
    /// When the device cannot take it.
    pub fn new(operator: &Operator, recipe: Recipe, device: &Device) -> Result<Self, TrainError> {
        let model = Model::new(operator, device, DType::F32)?;
        let adam = Adam::new(model.parts().iter().map(|part| part.var.elem_count()));
        let progress = Progress { steps: 0, seconds: 0.0, stage: Stage::First };
        Ok(Self { model, recipe, adam, progress })
    }

    /// Starts from `operator`'s weights, on the processor.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn on_cpu(operator: &Operator, recipe: Recipe) -> Result<Self, TrainError> {
        Self::new(operator, recipe, &Device::Cpu)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// The operator as it is now.
    ///
    /// # Errors
    /// When the device does not give the weights back.
    pub fn operator(&self) -> Result<Operator, TrainError> {
        Ok(self.model.operator()?)
    }

    /// One step; None when the budget is spent.
    ///
    /// # Errors
    /// A sentence when a pair cannot be had or the computation fails; nothing is changed then.
    pub fn step(&mut self, lessons: &dyn Lessons) -> Result<Option<Step>, TrainError> {
        let started = Instant::now();
        let pairs = lessons.len();
        if pairs == 0 {
            return Err(TrainError::NoPairs);
        }
        let Progress { steps, seconds, stage: last } = self.progress;
        let Some(stage) = self.recipe.budget.stage(steps, seconds, pairs) else { return Ok(None) };
        // A network that is trained alone sees one size only.
        let stage = if self.model.is_low() { Stage::First } else { stage };
        let (pair, side) = self.choose(stage, pairs);
        let lesson = lessons.lesson(pair, side).map_err(TrainError::Lesson)?;
        let device = self.model.parts()[0].var.device().clone();
        let short_side = self.model.original().short_side;
        let [il, low_after] = lesson.low(short_side, &device, DType::F32)?;
        let loss = if self.model.is_low() {
            self.model.low_loss(&il, &low_after)?
        } else {
            let mut target = lesson.target(&device, DType::F32)?;
            target.sites = self.sites(lesson.size());
            self.model.loss(&il, &target)?
        };
        let value = f64::from(loss.to_scalar::<f32>()?);
        let mut gradients = self.model.gradients(&loss.backward()?)?;
        let norm_max = self.recipe.norm_max.filter(|_| !self.model.is_low());
        let gradient_norm = clip(&mut gradients, norm_max);
        if !value.is_finite() || !gradient_norm.is_finite() {
            return Err(TrainError::Astray(steps));
        }
        if stage != last {
            // The authors start a new optimiser for the second stage.
            self.adam = Adam::new(gradients.iter().map(Vec::len));
        }
        self.update(&gradients)?;
        let seconds = seconds + started.elapsed().as_secs_f64();
        self.progress = Progress { steps: steps + 1, seconds, stage };
        Ok(Some(Step { stage, pair, loss: value, gradient_norm }))
    }

    /// Which pair the next step looks at, and at what size.
    fn choose(&self, stage: Stage, pairs: usize) -> (usize, usize) {
        let (steps, seed) = (self.progress.steps, self.recipe.seed);
        let (epoch, place) = (steps / pairs as u64, (steps % pairs as u64) as usize);
        let pair = Random::stream(seed, ORDERS + epoch).order(pairs)[place];
        let (smallest, largest) = self.recipe.second_sides.clone().into_inner();
        let side = match stage {
            Stage::First => self.recipe.first_side,
            Stage::Second => {
                smallest
                    + Random::stream(seed, SIDES + steps)
                        .below((largest + 1).saturating_sub(smallest))
            }
        };
        (pair, side)
    }

    /// The pixels that the next step looks at.
    fn sites(&self, [height, width]: [usize; 2]) -> Option<std::sync::Arc<Vec<[u32; 2]>>> {
        let count = self.recipe.sites.filter(|count| *count < height * width)?;
        let mut random = Random::stream(self.recipe.seed, SITES + self.progress.steps);
        let mut site = |_| [random.below(height) as u32, random.below(width) as u32];
        Some(std::sync::Arc::new((0..count).map(&mut site).collect()))
    }

    fn update(&mut self, gradients: &[Vec<f32>]) -> Result<(), TrainError> {
        let parts = self.model.parts();
        let weights: candle_core::Result<Vec<Vec<f32>>> =
            parts.iter().map(|part| part.var.to_vec1()).collect();
        let mut weights = weights?;
        self.adam.update(&mut weights, gradients, self.recipe.rate);
        for (part, values) in parts.iter().zip(weights) {
            part.var.set(&Tensor::from_slice(&values, values.len(), part.var.device())?)?;
        }
        Ok(())
    }
}
