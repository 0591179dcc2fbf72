//! What a fit needs of an example: products of its features, summed over its pixels.

use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, Mat, MatRef, Par};

use crate::kernel::Planes;
use crate::kernel::base::{locals, read_cells, statistics, write_features};
use crate::operator::{Base, LOCALS, PhotoCode};

/// A photo's sample and some of its pixels.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// Nearest sample of the whole photo, short side 256.
    pub sample: &'a Planes,
    /// Places of the pixels: shares of width and height, 0 and 1 at the edges.
    pub places: &'a [[f64; 2]],
    /// Their colours.
    pub colours: &'a [[f32; 3]],
}

impl View<'_> {
    /// The features of the pixels, `[pixels][features]`, row by row.
    pub fn features(&self, code: &PhotoCode) -> Vec<f64> {
        let z = code.code(&statistics(self.sample));
        let count = Base::features(code.axes.len(), true);
        let cells = locals(self.sample, 1.0);
        let mut values = [0.0; LOCALS.len()];
        let mut rows = vec![0.0; self.places.len() * count];
        let pixels = self.places.iter().zip(self.colours);
        for (row, ([across, down], colour)) in rows.chunks_exact_mut(count).zip(pixels) {
            read_cells(&cells, *across, *down, &mut values);
            write_features(colour.map(|v| f64::from(v.clamp(0.0, 1.0))), &values, &z, row);
        }
        rows
    }
}

/// Sums over the pixels of one example, divided by their number.
#[derive(Clone, Debug)]
pub struct Sums {
    /// Products of features, `[features][features]`.
    pub gram: Mat<f64>,
    /// Products of features with the edit's change, `[features][3]`.
    pub cross: Mat<f64>,
    /// Squared change, mean over pixels and channels.
    pub energy: f64,
}

impl Sums {
    /// The sums of `rows` of features and what the edit adds to each pixel's channels.
    ///
    /// # Panics
    /// When there are no changes, or `rows` is no multiple of them.
    pub fn new(rows: &[f64], changes: &[[f64; 3]]) -> Self {
        let (pixels, features) = (changes.len(), rows.len() / changes.len());
        let matrix = MatRef::from_row_major_slice(rows, pixels, features);
        let gram = symmetric(matrix.transpose(), matrix, 1.0 / pixels as f64);
        Self { gram, cross: Mat::zeros(features, 3), energy: 0.0 }.with_changes(rows, changes)
    }

    /// The sums of the same `rows`, had the edit added something else.
    ///
    /// # Panics
    /// As [`Sums::new`].
    pub fn with_changes(self, rows: &[f64], changes: &[[f64; 3]]) -> Self {
        let (pixels, features) = (changes.len(), rows.len() / changes.len());
        let rows = MatRef::from_row_major_slice(rows, pixels, features);
        let flat: Vec<f64> = changes.iter().flatten().copied().collect();
        let share = 1.0 / pixels as f64;
        let changes = MatRef::from_row_major_slice(&flat, pixels, 3);
        Self {
            gram: self.gram,
            cross: product(rows.transpose(), changes, share),
            energy: flat.iter().map(|v| v * v).sum::<f64>() * share / 3.0,
        }
    }

    /// Number of features.
    pub fn features(&self) -> usize {
        self.gram.nrows()
    }

    /// Mean squared error of `weights`, `[features][3]`, over pixels and channels; what they carry
    /// beyond black or white counts as if it were seen.
    pub fn error(&self, weights: &Mat<f64>) -> f64 {
        let explained = product(self.gram.as_ref(), weights.as_ref(), 1.0);
        let (mut linear, mut square) = (0.0, 0.0);
        for c in 0..3 {
            for f in 0..self.features() {
                linear += weights[(f, c)] * self.cross[(f, c)];
                square += weights[(f, c)] * explained[(f, c)];
            }
        }
        (self.energy + (square - 2.0 * linear) / 3.0).max(ERROR_MIN)
    }
}

/// Mean squared errors below this count as it: 70 dB, finer than 8 bits show.
pub const ERROR_MIN: f64 = 1e-7;

/// `factor · a · b` where that is symmetric: half the work.
pub(super) fn symmetric(a: MatRef<'_, f64>, b: MatRef<'_, f64>, factor: f64) -> Mat<f64> {
    let mut out = Mat::zeros(a.nrows(), b.ncols());
    triangular::matmul(
        out.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Replace,
        a,
        BlockStructure::Rectangular,
        b,
        BlockStructure::Rectangular,
        factor,
        Par::Seq,
    );
    for column in 1..out.ncols() {
        for row in 0..column {
            out[(row, column)] = out[(column, row)];
        }
    }
    out
}

/// `factor · a · b`.
pub(super) fn product(a: MatRef<'_, f64>, b: MatRef<'_, f64>, factor: f64) -> Mat<f64> {
    let mut out = Mat::zeros(a.nrows(), b.ncols());
    matmul(out.as_mut(), Accum::Replace, a, b, factor, Par::Seq);
    out
}
