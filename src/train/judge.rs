//! How close a filter comes to an edit that somebody made.

use std::sync::Arc;

use super::metrics::{Closeness, closeness, psnr};
use crate::edit::{Edit, Layer};
use crate::operator::Operator;
use crate::photo::{Image, Photo};
use crate::render;
use crate::render::{Solver, Source};

/// How close a filter at full strength comes to an edit of a photo.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// Of the filter's picture.
    pub closeness: Closeness,
    /// PSNR in dB of the photo itself: doing nothing.
    pub psnr_nothing: f64,
}

/// Renders the filter at full strength, in 8 bits or the photo's own depth, and compares; None where
/// photo and edit differ in size.
///
/// # Errors
/// A sentence where the filter cannot be rendered.
pub fn judge(
    operator: &Arc<Operator>,
    before: Arc<Photo>,
    after: &Image,
) -> Result<Option<Judged>, String> {
    let source = Source::new(before);
    Ok(closeness(&rendered(operator, &source)?, after).and_then(|closeness| {
        Some(Judged { closeness, psnr_nothing: psnr(source.image(), after)? })
    }))
}

/// PSNR in dB of a filter at full strength against an edit of a photo, as [`judge`] measures it, in a
/// part of the time.
///
/// # Errors
/// A sentence where the filter cannot be rendered.
pub fn judge_psnr(
    operator: &Arc<Operator>,
    before: Arc<Photo>,
    after: &Image,
) -> Result<Option<f64>, String> {
    Ok(psnr(&rendered(operator, &Source::new(before))?, after))
}

fn rendered(operator: &Arc<Operator>, source: &Source) -> Result<Image, String> {
    let layer = Layer::whole(Arc::clone(operator));
    let edit = Edit { layers: vec![layer] };
    let stages = Solver::default().solve(source, &edit).map_err(|error| error.to_string())?;
    Ok(render::strip(source, &stages, 0..source.image().height))
}
