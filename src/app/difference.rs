//! The difference view: how far two pictures are apart, pixel by pixel, |a − b| · amplification.
//!
//! Pictures in memory are subtracted here; pictures on the graphics card stay there and are
//! subtracted by `difference.wgsl`.

use std::sync::Arc;

use eframe::egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};
use eframe::egui_wgpu::RenderState;
use wgpu::util::DeviceExt as _;

use crate::engine::Picture;

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// The last difference, as a texture of the window.
pub struct Difference {
    render: Option<RenderState>,
    /// What it is the difference of, and its amplification.
    of: Option<([Picture; 2], u8)>,
    cpu: Option<TextureHandle>,
    gpu: Option<TextureId>,
    pipeline: Option<wgpu::RenderPipeline>,
    /// What is drawn of the two: in memory or on the graphics card.
    last: Option<TextureId>,
}

impl Difference {
    /// None yet.
    pub fn new(render: Option<RenderState>) -> Self {
        Self { render, of: None, cpu: None, gpu: None, pipeline: None, last: None }
    }

    /// The difference of two pictures of `size`. None where one is in memory and the other on the
    /// graphics card, which lasts until the engine has rendered both in the same place.
    pub fn texture(
        &mut self,
        ctx: &Context,
        pictures: [&Picture; 2],
        size: [u32; 2],
        amplification: u8,
    ) -> Option<TextureId> {
        let is_same = |(of, by): &([Picture; 2], u8)| {
            *by == amplification && (0..2).all(|index| is_same(&of[index], pictures[index]))
        };
        if !self.of.as_ref().is_some_and(is_same) {
            self.last = match pictures {
                [Picture::Cpu(a), Picture::Cpu(b)] => {
                    self.uploaded(ctx, &differences(a, b, amplification), size)
                }
                [Picture::Gpu(a), Picture::Gpu(b)] => self.rendered([a, b], size, amplification),
                _ => None,
            };
            self.of = Some((pictures.map(Picture::clone), amplification));
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
                self.cpu = Some(ctx.load_texture("difference", image, TextureOptions::NEAREST));
            }
        }
        self.cpu.as_ref().map(TextureHandle::id)
    }

    fn rendered(
        &mut self,
        pictures: [&wgpu::TextureView; 2],
        [width, height]: [u32; 2],
        amplification: u8,
    ) -> Option<TextureId> {
        let render = self.render.as_ref()?;
        let device = &render.device;
        let pipeline = self.pipeline.get_or_insert_with(|| pipeline(device));
        let target = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("difference"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        });
        let target = target.create_view(&wgpu::TextureViewDescriptor::default());
        let factor = [f32::from(amplification), 0.0, 0.0, 0.0].map(f32::to_ne_bytes);
        let factor = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("amplification"),
            contents: factor.as_flattened(),
            usage: wgpu::BufferUsages::UNIFORM,
        });
        let resources = [
            wgpu::BindingResource::TextureView(pictures[0]),
            wgpu::BindingResource::TextureView(pictures[1]),
            factor.as_entire_binding(),
        ];
        let mut binding = 0..;
        let entries = resources.map(|resource| wgpu::BindGroupEntry {
            binding: binding.next().unwrap_or_default(),
            resource,
        });
        let bound = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("difference"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("difference"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &target,
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
        render.queue.submit([encoder.finish()]);

        let nearest = wgpu::FilterMode::Nearest;
        let mut renderer = render.renderer.write();
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

fn is_same(a: &Picture, b: &Picture) -> bool {
    match (a, b) {
        (Picture::Cpu(a), Picture::Cpu(b)) => Arc::ptr_eq(a, b),
        (Picture::Gpu(a), Picture::Gpu(b)) => a == b,
        _ => false,
    }
}

/// |a − b| · amplification, as opaque as the more opaque of the two.
fn differences(a: &[[u8; 4]], b: &[[u8; 4]], amplification: u8) -> Vec<[u8; 4]> {
    let pixel = |(a, b): (&[u8; 4], &[u8; 4])| {
        let alpha = a[3].max(b[3]);
        let apart = |at: usize| a[at].abs_diff(b[at]).saturating_mul(amplification).min(alpha);
        [apart(0), apart(1), apart(2), alpha]
    };
    a.iter().zip(b).map(pixel).collect()
}

fn pipeline(device: &wgpu::Device) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::include_wgsl!("difference.wgsl"));
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("difference"),
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("corner"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some("difference"),
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
    use super::*;

    #[test]
    fn differences_are_amplified_and_end_at_white() {
        let (a, b) = ([[10, 200, 30, 255]], [[12, 100, 30, 255]]);
        assert_eq!(differences(&a, &b, 1), [[2, 100, 0, 255]]);
        assert_eq!(differences(&a, &b, 4), [[8, 255, 0, 255]]);
        assert_eq!(differences(&b, &a, 4), differences(&a, &b, 4));
        // Beside the photo nothing is drawn.
        assert_eq!(differences(&[[0; 4]], &[[0; 4]], 16), [[0; 4]]);
    }
}
