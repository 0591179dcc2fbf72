//! The guided filtering layer (the paper's Algorithm 1): A and b from box means.
//!
//! In every window of radius r, per channel: `A = cov(Gl, Ol) / (var(Gl) + ε)`,
//! `b = mean(Ol) − A·mean(Gl)`. Means are over the part of the window inside the border; A and b
//! are not averaged again. ε is as small as 1e-8, far below the rounding of f32 squares: the means
//! and the solve are in f64 here; `plain.wgsl` subtracts the window's mean before it multiplies.

use rayon::prelude::*;

use super::boxes::Boxes;
use super::{Grids, Planes};

/// A and b. CPU twin of `plain.wgsl`.
///
/// # Panics
/// When `guide` and `target` differ in size.
pub fn solve(guide: &Planes, target: &Planes, radius: usize, epsilon: f64) -> Grids {
    assert_eq!((guide.channels, guide.area()), (target.channels, target.area()), "Gl and Ol");
    let (channels, height, width) = (target.channels, target.height, target.width);
    let planes: Vec<(Vec<f32>, Vec<f32>)> = (0..channels)
        .into_par_iter()
        .map(|channel| {
            let (x, y) = (guide.plane(channel), target.plane(channel));
            let mean = |f: &dyn Fn(f64, f64) -> f64| {
                let values = x.iter().zip(y).map(|(x, y)| f(f64::from(*x), f64::from(*y)));
                box_mean(&values.collect::<Vec<_>>(), height, width, radius)
            };
            let (mean_x, mean_y) = (mean(&|x, _| x), mean(&|_, y| y));
            let (mean_xy, mean_xx) = (mean(&|x, y| x * y), mean(&|x, _| x * x));
            (0..x.len())
                .map(|i| {
                    let covariance = mean_xy[i] - mean_x[i] * mean_y[i];
                    let variance = (mean_xx[i] - mean_x[i] * mean_x[i]).max(0.0);
                    let a = covariance / (variance + epsilon);
                    (a as f32, (mean_y[i] - a * mean_x[i]) as f32)
                })
                .unzip()
        })
        .collect();
    let join = |parts: Vec<Vec<f32>>| Planes { channels, height, width, data: parts.concat() };
    let (a, b) = planes.into_iter().unzip();
    Grids { a: join(a), b: join(b) }
}

/// The mean of every window of `radius`, over what of it is inside.
pub fn box_mean(values: &[f64], height: usize, width: usize, radius: usize) -> Vec<f64> {
    let mut means = Vec::with_capacity(values.len());
    let mut boxes = Boxes::new(1, height, width, radius);
    for row in values.chunks_exact(width) {
        boxes.push(row, |row| means.extend_from_slice(row));
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn box_means_count_only_what_is_inside() {
        let values: Vec<f64> = (1..=6).map(f64::from).collect();
        assert_eq!(box_mean(&values, 2, 3, 1), [3.0, 3.5, 4.0, 3.0, 3.5, 4.0]);
        assert_eq!(box_mean(&values, 2, 3, 9), [3.5; 6]);
    }

    #[test]
    fn a_linear_target_is_found() {
        let data: Vec<f32> = (0..60).map(|i| (i * 17 % 23) as f32 / 23.0).collect();
        let guide = Planes { channels: 1, height: 6, width: 10, data };
        let mut target = guide.clone();
        for value in &mut target.data {
            *value = 0.7 * *value + 0.1;
        }
        let grids = solve(&guide, &target, 1, 1e-8);
        assert!(grids.a.data.iter().all(|a| (a - 0.7).abs() < 1e-4));
        assert!(grids.b.data.iter().all(|b| (b - 0.1).abs() < 1e-4));
    }
}
