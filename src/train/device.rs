//! Where training computes.

use candle_core::Device;

/// The graphics card, where the program was built for one (features `cuda` and `metal`) and it is
/// there; otherwise the processor.
pub fn best_device() -> Device {
    let card = if cfg!(feature = "cuda") {
        Device::cuda_if_available(0)
    } else {
        Device::metal_if_available(0)
    };
    card.unwrap_or(Device::Cpu)
}
