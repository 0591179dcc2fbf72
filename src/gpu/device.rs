//! The device, its pipelines, and the few ways in which data gets there and back.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A graphics card with all kernels compiled.
#[derive(Debug)]
pub struct Gpu {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) kernels: Kernels,
    name: String,
    backend: String,
    pub(super) dispatches: AtomicUsize,
    is_apart: bool,
}

/// One pipeline for each entry point.
#[derive(Debug)]
pub(super) struct Kernels {
    pub conv: wgpu::ComputePipeline,
    pub merge: wgpu::ComputePipeline,
    pub moments: wgpu::ComputePipeline,
    pub plain: wgpu::ComputePipeline,
    pub windows: wgpu::ComputePipeline,
    pub terms: wgpu::ComputePipeline,
    pub balance: wgpu::ComputePipeline,
    pub view: wgpu::ComputePipeline,
    pub strip: wgpu::ComputePipeline,
}

impl Gpu {
    /// Uses the window's own device. A software driver is taken too.
    ///
    /// # Errors
    /// What the adapter lacks or the driver said, as the end of a sentence.
    pub fn new(
        adapter: &wgpu::Adapter,
        device: wgpu::Device,
        queue: wgpu::Queue,
    ) -> Result<Self, String> {
        let info = adapter.get_info();
        let computes = adapter
            .get_downlevel_capabilities()
            .flags
            .contains(wgpu::DownlevelFlags::COMPUTE_SHADERS);
        let limits = device.limits();
        if !computes
            || limits.max_storage_buffers_per_shader_stage < STORAGE_BUFFERS
            || limits.max_compute_invocations_per_workgroup < INVOCATIONS
        {
            return Err(format!("the graphics driver “{}” cannot compute", info.name));
        }
        let kernels = guarded(&device, || Ok(Kernels::new(&device, SOURCES)))?;
        let gpu = Self {
            device,
            queue,
            kernels,
            name: info.name,
            backend: info.backend.to_string(),
            dispatches: AtomicUsize::new(0),
            is_apart: false,
        };
        // A device that is lost says so when something comes back from it, not before.
        gpu.guarded(|| gpu.read::<u32>(&gpu.empty(4), 4))?;
        Ok(gpu)
    }

    /// Does work on the GPU so that whatever the driver refuses (too large, not valid, lost) is an
    /// error here and not a panic elsewhere.
    ///
    /// # Errors
    /// What the work or the driver said, as the end of a sentence.
    pub fn guarded<T>(&self, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        guarded(&self.device, work)
    }

    /// A device without a window, on whatever adapter there is.
    ///
    /// # Errors
    /// Why there is none, as the end of a sentence.
    pub fn headless() -> Result<Self, String> {
        Self::on(&adapter()?)
    }

    /// A device without a window, on a real graphics card.
    ///
    /// # Errors
    /// Why there is none, as the end of a sentence.
    pub fn hardware() -> Result<Self, String> {
        let adapter = adapter()?;
        let info = adapter.get_info();
        if info.device_type == wgpu::DeviceType::Cpu {
            return Err(Self::software_reason(&info.name));
        }
        Self::on(&adapter)
    }

    /// Why an adapter in software is not used unless it is asked for.
    pub fn software_reason(name: &str) -> String {
        format!("the graphics driver “{name}” is software and slower than the processor itself")
    }

    fn on(adapter: &wgpu::Adapter) -> Result<Self, String> {
        let descriptor = wgpu::DeviceDescriptor {
            required_limits: adapter.limits(),
            ..wgpu::DeviceDescriptor::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| format!("the graphics driver gave no device ({error})"))?;
        Ok(Self { is_apart: true, ..Self::new(adapter, device, queue)? })
    }

    /// Whether its device is no window's, so that no window can draw what it renders. (Devices are
    /// not compared: those of two instances may have the same number.)
    pub fn is_apart(&self) -> bool {
        self.is_apart
    }

    /// The adapter's own name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The interface to it, such as "vulkan".
    pub fn backend(&self) -> &str {
        &self.backend
    }

    /// How many kernels were dispatched so far.
    pub fn dispatches(&self) -> usize {
        self.dispatches.load(Ordering::Relaxed)
    }

    /// A buffer of values that kernels read.
    pub(super) fn upload<T: bytemuck::Pod>(&self, values: &[T]) -> wgpu::Buffer {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC;
        self.filled(bytemuck::cast_slice(values), usage)
    }

    /// A kernel's parameters.
    pub(super) fn uniform<T: bytemuck::Pod>(&self, value: &T) -> wgpu::Buffer {
        self.filled(bytemuck::bytes_of(value), wgpu::BufferUsages::UNIFORM)
    }

    /// A buffer that holds `bytes`, a multiple of four. Where the device is lost that is an error of the
    /// guard, as all else is; `create_buffer_init` panics.
    fn filled(&self, bytes: &[u8], usage: wgpu::BufferUsages) -> wgpu::Buffer {
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: bytes.len() as u64,
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.queue.write_buffer(&buffer, 0, bytes);
        buffer
    }

    /// A buffer for `len` 32-bit values that kernels write.
    pub(super) fn empty(&self, len: usize) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 4 * len.max(4) as u64,
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_SRC
                | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// Waits until everything submitted so far is done.
    ///
    /// # Errors
    /// What the driver said, as the end of a sentence.
    pub fn wait(&self) -> Result<(), String> {
        self.device
            .poll(wgpu::PollType::wait_indefinitely())
            .map(drop)
            .map_err(|error| format!("the graphics driver stopped answering ({error})"))
    }

    /// Copies a buffer's first `len` 32-bit values back.
    pub(super) fn read<T: bytemuck::Pod>(
        &self,
        buffer: &wgpu::Buffer,
        len: usize,
    ) -> Result<Vec<T>, String> {
        let size = (len * size_of::<T>()) as u64;
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder =
            self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, size);
        self.queue.submit([encoder.finish()]);
        staging.slice(..).map_async(wgpu::MapMode::Read, |_| {});
        self.wait()?;
        let view = staging
            .get_mapped_range(..)
            .map_err(|error| format!("graphics memory could not be read back ({error})"))?;
        Ok(bytemuck::pod_collect_to_vec(&view))
    }

    /// Copies rows of a texture back. Rows are padded: the second value is how many `T` one takes.
    pub(super) fn read_texture<T: bytemuck::Pod>(
        &self,
        texture: &wgpu::Texture,
        rows: Range<u32>,
    ) -> Result<(Vec<T>, usize), String> {
        let pixel = texture.format().block_copy_size(None).unwrap_or(8);
        let pitch = (texture.width() * pixel).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let height = rows.end - rows.start;
        let bytes = pitch as usize * height as usize;
        let buffer = self.empty(bytes / 4);
        let from = wgpu::TexelCopyTextureInfo {
            origin: wgpu::Origin3d { x: 0, y: rows.start, z: 0 },
            ..texture.as_image_copy()
        };
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(pitch),
            rows_per_image: None,
        };
        let to = wgpu::TexelCopyBufferInfo { buffer: &buffer, layout };
        let mut encoder =
            self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_texture_to_buffer(from, to, wgpu::Extent3d { height, ..texture.size() });
        self.queue.submit([encoder.finish()]);
        Ok((self.read(&buffer, bytes / size_of::<T>())?, pitch as usize / size_of::<T>()))
    }
}

/// Storage buffers that a kernel binds, and invocations of a workgroup, at most.
const STORAGE_BUFFERS: u32 = 7;
const INVOCATIONS: u32 = 256;

fn guarded<T>(
    device: &wgpu::Device,
    work: impl FnOnce() -> Result<T, String>,
) -> Result<T, String> {
    use wgpu::ErrorFilter::{Internal, OutOfMemory, Validation};
    let mut scopes: Vec<_> =
        [Internal, OutOfMemory, Validation].map(|filter| device.push_error_scope(filter)).into();
    let result = catch_unwind(AssertUnwindSafe(work));
    let mut failure = None;
    while let Some(scope) = scopes.pop() {
        failure = pollster::block_on(scope.pop()).or(failure);
    }
    match (result, failure) {
        (_, Some(wgpu::Error::OutOfMemory { .. })) => {
            Err("there is too little graphics memory for it".to_owned())
        }
        (_, Some(error)) => Err(format!("the graphics driver refused the work ({error})")),
        (Ok(result), None) => result,
        (Err(_), None) => Err("the graphics driver failed".to_owned()),
    }
}

/// The fastest adapter at hand. OpenGL is looked at only where nothing better is: looking for it
/// takes time, and its loader talks on standard error.
fn adapter() -> Result<wgpu::Adapter, String> {
    [wgpu::Backends::PRIMARY, wgpu::Backends::SECONDARY]
        .into_iter()
        .find_map(|backends| {
            let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
            descriptor.backends = backends;
            let options = wgpu::RequestAdapterOptions {
                power_preference: wgpu::PowerPreference::HighPerformance,
                ..wgpu::RequestAdapterOptions::default()
            };
            pollster::block_on(wgpu::Instance::new(descriptor).request_adapter(&options)).ok()
        })
        .ok_or_else(|| "no graphics adapter was found".to_owned())
}

impl Kernels {
    fn new(device: &wgpu::Device, sources: [(&str, &str); 6]) -> Self {
        let module = |name: &str, source: &str| {
            device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(name),
                source: wgpu::ShaderSource::Wgsl(source.into()),
            })
        };
        let pipeline = |module: &wgpu::ShaderModule, entry: &str| {
            device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry),
                layout: None,
                module,
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        };
        let [conv, moments, plain, convolutional, balance, render] =
            sources.map(|(name, source)| module(name, source));
        Self {
            conv: pipeline(&conv, "main"),
            merge: pipeline(&conv, "merge"),
            moments: pipeline(&moments, "main"),
            plain: pipeline(&plain, "main"),
            windows: pipeline(&convolutional, "windows"),
            terms: pipeline(&convolutional, "terms"),
            balance: pipeline(&balance, "main"),
            view: pipeline(&render, "view"),
            strip: pipeline(&render, "strip"),
        }
    }
}

/// All shaders, by the stem of their kernel.
const SOURCES: [(&str, &str); 6] = [
    ("conv", concat!(include_str!("../kernel/norm.wgsl"), include_str!("../kernel/conv.wgsl"))),
    (
        "moments",
        concat!(include_str!("../kernel/photo.wgsl"), include_str!("../kernel/moments.wgsl")),
    ),
    ("plain", include_str!("../kernel/plain.wgsl")),
    (
        "convolutional",
        concat!(include_str!("../kernel/norm.wgsl"), include_str!("../kernel/convolutional.wgsl")),
    ),
    ("balance", include_str!("../kernel/balance.wgsl")),
    (
        "render",
        concat!(
            include_str!("../kernel/photo.wgsl"),
            include_str!("../kernel/render.wgsl"),
            include_str!("../kernel/base/shade.wgsl"),
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shader_is_valid() {
        for (name, source) in SOURCES {
            let module = naga::front::wgsl::parse_str(source)
                .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)));
            naga::valid::Validator::new(
                naga::valid::ValidationFlags::all(),
                naga::valid::Capabilities::default(),
            )
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)));
        }
    }

    #[test]
    fn too_little_graphics_memory_is_a_reason_and_the_card_goes_on() {
        let gpu = Gpu::headless().expect("the tests need a Vulkan driver");
        // As large as the driver allows: a card has room for none or a few, and a driver in software
        // runs out of addresses at last.
        let limits = gpu.device.limits();
        let side = limits.max_texture_dimension_3d;
        let descriptor = wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width: side, height: side, depth_or_array_layers: side },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D3,
            format: wgpu::TextureFormat::Rgba32Float,
            usage: wgpu::TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        };
        let mut kept = Vec::new();
        let error = (0..4000).find_map(|_| {
            let more = gpu.guarded(|| Ok(gpu.device.create_texture(&descriptor)));
            more.map(|texture| kept.push(texture)).err()
        });
        assert_eq!(error.as_deref(), Some("there is too little graphics memory for it"));
        drop(kept);
        assert_eq!(gpu.guarded(|| gpu.read::<u32>(&gpu.empty(4), 4)).unwrap(), [0; 4]);
    }

    #[test]
    fn a_shader_that_does_not_compile_is_a_reason() {
        let descriptor = wgpu::DeviceDescriptor::default();
        let adapter = adapter().expect("the tests need a Vulkan driver");
        let (device, _queue) = pollster::block_on(adapter.request_device(&descriptor)).unwrap();
        for (place, broken) in [(0, "fn main("), (4, "fn view() {}"), (2, "")] {
            let mut sources = SOURCES;
            sources[place].1 = broken;
            let error = guarded(&device, || Ok(Kernels::new(&device, sources))).unwrap_err();
            assert!(error.starts_with("the graphics driver"), "{error}");
        }
        assert!(guarded(&device, || Ok(Kernels::new(&device, SOURCES))).is_ok());
    }
}
