//! The stages of a filter, one stem per kernel: `x.rs` holds the formula, its CPU twin as a plain
//! function and its tests; `x.wgsl` beside it is the same for the GPU.
//!
//! | stem | stage | paper |
//! |---|---|---|
//! | [`sample`] | Il from the photo | section V-A |
//! | [`conv`] | a convolution of Cl, F or the layer's pointwise network | Table I |
//! | [`norm`] | adaptive normalisation and leaky ReLU | Table I |
//! | [`moments`] | mean and covariance of the photo's colours | – |
//! | [`guide`] | F folded with its normalisation into one pointwise pass | section IV |
//! | [`plain`] | the guided filtering layer: A and b from box means | section III, Algorithm 1 |
//! | [`convolutional`] | the convolutional guided filtering layer | section III-C |
//! | [`global_mean`], [`residual`] | what `dgf-x` has instead of the paper's | – |
//! | [`balance`] | tone and detail: A and b in other shares | – |
//! | [`mask`] | where a filter acts: M as a guided filter's own A and b | section III |
//! | [`base`] | our closed-form filter: G from colour, photo and place | – |
//! | [`render`] | `O = A·G + b` at every pixel | equation 4 |
//!
//! [`codes`] turns packed pixels into planes and back, which shaders do as they load and store.
//! [`network`] runs lists of layers with the kernels above; `runs` cuts rows of pixels where they pass
//! from one cell of a grid to the next, [`reach`] says where on a grid a pixel is, and `blend` and
//! `direct` are the render's innermost loops; `boxes` takes means over windows.
//! The CPU twin is the definition, the WGSL an optimisation of it; both are held to the reference.

pub mod balance;
pub mod base;
mod blend;
mod boxes;
pub mod codes;
pub mod conv;
pub mod convolutional;
mod direct;
pub mod global_mean;
pub mod guide;
pub mod mask;
pub mod moments;
pub mod network;
pub mod norm;
pub mod plain;
pub mod reach;
pub mod render;
pub mod residual;
mod runs;
pub mod sample;
mod vector;
pub(crate) mod wide;

/// A few planes of low-resolution values, `[channels][height][width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Planes {
    /// Number of planes.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Values a row.
    pub width: usize,
    /// The values, plane by plane, row by row.
    pub data: Vec<f32>,
}

impl Planes {
    /// Planes of zeros.
    pub fn zeros(channels: usize, height: usize, width: usize) -> Self {
        Self { channels, height, width, data: vec![0.0; channels * height * width] }
    }

    /// Values in one plane.
    pub fn area(&self) -> usize {
        self.height * self.width
    }

    /// One plane.
    pub fn plane(&self, channel: usize) -> &[f32] {
        &self.data[channel * self.area()..][..self.area()]
    }
}

/// A and b of a guided layer on the low-resolution grid: `O = A·G + b`.
#[derive(Clone, Debug, PartialEq)]
pub struct Grids {
    /// The factors: 3 planes, one a channel; or 9, a matrix whose rows are the outputs.
    pub a: Planes,
    /// The terms, 3 planes.
    pub b: Planes,
}
