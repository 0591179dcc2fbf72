//! Masks, solved for a photo.

use std::sync::Arc;

use super::pixels::sample_of_stages;
use super::{Solver, Source};
use crate::edit::{Edit, Mask};
use crate::kernel::base;
use crate::kernel::mask::{Guide, Masked};
use crate::kernel::render::Stage;
use crate::operator::OperatorError;

/// Where a filter acts, on a small copy of the photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Cover {
    /// Width and height.
    pub size: [usize; 2],
    /// How much of the filter there is, 0..1, row by row.
    pub values: Vec<f32>,
}

impl Solver {
    /// Where the filter at a place of an edit acts; None where there is none, and where it acts
    /// everywhere.
    ///
    /// # Errors
    /// A sentence for a tuning that a filter does not have.
    pub fn cover(
        &mut self,
        source: &Source,
        edit: &Edit,
        place: usize,
    ) -> Result<Option<Cover>, OperatorError> {
        let Some(mask) = edit.layers.get(place).and_then(|layer| layer.mask.clone()) else {
            return Ok(None);
        };
        let stages = self.solve(source, &Edit { layers: edit.layers[..=place].to_vec() })?;
        Ok(self.last_masker(source, &stages[..place]).map(|masker| masker.cover(&mask)))
    }
}

/// Solves masks of one filter on one photo: what of them is the photo's own is kept, as is the last mask.
#[derive(Clone, Debug)]
pub struct Masker {
    guide: Guide,
    /// Width and height of the photo.
    size: [usize; 2],
    last: Option<(Arc<Mask>, Arc<Masked>)>,
}

impl Masker {
    /// For a filter that is given what `before` makes of the photo.
    pub fn new(source: &Source, before: &[Stage]) -> Self {
        let size = [source.image().width, source.image().height];
        let sites = base::sites(size[0], size[1]);
        Self { guide: Guide::new(sample_of_stages(source, before, &sites)), size, last: None }
    }

    /// The mask as the render reads it.
    pub fn solve(&mut self, mask: &Arc<Mask>) -> Arc<Masked> {
        if let Some((last, masked)) = &self.last
            && last == mask
        {
            return Arc::clone(masked);
        }
        let sample = self.guide.sample();
        let cover = mask.cover([sample.width, sample.height], self.size);
        let planes = match mask.follows_edges {
            true => self.guide.solve(&cover),
            false => self.guide.as_is(&cover),
        };
        let [width, height] = self.size;
        let masked = Arc::new(Masked { planes, width, height });
        self.last = Some((Arc::clone(mask), Arc::clone(&masked)));
        masked
    }

    /// Where the mask lets the filter act.
    pub fn cover(&mut self, mask: &Arc<Mask>) -> Cover {
        let masked = self.solve(mask);
        let sample = self.guide.sample();
        Cover { size: [sample.width, sample.height], values: masked.cover(sample) }
    }

    /// Memory that is kept, in bytes.
    pub fn bytes(&self) -> usize {
        // Of every pixel of the copy: colours, a mean, an inverse, four coefficients.
        self.guide.sample().area() * (3 * 4 + 9 * 8 + 4 * 4)
    }
}
