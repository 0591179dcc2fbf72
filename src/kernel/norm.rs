//! Adaptive normalisation and the activation behind it.
//!
//! `y = leaky(w0·x + w1·(γ·(x − mean)/√(variance + 1e-3) + β))`, mean and biased variance of each
//! channel over this very image ([`Statistics::PerImage`], what the authors run) or as stored.

use rayon::prelude::*;

use super::Planes;
use super::wide::{Wide, wide};
use crate::operator::{AdaptiveNorm, Statistics};

/// Normalises `planes` in place, then `max(x, slope·x)`. CPU twin of `norm.wgsl`.
/// A slope of 1 is no activation.
pub fn adaptive_norm(planes: &mut Planes, norm: &AdaptiveNorm, statistics: Statistics, slope: f32) {
    let area = planes.area();
    planes.data.par_chunks_exact_mut(area).enumerate().for_each(|(channel, values)| {
        let (mean, variance) = match statistics {
            Statistics::PerImage => mean_and_variance(values),
            Statistics::Frozen => {
                (f64::from(norm.mean[channel]), f64::from(norm.variance[channel]))
            }
        };
        let (factor, term) = norm.affine(channel, mean, variance);
        wide(Affine { values, factor: factor as f32, term: term as f32, slope });
    });
}

/// `factor·x + term`, then `max(x, slope·x)`.
struct Affine<'a> {
    values: &'a mut [f32],
    factor: f32,
    term: f32,
    slope: f32,
}

impl Wide for Affine<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for value in self.values {
            let normed = *value * self.factor + self.term;
            *value = normed.max(self.slope * normed);
        }
    }
}

/// `max(x, slope·x)` in place. A slope of 1 changes nothing.
pub fn leaky(planes: &mut Planes, slope: f32) {
    for value in &mut planes.data {
        *value = value.max(slope * *value);
    }
}

/// Mean and biased variance, summed in f64 around the first value.
pub(super) fn mean_and_variance(values: &[f32]) -> (f64, f64) {
    wide(Sums(values))
}

/// Sums that are taken side by side: an addition need not wait for the one before.
const SUMS: usize = 16;

struct Sums<'a>(&'a [f32]);

impl Wide for Sums<'_> {
    type Output = (f64, f64);

    #[inline(always)]
    fn run<const FMA: bool>(self) -> (f64, f64) {
        let pivot = f64::from(self.0[0]);
        let (mut sums, mut squares) = ([0.0; SUMS], [0.0; SUMS]);
        let (chunks, rest) = self.0.as_chunks::<SUMS>();
        for chunk in chunks {
            for ((value, sum), square) in chunk.iter().zip(&mut sums).zip(&mut squares) {
                let off = f64::from(*value) - pivot;
                *sum += off;
                *square += off * off;
            }
        }
        for ((value, sum), square) in rest.iter().zip(&mut sums).zip(&mut squares) {
            let off = f64::from(*value) - pivot;
            *sum += off;
            *square += off * off;
        }
        let count = self.0.len() as f64;
        let mean = sums.iter().sum::<f64>() / count;
        (pivot + mean, (squares.iter().sum::<f64>() / count - mean * mean).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norm(w0: f32, w1: f32) -> AdaptiveNorm {
        AdaptiveNorm {
            w0,
            w1,
            scale: vec![2.0],
            shift: vec![0.5],
            mean: vec![1.0],
            variance: vec![3.999],
        }
    }

    #[test]
    fn per_image_statistics_come_from_the_planes() {
        let mut planes =
            Planes { channels: 1, height: 1, width: 4, data: vec![1.0, 3.0, 5.0, 7.0] };
        adaptive_norm(&mut planes, &norm(0.0, 1.0), Statistics::PerImage, 1.0);
        let deviation = 5.001_f32.sqrt();
        for (got, x) in planes.data.iter().zip([1.0, 3.0, 5.0, 7.0]) {
            assert!((got - (2.0 * (x - 4.0) / deviation + 0.5)).abs() < 1e-6);
        }
    }

    #[test]
    fn frozen_statistics_come_from_the_file() {
        let mut planes = Planes { channels: 1, height: 1, width: 2, data: vec![1.0, -3.0] };
        adaptive_norm(&mut planes, &norm(1.0, 1.0), Statistics::Frozen, 0.2);
        assert!((planes.data[0] - 1.5).abs() < 1e-6);
        assert!((planes.data[1] - 0.2 * (-3.0 - 4.0 + 0.5)).abs() < 1e-6);
    }
}
