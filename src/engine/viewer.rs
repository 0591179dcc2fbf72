//! Renders scenes, and keeps what the next one can use again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Backend, Frame, Picture, Scene, Thumbnail, Wall};
use crate::edit::View;
use crate::gpu::{Gpu, GpuPhoto, GpuSolver};
use crate::operator::OperatorError;
use crate::photo::Photo;
use crate::render::{self, Exact, Lattice, Solver, Source};

/// The renderer of scenes.
#[derive(Debug)]
pub(super) struct Viewer {
    pub backend: Backend,
    /// Bytes that sources, solutions and befores may take together.
    pub budget: usize,
    /// Counts requests, so that what was used longest ago is known.
    now: u64,
    /// The photos of late, and when they were used last.
    sources: Vec<(u64, Arc<Source>)>,
    pub(super) solver: Solver,
    gpu_solver: GpuSolver,
    gpu_photo: Option<GpuPhoto>,
    /// Photos without their edits, which most scenes share with one before, and when they were used.
    befores: Vec<(u64, Scene, Picture)>,
}

/// Exact pictures in the making.
#[derive(Debug)]
pub(super) struct Refinement {
    pane: usize,
    scene: Scene,
    /// That its first pictures took.
    time: Duration,
    pub exact: Exact,
}

/// Why a scene is not rendered.
#[derive(Debug)]
pub(super) enum Trouble {
    /// What the user asked for does not exist; a sentence.
    Refused(String),
    /// The GPU cannot do it; the end of a sentence.
    Gpu(String),
}

impl Viewer {
    pub fn new(backend: Backend, budget: usize) -> Self {
        Self {
            backend,
            budget,
            now: 0,
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
            now: self.now,
            ..Self::new(Backend::Cpu { reason }, self.budget)
        };
    }

    /// The photo with what is computed of it once.
    pub fn source(&mut self, photo: &Arc<Photo>) -> Arc<Source> {
        self.now += 1;
        self.solver.set_time(self.now);
        let is_same = |(_, kept): &&mut (u64, Arc<Source>)| Arc::ptr_eq(kept.photo(), photo);
        if let Some((used, source)) = self.sources.iter_mut().find(is_same) {
            *used = self.now;
            return Arc::clone(source);
        }
        let source = Arc::new(Source::new(Arc::clone(photo)));
        self.sources.push((self.now, Arc::clone(&source)));
        source
    }

    /// Forgets what was used longest ago until the rest fits the budget; what the last request used
    /// stays. Returns the bytes that are kept.
    pub fn forget(&mut self) -> usize {
        loop {
            let bytes = self.bytes();
            if bytes <= self.budget {
                return bytes;
            }
            let sources = self.sources.iter().map(|(used, _)| *used).min();
            let befores = self.befores.iter().map(|(used, ..)| *used).min();
            let oldest = sources.into_iter().chain(befores).chain(self.solver.oldest()).min();
            match oldest {
                Some(oldest) if oldest < self.now => {
                    self.sources.retain(|(used, _)| *used != oldest);
                    self.befores.retain(|(used, ..)| *used != oldest);
                    self.solver.forget(oldest);
                }
                _ => return bytes,
            }
        }
    }

    fn bytes(&self) -> usize {
        let sources: usize = self.sources.iter().map(|(_, source)| source.bytes()).sum();
        let pixels = |view: &View| view.size[0] as usize * view.size[1] as usize;
        let befores: usize = self.befores.iter().map(|(_, scene, _)| 4 * pixels(&scene.view)).sum();
        sources + befores + self.solver.bytes()
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
        let kept = self.befores.iter().position(|(_, kept, _)| shows_same(kept, &scene));
        let kept = kept.map(|place| self.befores.remove(place).2);
        let (before, after) = match self.backend.clone() {
            Backend::Gpu(gpu) if self.takes(&gpu, &source) => gpu
                .guarded(|| self.on_gpu(&gpu, &source, &scene, &lattice, kept))
                .map_err(Trouble::Gpu)?,
            _ => self.on_cpu(&source, &scene, &lattice, kept).map_err(Trouble::Refused)?,
        };
        self.befores.push((self.now, scene.clone(), before.clone()));
        // What is not filtered may be enlarged before or after.
        let exact = lattice.is_plain() || (scene.edit.layers.is_empty() && scene.view.zoom >= 1.0);
        Ok(Frame { pane, scene, before, after, exact, time: started.elapsed() })
    }

    /// Begins the exact pictures of a scene, which the CPU makes on every machine. None for a tuning
    /// that a filter does not have.
    pub fn refine(&mut self, pane: usize, scene: Scene, time: Duration) -> Option<Refinement> {
        let source = self.source(&scene.photo);
        let stages = self.solver.solve(&source, &scene.edit).ok()?;
        let exact = Exact::new(source, stages, &scene.view);
        Some(Refinement { pane, scene, time, exact })
    }

    /// The exact pictures, once they are complete.
    pub fn refined(&mut self, refinement: Refinement) -> Frame {
        let Refinement { pane, scene, time, exact } = refinement;
        let [before, after] = exact.pictures().map(Picture::Cpu);
        // The next edit is compared with it at once.
        if let Some((.., kept)) = self.befores.iter_mut().find(|it| shows_same(&it.1, &scene)) {
            kept.clone_from(&before);
        }
        Frame { pane, scene, before, after, exact: true, time }
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

/// Whether two scenes are the same but for their edits.
fn shows_same(one: &Scene, other: &Scene) -> bool {
    one.view == other.view && Arc::ptr_eq(&one.photo, &other.photo)
}
