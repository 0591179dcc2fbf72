//! The residual layer of `dgf-x`: a full 3x3 ridge from the guide to what the network adds to it.
//!
//! In every window of radius r, with the guide g = Gl and the network's residual R:
//! `M = (cov(g, g) + ε)⁻¹·cov(g, R)`, `c = mean(R) − M·mean(g)`, so that `R ≈ M·g + c`. Means are over
//! the part of the window inside the border. With `O = G + M·G + c` the grids are `A = 1 + M`, nine
//! planes, and `b = c`; the ridge pulls toward O = G. Everything is taken in f64. It runs on the CPU
//! alone, at Il's size; `render.wgsl` reads its grids.

use rayon::prelude::*;

use super::plain::box_mean;
use super::{Grids, Planes};

/// A, `[9][height][width]`, the rows of the outputs one after the other, and b.
///
/// # Panics
/// When `guide` and `residual` are not of three planes and one size.
pub fn solve(guide: &Planes, residual: &Planes, radius: usize, epsilon: f64) -> Grids {
    let (height, width) = (guide.height, guide.width);
    assert_eq!((guide.channels, residual.channels), (3, 3), "channels of Gl and R");
    assert_eq!((height, width), (residual.height, residual.width), "sizes of Gl and R");
    let six = [0, 1, 2, 3, 4, 5].map(|i| {
        let plane = if i < 3 { guide.plane(i) } else { residual.plane(i - 3) };
        plane.iter().map(|value| f64::from(*value)).collect::<Vec<_>>()
    });
    let product = |(i, j): (usize, usize)| -> Vec<f64> {
        let values: Vec<f64> = six[i].iter().zip(&six[j]).map(|(a, b)| a * b).collect();
        box_mean(&values, height, width, radius)
    };
    let means: Vec<Vec<f64>> =
        six.par_iter().map(|values| box_mean(values, height, width, radius)).collect();
    let products: Vec<Vec<f64>> = PRODUCTS.into_par_iter().map(product).collect();
    let mut grids =
        Grids { a: Planes::zeros(9, height, width), b: Planes::zeros(3, height, width) };
    let area = height * width;
    for at in 0..area {
        let mut covariance = [[0.0; 6]; 3];
        for ((i, j), mean) in PRODUCTS.into_iter().zip(&products) {
            let value = mean[at] - means[i][at] * means[j][at];
            covariance[i][j] = value;
            if j < 3 {
                covariance[j][i] = value;
            }
        }
        let map = ridge(&covariance, epsilon);
        for (output, row) in map.iter().enumerate() {
            let mut term = means[3 + output][at];
            for (input, factor) in row.iter().enumerate() {
                term -= factor * means[input][at];
                let identity = if input == output { 1.0 } else { 0.0 };
                grids.a.data[(3 * output + input) * area + at] = (identity + factor) as f32;
            }
            grids.b.data[output * area + at] = term as f32;
        }
    }
    grids
}

/// Pairs of planes whose products are averaged: 0 to 2 are the guide's, 3 to 5 the residual's.
const PRODUCTS: [(usize, usize); 15] = [
    (0, 0),
    (0, 1),
    (0, 2),
    (1, 1),
    (1, 2),
    (2, 2),
    (0, 3),
    (0, 4),
    (0, 5),
    (1, 3),
    (1, 4),
    (1, 5),
    (2, 3),
    (2, 4),
    (2, 5),
];

/// M, a row for each output: `(cov(g, g) + ε)·Mᵀ = cov(g, R)`, by elimination. The matrix is positive
/// definite, so no row needs to be exchanged.
fn ridge(covariance: &[[f64; 6]; 3], epsilon: f64) -> [[f64; 3]; 3] {
    let mut rows = *covariance;
    for (i, row) in rows.iter_mut().enumerate() {
        row[i] = row[i].max(0.0) + epsilon;
    }
    for pivot in 0..3 {
        let base = rows[pivot];
        for (i, row) in rows.iter_mut().enumerate() {
            if i != pivot {
                let factor = row[pivot] / base[pivot];
                for (value, base) in row.iter_mut().zip(base) {
                    *value -= factor * base;
                }
            }
        }
    }
    std::array::from_fn(|output| std::array::from_fn(|i| rows[i][3 + output] / rows[i][i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: usize) -> Planes {
        let data =
            (0..3 * 99).map(|i| (i * i * (i + seed) * 7919 % 1009) as f32 / 1009.0).collect();
        Planes { channels: 3, height: 9, width: 11, data }
    }

    #[test]
    fn a_map_of_the_guide_is_found() {
        let guide = noise(3);
        let map = [[0.2, -0.4, 0.1], [0.0, 0.3, 0.5], [-0.1, 0.0, 0.7]];
        let mut residual = Planes::zeros(3, 9, 11);
        for at in 0..99 {
            for (output, row) in map.iter().enumerate() {
                let sum: f32 = (0..3).map(|i| row[i] * guide.data[i * 99 + at]).sum();
                residual.data[output * 99 + at] = sum + 0.05;
            }
        }
        let grids = solve(&guide, &residual, 2, 1e-9);
        for at in 0..99 {
            for (output, row) in map.iter().enumerate() {
                for (input, want) in row.iter().enumerate() {
                    let identity = if input == output { 1.0 } else { 0.0 };
                    let got = grids.a.data[(3 * output + input) * 99 + at];
                    assert!((got - identity - want).abs() < 1e-4, "{got}");
                }
                assert!((grids.b.data[output * 99 + at] - 0.05).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn nothing_added_is_exactly_the_identity() {
        let grids = solve(&noise(5), &Planes::zeros(3, 9, 11), 1, 3e-3);
        for (channel, plane) in grids.a.data.chunks_exact(99).enumerate() {
            let want = if channel % 4 == 0 { 1.0 } else { 0.0 };
            assert!(plane.iter().all(|value| *value == want));
        }
        assert!(grids.b.data.iter().all(|value| *value == 0.0));
    }
}
