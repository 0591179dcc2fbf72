//! Adaptive normalisation and the activation behind it, and their gradients, a channel at a time.
//!
//! `z = leaky(n)`, `n = w0·y + w1·(γ·(y − mean)/√(variance + 1e-3) + β)`. With per-image statistics
//! the gradient goes through mean and variance; statistics are taken in f64.

use super::Real;
use super::conv::Frame;
use crate::kernel::wide::{Lanes, in_lanes};
use crate::operator::AdaptiveNorm;

/// What a channel's normalisation comes to for this image: `n = factor·y + term`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Affine {
    pub factor: f64,
    pub term: f64,
    pub mean: f64,
    /// `1/√(variance + ε)`.
    pub inverse: f64,
}

impl Affine {
    /// No normalisation.
    pub const NONE: Self = Self { factor: 1.0, term: 0.0, mean: 0.0, inverse: 1.0 };

    /// Of a channel with the weights w0, w1, γ, β and this mean and variance.
    pub fn new([w0, w1, scale, shift]: [f64; 4], mean: f64, variance: f64) -> Self {
        let inverse = 1.0 / (variance + AdaptiveNorm::EPSILON).sqrt();
        let gain = scale * inverse;
        Self { factor: w0 + w1 * gain, term: w1 * (shift - gain * mean), mean, inverse }
    }
}

/// Mean and biased variance of a plane's pixels.
pub(super) fn mean_and_variance<T: Real>(plane: &[T], frame: Frame) -> (f64, f64) {
    in_lanes(Statistics { plane, frame })
}

struct Statistics<'a, T> {
    plane: &'a [T],
    frame: Frame,
}

/// Values that are summed side by side, in an order that does not depend on the processor.
const SUMS: usize = 16;

impl<T: Real> Lanes for Statistics<'_, T> {
    type Output = (f64, f64);

    #[inline(always)]
    fn run<const FMA: bool, const LANES: usize>(self) -> (f64, f64) {
        let Frame { height, width, margin } = self.frame;
        let pitch = self.frame.pitch();
        let pivot = self.plane[margin].wide();
        let (mut sums, mut squares) = ([0.0; SUMS], [0.0; SUMS]);
        for row in self.plane.chunks_exact(pitch) {
            let (chunks, rest) = row[margin..][..width].as_chunks::<SUMS>();
            for chunk in chunks {
                for ((value, sum), square) in chunk.iter().zip(&mut sums).zip(&mut squares) {
                    let off = value.wide() - pivot;
                    *sum += off;
                    *square += off * off;
                }
            }
            for ((value, sum), square) in rest.iter().zip(&mut sums).zip(&mut squares) {
                let off = value.wide() - pivot;
                *sum += off;
                *square += off * off;
            }
        }
        let (mut sum, mut square) = (0.0, 0.0);
        for (lane, lane_square) in sums.iter().zip(&squares) {
            sum += lane;
            square += lane_square;
        }
        let count = (height * width) as f64;
        let mean = sum / count;
        (pivot + mean, (square / count - mean * mean).max(0.0))
    }
}

/// `z = leaky(factor·y + term)`.
pub(super) struct Activate<'a, T> {
    /// A plane without margin.
    pub from: &'a [T],
    /// A plane of `frame`.
    pub to: &'a mut [T],
    pub frame: Frame,
    pub affine: &'a Affine,
    pub slope: f64,
}

impl<T: Real> Lanes for Activate<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool, const LANES: usize>(self) {
        let Frame { width, margin, .. } = self.frame;
        let (factor, term) = (T::of(self.affine.factor), T::of(self.affine.term));
        let slope = T::of(self.slope);
        let from = self.from.chunks_exact(self.frame.with_margin(0).pitch());
        for (to, from) in self.to.chunks_exact_mut(self.frame.pitch()).zip(from) {
            for (z, y) in to[margin..][..width].iter_mut().zip(from) {
                let normed = y.fma::<FMA>(factor, term);
                *z = normed.larger(slope * normed);
            }
        }
    }
}

/// The gradient of y, and what the weights' gradients are made of.
pub(super) struct Gradient<'a, T> {
    /// Gradient of z, a plane without margin.
    pub gz: &'a [T],
    /// y, a plane without margin.
    pub y: &'a [T],
    /// Gradient of y, a plane of `frame`; its margins stay as they are.
    pub gy: &'a mut [T],
    pub frame: Frame,
    pub affine: &'a Affine,
    pub slope: f64,
    /// `w1·γ` where mean and variance are this image's, 0 where they are fixed.
    pub through: f64,
}

/// `Σ gn` and `Σ gn·(y − mean)` over a channel, gn being the gradient of n.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub gradient: f64,
    pub product: f64,
}

impl<T: Real> Lanes for Gradient<'_, T> {
    type Output = Sums;

    #[inline(always)]
    fn run<const FMA: bool, const LANES: usize>(self) -> Sums {
        let Frame { height, width, margin } = self.frame;
        let (bare, pitch) = (self.frame.with_margin(0).pitch(), self.frame.pitch());
        let Affine { factor, term, mean, inverse } = *self.affine;
        let (t_factor, t_term, t_mean) = (T::of(factor), T::of(term), T::of(mean));
        let slope = T::of(self.slope);
        let mut total = Sums::default();
        let rows = self.gz.chunks_exact(bare).zip(self.y.chunks_exact(bare));
        for ((gz, y), gy) in rows.zip(self.gy.chunks_exact_mut(pitch)) {
            let gy = &mut gy[margin..][..width];
            for ((gn, gz), y) in gy.iter_mut().zip(gz).zip(y) {
                let normed = y.fma::<FMA>(t_factor, t_term);
                *gn = if normed > T::ZERO { *gz } else { slope * *gz };
            }
            let (mut sums, mut products) = ([T::ZERO; SUMS], [T::ZERO; SUMS]);
            let (gn_chunks, gn_rest) = gy.as_chunks::<SUMS>();
            let (y_chunks, y_rest) = y[..width].as_chunks::<SUMS>();
            for (gn, y) in gn_chunks.iter().zip(y_chunks) {
                for i in 0..LANES {
                    sums[i] += gn[i];
                    products[i] = gn[i].fma::<FMA>(y[i] - t_mean, products[i]);
                }
            }
            for (i, (gn, y)) in gn_rest.iter().zip(y_rest).enumerate() {
                sums[i] += *gn;
                products[i] = gn.fma::<FMA>(*y - t_mean, products[i]);
            }
            for (sum, product) in sums.iter().zip(&products) {
                total.gradient += sum.wide();
                total.product += product.wide();
            }
        }
        let count = (height * width) as f64;
        let through = self.through * inverse;
        // gy = factor·gn − through·(mean of gn + x̂·mean of gn·x̂), x̂ = (y − mean)·inverse
        let along = -through * inverse * inverse * total.product / count;
        let constant = T::of(-through * total.gradient / count - along * mean);
        let along = T::of(along);
        let rows = self.y.chunks_exact(bare);
        for (gy, y) in self.gy.chunks_exact_mut(pitch).zip(rows) {
            for (gy, y) in gy[margin..][..width].iter_mut().zip(y) {
                *gy = gy.fma::<FMA>(t_factor, y.fma::<FMA>(along, constant));
            }
        }
        total
    }
}
