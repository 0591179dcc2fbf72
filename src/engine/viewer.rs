//! Renders scenes, and keeps what the next one can use again.

use std::sync::Arc;
use std::time::Instant;

use super::{Backend, Frame, Picture, Scene, Thumbnail, Wall};
use crate::edit::View;
use crate::gpu::{Gpu, GpuPhoto, GpuSolver};
use crate::operator::OperatorError;
use crate::photo::Photo;
use crate::render::{self, Lattice, Solver, Source};

/// The renderer of scenes.
#[derive(Debug)]
pub(super) struct Viewer {
    pub backend: Backend,
    /// The photos of late, newest last.
    sources: Vec<Arc<Source>>,
    solver: Solver,
    gpu_solver: GpuSolver,
    gpu_photo: Option<GpuPhoto>,
    /// Photos without their edits, which most scenes share with one before; newest last.
    befores: Vec<(Scene, Picture)>,
}

/// As many as there are panes.
const SOURCES_MAX: usize = 9;
const BEFORES_MAX: usize = 9;

/// Why a scene is not rendered.
#[derive(Debug)]
pub(super) enum Trouble {
    /// What the user asked for does not exist; a sentence.
    Refused(String),
    /// The GPU cannot do it; the end of a sentence.
    Gpu(String),
}

impl Viewer {
    pub fn new(backend: Backend) -> Self {
        Self {
            backend,
            sources: Vec::new(),
            solver: Solver::default(),
            gpu_solver: GpuSolver::default(),
            gpu_photo: None,
            befores: Vec::new(),
        }
    }

    /// From now on computes on the CPU.
    pub fn give_up_gpu(&mut self, reason: String) {
        *self = Self {
            sources: std::mem::take(&mut self.sources),
            solver: std::mem::take(&mut self.solver),
            ..Self::new(Backend::Cpu { reason })
        };
    }

    /// The photo with what is computed of it once.
    pub fn source(&mut self, photo: &Arc<Photo>) -> Arc<Source> {
        if let Some(source) = self.sources.iter().find(|source| Arc::ptr_eq(source.photo(), photo))
        {
            return Arc::clone(source);
        }
        let source = Arc::new(Source::new(Arc::clone(photo)));
        self.sources.push(Arc::clone(&source));
        if self.sources.len() > SOURCES_MAX {
            self.sources.remove(0);
        }
        source
    }

    /// Renders a scene.
    ///
    /// # Errors
    /// For a tuning that a filter does not have, and when the GPU fails.
    pub fn render(&mut self, pane: usize, scene: Scene) -> Result<Frame, Trouble> {
        let started = Instant::now();
        for layer in &scene.edit.layers {
            let refused = |error: OperatorError| Trouble::Refused(error.to_string());
            layer.operator.settings(&layer.tuning).map_err(refused)?;
        }
        let source = self.source(&scene.photo);
        let (width, height) = (source.image().width, source.image().height);
        let lattice = Lattice::view(&scene.view, width, height, source.levels());
        let is_same = |(kept, _): &(Scene, Picture)| {
            kept.view == scene.view && Arc::ptr_eq(&kept.photo, &scene.photo)
        };
        let kept = self.befores.iter().position(is_same);
        let kept = kept.map(|place| self.befores.remove(place).1);
        let (before, after) = match self.backend.clone() {
            Backend::Gpu(gpu) if self.takes(&gpu, &source) => gpu
                .guarded(|| self.on_gpu(&gpu, &source, &scene, &lattice, kept))
                .map_err(Trouble::Gpu)?,
            _ => self.on_cpu(&source, &scene, &lattice, kept).map_err(Trouble::Refused)?,
        };
        self.befores.push((scene.clone(), before.clone()));
        if self.befores.len() > BEFORES_MAX {
            self.befores.remove(0);
        }
        Ok(Frame { pane, scene, before, after, time: started.elapsed() })
    }

    /// Renders an edit of the wall, on the CPU: it is small. None for a tuning that a filter does not
    /// have.
    pub fn thumbnail(&mut self, wall: &Wall, index: usize) -> Option<Thumbnail> {
        let source = self.source(&wall.photo);
        let (width, height) = (source.image().width, source.image().height);
        let zoom = f64::from(wall.side) / width.max(height) as f64;
        let side = |side: usize| ((side as f64 * zoom).round() as u32).max(1);
        let size = [side(width), side(height)];
        let view = View { size, center: [width as f64 / 2.0, height as f64 / 2.0], zoom };
        let lattice = Lattice::view(&view, width, height, source.levels());
        let stages = self.solver.solve(&source, wall.edits.get(index)?).ok()?;
        let pixels = render::view(&source, &stages, &lattice).into();
        Some(Thumbnail { index, size, pixels })
    }

    fn on_cpu(
        &mut self,
        source: &Source,
        scene: &Scene,
        lattice: &Lattice,
        before: Option<Picture>,
    ) -> Result<(Picture, Picture), String> {
        let stages = self.solver.solve(source, &scene.edit).map_err(|error| error.to_string())?;
        let picture = |stages| Picture::Cpu(render::view(source, stages, lattice).into());
        let before = before.unwrap_or_else(|| picture(&[]));
        let after = if stages.is_empty() { before.clone() } else { picture(&stages) };
        Ok((before, after))
    }

    fn on_gpu(
        &mut self,
        gpu: &Gpu,
        source: &Source,
        scene: &Scene,
        lattice: &Lattice,
        before: Option<Picture>,
    ) -> Result<(Picture, Picture), String> {
        let Some(photo) = &mut self.gpu_photo else {
            return self.on_cpu(source, scene, lattice, before);
        };
        let stages = self.gpu_solver.solve(gpu, source, photo, &scene.edit)?;
        let mut picture = |stages: &[_]| {
            let texture = gpu.view(source, photo, stages, lattice);
            Picture::Gpu(texture.create_view(&wgpu::TextureViewDescriptor::default()))
        };
        let before = before.unwrap_or_else(|| picture(&[]));
        let after = if stages.is_empty() { before.clone() } else { picture(&stages) };
        gpu.wait()?;
        Ok((before, after))
    }

    /// Sees that the photo is in graphics memory; false where it does not fit.
    fn takes(&mut self, gpu: &Gpu, source: &Source) -> bool {
        if self.gpu_photo.as_ref().is_none_or(|photo| photo.id != source.id()) {
            // The photo before makes room first.
            self.gpu_photo = None;
            self.gpu_photo = GpuPhoto::new(gpu, source).ok();
        }
        self.gpu_photo.is_some()
    }
}
