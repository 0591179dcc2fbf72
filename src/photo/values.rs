//! Colours on their way out: from rendered strips to the samples that a file stores.
//!
//! ```text
//! code → sRGB value → profile's value → clip → round, or dither where bits are lost
//! ```

use rayon::prelude::*;

use super::profile::{Model, Profile, Verdict};
use super::{Coding, Image, Pixels};

/// What becomes of alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alpha {
    /// It is the fourth sample of a pixel.
    Kept,
    /// The picture is laid over white; three samples a pixel.
    OverWhite,
    /// There is none; three samples a pixel.
    None,
}

impl Alpha {
    /// Samples a pixel.
    pub(super) fn samples(self) -> usize {
        if self == Self::Kept { 4 } else { 3 }
    }
}

/// Turns strips of a photo into samples.
pub(super) struct Values {
    profile: Option<Box<Profile>>,
    alpha: Alpha,
    is_dithered: bool,
}

impl Values {
    /// For samples in the colours of a profile, None for sRGB.
    pub(super) fn new(profile: Option<&[u8]>, alpha: Alpha, is_dithered: bool) -> Self {
        let profile = profile.map(|bytes| Profile::read(bytes, Model::Rgb));
        let profile = match profile {
            Some(Verdict::Convert(profile)) if profile.goes_back() => Some(profile),
            _ => None,
        };
        Self { profile, alpha, is_dithered }
    }

    /// Packed 8-bit samples of a strip whose first row is row `top` of the picture.
    pub(super) fn eight(&self, strip: &Image, top: usize) -> Vec<u8> {
        if let Pixels::Eight(pixels) = &strip.pixels
            && self.profile.is_none()
            && self.alpha != Alpha::OverWhite
        {
            let mut samples = vec![0; pixels.len() * self.alpha.samples()];
            for (sample, pixel) in samples.chunks_exact_mut(self.alpha.samples()).zip(pixels) {
                sample.copy_from_slice(&pixel[..sample.len()]);
            }
            return samples;
        }
        self.samples(strip, |value, x, y| {
            let dither = if self.is_dithered { dither(x, top + y) } else { 0.0 };
            (value * 255.0 + dither + 0.5) as u8
        })
    }

    /// Packed 16-bit samples of a strip.
    pub(super) fn sixteen(&self, strip: &Image) -> Vec<u16> {
        self.samples(strip, |value, _, _| (value * 65535.0 + 0.5) as u16)
    }

    /// Packed samples; `quantised` gets a value 0..1, its column and its row in the strip.
    fn samples<T: Copy + Default + Send>(
        &self,
        strip: &Image,
        quantised: impl Fn(f32, usize, usize) -> T + Sync,
    ) -> Vec<T> {
        let count = self.alpha.samples();
        let mut samples = vec![T::default(); strip.width * strip.height * count];
        samples.par_chunks_exact_mut(strip.width * count).enumerate().for_each_init(
            || (Vec::new(), Vec::new()),
            |(colors, alphas), (y, row)| {
                self.row(strip, y, colors, alphas);
                let values = colors.iter().zip(alphas.iter());
                for (x, (pixel, (color, alpha))) in
                    row.chunks_exact_mut(count).zip(values).enumerate()
                {
                    for (sample, &value) in pixel.iter_mut().zip(color) {
                        *sample = quantised(value, x, y);
                    }
                    if count == 4 {
                        // Alpha's steps are kept as they are: dither would show at its edges.
                        pixel[3] = quantised(*alpha, usize::MAX, y);
                    }
                }
            },
        );
        samples
    }

    /// A row's colours, clipped to 0..1, and alphas.
    fn row(&self, strip: &Image, y: usize, colors: &mut Vec<[f32; 3]>, alphas: &mut Vec<f32>) {
        colors.clear();
        alphas.clear();
        let range = y * strip.width..(y + 1) * strip.width;
        let color = |coding: Coding, [r, g, b]: [f32; 3]| {
            [coding.value(r), coding.value(g), coding.value(b)]
        };
        match &strip.pixels {
            Pixels::Eight(pixels) => {
                for &[r, g, b, a] in &pixels[range] {
                    colors.push(color(strip.coding, [r, g, b].map(f32::from)));
                    alphas.push(f32::from(a) / 255.0);
                }
            }
            Pixels::Sixteen(pixels) => {
                for &[r, g, b, a] in &pixels[range] {
                    colors.push(color(strip.coding, [r, g, b].map(f32::from)));
                    alphas.push(f32::from(a) / 65535.0);
                }
            }
        }
        if let Some(profile) = &self.profile {
            profile.encode(colors);
        }
        for (color, &alpha) in colors.iter_mut().zip(alphas.iter()) {
            *color = color.map(|value| value.clamp(0.0, 1.0));
            if self.alpha == Alpha::OverWhite {
                *color = color.map(|value| value * alpha + (1.0 - alpha));
            }
        }
    }
}

/// An ordered 8x8 pattern within ±0.5 steps: a code that is exact stays what it is. Columns of
/// `usize::MAX` are not dithered.
fn dither(x: usize, y: usize) -> f32 {
    if x == usize::MAX {
        return 0.0;
    }
    // Bayer's matrix: the bits of x ^ y and y, interleaved and reversed.
    let (across, down) = (x ^ y, y);
    let rank =
        (0..3).fold(0, |rank, bit| rank << 2 | ((across >> bit) & 1) << 1 | ((down >> bit) & 1));
    (rank as f32 + 0.5) / 64.0 - 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use moxcms::ColorProfile;

    #[test]
    fn dither_holds_every_rank_once() {
        let mut ranks: Vec<f32> = (0..64).map(|i| dither(i % 8, i / 8)).collect();
        ranks.sort_by(f32::total_cmp);
        for (i, rank) in ranks.iter().enumerate() {
            assert_eq!(*rank, (i as f32 + 0.5) / 64.0 - 0.5);
        }
    }

    #[test]
    fn dither_keeps_means_and_exact_codes() {
        let strip =
            |code| Image::sixteen(8, 8, vec![[code, code, code, 65535]; 64], Coding::SIXTEEN);
        let values = Values::new(None, Alpha::None, true);
        assert!(values.eight(&strip(100 * 257), 0).iter().all(|&v| v == 100));
        let between = values.eight(&strip(100 * 257 + 64), 0);
        let mean = between.iter().map(|&v| f64::from(v)).sum::<f64>() / between.len() as f64;
        assert!((mean - 100.25).abs() < 0.01, "{mean}");
    }

    #[test]
    fn alpha_is_laid_over_white() {
        let image = Image::eight(2, 1, vec![[0, 0, 0, 0], [0, 100, 255, 255]]);
        let values = Values::new(None, Alpha::OverWhite, false);
        assert_eq!(values.eight(&image, 0), [255, 255, 255, 0, 100, 255]);
        let values = Values::new(None, Alpha::Kept, false);
        assert_eq!(values.eight(&image, 0), [0, 0, 0, 0, 0, 100, 255, 255]);
    }

    #[test]
    fn colours_go_back_to_the_profile() {
        let bytes = ColorProfile::new_adobe_rgb().encode().unwrap();
        let image = Image::eight(1, 1, vec![[128, 128, 128, 255]]);
        let gray = Values::new(Some(&bytes), Alpha::None, false).eight(&image, 0);
        assert_eq!(gray, [127, 127, 127]);
    }
}
