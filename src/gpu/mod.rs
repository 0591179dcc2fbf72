//! The kernels on a graphics card, through wgpu: device, photos as textures, solve, render.
//!
//! Every kernel's WGSL stands beside its CPU twin in [`crate::kernel`]; what is here only moves data
//! and counts workgroups. All work is submitted in small pieces, since the window draws with the
//! same queue.

mod device;
mod photo;
mod render;
mod solve;

pub use device::Gpu;
pub use photo::GpuPhoto;
pub use render::StripRenderer;
pub use solve::{GpuSolver, GpuStage};
