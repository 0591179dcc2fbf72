//! Mean and covariance of a photo's colours: the nine moments that F's normalisation needs.
//!
//! F's first layer is linear and pointwise, so the mean and variance of each of its channels over
//! the full photo follow from the mean μ and covariance Σ of the photo's colours: `W·μ` and
//! `diag(W·Σ·Wᵀ)`. The sums are taken over integer codes, so they are exact and the same in any
//! order, on the CPU and on the GPU.

use rayon::prelude::*;

use super::Planes;
use crate::photo::{Coding, Image, Pixels};

/// Mean and covariance of red, green and blue, sRGB-encoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// E[r], E[g], E[b].
    pub mean: [f64; 3],
    /// Biased covariance, symmetric.
    pub covariance: [[f64; 3]; 3],
}

/// Sums of codes and of their products over some pixels, exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeSums {
    /// Number of pixels.
    pub count: u64,
    /// Σr, Σg, Σb.
    pub sum: [u64; 3],
    /// Σrr, Σrg, Σrb, Σgg, Σgb, Σbb.
    pub products: [u64; 6],
}

impl CodeSums {
    /// The sums over both sets of pixels.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: std::array::from_fn(|i| self.sum[i] + other.sum[i]),
            products: std::array::from_fn(|i| self.products[i] + other.products[i]),
        }
    }

    /// The moments of the values that the codes stand for.
    pub fn moments(&self, coding: Coding) -> Moments {
        let count = self.count.max(1) as f64;
        let (scale, offset) = (f64::from(coding.scale), f64::from(coding.offset));
        let mean_code = self.sum.map(|sum| sum as f64 / count);
        let at = |i: usize, j: usize| match (i.min(j), i.max(j)) {
            (0, j) => j,
            (1, j) => 2 + j,
            _ => 5,
        };
        // n·Σxy − Σx·Σy in 128 bits: no cancellation however flat the photo.
        let covariance = |i: usize, j: usize| {
            let product = u128::from(self.count) * u128::from(self.products[at(i, j)]);
            let square = u128::from(self.sum[i]) * u128::from(self.sum[j]);
            (product as i128 - square as i128) as f64 / (count * count) * scale * scale
        };
        Moments {
            mean: mean_code.map(|mean| mean * scale + offset),
            covariance: std::array::from_fn(|i| std::array::from_fn(|j| covariance(i, j))),
        }
    }
}

/// The sums over all pixels of an image. CPU twin of `moments.wgsl`.
pub fn code_sums(image: &Image) -> CodeSums {
    /// Pixels a job: few enough that products of 8-bit codes add up in 32 bits.
    const CHUNK: usize = 1 << 16;
    let add = |a: CodeSums, b: CodeSums| a.plus(&b);
    match &image.pixels {
        Pixels::Eight(pixels) => {
            pixels.par_chunks(CHUNK).map(sums_of_8).reduce(CodeSums::default, add)
        }
        Pixels::Sixteen(pixels) => {
            pixels.par_chunks(CHUNK).map(sums_of_16).reduce(CodeSums::default, add)
        }
    }
}

/// The moments of low-resolution planes, as F needs them for Il.
pub fn of_planes(planes: &Planes) -> Moments {
    let count = planes.area() as f64;
    let mean: [f64; 3] = std::array::from_fn(|channel| {
        planes.plane(channel).iter().map(|value| f64::from(*value)).sum::<f64>() / count
    });
    let covariance = |i: usize, j: usize| {
        let pairs = planes.plane(i).iter().zip(planes.plane(j));
        let product = |(x, y): (&f32, &f32)| (f64::from(*x) - mean[i]) * (f64::from(*y) - mean[j]);
        pairs.map(product).sum::<f64>() / count
    };
    Moments { mean, covariance: std::array::from_fn(|i| std::array::from_fn(|j| covariance(i, j))) }
}

fn sums_of_8(pixels: &[[u8; 4]]) -> CodeSums {
    let (mut sum, mut products) = ([0_u32; 3], [0_u32; 6]);
    for pixel in pixels {
        let [r, g, b, _] = pixel.map(u32::from);
        for (total, value) in sum.iter_mut().zip([r, g, b]) {
            *total += value;
        }
        for (total, value) in products.iter_mut().zip([r * r, r * g, r * b, g * g, g * b, b * b]) {
            *total += value;
        }
    }
    CodeSums {
        count: pixels.len() as u64,
        sum: sum.map(u64::from),
        products: products.map(u64::from),
    }
}

fn sums_of_16(pixels: &[[u16; 4]]) -> CodeSums {
    let mut sums = CodeSums { count: pixels.len() as u64, ..CodeSums::default() };
    for pixel in pixels {
        let [r, g, b, _] = pixel.map(u64::from);
        for (total, value) in sums.sum.iter_mut().zip([r, g, b]) {
            *total += value;
        }
        let products = [r * r, r * g, r * b, g * g, g * b, b * b];
        for (total, value) in sums.products.iter_mut().zip(products) {
            *total += value;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_an_image_equal_those_of_its_values() {
        let pixels: Vec<[u8; 4]> = (0..70_000_u32)
            .map(|i| [(i % 251) as u8, (i * 7 % 256) as u8, (i / 300) as u8, 255])
            .collect();
        let image = Image::eight(700, 100, pixels);
        let mut planes = Planes::zeros(3, 100, 700);
        for i in 0..70_000 {
            for (channel, value) in image.rgb(i).into_iter().enumerate() {
                planes.data[channel * 70_000 + i] = value;
            }
        }
        let (got, want) = (code_sums(&image).moments(image.coding), of_planes(&planes));
        for i in 0..3 {
            assert!((got.mean[i] - want.mean[i]).abs() < 1e-7);
            for j in 0..3 {
                assert!((got.covariance[i][j] - want.covariance[i][j]).abs() < 1e-7);
            }
        }
    }

    #[test]
    fn a_flat_photo_has_no_covariance() {
        let image = Image::sixteen(100, 50, vec![[65535, 1, 30000, 65535]; 5000], Coding::SIXTEEN);
        assert_eq!(code_sums(&image).moments(image.coding).covariance, [[0.0; 3]; 3]);
    }
}
