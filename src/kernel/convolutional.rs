//! The convolutional guided filtering layer (the paper's section III-C).
//!
//! Means are a learnt 3x3 depthwise kernel with dilation r, zero padded, divided by the same kernel
//! run over ones. A follows from `[cov(Gl, Ol), var(Gl)]` by a pointwise network 6 → 32 → 32 → 3
//! with adaptive normalisation and ReLU; `b = mean(Ol) − A·mean(Gl)`. Means are in f64 here;
//! `convolutional.wgsl` subtracts them before it multiplies.

use rayon::prelude::*;

use super::wide::{Wide, wide};
use super::{Grids, Planes, network};
use crate::operator::{Network, Statistics};

/// The window statistics that the pointwise network looks at, and the means that b needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows {
    /// `[cov(Gl, Ol); var(Gl)]`, 6 planes.
    pub covariances: Planes,
    /// Mean of Gl, 3 planes.
    pub mean_guide: Planes,
    /// Mean of Ol, 3 planes.
    pub mean_target: Planes,
}

/// A and b.
///
/// # Panics
/// When `guide` and `target` differ in size.
pub fn solve(
    guide: &Planes,
    target: &Planes,
    mean: &[f32],
    pointwise: &Network,
    dilation: usize,
    statistics: Statistics,
) -> Grids {
    let windows = windows(guide, target, mean, dilation);
    let a = network::run(pointwise, &windows.covariances, statistics);
    let b = terms(&a, &windows);
    Grids { a, b }
}

/// The window statistics. CPU twin of `windows` in `convolutional.wgsl`.
///
/// # Panics
/// When `guide` and `target` differ in size.
pub fn windows(guide: &Planes, target: &Planes, mean: &[f32], dilation: usize) -> Windows {
    assert_eq!((guide.channels, guide.area()), (target.channels, target.area()), "Gl and Ol");
    let (height, width, area) = (guide.height, guide.width, guide.area());
    let mut covariances = Planes::zeros(6, height, width);
    let mut mean_guide = Planes::zeros(3, height, width);
    let mut mean_target = Planes::zeros(3, height, width);
    let (covariance, variance) = covariances.data.split_at_mut(3 * area);
    let outputs = covariance.par_chunks_exact_mut(area).zip(variance.par_chunks_exact_mut(area));
    let means = mean_guide.data.par_chunks_exact_mut(area);
    let outputs = outputs.zip(means.zip(mean_target.data.par_chunks_exact_mut(area)));
    outputs.enumerate().for_each(|(channel, ((covariance, variance), (mean_x, mean_y)))| {
        let kernel = std::array::from_fn(|tap| f64::from(mean[channel * 9 + tap]));
        let pairs = || {
            let pairs = guide.plane(channel).iter().zip(target.plane(channel));
            pairs.map(|(x, y)| (f64::from(*x), f64::from(*y)))
        };
        let planes: [Vec<f64>; 4] = [
            pairs().map(|(x, _)| x).collect(),
            pairs().map(|(_, y)| y).collect(),
            pairs().map(|(x, y)| x * y).collect(),
            pairs().map(|(x, _)| x * x).collect(),
        ];
        let [mx, my, mxy, mxx] = weighted_means(&kernel, dilation, [height, width], &planes);
        for at in 0..area {
            (mean_x[at], mean_y[at]) = (mx[at] as f32, my[at] as f32);
            covariance[at] = (mxy[at] - mx[at] * my[at]) as f32;
            variance[at] = (mxx[at] - mx[at] * mx[at]) as f32;
        }
    });
    Windows { covariances, mean_guide, mean_target }
}

/// `b = mean(Ol) − A·mean(Gl)`. CPU twin of `terms` in `convolutional.wgsl`.
pub fn terms(a: &Planes, windows: &Windows) -> Planes {
    let means = windows.mean_guide.data.iter().zip(&windows.mean_target.data);
    let term =
        |(a, (x, y)): (&f32, (&f32, &f32))| (f64::from(*y) - f64::from(*a) * f64::from(*x)) as f32;
    Planes { data: a.data.iter().zip(means).map(term).collect(), ..*a }
}

/// The learnt means of some planes around every cell, over the taps that are inside.
pub(super) fn weighted_means<const N: usize>(
    kernel: &[f64; 9],
    dilation: usize,
    [height, width]: [usize; 2],
    planes: &[Vec<f64>; N],
) -> [Vec<f64>; N] {
    let mut means = [const { Vec::new() }; N].map(|_: Vec<f64>| vec![0.0; height * width]);
    wide(Means { kernel, dilation, height, width, planes, means: &mut means });
    means
}

struct Means<'a, 'b, const N: usize> {
    kernel: &'a [f64; 9],
    dilation: usize,
    height: usize,
    width: usize,
    planes: &'a [Vec<f64>; N],
    means: &'b mut [Vec<f64>; N],
}

impl<const N: usize> Wide for Means<'_, '_, N> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { kernel, dilation, height, width, planes, means } = self;
        let mut norm = vec![0.0; width];
        for y in 0..height {
            norm.fill(0.0);
            for (tap, weight) in kernel.iter().enumerate() {
                let row =
                    (y + tap / 3 * dilation).checked_sub(dilation).filter(|row| *row < height);
                let Some(row) = row else { continue };
                // The cells for which the tap is inside, and where it is for the first of them.
                let shift = tap % 3 * dilation;
                let first = dilation.saturating_sub(shift).min(width);
                let end = (width + dilation).saturating_sub(shift).clamp(first, width);
                let from = (first + shift).saturating_sub(dilation);
                norm[first..end].iter_mut().for_each(|norm| *norm += weight);
                for (plane, mean) in planes.iter().zip(&mut *means) {
                    let values = &plane[row * width..][..width][from.min(width)..];
                    let sums = &mut mean[y * width..][..width][first..end];
                    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
                }
            }
            for mean in &mut *means {
                let sums = &mut mean[y * width..][..width];
                sums.iter_mut().zip(&norm).for_each(|(sum, norm)| *sum /= norm);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::wide::tests::at_all_levels;

    #[test]
    fn learnt_means_are_the_sums_over_the_taps_that_are_inside() {
        let kernel: [f64; 9] = std::array::from_fn(|tap| 0.2 + (tap * 5 % 7) as f64 / 9.0);
        for (height, width, dilation) in [(7, 33, 1), (12, 9, 4), (3, 20, 2), (2, 3, 5), (1, 1, 1)]
        {
            let plane = |plane: usize| -> Vec<f64> {
                (0..height * width).map(|i| ((i * 37 + plane) % 101) as f64 / 9.0).collect()
            };
            let planes = [plane(0), plane(5)];
            for (level, got) in
                at_all_levels(|| weighted_means(&kernel, dilation, [height, width], &planes))
            {
                for (got, plane) in got.iter().zip(&planes) {
                    for (at, got) in got.iter().enumerate() {
                        let (mut sum, mut norm) = (0.0, 0.0);
                        for (tap, weight) in kernel.iter().enumerate() {
                            let place = |at: usize, tap: usize, len: usize| {
                                let place = (at + tap * dilation).checked_sub(dilation);
                                place.filter(|place| *place < len)
                            };
                            let row = place(at / width, tap / 3, height);
                            if let (Some(y), Some(x)) = (row, place(at % width, tap % 3, width)) {
                                sum += weight * plane[y * width + x];
                                norm += weight;
                            }
                        }
                        assert!((got - sum / norm).abs() < 1e-12, "{level:?} {at}");
                    }
                }
            }
        }
    }
}
