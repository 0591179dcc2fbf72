//! The versions of a filter that a run keeps.

use std::path::PathBuf;
use std::sync::Arc;

use crate::operator::Operator;

/// A version.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its file.
    pub file: PathBuf,
    /// The filter.
    pub operator: Arc<Operator>,
}

impl Version {
    /// Mean PSNR in dB of photos that it has not seen, where that is known: of those it learned
    /// from, each left out, so that all versions are measured alike.
    pub fn psnr(&self) -> Option<f64> {
        self.operator.provenance.psnr_unseen
    }
}
