//! The versions of a filter that a run keeps.

use std::path::PathBuf;
use std::sync::Arc;

use crate::operator::Operator;
use crate::train::learn::{Progress, Rung};

/// A version.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its file.
    pub file: PathBuf,
    /// The filter.
    pub operator: Arc<Operator>,
    /// Mean PSNR in dB of photos that it has not seen, where that is known.
    pub psnr: Option<f64>,
}

/// How close a filter came on photos that it had not seen, by what was told of its rung.
pub fn closeness_of(operator: &Operator, told: &[Progress]) -> Option<f64> {
    let rung = Rung::of(operator);
    let of_rung = told.iter().filter(|progress| progress.rung == rung);
    of_rung.filter_map(|progress| progress.psnr_check).reduce(f64::max)
}
