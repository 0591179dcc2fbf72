//! The last rendered frame as textures of the window.

use std::sync::Arc;

use eframe::egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};
use eframe::egui_wgpu::RenderState;

use super::clipping::{CLIPPING, Clipping};
use super::combined::Combined;
use crate::engine::{Frame, Picture};
use crate::photo::Image;

/// The last frame, ready to be drawn.
pub struct Shown {
    /// What was rendered, and how it was seen.
    pub frame: Frame,
    /// The photo itself.
    pub before: TextureId,
    /// The photo with its edit.
    pub after: TextureId,
    /// What lies over the photo with its edit: where it clips.
    pub clipped: Option<TextureId>,
}

/// Turns frames into textures. Pictures on the GPU stay there.
pub struct Pictures {
    render: Option<RenderState>,
    before: Slot,
    after: Slot,
    clipped: Combined,
    shown: Option<Shown>,
}

impl Pictures {
    /// No frame yet. Without a `render` state, pictures on the GPU cannot be shown.
    pub fn new(render: Option<RenderState>) -> Self {
        let clipped = Combined::new(&CLIPPING, render.clone());
        Self { render, before: Slot::default(), after: Slot::default(), clipped, shown: None }
    }

    /// The last frame.
    pub fn shown(&self) -> Option<&Shown> {
        self.shown.as_ref()
    }

    /// Takes a new frame.
    pub fn set(&mut self, ctx: &Context, frame: Frame) {
        let size = frame.scene.view.size;
        let render = self.render.as_ref();
        let before = self.before.texture(ctx, render, &frame.before, size);
        let after = self.after.texture(ctx, render, &frame.after, size);
        if let (Some(before), Some(after)) = (before, after) {
            self.shown = Some(Shown { frame, before, after, clipped: None });
        }
    }

    /// Marks what clips, or no longer.
    pub fn mark(&mut self, ctx: &Context, clipping: Clipping) {
        let Some(Shown { frame, clipped, .. }) = &mut self.shown else { return };
        let pictures = [&frame.before, &frame.after];
        let parameters = clipping.parameters(ctx.pixels_per_point());
        let mut texture = || self.clipped.texture(ctx, pictures, frame.scene.view.size, parameters);
        *clipped = if clipping.is_on() { texture() } else { None };
    }
}

impl Drop for Pictures {
    /// Textures of the engine's were lent to the window: it is to forget them.
    fn drop(&mut self) {
        if let Some(render) = &self.render {
            let mut renderer = render.renderer.write();
            for id in [&self.before, &self.after].into_iter().filter_map(|slot| slot.gpu) {
                renderer.free_texture(&id);
            }
        }
    }
}

/// The textures of one of the two pictures, used again from frame to frame.
#[derive(Default)]
struct Slot {
    cpu: Option<TextureHandle>,
    gpu: Option<TextureId>,
    /// What the CPU texture holds: the picture before the edit is often the same as last time.
    held: Option<Arc<[[u8; 4]]>>,
}

impl Slot {
    fn texture(
        &mut self,
        ctx: &Context,
        render: Option<&RenderState>,
        picture: &Picture,
        size: [u32; 2],
    ) -> Option<TextureId> {
        match picture {
            Picture::Cpu(pixels) => self.uploaded(ctx, pixels, size),
            Picture::Gpu(view) => Some(self.registered(render?, view)),
        }
    }

    fn uploaded(
        &mut self,
        ctx: &Context,
        pixels: &Arc<[[u8; 4]]>,
        size: [u32; 2],
    ) -> Option<TextureId> {
        let size = size.map(|side| side as usize);
        if pixels.len() != size[0] * size[1] {
            return None;
        }
        if let (Some(texture), Some(held)) = (&self.cpu, &self.held)
            && Arc::ptr_eq(held, pixels)
        {
            return Some(texture.id());
        }
        let image = ColorImage::from_rgba_premultiplied(size, pixels.as_flattened());
        let texture = match self.cpu.take() {
            Some(mut texture) => {
                texture.set(image, TextureOptions::NEAREST);
                texture
            }
            None => ctx.load_texture("picture", image, TextureOptions::NEAREST),
        };
        self.held = Some(Arc::clone(pixels));
        Some(self.cpu.insert(texture).id())
    }

    fn registered(&mut self, render: &RenderState, view: &wgpu::TextureView) -> TextureId {
        let nearest = wgpu::FilterMode::Nearest;
        let mut renderer = render.renderer.write();
        match self.gpu {
            Some(id) => {
                renderer.update_egui_texture_from_wgpu_texture(&render.device, view, nearest, id);
                id
            }
            None => {
                let id = renderer.register_native_texture(&render.device, view, nearest);
                *self.gpu.insert(id)
            }
        }
    }
}

/// An image for the screen, opaque.
pub fn color_image(image: &Image) -> ColorImage {
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    let bytes: Vec<u8> =
        (0..image.width * image.height).flat_map(|at| image.rgb(at).map(byte)).collect();
    ColorImage::from_rgb([image.width, image.height], &bytes)
}
