//! Colours on their way in: from what a file stores to sRGB, in 8 or 16 bits.
//!
//! Rows are converted in blocks of [`BLOCK`] pixels, in parallel and in single precision; there is
//! never a second full picture in floats.

use rayon::prelude::*;

use super::decoded::Raster;
use super::profile::{Model, Profile};
use super::{Coding, Image};

/// Pixels that are converted at once.
const BLOCK: usize = 4096;
/// How far a value may leave 0..1 before codes are spent on it: half a step of 12 bits, well above
/// the rounding of matrices.
const HALF_DEEP_STEP: f32 = 0.5 / 4095.0;
/// Encoded values beyond these are clipped: they would take all codes from the others.
const WIDEST: (f32, f32) = (-2.0, 8.0);

/// An image of the stored pixels, in sRGB.
pub(super) fn image(
    width: usize,
    height: usize,
    raster: Raster,
    model: Model,
    profile: Option<&Profile>,
    notices: &mut Vec<String>,
) -> Image {
    let converter = Converter { model, profile };
    match raster {
        Raster::Eight(mut pixels) => {
            if converter.is_idle() {
                return Image::eight(width, height, pixels);
            }
            if model != Model::Rgb {
                // Grey and inks are exported as sRGB: there is no way back to be exact on.
                converter.in_place(&mut pixels, Coding::EIGHT);
                return Image::eight(width, height, pixels);
            }
            // Another profile's 8-bit codes fall between sRGB's, also where its colours are within
            // sRGB: in 8 bits they would not come back as they were.
            // 16 bits have room for all of the profile's gamut, so nobody needs to look for the part
            // of it that the picture uses.
            let gamut = profile.and_then(Profile::gamut);
            let coding = spanning(gamut.unwrap_or_else(|| converter.range(&pixels)));
            let wide = converter.deepened(&pixels, coding);
            Image::sixteen(width, height, wide, coding)
        }
        Raster::Sixteen(mut pixels) => {
            if converter.is_idle() {
                return Image::sixteen(width, height, pixels, Coding::SIXTEEN);
            }
            let coding = spanning(converter.range(&pixels));
            converter.in_place(&mut pixels, coding);
            Image::sixteen(width, height, pixels, coding)
        }
        Raster::Float(pixels) => {
            let range = converter.range(&pixels);
            if range.0 < WIDEST.0 || range.1 > WIDEST.1 {
                notices.push(format!(
                    "It holds values from {:.1} to {:.1}; those outside {} to {} were clipped.",
                    range.0, range.1, WIDEST.0, WIDEST.1
                ));
            }
            let coding = spanning(range);
            let deep = converter.deepened(&pixels, coding);
            Image::sixteen(width, height, deep, coding)
        }
    }
}

/// 16-bit codes for values of this range.
fn spanning((low, high): (f32, f32)) -> Coding {
    if low >= -HALF_DEEP_STEP && high <= 1.0 + HALF_DEEP_STEP {
        return Coding::SIXTEEN;
    }
    let (low, high) = (low.clamp(WIDEST.0, 0.0), high.clamp(1.0, WIDEST.1));
    Coding { scale: (high - low) / 65535.0, offset: low }
}

/// A channel as files store it.
trait Channel: Copy + Send + Sync {
    /// Its value, 0..1 for integers.
    fn value(self) -> f32;
    /// The code of a coded value, rounded and clipped.
    fn coded(code: f32) -> Self;
    /// The same, as 16 bits of alpha.
    fn alpha16(self) -> u16;
}

impl Channel for u8 {
    fn value(self) -> f32 {
        f32::from(self) / 255.0
    }
    fn coded(code: f32) -> Self {
        (code + 0.5) as u8
    }
    fn alpha16(self) -> u16 {
        u16::from(self) * 257
    }
}

impl Channel for u16 {
    fn value(self) -> f32 {
        f32::from(self) / 65535.0
    }
    fn coded(code: f32) -> Self {
        (code + 0.5) as u16
    }
    fn alpha16(self) -> u16 {
        self
    }
}

impl Channel for f32 {
    fn value(self) -> f32 {
        if self.is_finite() { self } else { 0.0 }
    }
    fn coded(code: f32) -> Self {
        code
    }
    fn alpha16(self) -> u16 {
        (self.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16
    }
}

/// From stored channels to sRGB's encoded values.
#[derive(Clone, Copy)]
struct Converter<'a> {
    model: Model,
    profile: Option<&'a Profile>,
}

impl Converter<'_> {
    /// True where stored values are sRGB's already.
    fn is_idle(self) -> bool {
        self.profile.is_none() && self.model != Model::Cmyk
    }

    /// sRGB-encoded values of a block.
    fn values<T: Channel>(self, block: &[[T; 4]], values: &mut Vec<[f32; 3]>) {
        values.clear();
        values.extend(block.iter().map(|p| [p[0].value(), p[1].value(), p[2].value()]));
        match (self.model, self.profile) {
            (Model::Cmyk, Some(profile)) => {
                let inks: Vec<f32> = block.as_flattened().iter().map(|c| c.value()).collect();
                profile.decode_inks(&inks, values);
            }
            (Model::Cmyk, None) => {
                for (value, pixel) in values.iter_mut().zip(block) {
                    *value = value.map(|ink| (1.0 - ink) * (1.0 - pixel[3].value()));
                }
            }
            (_, Some(profile)) => profile.decode(values),
            (_, None) => {}
        }
    }

    /// The lowest and the highest value of a picture.
    fn range<T: Channel>(self, pixels: &[[T; 4]]) -> (f32, f32) {
        let of_block = |values: &mut Vec<[f32; 3]>, block: &[[T; 4]]| {
            self.values(block, values);
            let values = values.as_flattened().iter();
            values.fold((0.0_f32, 1.0_f32), |(low, high), &v| (low.min(v), high.max(v)))
        };
        pixels
            .par_chunks(BLOCK)
            .map_init(Vec::new, |values, block| of_block(values, block))
            .reduce(|| (0.0, 1.0), |a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Converts a picture where it stands.
    fn in_place<T: Channel>(self, pixels: &mut [[T; 4]], coding: Coding) {
        let top = if size_of::<T>() == 1 { 255.0 } else { 65535.0 };
        pixels.par_chunks_mut(BLOCK).for_each_init(Vec::new, |values, block| {
            self.values(block, values);
            for (pixel, value) in block.iter_mut().zip(values) {
                for c in 0..3 {
                    let code = (value[c] - coding.offset) / coding.scale;
                    pixel[c] = T::coded(code.clamp(0.0, top));
                }
                if self.model == Model::Cmyk {
                    pixel[3] = T::coded(top);
                }
            }
        });
    }

    /// Converts a picture to 16 bits.
    fn deepened<T: Channel>(self, pixels: &[[T; 4]], coding: Coding) -> Vec<[u16; 4]> {
        let mut deep = vec![[u16::MAX; 4]; pixels.len()];
        let blocks = deep.par_chunks_mut(BLOCK).zip(pixels.par_chunks(BLOCK));
        blocks.for_each_init(Vec::new, |values, (deep, block)| {
            self.values(block, values);
            for ((deep, value), pixel) in deep.iter_mut().zip(values).zip(block) {
                for c in 0..3 {
                    let code = (value[c] - coding.offset) / coding.scale;
                    deep[c] = u16::coded(code.clamp(0.0, 65535.0));
                }
                if self.model != Model::Cmyk {
                    deep[3] = pixel[3].alpha16();
                }
            }
        });
        deep
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::Verdict;
    use super::*;
    use crate::photo::{Depth, Pixels};
    use moxcms::ColorProfile;

    fn p3() -> Box<Profile> {
        let bytes = ColorProfile::new_display_p3().encode().unwrap();
        let Verdict::Convert(profile) = Profile::read(&bytes, Model::Rgb) else { panic!() };
        profile
    }

    fn open(raster: Raster, model: Model, profile: Option<&Profile>) -> Image {
        image(2, 1, raster, model, profile, &mut Vec::new())
    }

    #[test]
    fn eight_bits_of_another_profile_have_sixteen_bits_for_its_gamut() {
        let raster = Raster::Eight(vec![[100, 100, 100, 7], [120, 110, 100, 255]]);
        let image = open(raster, Model::Rgb, Some(&p3()));
        let red = open(Raster::Eight(vec![[255, 0, 0, 255]; 2]), Model::Rgb, Some(&p3()));
        assert_eq!(image.coding, red.coding);
        assert!(image.coding.offset < -0.2 && image.coding.value(65535.0) > 1.09);
        let [r, g, b] = image.rgb(0);
        assert!([r, g, b].iter().all(|v| (v - 100.0 / 255.0).abs() < 1e-4), "{r} {g} {b}");
        let Pixels::Sixteen(pixels) = image.pixels else { panic!() };
        assert_eq!(pixels[0][3], 7 * 257);
    }

    #[test]
    fn wide_colours_keep_their_values() {
        let raster = Raster::Eight(vec![[255, 0, 0, 255], [10, 10, 10, 0]]);
        let image = open(raster, Model::Rgb, Some(&p3()));
        assert_eq!(image.depth(), Depth::Sixteen);
        let red = image.rgb(0);
        assert!(red[0] > 1.09 && red[1] < -0.22, "{red:?}");
        let dark = image.rgb(1);
        assert!((dark[0] - 10.0 / 255.0).abs() < 1e-3, "{dark:?}");
        let Pixels::Sixteen(pixels) = image.pixels else { panic!() };
        assert_eq!((pixels[0][3], pixels[1][3]), (65535, 0));
    }

    #[test]
    fn floats_span_their_range() {
        let raster = Raster::Float(vec![[-0.5, 0.25, 2.0, 1.0], [f32::NAN, 0.0, 1.0, 1.0]]);
        let image = open(raster, Model::Rgb, None);
        for (value, expected) in image.rgb(0).into_iter().zip([-0.5, 0.25, 2.0]) {
            assert!((value - expected).abs() < 1e-4);
        }
        let tame = open(Raster::Float(vec![[0.5; 4]; 2]), Model::Rgb, None);
        assert_eq!(tame.coding, Coding::SIXTEEN);
    }

    #[test]
    fn inks_without_a_profile() {
        let raster = Raster::Eight(vec![[0, 0, 0, 0], [255, 0, 0, 128]]);
        let image = open(raster, Model::Cmyk, None);
        assert_eq!(image.pixels, Pixels::Eight(vec![[255; 4], [0, 127, 127, 255]]));
    }
}
