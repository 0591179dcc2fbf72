//! A training run as bytes: a resumed run goes on with the same bits as one that was not stopped.
//!
//! A safetensors file: each part's weights under its name, Adam's means under `NAME.first` and
//! `NAME.second`, and a few numbers as JSON under the key `understudy-training`. Random numbers need
//! no state ([`super::random`]).

use std::collections::HashMap;

use candle_core::Tensor;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};

use super::recipe::Stage;
use super::trainer::{Progress, TrainError, Trainer};

const KEY: &str = "understudy-training";

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
        let mut vectors: Vec<(String, Vec<u8>)> = Vec::new();
        let mut put = |name: String, values: &[f32]| {
            vectors.push((name, values.iter().flat_map(|value| value.to_le_bytes()).collect()));
        };
        for (part, moments) in self.model.parts().iter().zip(&self.adam.moments) {
            put(part.name.to_owned(), &part.var.to_vec1::<f32>()?);
            put(format!("{}.first", part.name), &moments.first);
            put(format!("{}.second", part.name), &moments.second);
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
        let bad = |error: &dyn std::fmt::Display| TrainError::State(error.to_string());
        let mut views = Vec::with_capacity(vectors.len());
        for (name, bytes) in &vectors {
            let view = TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes);
            views.push((name.as_str(), view.map_err(|error| bad(&error))?));
        }
        let numbers = serde_json::to_string(&numbers).map_err(|error| bad(&error))?;
        let metadata = HashMap::from([(KEY.to_owned(), numbers)]);
        safetensors::serialize(views, Some(metadata)).map_err(|error| bad(&error))
    }

    /// Goes on from a state of a run with the same operator and recipe.
    ///
    /// # Errors
    /// A sentence when the state is another run's or damaged; the trainer is as it was then.
    pub fn resume(&mut self, state: &[u8]) -> Result<(), TrainError> {
        let bad = |reason: String| TrainError::State(reason);
        let (_, header) =
            SafeTensors::read_metadata(state).map_err(|error| bad(error.to_string()))?;
        let text = header.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let text = text.ok_or_else(|| bad("it is no saved training".to_owned()))?;
        let numbers: Numbers =
            serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
        let variant = self.model.original().variant.name();
        if numbers.format != 1 || numbers.variant != variant || numbers.seed != self.recipe.seed {
            return Err(bad("it belongs to another run".to_owned()));
        }
        let tensors = SafeTensors::deserialize(state).map_err(|error| bad(error.to_string()))?;
        let vector = |name: &str, len: usize| -> Result<Vec<f32>, TrainError> {
            let tensor = tensors.tensor(name).map_err(|error| bad(error.to_string()))?;
            if tensor.dtype() != Dtype::F32 || tensor.data().len() != 4 * len {
                return Err(bad(format!("“{name}” has another size")));
            }
            let values = tensor.data().as_chunks::<4>().0.iter();
            let values: Vec<f32> = values.map(|bytes| f32::from_le_bytes(*bytes)).collect();
            if values.iter().all(|value| value.is_finite()) {
                Ok(values)
            } else {
                Err(bad(format!("“{name}” holds values that are no numbers")))
            }
        };
        let (mut weights, mut adam) = (Vec::new(), self.adam.clone());
        for (part, moments) in self.model.parts().iter().zip(&mut adam.moments) {
            let len = part.var.elem_count();
            weights.push(vector(part.name, len)?);
            moments.first = vector(&format!("{}.first", part.name), len)?;
            moments.second = vector(&format!("{}.second", part.name), len)?;
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
