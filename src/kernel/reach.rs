//! Where a pixel is on the cells of a grid.

/// Position of pixel `at` of `len` between the first (0) and the last (1): aligned corners.
pub fn aligned(at: f64, len: usize) -> f32 {
    if len < 2 { 0.0 } else { (at / (len - 1) as f64).clamp(0.0, 1.0) as f32 }
}

/// How an [`aligned`] position of 0..1 becomes a place on a grid, in cells: `position·factor + term`,
/// kept between the first cell's middle and the last one's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reach {
    /// Cells from the photo's first pixel to its last.
    pub factor: f32,
    /// Place of the photo's first pixel.
    pub term: f32,
    /// Number of cells.
    pub cells: usize,
}

impl Reach {
    /// Corners aligned: the first and the last pixel are in the middles of the outermost cells.
    pub fn aligned(cells: usize) -> Self {
        Self { factor: (cells - 1) as f32, term: 0.0, cells }
    }

    /// From edge to edge: pixel x of `len` is at `(x + 0.5)/len·cells − 0.5`.
    pub fn edges(cells: usize, len: usize) -> Self {
        let pixel = cells as f64 / len as f64;
        let factor = ((len - 1) as f64 * pixel) as f32;
        Self { factor, term: (0.5 * pixel - 0.5) as f32, cells }
    }

    /// The cell left of (or above) a position, and how far it is on the way to the next.
    pub(super) fn place(self, position: f32) -> (usize, f32) {
        let last = (self.cells - 1) as f32;
        let place = (position * self.factor + self.term).max(0.0).min(last);
        let cell = (place as usize).min(self.cells.saturating_sub(2));
        (cell, place - cell as f32)
    }
}
