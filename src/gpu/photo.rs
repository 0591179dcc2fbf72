//! A photo in graphics memory: a texture of codes for each level of its pyramid.

use super::Gpu;
use crate::kernel::moments::CodeSums;
use crate::photo::{Image, Pixels};
use crate::render::Source;

/// A photo in graphics memory.
#[derive(Debug)]
pub struct GpuPhoto {
    /// [`Source::id`] of the photo.
    pub id: u64,
    levels: Vec<Option<Level>>,
}

/// A level of the pyramid.
#[derive(Clone, Debug)]
pub(super) struct Level {
    /// `Rgba8Uint` or `Rgba16Uint`.
    pub view: wgpu::TextureView,
    /// Pixels a row.
    pub row: u32,
    /// Where it is larger than a texture may be, pixels follow each other in rows of 2^fold texels;
    /// else 0.
    pub fold: u32,
}

impl GpuPhoto {
    /// Uploads the photo at full size. Its smaller levels follow when they are looked at.
    ///
    /// # Errors
    /// Why it does not fit, as the end of a sentence.
    pub fn new(gpu: &Gpu, source: &Source) -> Result<Self, String> {
        let image = source.image();
        let side_max = gpu.device.limits().max_texture_dimension_2d as usize;
        let pixels_max = side_max << side_max.ilog2();
        if image.width * image.height > pixels_max {
            let megapixels = pixels_max / 1_000_000;
            return Err(format!(
                "the photo is larger than the {megapixels} megapixels that the graphics card takes"
            ));
        }
        let level = gpu.guarded(|| Ok(upload(gpu, image)))?;
        Ok(Self { id: source.id(), levels: vec![Some(level)] })
    }

    /// Graphics memory that a photo takes with all its levels, in bytes.
    pub fn bytes_of(image: &Image) -> usize {
        let pixel = match image.pixels {
            Pixels::Eight(_) => 4,
            Pixels::Sixteen(_) => 8,
        };
        // The levels are a quarter as large as the one before, each.
        pixel * image.width * image.height / 3 * 4
    }

    /// One level.
    pub(super) fn level(&mut self, gpu: &Gpu, source: &Source, level: usize) -> Level {
        if self.levels.len() <= level {
            self.levels.resize(level + 1, None);
        }
        self.levels[level].get_or_insert_with(|| upload(gpu, source.level(level))).clone()
    }

    /// Copies rows of the photo back to memory as they are: the yardstick for renders, which bring
    /// as many pixels back the same way.
    ///
    /// # Errors
    /// What the driver said.
    pub fn copy_rows(
        &mut self,
        gpu: &Gpu,
        source: &Source,
        rows: std::ops::Range<usize>,
    ) -> Result<Vec<u32>, String> {
        let Level { view, row, fold } = self.level(gpu, source, 0);
        let (start, end) = (rows.start as u32, rows.end as u32);
        let rows = match fold {
            0 => start..end,
            fold => (start * row) >> fold..((end * row - 1) >> fold) + 1,
        };
        Ok(gpu.read_texture(view.texture(), rows)?.0)
    }

    /// The exact sums of the photo's codes, for its moments.
    ///
    /// # Errors
    /// What the driver said.
    pub fn code_sums(&mut self, gpu: &Gpu, source: &Source) -> Result<CodeSums, String> {
        const TILE: u32 = 128;
        const SUMS: usize = 24;
        let (width, height) = (source.image().width as u32, source.image().height as u32);
        let (across, down) = (width.div_ceil(TILE), height.div_ceil(TILE));
        let tiles = (across * down) as usize;
        let level = self.level(gpu, source, 0);
        let params = gpu.uniform(&[width, height, across, level.fold]);
        let sums = gpu.empty(tiles * SUMS);
        let bindings = [
            (0, params.as_entire_binding()),
            (1, wgpu::BindingResource::TextureView(&level.view)),
            (2, sums.as_entire_binding()),
        ];
        gpu.run(&gpu.kernels.moments, &bindings, [across, down, 1]);
        let tiles: Vec<[u32; SUMS]> = gpu.read(&sums, tiles)?;
        let add = |at: usize| tiles.iter().map(|tile| u64::from(tile[at])).sum::<u64>();
        let totals: [u64; SUMS] = std::array::from_fn(add);
        Ok(CodeSums {
            count: u64::from(width) * u64::from(height),
            sum: std::array::from_fn(|i| totals[i] + 256 * totals[3 + i]),
            products: std::array::from_fn(|i| {
                let [low, mixed, high] = [totals[6 + 3 * i], totals[7 + 3 * i], totals[8 + 3 * i]];
                low + 256 * mixed + 65536 * high
            }),
        })
    }
}

fn upload(gpu: &Gpu, image: &Image) -> Level {
    let (format, bytes, pixel): (_, &[u8], u32) = match &image.pixels {
        Pixels::Eight(pixels) => (wgpu::TextureFormat::Rgba8Uint, bytemuck::cast_slice(pixels), 4),
        Pixels::Sixteen(pixels) => {
            (wgpu::TextureFormat::Rgba16Uint, bytemuck::cast_slice(pixels), 8)
        }
    };
    let (row, rows) = (image.width as u32, image.height as u32);
    let side_max = gpu.device.limits().max_texture_dimension_2d;
    let fold = if row.max(rows) > side_max { side_max.ilog2() } else { 0 };
    let width = if fold == 0 { row } else { 1 << fold };
    let pixels = row * rows;
    let size = |width, height| wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
    let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("photo"),
        size: size(width, pixels.div_ceil(width)),
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::COPY_DST
            | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let write = |first: u32, size: wgpu::Extent3d| {
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(pixel * size.width),
            rows_per_image: None,
        };
        let origin = wgpu::Origin3d { x: 0, y: first, z: 0 };
        let to = wgpu::TexelCopyTextureInfo { origin, ..texture.as_image_copy() };
        gpu.queue.write_texture(
            to,
            &bytes[pixel as usize * (first * width) as usize..],
            layout,
            size,
        );
    };
    let (whole, rest) = (pixels / width, pixels % width);
    if whole > 0 {
        write(0, size(width, whole));
    }
    if rest > 0 {
        write(whole, size(rest, 1));
    }
    Level { view: texture.create_view(&wgpu::TextureViewDescriptor::default()), row, fold }
}
