//! How close one picture comes to another, on sRGB-encoded values of 0..1.

use palette::color_difference::Ciede2000 as _;
use palette::{FromColor as _, Lab, Srgb};
use rayon::prelude::*;

use crate::kernel::codes::unpack;
use crate::photo::Image;

/// How close one picture comes to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closeness {
    /// Peak signal-to-noise ratio in dB; equal pictures have 120.
    pub psnr: f64,
    /// Structural similarity, −1..1 (Wang et al. 2004), mean of the three channels.
    pub ssim: f64,
    /// Mean colour difference ΔE2000.
    pub delta_e: f64,
}

/// Mean squared errors below this count as it: 120 dB.
const MSE_MIN: f64 = 1e-12;

/// How close `picture` comes to `target`; None when their sizes differ.
pub fn closeness(picture: &Image, target: &Image) -> Option<Closeness> {
    let psnr = psnr(picture, target)?;
    let (ours, theirs) = (planes(picture), planes(target));
    let ssims: Vec<f64> = (0..3)
        .into_par_iter()
        .map(|channel| ssim(&ours[channel], &theirs[channel], picture.width))
        .collect();
    Some(Closeness {
        psnr,
        ssim: ssims.iter().sum::<f64>() / 3.0,
        delta_e: delta_e(picture, target),
    })
}

/// Peak signal-to-noise ratio in dB; None when the sizes differ.
pub fn psnr(picture: &Image, target: &Image) -> Option<f64> {
    if (picture.width, picture.height) != (target.width, target.height) {
        return None;
    }
    let (ours, theirs) = (planes(picture), planes(target));
    let squares = |(a, b): (&Vec<f32>, &Vec<f32>)| -> f64 {
        let chunks = a.par_chunks(1 << 14).zip(b.par_chunks(1 << 14));
        let rows = chunks
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>());
        // Collected first: a sum in the order of the threads would differ from run to run.
        rows.collect::<Vec<_>>().iter().sum()
    };
    let sum: f64 = ours.iter().zip(&theirs).map(squares).sum();
    let mse = sum / (3 * picture.width * picture.height) as f64;
    Some(-10.0 * mse.max(MSE_MIN).log10())
}

fn planes(image: &Image) -> [Vec<f32>; 3] {
    let mut planes = [0, 1, 2].map(|_| vec![0.0; image.width * image.height]);
    unpack(image, 0, planes.each_mut().map(Vec::as_mut_slice));
    planes
}

/// SSIM with the usual Gaussian window of σ 1.5, 11 wide, where the window is inside.
fn ssim(a: &[f32], b: &[f32], width: usize) -> f64 {
    const C1: f64 = 0.01 * 0.01;
    const C2: f64 = 0.03 * 0.03;
    let window = gaussian();
    let products = |f: fn(f64, f64) -> f64| -> Vec<f64> {
        a.iter().zip(b).map(|(a, b)| f(f64::from(*a), f64::from(*b))).collect()
    };
    let blur = |f| blurred(&products(f), width, &window);
    let (mean_a, mean_b) = (blur(|a, _| a), blur(|_, b| b));
    let (aa, bb, ab) = (blur(|a, _| a * a), blur(|_, b| b * b), blur(|a, b| a * b));
    let value = |i: usize| {
        let (ma, mb) = (mean_a[i], mean_b[i]);
        let (va, vb, cov) = (aa[i] - ma * ma, bb[i] - mb * mb, ab[i] - ma * mb);
        ((2.0 * ma * mb + C1) * (2.0 * cov + C2)) / ((ma * ma + mb * mb + C1) * (va + vb + C2))
    };
    (0..mean_a.len()).map(value).sum::<f64>() / mean_a.len() as f64
}

fn gaussian() -> [f64; 11] {
    let weights: [f64; 11] =
        std::array::from_fn(|i| (-((i as f64 - 5.0) / 1.5).powi(2) / 2.0).exp());
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

/// The weighted means of all windows that are inside; of a picture smaller than the window, of what
/// there is of it.
fn blurred(values: &[f64], width: usize, window: &[f64; 11]) -> Vec<f64> {
    let height = values.len() / width;
    let sum = |count: usize, at: &dyn Fn(usize) -> f64| -> f64 {
        let weights = &window[..count];
        let total: f64 = weights.iter().sum();
        weights.iter().enumerate().map(|(i, weight)| weight * at(i)).sum::<f64>() / total
    };
    let (across, down) = (width.min(11), height.min(11));
    let out_width = width - across + 1;
    let mut rows = Vec::with_capacity(out_width * height);
    for row in values.chunks_exact(width) {
        rows.extend((0..out_width).map(|x| sum(across, &|i| row[x + i])));
    }
    let mut out = Vec::with_capacity(out_width * (height - down + 1));
    for y in 0..=height - down {
        out.extend((0..out_width).map(|x| sum(down, &|i| rows[(y + i) * out_width + x])));
    }
    out
}

fn delta_e(a: &Image, b: &Image) -> f64 {
    let lab = |image: &Image, index: usize| {
        let [r, g, b] = image.rgb(index).map(|value| f64::from(value.clamp(0.0, 1.0)));
        Lab::from_color(Srgb::new(r, g, b))
    };
    let count = a.width * a.height;
    let rows: Vec<f64> = (0..a.height)
        .into_par_iter()
        .map(|y| {
            let row = y * a.width..(y + 1) * a.width;
            row.map(|index| lab(a, index).difference(lab(b, index))).sum()
        })
        .collect();
    rows.iter().sum::<f64>() / count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Image {
        let pixels = (0..40 * 30).map(|i| {
            let [r, g, b] = pixel(i % 40, i / 40);
            [r, g, b, 255]
        });
        Image::eight(40, 30, pixels.collect())
    }

    #[test]
    fn equal_pictures_are_as_close_as_can_be() {
        let a = image(|x, y| [(x * 6) as u8, (y * 8) as u8, 77]);
        let same = closeness(&a, &a).unwrap();
        assert_eq!(same.psnr, 120.0);
        assert!((same.ssim - 1.0).abs() < 1e-12);
        assert_eq!(same.delta_e, 0.0);
    }

    #[test]
    fn a_shift_of_one_level_is_48_decibels() {
        let a = image(|x, y| [(x * 5) as u8, (y * 7) as u8, 77]);
        let b = image(|x, y| [(x * 5 + 1) as u8, (y * 7 + 1) as u8, 78]);
        assert!((psnr(&a, &b).unwrap() - 48.1308).abs() < 1e-3);
        assert!(psnr(&a, &Image::eight(30, 40, vec![[0; 4]; 1200])).is_none());
    }

    #[test]
    fn noise_costs_structure_and_a_shift_of_light_little() {
        let a = image(|x, y| [((x * 13 + y * 7) % 200) as u8; 3]);
        let lighter = image(|x, y| [((x * 13 + y * 7) % 200) as u8 + 12; 3]);
        let noisy = image(|x, y| {
            let noise = (x * 7919 + y * 104_729) % 25;
            [((x * 13 + y * 7) % 200 + noise) as u8; 3]
        });
        let (lighter, noisy) = (closeness(&lighter, &a).unwrap(), closeness(&noisy, &a).unwrap());
        assert!((lighter.psnr - noisy.psnr).abs() < 3.0, "{lighter:?} {noisy:?}");
        assert!(lighter.ssim > noisy.ssim, "{lighter:?} {noisy:?}");
    }

    /// Pairs 1 and 25 of Sharma, Wu and Dalal (2005), by whatever way palette computes them.
    #[test]
    fn colour_differences_are_ciede2000() {
        let difference = |a: [f64; 3], b: [f64; 3]| -> f64 {
            let lab =
                |c: [f64; 3]| -> Lab<palette::white_point::D65, f64> { Lab::new(c[0], c[1], c[2]) };
            lab(a).difference(lab(b))
        };
        let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-4, "{got} {want}");
        close(difference([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485]), 2.0425);
        close(difference([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387]), 1.2644);
    }
}
