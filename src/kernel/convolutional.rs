//! The convolutional guided filtering layer (the paper's section III-C).
//!
//! Means are a learnt 3x3 depthwise kernel with dilation r, zero padded, divided by the same kernel
//! run over ones. A follows from `[cov(Gl, Ol), var(Gl)]` by a pointwise network 6 → 32 → 32 → 3
//! with adaptive normalisation and ReLU; `b = mean(Ol) − A·mean(Gl)`. Means are in f64 here;
//! `convolutional.wgsl` subtracts them before it multiplies.

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
    for channel in 0..3 {
        let kernel: [f64; 9] = std::array::from_fn(|tap| f64::from(mean[channel * 9 + tap]));
        let (x, y) = (guide.plane(channel), target.plane(channel));
        for row in 0..height {
            for column in 0..width {
                let [mx, my, mxy, mxx] =
                    weighted_means(&kernel, [row, column], dilation, [height, width], |i| {
                        let (x, y) = (f64::from(x[i]), f64::from(y[i]));
                        [x, y, x * y, x * x]
                    });
                let at = channel * area + row * width + column;
                mean_guide.data[at] = mx as f32;
                mean_target.data[at] = my as f32;
                covariances.data[at] = (mxy - mx * my) as f32;
                covariances.data[3 * area + at] = (mxx - mx * mx) as f32;
            }
        }
    }
    Windows { covariances, mean_guide, mean_target }
}

/// `b = mean(Ol) − A·mean(Gl)`. CPU twin of `terms` in `convolutional.wgsl`.
pub fn terms(a: &Planes, windows: &Windows) -> Planes {
    let means = windows.mean_guide.data.iter().zip(&windows.mean_target.data);
    let term =
        |(a, (x, y)): (&f32, (&f32, &f32))| (f64::from(*y) - f64::from(*a) * f64::from(*x)) as f32;
    Planes { data: a.data.iter().zip(means).map(term).collect(), ..*a }
}

/// The learnt means of some values around a cell, over the taps that are inside.
pub(super) fn weighted_means<const N: usize>(
    kernel: &[f64; 9],
    [row, column]: [usize; 2],
    dilation: usize,
    [height, width]: [usize; 2],
    values: impl Fn(usize) -> [f64; N],
) -> [f64; N] {
    let inside = |at: usize, tap: usize, len: usize| {
        (at + tap * dilation).checked_sub(dilation).filter(|place| *place < len)
    };
    let (mut sums, mut norm) = ([0.0; N], 0.0);
    for (tap, weight) in kernel.iter().enumerate() {
        let Some(y) = inside(row, tap / 3, height) else { continue };
        let Some(x) = inside(column, tap % 3, width) else { continue };
        norm += weight;
        for (sum, value) in sums.iter_mut().zip(values(y * width + x)) {
            *sum += weight * value;
        }
    }
    sums.map(|sum| sum / norm)
}
