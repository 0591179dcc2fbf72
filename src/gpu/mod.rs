//! The kernels on a graphics card, through wgpu: device, photos as textures, solve, render.
//!
//! Every kernel's WGSL stands beside its CPU twin in [`crate::kernel`]; what is here only moves data
//! and counts workgroups. The window draws with the same queue: work is submitted in pieces of a
//! millisecond or two (`work.rs`) and strip by strip of an export.

mod device;
mod network;
mod photo;
mod render;
mod solve;
mod work;

pub use device::Gpu;
pub use photo::GpuPhoto;
pub use render::StripRenderer;
pub use solve::{GpuSolver, GpuStage};
