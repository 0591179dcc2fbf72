//! Exports: the same solve and render as on screen, over all pixels, strip by strip.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Backend;
use super::ahead::ahead;
use crate::edit::Edit;
use crate::gpu::{Gpu, GpuPhoto, GpuSolver, StripRenderer};
use crate::kernel::render::Stage;
use crate::photo::{self, Depth, ExportOptions, Image, PhotoError};
use crate::render::{self, Scaling, Solver, Source};

/// Writes a photo with an edit to `target`. `progress` is told how much is rendered, 0..1; once
/// `cancelled` is true the export ends with [`PhotoError::Cancelled`] and nothing is left of it.
///
/// # Errors
/// A sentence for whatever went wrong; then nothing was written.
pub fn export(
    backend: &Backend,
    source: &Source,
    edit: &Edit,
    target: &Path,
    options: &ExportOptions,
    progress: &mut dyn FnMut(f32),
    cancelled: &AtomicBool,
) -> Result<(), PhotoError> {
    let from = [source.image().width, source.image().height];
    let to = options.size.of(from[0], from[1]);
    let scaling = (to != from).then(|| Scaling::new(from, to));
    let has_alpha = source.photo().has_alpha;
    let record = edit.record();
    // Solved at the first strip, so that a target that cannot be written is refused before.
    let strips = Strips::new(backend, source, edit, options.depth);
    ahead(strips, from[1], |give| {
        let mut render = |rows: Range<usize>| {
            if cancelled.load(Ordering::Relaxed) {
                return Err(PhotoError::Cancelled);
            }
            let end = rows.end as f32;
            let strip = give(rows).map_err(|reason| PhotoError::Render { reason })?;
            progress(end / from[1] as f32);
            Ok(strip)
        };
        photo::export(source.photo(), target, options, &record, &mut |rows| match &scaling {
            Some(scaling) => scaling.strip(rows, has_alpha, &mut render),
            None => render(rows),
        })
    })
}

/// Renders strips of a photo with an edit. What the GPU cannot do, from the first strip or a later
/// one on, the CPU twin does.
#[derive(Debug)]
pub struct Strips<'a> {
    source: &'a Source,
    edit: &'a Edit,
    gpu: Option<(Arc<Gpu>, Option<StripRenderer<'a>>)>,
    is_deep: bool,
    stages: Option<Vec<Stage>>,
}

impl<'a> Strips<'a> {
    /// Nothing is computed yet. A photo of 8 bits that is wanted in 16 is rendered on the CPU: the card
    /// rounds to the photo's own codes.
    pub fn new(
        backend: &Backend,
        source: &'a Source,
        edit: &'a Edit,
        depth: Option<Depth>,
    ) -> Self {
        let is_deep = depth == Some(Depth::Sixteen) && source.image().depth() == Depth::Eight;
        let gpu = match backend {
            Backend::Gpu(gpu) if !is_deep => Some((Arc::clone(gpu), None)),
            _ => None,
        };
        Self { source, edit, gpu, is_deep, stages: None }
    }

    /// Rows `rows` at full size.
    ///
    /// # Errors
    /// For a tuning that a filter does not have, as the end of a sentence.
    pub fn render(&mut self, rows: Range<usize>) -> Result<Image, String> {
        if let Some((gpu, renderer)) = &mut self.gpu {
            let (source, edit) = (self.source, self.edit);
            let shared = Arc::clone(gpu);
            let strip = gpu.guarded(|| {
                let renderer = match renderer {
                    Some(renderer) => renderer,
                    None => renderer.insert(on_gpu(shared, source, edit)?),
                };
                renderer.strip(rows.clone())
            });
            match strip {
                Ok(strip) => return Ok(strip),
                Err(_) => self.gpu = None,
            }
        }
        let stages = match &self.stages {
            Some(stages) => stages,
            None => {
                let solved = Solver::default().solve(self.source, self.edit);
                let reason = |error: crate::operator::OperatorError| {
                    error.to_string().trim_end_matches('.').to_owned()
                };
                self.stages.insert(solved.map_err(reason)?)
            }
        };
        let strip = if self.is_deep { render::deep_strip } else { render::strip };
        Ok(strip(self.source, stages, rows))
    }
}

fn on_gpu<'a>(gpu: Arc<Gpu>, source: &'a Source, edit: &Edit) -> Result<StripRenderer<'a>, String> {
    let mut photo = GpuPhoto::new(&gpu, source)?;
    let stages = GpuSolver::default().solve(&gpu, source, &mut photo, edit)?;
    Ok(StripRenderer::new(gpu, source, &mut photo, &stages))
}
