//! The render on the GPU: a view into a texture that the window draws, strips back to memory.

use std::ops::Range;
use std::sync::Arc;

use super::photo::Level;
use super::{Gpu, GpuPhoto, GpuStage};
use crate::kernel::guide::Hidden;
use crate::photo::{Image, Pixels};
use crate::render::{Lattice, Source};

#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Params {
    width: u32,
    height: u32,
    scale: f32,
    offset: f32,
    stages: u32,
    has_alpha: u32,
    code_max: f32,
    first_row: u32,
    row: u32,
    fold: u32,
    unused: [u32; 2],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct StageHeader {
    grid_size: [u32; 2],
    grids: u32,
    grid_planes: u32,
    hidden: u32,
    hidden_count: u32,
    is_clamped: u32,
    strength: f32,
    base: u32,
    base_size: [u32; 2],
    has_base: u32,
    /// Factor and term of [`Reach`](crate::kernel::reach::Reach).
    base_across: [f32; 2],
    base_down: [f32; 2],
    own: f32,
    mask: u32,
    mask_size: [u32; 2],
    mask_across: [f32; 2],
    mask_down: [f32; 2],
    linear: [[f32; 4]; 3],
}

/// The stages of an edit as `render.wgsl` reads them.
#[derive(Debug)]
struct Stages {
    count: u32,
    headers: wgpu::Buffer,
    grids: wgpu::Buffer,
    hidden: wgpu::Buffer,
    bases: wgpu::Buffer,
}

impl Gpu {
    /// Renders a view into a new texture, `Rgba8Unorm`, premultiplied. Twin of
    /// [`crate::render::view`].
    pub fn view(
        &self,
        source: &Source,
        photo: &mut GpuPhoto,
        stages: &[GpuStage],
        lattice: &Lattice,
    ) -> wgpu::Texture {
        let (width, height) = (lattice.columns.taps.len() as u32, lattice.rows.taps.len() as u32);
        let texture = self.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("view"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::STORAGE_BINDING
                | wgpu::TextureUsages::TEXTURE_BINDING
                | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let target = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let stages = Stages::new(self, stages);
        let level = photo.level(self, source, lattice.level);
        let params = self.uniform(&params(source, &level, &stages, [width, height]));
        let (columns, rows) = (self.upload(&lattice.columns.taps), self.upload(&lattice.rows.taps));
        let bindings = [
            (0, params.as_entire_binding()),
            (1, wgpu::BindingResource::TextureView(&level.view)),
            (2, columns.as_entire_binding()),
            (3, rows.as_entire_binding()),
            (4, stages.headers.as_entire_binding()),
            (5, stages.grids.as_entire_binding()),
            (6, stages.hidden.as_entire_binding()),
            (9, stages.bases.as_entire_binding()),
            (7, wgpu::BindingResource::TextureView(&target)),
        ];
        let groups = [width.div_ceil(8), height.div_ceil(8), 1];
        self.run(&self.kernels.view, &bindings, groups);
        texture
    }

    /// The pixels of a texture that [`Gpu::view`] made.
    ///
    /// # Errors
    /// What the driver said.
    pub fn read_view(&self, texture: &wgpu::Texture) -> Result<Vec<[u8; 4]>, String> {
        let width = texture.width() as usize;
        let (padded, pitch) = self.read_texture(texture, 0..texture.height())?;
        Ok(padded
            .chunks_exact(pitch)
            .flat_map(|row: &[[u8; 4]]| row[..width].iter().copied())
            .collect())
    }
}

/// Renders strips of one photo with one edit: what does not change from strip to strip is uploaded
/// once.
#[derive(Debug)]
pub struct StripRenderer<'a> {
    gpu: Arc<Gpu>,
    source: &'a Source,
    photo: Level,
    stages: Stages,
    columns: wgpu::Buffer,
    rows: wgpu::Buffer,
}

impl<'a> StripRenderer<'a> {
    /// For all strips of a photo.
    pub fn new(
        gpu: Arc<Gpu>,
        source: &'a Source,
        photo: &mut GpuPhoto,
        stages: &[GpuStage],
    ) -> Self {
        let image = source.image();
        let lattice = Lattice::strip(0..image.height, image.width, image.height);
        Self {
            source,
            photo: photo.level(&gpu, source, 0),
            stages: Stages::new(&gpu, stages),
            columns: gpu.upload(&lattice.columns.taps),
            rows: gpu.upload(&lattice.rows.taps),
            gpu,
        }
    }

    /// Rows `rows` of the photo at full size. Twin of [`crate::render::strip`].
    ///
    /// # Errors
    /// What the driver said.
    pub fn strip(&self, rows: Range<usize>) -> Result<Image, String> {
        let image = self.source.image();
        let (width, height) = (image.width, rows.len());
        let mut params =
            params(self.source, &self.photo, &self.stages, [width as u32, height as u32]);
        params.first_row = rows.start as u32;
        let words = match image.pixels {
            Pixels::Eight(_) => 1,
            Pixels::Sixteen(_) => 2,
        };
        let params = self.gpu.uniform(&params);
        let packed = self.gpu.empty(words * width * height);
        let bindings = [
            (0, params.as_entire_binding()),
            (1, wgpu::BindingResource::TextureView(&self.photo.view)),
            (2, self.columns.as_entire_binding()),
            (3, self.rows.as_entire_binding()),
            (4, self.stages.headers.as_entire_binding()),
            (5, self.stages.grids.as_entire_binding()),
            (6, self.stages.hidden.as_entire_binding()),
            (9, self.stages.bases.as_entire_binding()),
            (8, packed.as_entire_binding()),
        ];
        let groups = [(width as u32).div_ceil(8), (height as u32).div_ceil(8), 1];
        let gpu = &self.gpu;
        gpu.run(&gpu.kernels.strip, &bindings, groups);
        Ok(match image.pixels {
            Pixels::Eight(_) => Image::eight(width, height, gpu.read(&packed, width * height)?),
            Pixels::Sixteen(_) => {
                Image::sixteen(width, height, gpu.read(&packed, width * height)?, image.coding)
            }
        })
    }
}

fn params(source: &Source, level: &Level, stages: &Stages, [width, height]: [u32; 2]) -> Params {
    let image = source.image();
    Params {
        width,
        height,
        scale: image.coding.scale,
        offset: image.coding.offset,
        stages: stages.count,
        has_alpha: u32::from(source.photo().has_alpha),
        code_max: match image.pixels {
            Pixels::Eight(_) => 255.0,
            Pixels::Sixteen(_) => 65535.0,
        },
        first_row: 0,
        row: level.row,
        fold: level.fold,
        unused: [0; 2],
    }
}

impl Stages {
    fn new(gpu: &Gpu, stages: &[GpuStage]) -> Self {
        let mut headers = Vec::with_capacity(stages.len());
        let mut hidden: Vec<Hidden> = Vec::new();
        let (mut floats, mut terms) = (0, 0);
        for stage in stages {
            let mut header = StageHeader {
                grids: floats,
                hidden: hidden.len() as u32,
                is_clamped: u32::from(stage.clamp),
                strength: stage.strength,
                own: stage.own,
                ..StageHeader::default()
            };
            if let Some(grids) = &stage.grids {
                (header.grid_size, header.grid_planes) = (grids.size, grids.planes);
                floats += grids.floats();
            }
            if let Some(mask) = &stage.mask {
                let [across, down] = mask.reach;
                header.mask = floats;
                header.mask_size = [across.cells as u32, down.cells as u32];
                header.mask_across = [across.factor, across.term];
                header.mask_down = [down.factor, down.term];
                floats += mask.floats();
            }
            if let Some(guide) = &stage.guide {
                header.hidden_count = guide.hidden.len() as u32;
                header.linear = guide.linear;
                hidden.extend(&guide.hidden);
            }
            if let Some(base) = &stage.base {
                let [across, down] = base.reach;
                (header.has_base, header.base) = (1, terms);
                header.base_size = [across.cells as u32, down.cells as u32];
                header.base_across = [across.factor, across.term];
                header.base_down = [down.factor, down.term];
                terms += base.terms;
            }
            headers.push(header);
        }
        // A binding must not be empty, also where there is nothing to read.
        if headers.is_empty() {
            headers.push(StageHeader::default());
        }
        if hidden.is_empty() {
            hidden.push(Hidden::default());
        }
        let grids = stages.iter().flat_map(|stage| {
            let grids = stage.grids.as_ref().map(|grids| (&grids.buffer, grids.floats()));
            let mask = stage.mask.as_ref().map(|mask| (&mask.buffer, mask.floats()));
            grids.into_iter().chain(mask)
        });
        let bases = stages.iter().filter_map(|stage| stage.base.as_ref());
        Self {
            count: stages.len() as u32,
            headers: gpu.upload(&headers),
            grids: joined(gpu, grids.collect()),
            hidden: gpu.upload(&hidden),
            bases: joined(gpu, bases.map(|base| (&base.buffer, 4 * base.terms)).collect()),
        }
    }
}

/// Buffers one behind the other, of each the first 32-bit values.
fn joined(gpu: &Gpu, parts: Vec<(&wgpu::Buffer, u32)>) -> wgpu::Buffer {
    if let [(buffer, _)] = parts.as_slice() {
        return (*buffer).clone();
    }
    let whole = gpu.empty(parts.iter().map(|(_, floats)| *floats as usize).sum());
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut at = 0;
    for (buffer, floats) in parts {
        let bytes = 4 * u64::from(floats);
        encoder.copy_buffer_to_buffer(buffer, 0, &whole, at, bytes);
        at += bytes;
    }
    gpu.queue.submit([encoder.finish()]);
    whole
}
