//! A training run as bytes: a resumed run goes on with the same bits as one that was not stopped.
//!
//! A safetensors file: each part's weights under its name, Adam's means under `NAME.first` and
//! `NAME.second`, and a few numbers. Random numbers need
//! no state ([`super::random`]).

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::recipe::Stage;
use super::saved::{Saved, bytes_of};
use super::trainer::{Progress, TrainError, Trainer};

#[derive(Debug, Serialize, Deserialize)]
struct Numbers {
    format: u32,
    variant: String,
    seed: u64,
    steps: u64,
    is_second_stage: bool,
    seconds: f64,
    adam_steps: u64,
}

impl Trainer {
    /// The whole state.
    ///
    /// # Errors
    /// When the device does not give the weights back.
    pub fn state(&self) -> Result<Vec<u8>, TrainError> {
        let mut vectors = Vec::new();
        for (part, moments) in self.model.parts().iter().zip(&self.adam.moments) {
            vectors.push((part.name.to_owned(), part.var.to_vec1()?));
            vectors.push((format!("{}.first", part.name), moments.first.clone()));
            vectors.push((format!("{}.second", part.name), moments.second.clone()));
        }
        let numbers = Numbers {
            format: 1,
            variant: self.model.original().variant.name().to_owned(),
            seed: self.recipe.seed,
            steps: self.progress.steps,
            is_second_stage: self.progress.stage == Stage::Second,
            seconds: self.progress.seconds,
            adam_steps: self.adam.steps,
        };
        bytes_of(&vectors, &numbers)
    }

    /// Goes on from a state of a run with the same operator and recipe.
    ///
    /// # Errors
    /// A sentence when the state is another run's or damaged; the trainer is as it was then.
    pub fn resume(&mut self, state: &[u8]) -> Result<(), TrainError> {
        let (numbers, saved) = Saved::read::<Numbers>(state)?;
        let variant = self.model.original().variant.name();
        if numbers.format != 1 || numbers.variant != variant || numbers.seed != self.recipe.seed {
            return Err(TrainError::State("it belongs to another run".to_owned()));
        }
        let (mut weights, mut adam) = (Vec::new(), self.adam.clone());
        for (part, moments) in self.model.parts().iter().zip(&mut adam.moments) {
            let len = part.var.elem_count();
            weights.push(saved.vector(part.name, len)?);
            moments.first = saved.vector(&format!("{}.first", part.name), len)?;
            moments.second = saved.vector(&format!("{}.second", part.name), len)?;
        }
        adam.steps = numbers.adam_steps;
        for (part, values) in self.model.parts().iter().zip(weights) {
            part.var.set(&Tensor::from_slice(&values, values.len(), part.var.device())?)?;
        }
        self.adam = adam;
        self.progress = Progress {
            steps: numbers.steps,
            seconds: numbers.seconds,
            stage: if numbers.is_second_stage { Stage::Second } else { Stage::First },
        };
        Ok(())
    }
}
