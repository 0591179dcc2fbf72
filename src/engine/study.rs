//! What there is to know of an edit besides its picture.

use std::sync::Arc;

use super::viewer::Viewer;
use crate::edit::Edit;
use crate::photo::Photo;
use crate::render::{Cover, Histogram, Sheet};

/// A photo under an edit, to be studied.
#[derive(Clone, Debug)]
pub struct Study {
    /// The photo.
    pub photo: Arc<Photo>,
    /// What is done to it.
    pub edit: Edit,
    /// Whether the histogram is wanted.
    pub histogram: bool,
    /// The place in the edit of a filter that is to be looked into.
    pub inside: Option<usize>,
    /// The place in the edit of a filter whose mask is wanted.
    pub mask: Option<usize>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Studied {
    /// How often each value occurs, and what clips.
    pub histogram: Option<Histogram>,
    /// What is inside the filter.
    pub sheets: Vec<Sheet>,
    /// Where the filter acts.
    pub cover: Option<Cover>,
}

impl PartialEq for Study {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.photo, &other.photo)
            && self.edit == other.edit
            && self.histogram == other.histogram
            && self.inside == other.inside
            && self.mask == other.mask
    }
}

impl Viewer {
    /// Studies an edit, on the CPU: a sample of the photo is enough. None for a tuning that a filter
    /// does not have.
    pub fn study(&mut self, study: &Study) -> Option<Studied> {
        let source = self.source(&study.photo);
        let stages = self.solver.solve(&source, &study.edit).ok()?;
        let histogram = study.histogram.then(|| Histogram::new(&source, &stages));
        let look = |place| self.solver.xray(&source, &study.edit, place).ok();
        let sheets = study.inside.and_then(look).unwrap_or_default();
        let cover = |place| self.solver.cover(&source, &study.edit, place).ok()?;
        let cover = study.mask.and_then(cover);
        Some(Studied { histogram, sheets, cover })
    }
}
