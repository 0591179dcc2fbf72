//! The trainer of dgf-x: Adam with warm-up and cosine, clipped gradients, averaged weights, flips
//! (LEARNING.md section 5). One call is one step.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::adam::{Adam, clip};
use super::residual_net::{ResidualLesson, ResidualNet, ResidualPlan};
use super::saved::{Saved, bytes_of};
use super::trainer::TrainError;
use crate::random::Random;

/// Adam's rate at its highest.
const RATE: f64 = 2e-3;
/// Longest norm of the gradient.
const NORM_MAX: f64 = 1.0;
/// The part of a run in which the rate rises.
const WARM_UP: f64 = 0.02;
/// Most of the average that the weights before have.
const KEEP_MAX: f64 = 0.999;

/// Trains a [`ResidualNet`], step by step.
#[derive(Clone, Debug)]
pub struct ResidualTrainer {
    net: ResidualNet,
    plan: ResidualPlan,
    weights: Vec<f32>,
    /// The weights averaged over the steps.
    average: Vec<f32>,
    adam: Adam,
    seed: u64,
}

/// What a step of dgf-x did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResidualStep {
    /// Charbonnier loss before the step, on values of 0..1.
    pub loss: f64,
    /// Norm of the gradient before it was clipped.
    pub gradient_norm: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Numbers {
    format: u32,
    seed: u64,
    steps: u64,
}

impl ResidualTrainer {
    /// Starts from a network; flips follow from the seed.
    pub fn new(net: &ResidualNet, seed: u64) -> Self {
        let weights = net.weights();
        Self {
            plan: ResidualPlan::new(net),
            average: weights.clone(),
            adam: Adam::new([weights.len()]),
            weights,
            net: net.clone(),
            seed,
        }
    }

    /// Steps so far.
    pub fn steps(&self) -> u64 {
        self.adam.steps
    }

    /// The network with the averaged weights: what is judged and kept.
    pub fn net(&self) -> ResidualNet {
        self.net.with_weights(&self.average)
    }

    /// One step; `done` is the part of the run that is behind it, 0..1, in steps or in time.
    ///
    /// # Errors
    /// [`TrainError::Astray`] when the loss is no number; nothing is changed then.
    pub fn step(&mut self, lesson: &ResidualLesson, done: f64) -> Result<ResidualStep, TrainError> {
        let steps = self.adam.steps;
        let (loss, gradient) = if Random::stream(self.seed, steps).below(2) == 0 {
            self.plan.loss(&self.weights, lesson)
        } else {
            self.plan.loss(&self.weights, &lesson.mirrored())
        };
        let mut gradients = [gradient];
        let gradient_norm = clip(&mut gradients, Some(NORM_MAX));
        if !loss.is_finite() || !gradient_norm.is_finite() {
            return Err(TrainError::Astray(steps));
        }
        let mut weights = [std::mem::take(&mut self.weights)];
        self.adam.update(&mut weights, &gradients, rate(done));
        [self.weights] = weights;
        let steps = self.adam.steps as f64;
        let follow = (1.0 - KEEP_MAX.min(steps / (steps + 50.0))) as f32;
        for (average, weight) in self.average.iter_mut().zip(&self.weights) {
            *average += follow * (weight - *average);
        }
        Ok(ResidualStep { loss, gradient_norm })
    }

    /// The whole state, from which a run goes on with the same bits.
    ///
    /// # Errors
    /// When it cannot be put together.
    pub fn state(&self) -> Result<Vec<u8>, TrainError> {
        let moments = &self.adam.moments[0];
        let vectors = [
            ("weights", &self.weights),
            ("average", &self.average),
            ("first", &moments.first),
            ("second", &moments.second),
        ]
        .map(|(name, values)| (name.to_owned(), values.clone()));
        bytes_of(&vectors, &Numbers { format: 1, seed: self.seed, steps: self.adam.steps })
    }

    /// Goes on from a state of a run with the same network and seed.
    ///
    /// # Errors
    /// A sentence when the state is another run's or damaged; the trainer is as it was then.
    pub fn resume(&mut self, state: &[u8]) -> Result<(), TrainError> {
        let (numbers, saved) = Saved::read::<Numbers>(state)?;
        if numbers.format != 1 || numbers.seed != self.seed {
            return Err(TrainError::State("it belongs to another run".to_owned()));
        }
        let vector = |name| saved.vector(name, self.weights.len());
        let (weights, average) = (vector("weights")?, vector("average")?);
        let (first, second) = (vector("first")?, vector("second")?);
        (self.weights, self.average) = (weights, average);
        self.adam.steps = numbers.steps;
        (self.adam.moments[0].first, self.adam.moments[0].second) = (first, second);
        Ok(())
    }
}

/// Adam's rate when that part of the run is behind.
fn rate(done: f64) -> f64 {
    let done = done.clamp(0.0, 1.0);
    let warm = (done / WARM_UP + 0.02).min(1.0);
    RATE * warm * (0.5 + 0.5 * (PI * done).cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_and_falls() {
        assert!((rate(0.0) - 0.02 * RATE).abs() < 1e-9);
        assert!((rate(0.02) - RATE).abs() < 0.01 * RATE);
        assert!((rate(0.5) - 0.5 * RATE).abs() < 1e-9);
        assert!(rate(1.0).abs() < 1e-9);
    }
}
