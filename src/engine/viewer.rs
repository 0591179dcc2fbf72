//! Renders scenes, and keeps what the next one can use again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::card::Card;
use super::{
    Backend, Choice, Frame, Memory, Picture, Processor, Scene, Thumbnail, Ticket, Wall,
    WindowDevice,
};
use crate::edit::View;
use crate::gpu::Gpu;
use crate::operator::OperatorError;
use crate::photo::Photo;
use crate::render::{self, Exact, Lattice, Solver, Source};

/// The renderer of scenes.
#[derive(Debug)]
pub(super) struct Viewer {
    pub backend: Backend,
    /// What the window draws with, if there is one.
    window: Option<WindowDevice>,
    /// Bytes that sources, solutions and befores may take together.
    budget: usize,
    /// Counts requests, so that what was used longest ago is known.
    now: u64,
    /// The photos of late, and when they were used last.
    sources: Vec<(u64, Arc<Source>)>,
    pub(super) solver: Solver,
    card: Card,
    /// Why the last photo that the GPU did not take stays with the CPU.
    aside: Option<String>,
    /// Photos without their edits, which most scenes share with one before, and when they were used.
    befores: Vec<(u64, Scene, Picture)>,
}

/// A pane that is to be rendered.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub ticket: Ticket,
    /// Its place among the panes.
    pub pane: usize,
    pub scene: Scene,
    /// When it was asked for.
    pub sent: Instant,
}

/// What a frame's first pictures took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub time: Duration,
    pub latency: Duration,
}

/// Exact pictures in the making.
#[derive(Debug)]
pub(super) struct Refinement {
    asked: Asked,
    /// Of its first pictures.
    times: Times,
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
    pub fn new(backend: Backend, window: Option<WindowDevice>, budget: usize) -> Self {
        Self {
            backend,
            window,
            budget,
            now: 0,
            sources: Vec::new(),
            solver: Solver::default(),
            card: Card::default(),
            aside: None,
            befores: Vec::new(),
        }
    }

    /// From now on computes with this.
    pub fn compute_with(&mut self, backend: Backend) {
        *self = Self {
            sources: std::mem::take(&mut self.sources),
            solver: std::mem::take(&mut self.solver),
            now: self.now,
            ..Self::new(backend, self.window.take(), self.budget)
        };
    }

    /// Looks anew for what `choice` wants.
    pub fn choose(&mut self, choice: Choice) {
        // What it has makes room first.
        self.compute_with(Backend::Cpu { reason: String::new() });
        self.compute_with(Backend::anew(choice, self.window.as_ref()));
    }

    /// From now on keeps at most so many bytes.
    pub fn set_budget(&mut self, bytes: usize) {
        self.budget = bytes;
    }

    /// What the scenes since the last [`Self::begin`] were rendered with.
    pub fn processor(&self) -> Processor {
        match &self.aside {
            Some(reason) => Processor::cpu(reason.clone()),
            None => self.backend.processor(),
        }
    }

    /// New scenes follow.
    pub fn begin(&mut self) {
        self.aside = None;
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
    /// stays.
    pub fn forget(&mut self) -> Memory {
        loop {
            let memory = self.memory();
            if memory.used.max(memory.graphics) <= memory.budget {
                return memory;
            }
            let sources = self.sources.iter().map(|(used, _)| *used).min();
            let befores = self.befores.iter().map(|(used, ..)| *used).min();
            let kept = sources.into_iter().chain(befores);
            let oldest = kept.chain(self.solver.oldest()).chain(self.card.oldest()).min();
            match oldest {
                Some(oldest) if oldest < self.now => {
                    self.sources.retain(|(used, _)| *used != oldest);
                    self.befores.retain(|(used, ..)| *used != oldest);
                    self.solver.forget(oldest);
                    self.card.forget(oldest);
                }
                _ => return memory,
            }
        }
    }

    fn memory(&self) -> Memory {
        let sources: usize = self.sources.iter().map(|(_, source)| source.bytes()).sum();
        let mut used = sources + self.solver.bytes() + self.card.solver.bytes();
        let mut graphics = self.card.bytes();
        for (_, Scene { view, .. }, before) in &self.befores {
            let bytes = 4 * view.size[0] as usize * view.size[1] as usize;
            match before {
                Picture::Cpu(_) => used += bytes,
                Picture::Gpu(_) => graphics += bytes,
            }
        }
        Memory { used, graphics, budget: self.budget }
    }

    /// Renders a scene.
    ///
    /// # Errors
    /// For a tuning that a filter does not have, and when the GPU fails.
    pub fn render(&mut self, Asked { pane, scene, sent, .. }: Asked) -> Result<Frame, Trouble> {
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
        let gpu = match &self.backend {
            Backend::Gpu(gpu) => Some(Arc::clone(gpu)),
            Backend::Cpu { .. } => None,
        };
        let taken = gpu.map(|gpu| {
            let taken = self.card.take(&gpu, &source, self.now, self.budget);
            taken.map(|()| gpu)
        });
        let (before, after) = match taken {
            Some(Ok(gpu)) => gpu
                .guarded(|| self.on_gpu(&gpu, &source, &scene, &lattice, kept))
                .map_err(Trouble::Gpu)?,
            refused => {
                self.aside = refused.and_then(Result::err).or(self.aside.take());
                self.on_cpu(&source, &scene, &lattice, kept).map_err(Trouble::Refused)?
            }
        };
        self.befores.push((self.now, scene.clone(), before.clone()));
        // What is not filtered may be enlarged before or after.
        let exact = lattice.is_plain() || (scene.edit.layers.is_empty() && scene.view.zoom >= 1.0);
        let (time, latency) = (started.elapsed(), sent.elapsed());
        Ok(Frame { pane, scene, before, after, exact, time, latency })
    }

    /// Begins the exact pictures of a scene, which the CPU makes on every machine. None for a tuning
    /// that a filter does not have.
    pub fn refine(&mut self, asked: Asked, times: Times) -> Option<Refinement> {
        let source = self.source(&asked.scene.photo);
        let stages = self.solver.solve(&source, &asked.scene.edit).ok()?;
        let exact = Exact::new(source, stages, &asked.scene.view);
        Some(Refinement { asked, times, exact })
    }

    /// The exact pictures, once they are complete.
    pub fn refined(&mut self, refinement: Refinement) -> Frame {
        let Refinement { asked: Asked { pane, scene, .. }, times, exact } = refinement;
        let Times { time, latency } = times;
        let [before, after] = exact.pictures().map(Picture::Cpu);
        // The next edit is compared with it at once.
        if let Some((.., kept)) = self.befores.iter_mut().find(|it| shows_same(&it.1, &scene)) {
            kept.clone_from(&before);
        }
        Frame { pane, scene, before, after, exact: true, time, latency }
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
        let is_drawn = self.window.is_none() || !gpu.is_apart();
        let Some((photo, solver)) = self.card.photo(source) else {
            return self.on_cpu(source, scene, lattice, before);
        };
        let stages = solver.solve(gpu, source, photo, &scene.edit)?;
        let mut picture = |stages: &[_]| -> Result<Picture, String> {
            let texture = gpu.view(source, photo, stages, lattice);
            if is_drawn {
                return Ok(Picture::Gpu(
                    texture.create_view(&wgpu::TextureViewDescriptor::default()),
                ));
            }
            // Of a device that the window does not draw with.
            Ok(Picture::Cpu(gpu.read_view(&texture)?.into()))
        };
        let before = match before {
            Some(before) => before,
            None => picture(&[])?,
        };
        let after = if stages.is_empty() { before.clone() } else { picture(&stages)? };
        gpu.wait()?;
        Ok((before, after))
    }
}

/// Whether two scenes are the same but for their edits.
fn shows_same(one: &Scene, other: &Scene) -> bool {
    one.view == other.view && Arc::ptr_eq(&one.photo, &other.photo)
}
