//! The trainer's operations, one file each: forward and backward, written by hand for the processor.
//!
//! candle's own operations would do (and do, on a graphics card: [`compose`]), but on a processor
//! they cost ten times as much: a pass over memory for every elementary step, a slow gradient of
//! dilated convolutions, sums on one thread. Here every operation is a pair of plain functions over
//! slices, in f32 to train and in f64 to be checked, wrapped as one candle node.
//!
//! | file | operation | paper |
//! |---|---|---|
//! | [`conv`] | dilated convolution | Table I |
//! | [`norm`] | adaptive normalisation and leaky ReLU | Table I |
//! | [`network`] | a list of such blocks: Cl, F at low resolution, the layer's pointwise network | Table I |
//! | [`plain`] | the guided layer's solve | section III, Algorithm 1 |
//! | [`convolutional`] | the convolutional guided layer's | section III-C |
//! | [`fold`] | F folded with the photo's moments | section IV |
//! | [`bilinear`] | reading grids with aligned corners, and its adjoint | equation 4 |
//! | [`shade`] | F, `A·G + b`, clamp, and the loss at some pixels | equations 2 and 4 |
//! | [`head`] | all of that over a photo or over sampled pixels of it | equations 2 and 4 |
//! | [`cross`] | the guided step of dgf-x, across channels | – |
//! | [`samples`] | the head of dgf-x at sampled pixels | – |
//!
//! Results are the same bits in every run and for every number of threads: each job's extent and
//! the order in which jobs are summed depend on sizes alone.

pub mod bilinear;
pub mod compose;
pub mod conv;
pub mod convolutional;
pub mod cross;
pub mod fold;
pub mod head;
pub mod network;
pub mod norm;
pub mod plain;
mod real;
mod room;
pub mod samples;
pub mod shade;
mod windows;

pub use real::Real;

use candle_core::{CpuStorage, Layout, Result, Tensor};

/// The values of a contiguous tensor in the processor's memory.
fn values<'a, T: Real>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&T::cpu_storage_as_slice(storage)?[start..end]),
        None => candle_core::bail!("the trainer's operations take contiguous tensors"),
    }
}

/// A copy of a tensor's values.
fn copied<T: Real>(tensor: &Tensor) -> Result<Vec<T>> {
    tensor.flatten_all()?.to_vec1()
}

/// Height and width of planes `[channels, height, width]` with that many channels.
fn size_of_planes(layout: &Layout, channels: usize) -> Result<[usize; 2]> {
    match layout.dims() {
        [count, height, width] if *count == channels => Ok([*height, *width]),
        dims => candle_core::bail!("{channels} planes were expected, not {dims:?}"),
    }
}
