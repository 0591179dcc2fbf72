//! What the engine computes with: the GPU, or the CPU twins and the reason for them.

use std::sync::Arc;

use super::Processor;
use crate::gpu::Gpu;

/// What the user asks for on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// A real graphics card where there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU twins.
    Cpu,
    /// The graphics adapter that there is, also one in software.
    Gpu,
}

impl Choice {
    /// All choices.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Cpu, Self::Gpu];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

/// What renders.
#[derive(Clone, Debug)]
pub enum Backend {
    /// The CPU twins.
    Cpu {
        /// Why no GPU is used.
        reason: String,
    },
    /// The GPU.
    Gpu(Arc<Gpu>),
}

impl Backend {
    /// For a program without a window.
    ///
    /// # Errors
    /// A sentence when a GPU was asked for and there is none.
    pub fn headless(choice: Choice) -> Result<Self, String> {
        match choice {
            Choice::Cpu => Ok(Self::asked_for()),
            Choice::Auto => Ok(match Gpu::hardware() {
                Ok(gpu) => Self::Gpu(Arc::new(gpu)),
                Err(reason) => Self::Cpu { reason },
            }),
            Choice::Gpu => match Gpu::headless() {
                Ok(gpu) => Ok(Self::Gpu(Arc::new(gpu))),
                Err(reason) => Err(format!(
                    "The GPU cannot be used: {reason}. Leave out --engine gpu to compute on the processor, with the same result."
                )),
            },
        }
    }

    /// For a window that draws with this device.
    pub fn for_window(
        choice: Choice,
        adapter: &wgpu::Adapter,
        device: wgpu::Device,
        queue: wgpu::Queue,
    ) -> Self {
        let info = adapter.get_info();
        if choice == Choice::Cpu {
            return Self::asked_for();
        }
        if choice == Choice::Auto && info.device_type == wgpu::DeviceType::Cpu {
            return Self::Cpu { reason: Gpu::software_reason(&info.name) };
        }
        match Gpu::new(adapter, device, queue) {
            Ok(gpu) => Self::Gpu(Arc::new(gpu)),
            Err(reason) => Self::Cpu { reason },
        }
    }

    /// What the user is told about it.
    pub fn processor(&self) -> Processor {
        match self {
            Self::Cpu { reason } => {
                Processor::Cpu { threads: rayon::current_num_threads(), reason: reason.clone() }
            }
            Self::Gpu(gpu) => {
                Processor::Gpu { name: gpu.name().to_owned(), backend: gpu.backend().to_owned() }
            }
        }
    }

    /// `cpu` or `gpu`, as on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cpu { .. } => "cpu",
            Self::Gpu(_) => "gpu",
        }
    }

    fn asked_for() -> Self {
        Self::Cpu { reason: "the processor was asked for".to_owned() }
    }
}
