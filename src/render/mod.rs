//! Solve and render: from a photo and an edit to pixels.
//!
//! 1. **Solve** ([`solve`]): Il → Ol, (Gl, Ol) → A and b; at Il's size, independent of the photo's.
//! 2. **Render** ([`strip`], [`view`], [`Exact`]): `O = A·G + b` for exactly the pixels that are wanted.
//!
//! These are the CPU's; [`crate::gpu`] has the same on a graphics card. Whatever is rendered, for
//! the screen or for a file, comes out of the same stages, so it is the same picture.

mod balanced;
mod exact;
mod histogram;
mod lattice;
mod masker;
mod mix;
mod mixer;
mod pixels;
mod scaling;
mod solver;
mod source;
mod xray;

pub use exact::Exact;
pub use histogram::{Clipped, Histogram, LEVELS};
pub use lattice::{Axis, Lattice, Span, Tap};
pub use masker::{Cover, Masker};
pub use pixels::{deep_strip, strip, view};
pub use scaling::Scaling;
pub use solver::{Low, Solver, grids, low};
pub use source::Source;
pub use xray::{Inside, Sheet};
