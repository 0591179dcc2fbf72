//! A before/after pair as the trainer takes it, and where it gets them from.

use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor};

use super::ops::head::Target;
use crate::kernel::Planes;
use crate::kernel::moments;
use crate::kernel::sample::Sites;

/// A photo and its edit at one size, sRGB-encoded values of 0..1.
#[derive(Clone, Debug)]
pub struct Lesson {
    target: Target,
}

/// The pairs that a filter is learnt from.
pub trait Lessons: Sync {
    /// Number of pairs.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Pair `index`, reduced to a short side of `short_side` pixels, or as large as it is where it
    /// is smaller. Called at every step: what is asked for again and again should be kept.
    ///
    /// # Errors
    /// A sentence where the pair cannot be had.
    fn lesson(&self, index: usize, short_side: usize) -> std::result::Result<Arc<Lesson>, String>;
}

impl Lesson {
    /// A lesson of a photo and its edit, 3 planes each.
    ///
    /// # Errors
    /// When they differ in size.
    pub fn new(before: Planes, after: Planes) -> Result<Self> {
        let moments = moments::of_planes(&before);
        let tensor = |planes: Planes| {
            let shape = (planes.channels, planes.height, planes.width);
            Tensor::from_vec(planes.data, shape, &Device::Cpu)
        };
        let (before, after) = (tensor(before)?, tensor(after)?);
        if before.dims() != after.dims() || before.dim(0)? != 3 {
            candle_core::bail!("a photo and its edit differ in size");
        }
        Ok(Self { target: Target { before, after, moments, sites: None } })
    }

    /// Height and width in pixels.
    pub fn size(&self) -> [usize; 2] {
        let dims = self.target.before.dims();
        [dims[1], dims[2]]
    }

    /// All pixels, on a device and in a type.
    ///
    /// # Errors
    /// When the device cannot take them.
    pub fn target(&self, device: &Device, kind: DType) -> Result<Target> {
        let put = |tensor: &Tensor| tensor.to_device(device)?.to_dtype(kind);
        let (before, after) = (put(&self.target.before)?, put(&self.target.after)?);
        Ok(Target { before, after, moments: self.target.moments, sites: None })
    }

    /// Il and the edit at the same pixels, `[3, height, width]` each, by
    /// [`crate::kernel::sample`]'s rule.
    ///
    /// # Errors
    /// When the device cannot take them.
    pub fn low(&self, short_side: usize, device: &Device, kind: DType) -> Result<[Tensor; 2]> {
        let [height, width] = self.size();
        let Sites { rows, columns } = Sites::new(width, height, short_side);
        let index = |at: &[u32]| Tensor::from_slice(at, at.len(), &Device::Cpu);
        let (rows, columns) = (index(&rows)?, index(&columns)?);
        let low = |planes: &Tensor| {
            let planes = planes.index_select(&rows, 1)?.index_select(&columns, 2)?;
            planes.to_device(device)?.to_dtype(kind)
        };
        Ok([low(&self.target.before)?, low(&self.target.after)?])
    }
}
