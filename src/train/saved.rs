//! Vectors and a few numbers as a safetensors file, for runs that are resumed.

use std::collections::HashMap;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::trainer::TrainError;

/// The key of the numbers, which are JSON.
const KEY: &str = "understudy-training";

/// The file's bytes: the same values always give the same ones.
pub(super) fn bytes_of(
    vectors: &[(String, Vec<f32>)],
    numbers: &impl Serialize,
) -> Result<Vec<u8>, TrainError> {
    let bad = |error: &dyn std::fmt::Display| TrainError::State(error.to_string());
    let bytes: Vec<Vec<u8>> = vectors
        .iter()
        .map(|(_, values)| values.iter().flat_map(|value| value.to_le_bytes()).collect())
        .collect();
    let mut views = Vec::with_capacity(vectors.len());
    for ((name, values), bytes) in vectors.iter().zip(&bytes) {
        let view = TensorView::new(Dtype::F32, vec![values.len()], bytes);
        views.push((name.as_str(), view.map_err(|error| bad(&error))?));
    }
    let numbers = serde_json::to_string(numbers).map_err(|error| bad(&error))?;
    let metadata = HashMap::from([(KEY.to_owned(), numbers)]);
    safetensors::serialize(views, Some(metadata)).map_err(|error| bad(&error))
}

/// A file that was read.
pub(super) struct Saved<'a>(SafeTensors<'a>);

impl<'a> Saved<'a> {
    /// The numbers and the vectors of a file.
    pub fn read<N: DeserializeOwned>(bytes: &'a [u8]) -> Result<(N, Self), TrainError> {
        let bad = |error: &dyn std::fmt::Display| TrainError::State(error.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| bad(&error))?;
        let text = header.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let text = text.ok_or_else(|| bad(&"it is no saved training"))?;
        let numbers = serde_json::from_str(text).map_err(|error| bad(&error))?;
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| bad(&error))?;
        Ok((numbers, Self(tensors)))
    }

    /// A vector of `len` finite values.
    pub fn vector(&self, name: &str, len: usize) -> Result<Vec<f32>, TrainError> {
        let tensor = self.0.tensor(name).map_err(|error| TrainError::State(error.to_string()))?;
        if tensor.dtype() != Dtype::F32 || tensor.data().len() != 4 * len {
            return Err(TrainError::State(format!("“{name}” has another size")));
        }
        let values = tensor.data().as_chunks::<4>().0.iter();
        let values: Vec<f32> = values.map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(TrainError::State(format!("“{name}” holds values that are no numbers")))
        }
    }
}
