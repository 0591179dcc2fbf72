//! Exports: the same solve and render as on screen, over all pixels, strip by strip.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Backend;
use crate::edit::Edit;
use crate::gpu::{Gpu, GpuPhoto, GpuSolver, StripRenderer};
use crate::photo::{self, ExportOptions, Image, PhotoError};
use crate::render::{self, Solver, Source};

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
    let height = source.image().height as f32;
    // Solved at the first strip, so that a target that cannot be written is refused before.
    let mut renderer: Option<Strips<'_>> = None;
    photo::export(source.photo(), target, options, &mut |rows| {
        if cancelled.load(Ordering::Relaxed) {
            return Err(PhotoError::Cancelled);
        }
        let end = rows.end as f32;
        let failed = |reason: String| PhotoError::Render { reason };
        let render = match &renderer {
            Some(render) => render,
            None => renderer.insert(strips(backend, source, edit).map_err(failed)?),
        };
        let strip = render(rows).map_err(failed)?;
        progress(end / height);
        Ok(strip)
    })
}

type Strips<'a> = Box<dyn Fn(Range<usize>) -> Result<Image, String> + 'a>;

/// Renders strips of a photo with an edit. A photo that the GPU does not take is the CPU's.
pub fn strips<'a>(
    backend: &'a Backend,
    source: &'a Source,
    edit: &Edit,
) -> Result<Strips<'a>, String> {
    if let Backend::Gpu(gpu) = backend
        && let Ok(photo) = GpuPhoto::new(gpu, source)
    {
        return strips_on_gpu(gpu, source, photo, edit);
    }
    let stages = Solver::default().solve(source, edit).map_err(|error| error.to_string())?;
    Ok(Box::new(move |rows| Ok(render::strip(source, &stages, rows))))
}

fn strips_on_gpu<'a>(
    gpu: &'a Gpu,
    source: &'a Source,
    mut photo: GpuPhoto,
    edit: &Edit,
) -> Result<Strips<'a>, String> {
    let stages = GpuSolver::default().solve(gpu, source, &mut photo, edit)?;
    let renderer = StripRenderer::new(gpu, source, &mut photo, &stages);
    Ok(Box::new(move |rows| renderer.strip(rows)))
}
