//! One picture of two, such as their difference, as a texture of the window.
//!
//! Pictures in memory are combined here; pictures on the graphics card stay there and are combined by
//! a shader.

use std::sync::Arc;

use eframe::egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};
use eframe::egui_wgpu::RenderState;
use wgpu::util::DeviceExt as _;

use crate::engine::Picture;

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// Two pictures, pixels a row and parameters make a picture.
pub type InMemory = fn([&[[u8; 4]]; 2], usize, [f32; 4]) -> Vec<[u8; 4]>;

/// How two pictures become one.
pub struct Recipe {
    /// What it is, for the graphics driver's messages.
    pub name: &'static str,
    /// In memory.
    pub in_memory: InMemory,
    /// The same as the body of a shader: `fn combined(a, b, at) -> vec4<f32>`, with `parameters`.
    pub shader: &'static str,
}

/// The last combination, as a texture of the window.
pub struct Combined {
    recipe: &'static Recipe,
    render: Option<RenderState>,
    /// What it is of, and with which parameters.
    of: Option<([Picture; 2], [f32; 4])>,
    cpu: Option<TextureHandle>,
    gpu: Option<TextureId>,
    pipeline: Option<wgpu::RenderPipeline>,
    /// What is drawn of the two: in memory or on the graphics card.
    last: Option<TextureId>,
}

impl Combined {
    /// None yet.
    pub fn new(recipe: &'static Recipe, render: Option<RenderState>) -> Self {
        Self { recipe, render, of: None, cpu: None, gpu: None, pipeline: None, last: None }
    }

    /// Two pictures of `size` combined. None where one is in memory and the other on the graphics
    /// card, which lasts until the engine has rendered both in the same place.
    pub fn texture(
        &mut self,
        ctx: &Context,
        pictures: [&Picture; 2],
        size: [u32; 2],
        parameters: [f32; 4],
    ) -> Option<TextureId> {
        let is_same = |(of, with): &([Picture; 2], [f32; 4])| {
            *with == parameters && (0..2).all(|index| is_same(&of[index], pictures[index]))
        };
        if !self.of.as_ref().is_some_and(is_same) {
            self.last = match pictures {
                [Picture::Cpu(a), Picture::Cpu(b)] => {
                    let pixels = (self.recipe.in_memory)([a, b], size[0] as usize, parameters);
                    self.uploaded(ctx, &pixels, size)
                }
                [Picture::Gpu(a), Picture::Gpu(b)] => self.rendered([a, b], size, parameters),
                _ => None,
            };
            self.of = Some((pictures.map(Picture::clone), parameters));
        }
        self.last
    }

    fn uploaded(&mut self, ctx: &Context, pixels: &[[u8; 4]], size: [u32; 2]) -> Option<TextureId> {
        let size = size.map(|side| side as usize);
        if pixels.len() != size[0] * size[1] {
            return None;
        }
        let image = ColorImage::from_rgba_premultiplied(size, pixels.as_flattened());
        match &mut self.cpu {
            Some(texture) => texture.set(image, TextureOptions::NEAREST),
            None => {
                let name = self.recipe.name;
                self.cpu = Some(ctx.load_texture(name, image, TextureOptions::NEAREST));
            }
        }
        self.cpu.as_ref().map(TextureHandle::id)
    }

    fn rendered(
        &mut self,
        pictures: [&wgpu::TextureView; 2],
        size: [u32; 2],
        parameters: [f32; 4],
    ) -> Option<TextureId> {
        let RenderState { device, queue, .. } = self.render.as_ref()?;
        let pipeline = self.pipeline.get_or_insert_with(|| pipeline(device, self.recipe));
        let target = drawn(device, queue, pipeline, pictures, size, parameters);
        let target = target.create_view(&wgpu::TextureViewDescriptor::default());

        let nearest = wgpu::FilterMode::Nearest;
        let mut renderer = self.render.as_ref()?.renderer.write();
        let id = match self.gpu {
            Some(id) => {
                renderer.update_egui_texture_from_wgpu_texture(device, &target, nearest, id);
                id
            }
            None => renderer.register_native_texture(device, &target, nearest),
        };
        self.gpu = Some(id);
        Some(id)
    }
}

impl Drop for Combined {
    /// The window is to forget what it was lent.
    fn drop(&mut self) {
        if let (Some(render), Some(id)) = (&self.render, self.gpu) {
            render.renderer.write().free_texture(&id);
        }
    }
}

fn is_same(a: &Picture, b: &Picture) -> bool {
    match (a, b) {
        (Picture::Cpu(a), Picture::Cpu(b)) => Arc::ptr_eq(a, b),
        (Picture::Gpu(a), Picture::Gpu(b)) => a == b,
        _ => false,
    }
}

/// Two pictures combined on the graphics card.
fn drawn(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    pipeline: &wgpu::RenderPipeline,
    pictures: [&wgpu::TextureView; 2],
    [width, height]: [u32; 2],
    parameters: [f32; 4],
) -> wgpu::Texture {
    let target = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: FORMAT,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT
            | wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let view = target.create_view(&wgpu::TextureViewDescriptor::default());
    let parameters = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: None,
        contents: parameters.map(f32::to_ne_bytes).as_flattened(),
        usage: wgpu::BufferUsages::UNIFORM,
    });
    let resources = [
        wgpu::BindingResource::TextureView(pictures[0]),
        wgpu::BindingResource::TextureView(pictures[1]),
        parameters.as_entire_binding(),
    ];
    let entries = [0, 1, 2].map(|binding| wgpu::BindGroupEntry {
        binding,
        resource: resources[binding as usize].clone(),
    });
    let bound = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &entries,
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: &view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT),
                store: wgpu::StoreOp::Store,
            },
        })],
        ..Default::default()
    });
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, &bound, &[]);
    pass.draw(0..3, 0..1);
    drop(pass);
    queue.submit([encoder.finish()]);
    target
}

fn pipeline(device: &wgpu::Device, recipe: &Recipe) -> wgpu::RenderPipeline {
    let source = format!("{}\n{}", include_str!("combined.wgsl"), recipe.shader);
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(recipe.name),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(recipe.name),
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("corner"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some("pixel"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(FORMAT.into())],
        }),
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        multiview_mask: None,
        cache: None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{clipping, difference};
    use super::*;

    const RECIPES: [Recipe; 2] = [difference::DIFFERENCE, clipping::CLIPPING];
    /// A row of a texture is copied back in multiples of 256 bytes.
    const SIZE: [u32; 2] = [64, 40];

    #[test]
    fn every_shader_is_valid() {
        for recipe in RECIPES {
            let source = format!("{}\n{}", include_str!("combined.wgsl"), recipe.shader);
            let module = naga::front::wgsl::parse_str(&source)
                .unwrap_or_else(|error| panic!("{}", error.emit_to_string(&source)));
            let capabilities = naga::valid::Capabilities::default();
            naga::valid::Validator::new(naga::valid::ValidationFlags::all(), capabilities)
                .validate(&module)
                .unwrap_or_else(|error| panic!("{}", error.emit_to_string(&source)));
        }
    }

    /// Greys and colours with many ends among them, and a margin beside the photo.
    fn picture(seed: usize) -> Vec<[u8; 4]> {
        let code = |at: usize, channel: usize| match (at * 31 + at / 7 + channel * 5 + seed) % 9 {
            0 | 1 => 0,
            2 | 3 => 255,
            other => (other * 25 + at % 20) as u8,
        };
        let pixel = |at: usize| match at % 64 {
            0..4 => [0; 4],
            _ => [code(at, 0), code(at, 1), code(at / 3, 2), 255],
        };
        (0..(SIZE[0] * SIZE[1]) as usize).map(pixel).collect()
    }

    #[test]
    fn the_graphics_card_combines_to_the_same_pixels_as_memory() {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let adapter = pollster::block_on(instance.request_adapter(&Default::default())).unwrap();
        let (device, queue) =
            pollster::block_on(adapter.request_device(&Default::default())).unwrap();
        let pictures = [picture(0), picture(4)];
        let views = [0, 1].map(|index: usize| {
            let descriptor = wgpu::TextureDescriptor {
                label: None,
                size: wgpu::Extent3d { width: SIZE[0], height: SIZE[1], depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: FORMAT,
                usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
                view_formats: &[],
            };
            let order = wgpu::util::TextureDataOrder::LayerMajor;
            let data = pictures[index].as_flattened();
            let texture = device.create_texture_with_data(&queue, &descriptor, order, data);
            texture.create_view(&wgpu::TextureViewDescriptor::default())
        });
        let scales = [[1.0, 1.0, 1.0, 0.0], [4.0, 0.0, 1.0, 0.0], [0.0, 1.0, 2.0, 0.0]];
        for (recipe, parameters) in
            RECIPES.iter().flat_map(|recipe| scales.map(|scale| (recipe, scale)))
        {
            let pipeline = pipeline(&device, recipe);
            let target =
                drawn(&device, &queue, &pipeline, [&views[0], &views[1]], SIZE, parameters);
            let got = read(&device, &queue, &target);
            let want =
                (recipe.in_memory)([&pictures[0], &pictures[1]], SIZE[0] as usize, parameters);
            assert!(want.iter().any(|pixel| *pixel != [0; 4]), "{}: nothing to see", recipe.name);
            assert_eq!(got, want, "{} {parameters:?}", recipe.name);
        }
    }

    fn read(device: &wgpu::Device, queue: &wgpu::Queue, texture: &wgpu::Texture) -> Vec<[u8; 4]> {
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: u64::from(4 * SIZE[0] * SIZE[1]),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * SIZE[0]),
            rows_per_image: None,
        };
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo { buffer: &buffer, layout },
            texture.size(),
        );
        queue.submit([encoder.finish()]);
        buffer.slice(..).map_async(wgpu::MapMode::Read, |_| {});
        device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
        let bytes = buffer.get_mapped_range(..).unwrap();
        bytes.as_chunks::<4>().0.to_vec()
    }
}
