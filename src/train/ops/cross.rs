//! The guided step on a residual: in every 3x3 window `R ≈ M·g + c` with a full matrix M, in f64.
//!
//! The guide g is a colour, so channels may depend on each other: `M = ((Σ_gg + ε)⁻¹ Σ_gR)ᵀ`,
//! `c = mean(R) − M·mean(g)`; the ridge ε draws M to zero, that is to no edit. Means are over the
//! part of the window inside the border. The gradient of the solve is one more solve with the same
//! matrix; the guide is data and has none.

use rayon::prelude::*;

use super::Real;
use super::plain::box_mean_adjoint;
use crate::kernel::plain::box_mean;

/// What is wanted at a cell: M row by row, then c.
pub type Cell<T> = [T; 12];

/// Radius of the windows.
const RADIUS: usize = 1;

/// The guide's part of the solve: its window means and inverted covariances.
#[derive(Clone, Debug)]
pub struct Guide {
    size: [usize; 2],
    planes: [Vec<f64>; 3],
    means: [Vec<f64>; 3],
    /// `(Σ_gg + ε)⁻¹` at each cell: xx, xy, xz, yy, yz, zz.
    inverse: Vec<[f64; 6]>,
}

/// Pairs of channels, in the order of [`Guide::inverse`].
const PAIRS: [[usize; 2]; 6] = [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]];

impl Guide {
    /// Of planes `[3][height][width]`, with the ridge ε.
    pub fn new<T: Real>(planes: &[T], [height, width]: [usize; 2], ridge: f64) -> Self {
        let area = height * width;
        let plane = |i: usize| planes[i * area..][..area].iter().map(|g| g.wide()).collect();
        let planes: [Vec<f64>; 3] = [0, 1, 2].map(plane);
        let mean = |values: &[f64]| box_mean(values, height, width, RADIUS);
        let means = planes.each_ref().map(|plane| mean(plane));
        let squares: Vec<Vec<f64>> = PAIRS
            .into_par_iter()
            .map(|[i, j]| {
                let products = planes[i].iter().zip(&planes[j]).map(|(x, y)| x * y);
                mean(&products.collect::<Vec<_>>())
            })
            .collect();
        let inverse = (0..area)
            .map(|at| {
                let mut matrix = [0.0; 6];
                for ((entry, [i, j]), squares) in matrix.iter_mut().zip(PAIRS).zip(&squares) {
                    *entry = squares[at] - means[i][at] * means[j][at];
                    *entry += if i == j { ridge } else { 0.0 };
                }
                inverted(matrix)
            })
            .collect();
        Self { size: [height, width], planes, means, inverse }
    }

    /// M and c of every cell, from the residual's planes.
    pub fn solve<T: Real>(&self, residual: &[T]) -> Vec<Cell<T>> {
        let ([height, width], area) = (self.size, self.planes[0].len());
        let mean = |values: &[f64]| box_mean(values, height, width, RADIUS);
        // For each channel of R its mean, and those of its products with the guide's channels.
        let means: Vec<[Vec<f64>; 4]> = residual
            .par_chunks_exact(area)
            .map(|plane| {
                let plane: Vec<f64> = plane.iter().map(|value| value.wide()).collect();
                let [red, green, blue] = self.planes.each_ref().map(|guide| {
                    let products = guide.iter().zip(&plane).map(|(g, r)| g * r);
                    mean(&products.collect::<Vec<_>>())
                });
                [mean(&plane), red, green, blue]
            })
            .collect();
        (0..area)
            .map(|at| {
                let guide = self.means.each_ref().map(|mean| mean[at]);
                let mut cell = [T::ZERO; 12];
                for (channel, [mean, products @ ..]) in means.iter().enumerate() {
                    let covariance = [0, 1, 2].map(|i| products[i][at] - guide[i] * mean[at]);
                    let row = times(&self.inverse[at], covariance);
                    let term = mean[at] - dot(row, guide);
                    for (to, value) in cell[3 * channel..].iter_mut().zip(row) {
                        *to = T::of(value);
                    }
                    cell[9 + channel] = T::of(term);
                }
                cell
            })
            .collect()
    }

    /// The gradient of the residual's planes from that of every cell.
    pub fn adjoint<T: Real>(&self, gradient: &[Cell<T>]) -> Vec<T> {
        let [height, width] = self.size;
        let spread = |values| box_mean_adjoint(values, height, width, RADIUS);
        let planes: Vec<Vec<T>> = (0..3)
            .into_par_iter()
            .map(|channel| {
                // Gradients of the mean of R and of its products with the guide.
                let mut to_means = [const { Vec::new() }; 4].map(|_: Vec<f64>| Vec::new());
                for (at, cell) in gradient.iter().enumerate() {
                    let guide = self.means.each_ref().map(|mean| mean[at]);
                    let to_term = cell[9 + channel].wide();
                    let to_row =
                        [0, 1, 2].map(|i| cell[3 * channel + i].wide() - to_term * guide[i]);
                    let to_covariance = times(&self.inverse[at], to_row);
                    let [mean, red, green, blue] = &mut to_means;
                    mean.push(to_term - dot(to_covariance, guide));
                    red.push(to_covariance[0]);
                    green.push(to_covariance[1]);
                    blue.push(to_covariance[2]);
                }
                let [mut sum, red, green, blue] = to_means.map(spread);
                for (guide, products) in self.planes.iter().zip([red, green, blue]) {
                    for ((sum, guide), product) in sum.iter_mut().zip(guide).zip(products) {
                        *sum += guide * product;
                    }
                }
                sum.into_iter().map(T::of).collect()
            })
            .collect();
        planes.concat()
    }
}

/// The inverse of a symmetric positive matrix.
fn inverted([xx, xy, xz, yy, yz, zz]: [f64; 6]) -> [f64; 6] {
    let (a, b, c) = (yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy);
    let scale = 1.0 / (xx * a + xy * b + xz * c);
    [a, b, c, xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy].map(|entry| entry * scale)
}

/// A symmetric matrix times a vector.
fn times([xx, xy, xz, yy, yz, zz]: &[f64; 6], [x, y, z]: [f64; 3]) -> [f64; 3] {
    [xx * x + xy * y + xz * z, xy * x + yy * y + yz * z, xz * x + yz * y + zz * z]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
