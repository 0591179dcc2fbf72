//! An example: what is kept of a before/after pair.

use super::alignment::Alignment;
use super::pairing::Pair;
use crate::kernel::Planes;
use crate::kernel::moments::Moments;
use crate::kernel::sample::Sites;
use crate::photo::Capture;

/// What is kept of a before/after pair for learning. All colours are sRGB-encoded values, all
/// positions are shares of the photo: 0 is the centre of its first column or row, 1 that of its
/// last, as grids are read with aligned corners.
#[derive(Clone, Debug)]
pub struct Example {
    /// The two files and their name.
    pub pair: Pair,
    /// SHA-256 of the photo's file, in lower-case hexadecimal digits.
    pub before_sha256: String,
    /// SHA-256 of the edit's file.
    pub after_sha256: String,
    /// Columns of the photo.
    pub width: usize,
    /// Rows of the photo.
    pub height: usize,
    /// When and with what the photo was taken.
    pub capture: Capture,
    /// How the edit lies on the photo.
    pub alignment: Alignment,
    /// The nearest sample of the whole photo, short side 256 (or the photo's own where that is
    /// less): 3 planes.
    pub sample: Planes,
    /// Il: the nearest sample of the whole photo at the networks' usual analysis size, 3 planes.
    pub il: Planes,
    /// The pixels of the photo that Il is of.
    pub il_sites: Sites,
    /// The edit at the positions of `sample`: 3 planes of the same size, the photo's own values
    /// where nothing is known.
    pub edited: Planes,
    /// Whether `edited` is known, for each position of `sample`: the edit covers it, and it is not
    /// masked.
    pub known: Vec<bool>,
    /// Mean and covariance of all the photo's pixels.
    pub moments: Moments,
    /// Pixels at random, of both halves.
    pub pixels: PixelPool,
    /// What of the edit no filter can express.
    pub mask: Mask,
}

/// Pixels at random positions, stratified over what both halves have and in random order: any
/// first part of them is a fair sample too. Vectors are all of one length.
///
/// Where the halves are of one scale these are pixels of the photo as they are; where the edit is
/// smaller, both colours are means over one pixel of the edit, so that the two show the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PixelPool {
    /// Positions across, 0 to 1.
    pub x: Vec<f32>,
    /// Positions down, 0 to 1.
    pub y: Vec<f32>,
    /// Red, green and blue of the photo.
    pub before: [Vec<f32>; 3],
    /// Red, green and blue of the edit.
    pub after: [Vec<f32>; 3],
}

/// Parts of a photo whose edit no filter can express: objects removed, text, a painted patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Cells a row.
    pub width: usize,
    /// Rows of cells.
    pub height: usize,
    /// Whether a cell is masked, row by row; the cells divide the whole photo evenly.
    pub cells: Vec<bool>,
}

impl PixelPool {
    /// How many pixels.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }
}

impl Mask {
    /// A mask that leaves everything out of it.
    pub fn none() -> Self {
        Self { width: 1, height: 1, cells: vec![false] }
    }

    /// Share of the photo that is masked, 0 to 1.
    pub fn share(&self) -> f64 {
        self.cells.iter().filter(|cell| **cell).count() as f64 / self.cells.len() as f64
    }

    /// Whether a position is masked; x and y are 0 to 1, as in [`Example`].
    pub fn hides(&self, x: f32, y: f32) -> bool {
        let cell = |at: f32, count: usize| ((at * count as f32) as usize).min(count - 1);
        self.cells[cell(y, self.height) * self.width + cell(x, self.width)]
    }
}
