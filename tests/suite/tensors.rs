//! Tensors of safetensors files as f64, by name and in order.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use safetensors::{Dtype, SafeTensors};

/// The tensors of a file.
pub struct Tensors(BTreeMap<String, (Vec<usize>, Vec<f64>)>);

impl Tensors {
    pub fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let values = |name: &str| {
            let tensor = file.tensor(name).unwrap();
            let data = tensor.data();
            let values = match tensor.dtype() {
                Dtype::U8 => data.iter().map(|v| f64::from(*v)).collect(),
                Dtype::F32 => {
                    let chunks = data.as_chunks::<4>().0.iter();
                    chunks.map(|b| f64::from(f32::from_le_bytes(*b))).collect()
                }
                Dtype::F64 => {
                    data.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect()
                }
                other => panic!("{name} is {other:?}"),
            };
            (tensor.shape().to_vec(), values)
        };
        Self(file.names().iter().map(|name| ((*name).to_owned(), values(name))).collect())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    #[track_caller]
    pub fn shape(&self, name: &str) -> &[usize] {
        &self.0.get(name).unwrap_or_else(|| panic!("{name} is missing")).0
    }

    #[track_caller]
    pub fn values(&self, name: &str) -> &[f64] {
        &self.0.get(name).unwrap_or_else(|| panic!("{name} is missing")).1
    }

    #[track_caller]
    pub fn f32(&self, name: &str) -> Vec<f32> {
        self.values(name).iter().map(|value| *value as f32).collect()
    }

    /// A batch of one, `[1, channels, height, width]`, as planes.
    #[track_caller]
    pub fn planes(&self, name: &str, kind: DType) -> Tensor {
        let shape = &self.shape(name)[1..];
        let tensor = Tensor::from_slice(self.values(name), shape, &Device::Cpu).unwrap();
        tensor.to_dtype(kind).unwrap()
    }
}

/// Largest difference over largest value.
#[track_caller]
pub fn assert_close(what: &str, got: &Tensor, want: &[f64], tolerance: f64) {
    let got = got.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
    assert_eq!(got.len(), want.len(), "{what}: length");
    let largest = want.iter().fold(1e-300, |largest: f64, value| largest.max(value.abs()));
    for (at, (got, want)) in got.iter().zip(want).enumerate() {
        // Written so that what is no number fails too.
        let is_close = (got - want).abs() <= tolerance * largest;
        assert!(is_close, "{what}: {got} instead of {want} at {at}, largest {largest}");
    }
}
