//! What the engine computes with: the GPU, or the CPU twins and the reason for them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Processor;
use crate::gpu::Gpu;

/// What the user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

/// What a window draws with. The engine renders with it too, so that its pictures need not be copied.
#[derive(Clone, Debug)]
pub struct WindowDevice {
    /// Where the device is from.
    pub adapter: wgpu::Adapter,
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
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
        match Self::without_window(choice) {
            Self::Cpu { reason } if choice == Choice::Gpu => Err(format!(
                "The GPU cannot be used: {reason}. Leave out --engine gpu to compute on the processor, with the same result."
            )),
            backend => Ok(backend),
        }
    }

    /// For a window that draws with this device.
    pub fn for_window(choice: Choice, window: &WindowDevice) -> Self {
        let info = window.adapter.get_info();
        if choice == Choice::Auto && info.device_type == wgpu::DeviceType::Cpu {
            return Self::Cpu { reason: Gpu::software_reason(&info.name) };
        }
        let WindowDevice { adapter, device, queue } = window;
        Self::of(choice, || Gpu::new(adapter, device.clone(), queue.clone()))
    }

    /// The window's device where it still works, else one that the window does not draw with.
    pub(super) fn anew(choice: Choice, window: Option<&WindowDevice>) -> Self {
        let of_window = window.map(|window| Self::for_window(choice, window));
        match of_window {
            Some(Self::Gpu(gpu)) => Self::Gpu(gpu),
            _ => Self::without_window(choice),
        }
    }

    fn without_window(choice: Choice) -> Self {
        let open = if choice == Choice::Gpu { Gpu::headless } else { Gpu::hardware };
        Self::of(choice, open)
    }

    /// The GPU if it is wanted and `open` opens it.
    fn of(choice: Choice, open: impl FnOnce() -> Result<Gpu, String>) -> Self {
        if choice == Choice::Cpu {
            return Self::Cpu { reason: "the processor was asked for".to_owned() };
        }
        match open() {
            Ok(gpu) => Self::Gpu(Arc::new(gpu)),
            Err(reason) => Self::Cpu { reason },
        }
    }

    /// What the user is told about it.
    pub fn processor(&self) -> Processor {
        match self {
            Self::Cpu { reason } => Processor::cpu(reason.clone()),
            Self::Gpu(gpu) => {
                Processor::Gpu { name: gpu.name().to_owned(), backend: gpu.backend().to_owned() }
            }
        }
    }

    /// `cpu` or `gpu`, as on the command line.
    pub fn name(&self) -> &'static str {
        self.processor().engine()
    }
}

impl Processor {
    pub(super) fn cpu(reason: String) -> Self {
        Self::Cpu { threads: rayon::current_num_threads(), reason }
    }

    /// `cpu` or `gpu`, as on the command line.
    pub(super) fn engine(&self) -> &'static str {
        match self {
            Self::Cpu { .. } => "cpu",
            Self::Gpu { .. } => "gpu",
        }
    }
}

/// A line of the log.
impl fmt::Display for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu { threads, reason } => {
                write!(f, "computes on the processor, {threads} threads: {reason}")
            }
            Self::Gpu { name, backend } => write!(f, "computes on {name} through {backend}"),
        }
    }
}
