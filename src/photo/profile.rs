//! ICC profiles: what an embedded profile means, and the way to sRGB and back.
//!
//! Matrix profiles are computed here, since colours outside sRGB must keep their values (below 0,
//! above 1) and the way back must be the exact inverse: curve → matrix → sRGB's curve. Profiles
//! made of tables go through moxcms to ProPhoto RGB, which holds every colour of a real device,
//! and from there the same way.

use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformF32Executor, TransformOptions,
    Xyzd,
};

use super::curve::{Curve, Srgb};

/// A picture's channels as its file stores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    /// One channel, held here as equal red, green and blue.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black; 0 is no ink.
    Cmyk,
}

/// What an embedded profile means for a picture.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Its colours are sRGB's, whatever its bytes.
    Srgb,
    /// Colours go through this.
    Convert(Box<Profile>),
    /// It cannot be used; the reason is the end of a sentence, without its full stop.
    Unusable(String),
}

/// The way from a profile's colours to sRGB and back. All values are encoded, 0..1 inside the
/// gamut.
#[derive(Debug)]
pub(super) struct Profile {
    device: Device,
    srgb: Srgb,
}

/// The device's side of a [`Profile`].
enum Device {
    /// Curves and a matrix.
    Matrix(Shaper),
    /// A curve from grey to luminance.
    Gray(Curve),
    /// Tables, by way of ProPhoto RGB; `back` is missing for input-only and CMYK profiles.
    Tables {
        to: Arc<TransformF32Executor>,
        back: Option<Arc<TransformF32Executor>>,
        /// ProPhoto RGB, where moxcms stops.
        between: Shaper,
    },
}

/// A curve for each channel (an index into `curves`), then matrices to linear sRGB and back.
struct Shaper {
    curves: Vec<Curve>,
    of: [usize; 3],
    to: Matrix,
    back: Matrix,
}

type Matrix = [[f32; 3]; 3];

/// From sRGB's linear light to XYZ under D50: the primaries of IEC 61966-2-1, adapted by Bradford's
/// matrix. moxcms's own differ by 3e-4, more than an 8-bit step of a dark channel.
const SRGB: [[f64; 3]; 3] = [
    [0.436_041, 0.385_113, 0.143_046],
    [0.222_485, 0.716_905, 0.060_610],
    [0.013_920, 0.097_067, 0.713_913],
];

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Matrix(_) => "Matrix",
            Self::Gray(_) => "Gray",
            Self::Tables { .. } => "Tables",
        })
    }
}

impl Profile {
    /// Reads the profile that was embedded in a picture of this model.
    pub(super) fn read(bytes: &[u8], model: Model) -> Verdict {
        let Ok(profile) = ColorProfile::new_from_slice(bytes) else {
            return Verdict::Unusable("it is damaged".to_owned());
        };
        let device = match (profile.color_space, model) {
            (DataColorSpace::Rgb, Model::Rgb | Model::Gray) => rgb_device(&profile),
            (DataColorSpace::Gray, Model::Gray) => {
                profile.gray_trc.as_ref().and_then(Curve::new).map(Device::Gray)
            }
            (DataColorSpace::Cmyk, Model::Cmyk) => tables(&profile, Layout::Rgba),
            _ => return Verdict::Unusable("it is for another kind of picture".to_owned()),
        };
        let Some(device) = device else {
            return Verdict::Unusable("its curves or tables make no sense".to_owned());
        };
        let profile = Self { device, srgb: Srgb::new() };
        if model != Model::Cmyk && profile.is_srgb() {
            Verdict::Srgb
        } else {
            Verdict::Convert(Box::new(profile))
        }
    }

    /// True where colours can be converted back, so that an export may carry the profile.
    pub(super) fn goes_back(&self) -> bool {
        match &self.device {
            Device::Matrix(_) => true,
            Device::Gray(_) => false,
            Device::Tables { back, .. } => back.is_some(),
        }
    }

    /// Converts pixels from the profile's values to sRGB's, which may leave 0..1.
    pub(super) fn decode(&self, pixels: &mut [[f32; 3]]) {
        match &self.device {
            Device::Matrix(shaper) => shaper.decode(&self.srgb, pixels),
            Device::Gray(curve) => {
                for pixel in pixels {
                    *pixel = [self.srgb.encode(curve.decode(pixel[0])); 3];
                }
            }
            Device::Tables { to, between, .. } => {
                let source = pixels.as_flattened().to_vec();
                self.run(to, &source, pixels.as_flattened_mut());
                between.decode(&self.srgb, pixels);
            }
        }
    }

    /// The lowest and the highest of sRGB's values that the profile's colours have. Behind its curves
    /// a matrix profile is linear, so they are at the corners of its cube. None for tables.
    pub(super) fn gamut(&self) -> Option<(f32, f32)> {
        if !matches!(self.device, Device::Matrix(_)) {
            return None;
        }
        let mut corners: Vec<[f32; 3]> =
            (0..8).map(|i| [i & 1, i >> 1 & 1, i >> 2].map(|bit| bit as f32)).collect();
        self.decode(&mut corners);
        let values = corners.as_flattened().iter();
        Some(values.fold((0.0, 1.0), |(low, high), v| (v.min(low), v.max(high))))
    }

    /// Converts ink values (four a pixel, 0 is no ink) to sRGB's.
    pub(super) fn decode_inks(&self, inks: &[f32], pixels: &mut [[f32; 3]]) {
        if let Device::Tables { to, between, .. } = &self.device {
            self.run(to, inks, pixels.as_flattened_mut());
            between.decode(&self.srgb, pixels);
        }
    }

    /// Converts pixels from sRGB's values to the profile's, clipped to its gamut.
    pub(super) fn encode(&self, pixels: &mut [[f32; 3]]) {
        match &self.device {
            Device::Matrix(shaper) => shaper.encode(&self.srgb, pixels),
            Device::Tables { back: Some(back), between, .. } => {
                between.encode(&self.srgb, pixels);
                let source = pixels.as_flattened().to_vec();
                self.run(back, &source, pixels.as_flattened_mut());
            }
            Device::Gray(_) | Device::Tables { back: None, .. } => {}
        }
    }

    /// True where no colour moves by more than two 8-bit steps: makers of profiles round the primaries
    /// each in their own way, which full saturation shows.
    fn is_srgb(&self) -> bool {
        const SIDE: usize = 9;
        let mut moved: Vec<[f32; 3]> = (0..SIDE.pow(3))
            .map(|i| {
                [i % SIDE, i / SIDE % SIDE, i / SIDE / SIDE].map(|v| v as f32 / (SIDE - 1) as f32)
            })
            .collect();
        let still = moved.clone();
        self.decode(&mut moved);
        let differences = moved.as_flattened().iter().zip(still.as_flattened());
        differences.fold(0.0_f32, |most, (a, b)| most.max((a - b).abs())) <= 2.0 / 255.0
    }

    /// Runs moxcms. It fails on wrong lengths alone, which [`tables`] has ruled out; black then.
    fn run(&self, transform: &Arc<TransformF32Executor>, from: &[f32], to: &mut [f32]) {
        if transform.transform(from, to).is_err() {
            to.fill(0.0);
        }
    }
}

impl Shaper {
    /// Of a matrix profile.
    fn new(profile: &ColorProfile) -> Option<Self> {
        let trcs = [&profile.red_trc, &profile.green_trc, &profile.blue_trc];
        let mut curves = Vec::new();
        let mut of = [0; 3];
        for c in 0..3 {
            if let Some(same) = (0..c).find(|&earlier| trcs[earlier] == trcs[c]) {
                of[c] = of[same];
            } else {
                of[c] = curves.len();
                curves.push(Curve::new(trcs[c].as_ref()?)?);
            }
        }
        let (to, back) = matrices(profile)?;
        Some(Self { curves, of, to, back })
    }

    /// From its values to sRGB's.
    fn decode(&self, srgb: &Srgb, pixels: &mut [[f32; 3]]) {
        let curves = self.of.map(|curve| &self.curves[curve]);
        // Channel by channel: this is where large photos spend their time.
        for [r, g, b] in pixels {
            let linear = [curves[0].decode(*r), curves[1].decode(*g), curves[2].decode(*b)];
            let [x, y, z] = times(&self.to, linear);
            (*r, *g, *b) = (srgb.encode(x), srgb.encode(y), srgb.encode(z));
        }
    }

    /// From sRGB's values to its own.
    fn encode(&self, srgb: &Srgb, pixels: &mut [[f32; 3]]) {
        let curves = self.of.map(|curve| &self.curves[curve]);
        for [r, g, b] in pixels {
            let linear = [srgb.decode(*r), srgb.decode(*g), srgb.decode(*b)];
            let [x, y, z] = times(&self.back, linear);
            (*r, *g, *b) = (curves[0].encode(x), curves[1].encode(y), curves[2].encode(z));
        }
    }
}

/// An RGB profile's device: its tables if it has them both ways, its matrix otherwise.
fn rgb_device(profile: &ColorProfile) -> Option<Device> {
    let has_to =
        profile.lut_a_to_b_perceptual.is_some() || profile.lut_a_to_b_colorimetric.is_some();
    let has_back =
        profile.lut_b_to_a_perceptual.is_some() || profile.lut_b_to_a_colorimetric.is_some();
    if profile.is_matrix_shaper() && !(has_to && has_back) {
        return Shaper::new(profile).map(Device::Matrix);
    }
    tables(profile, Layout::Rgb)
}

/// A table profile's device, by way of ProPhoto RGB.
fn tables(profile: &ColorProfile, layout: Layout) -> Option<Device> {
    let prophoto = ColorProfile::new_pro_photo_rgb();
    let transform = |from: &ColorProfile, source, to: &ColorProfile, target| {
        [RenderingIntent::RelativeColorimetric, RenderingIntent::Perceptual].into_iter().find_map(
            |rendering_intent| {
                let options = TransformOptions { rendering_intent, ..TransformOptions::default() };
                from.create_transform_f32(source, to, target, options).ok()
            },
        )
    };
    let to = transform(profile, layout, &prophoto, Layout::Rgb)?;
    let back = (layout == Layout::Rgb)
        .then(|| transform(&prophoto, Layout::Rgb, profile, Layout::Rgb))
        .flatten();
    let between = Shaper::new(&prophoto)?;
    Some(Device::Tables { to, back, between })
}

/// From a profile's linear light to sRGB's and back.
fn matrices(profile: &ColorProfile) -> Option<(Matrix, Matrix)> {
    let colorants = |p: &ColorProfile| columns([p.red_colorant, p.green_colorant, p.blue_colorant]);
    let mut to = product(&inverse(&SRGB)?, &colorants(profile));
    // Colorants are rounded in the file: white must stay white all the same.
    for row in &mut to {
        let white: f64 = row.iter().sum();
        if (white - 1.0).abs() < 0.01 {
            row.iter_mut().for_each(|v| *v /= white);
        }
    }
    let back = inverse(&to)?;
    let narrow = |m: &[[f64; 3]; 3]| m.map(|row| row.map(|v| v as f32));
    Some((narrow(&to), narrow(&back)))
}

fn columns(columns: [Xyzd; 3]) -> [[f64; 3]; 3] {
    [columns.map(|c| c.x), columns.map(|c| c.y), columns.map(|c| c.z)]
}

fn product(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    [0, 1, 2].map(|i| [0, 1, 2].map(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}

/// By cofactors; `None` where the matrix is singular or not finite.
fn inverse(m: &[[f64; 3]; 3]) -> Option<[[f64; 3]; 3]> {
    let cofactor = |i: usize, j: usize| {
        let (i1, i2, j1, j2) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3);
        m[i1][j1] * m[i2][j2] - m[i1][j2] * m[i2][j1]
    };
    let determinant: f64 = (0..3).map(|j| m[0][j] * cofactor(0, j)).sum();
    (determinant.is_finite() && determinant.abs() > 1e-9)
        .then(|| [0, 1, 2].map(|i| [0, 1, 2].map(|j| cofactor(j, i) / determinant)))
}

#[inline(always)]
fn times(m: &Matrix, [x, y, z]: [f32; 3]) -> [f32; 3] {
    let row = |row: &[f32; 3]| row[0] * x + row[1] * y + row[2] * z;
    [row(&m[0]), row(&m[1]), row(&m[2])]
}

/// What an ICC profile is called; None for what is none, or has no name.
pub fn profile_name(icc: &[u8]) -> Option<String> {
    use moxcms::ProfileText;

    let text = ColorProfile::new_from_slice(icc).ok()?.description?;
    let name = match text {
        ProfileText::PlainString(name) => name,
        ProfileText::Localizable(names) => {
            let english = names.iter().find(|name| name.language == "en");
            english.or(names.first())?.value.clone()
        }
        ProfileText::Description(name) if name.ascii_string.is_empty() => name.unicode_string,
        ProfileText::Description(name) => name.ascii_string,
    };
    let name = name.trim_matches(|letter: char| letter == '\0' || letter.is_whitespace());
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(profile: &ColorProfile) -> Box<Profile> {
        match Profile::read(&profile.encode().unwrap(), Model::Rgb) {
            Verdict::Convert(profile) => profile,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn srgb_is_known_by_its_colours_however_they_are_rounded() {
        let mut profile = ColorProfile::new_srgb();
        let bytes = profile.encode().unwrap();
        assert!(matches!(Profile::read(&bytes, Model::Rgb), Verdict::Srgb));
        // As raw developers write it.
        let xyz = |x, y, z| Xyzd { x, y, z };
        profile.red_colorant = xyz(0.436_035, 0.222_488, 0.013_916);
        profile.green_colorant = xyz(0.385_117, 0.716_904, 0.097_061);
        profile.blue_colorant = xyz(0.143_051, 0.060_608, 0.713_913);
        let bytes = profile.encode().unwrap();
        assert!(matches!(Profile::read(&bytes, Model::Rgb), Verdict::Srgb));
        profile.red_colorant = xyz(0.446_035, 0.222_488, 0.013_916);
        let bytes = profile.encode().unwrap();
        assert!(matches!(Profile::read(&bytes, Model::Rgb), Verdict::Convert(_)));
    }

    #[test]
    fn p3_red_lies_outside_srgb() {
        let profile = convert(&ColorProfile::new_display_p3());
        let mut pixels = [[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.5, 0.5, 0.5]];
        profile.decode(&mut pixels);
        // From the CSS Color 4 tests: color(display-p3 1 0 0) is color(srgb 1.0931 -0.2267 -0.1501).
        for (value, expected) in pixels[0].into_iter().zip([1.0931, -0.2267, -0.1501]) {
            assert!((value - expected).abs() < 2e-3, "{pixels:?}");
        }
        assert!(pixels[1].iter().all(|v| (v - 1.0).abs() < 1e-5), "{pixels:?}");
        assert!(pixels[2].iter().all(|v| (v - 0.5).abs() < 1e-4), "{pixels:?}");
    }

    #[test]
    fn the_way_back_is_the_inverse() {
        for profile in [
            ColorProfile::new_display_p3(),
            ColorProfile::new_adobe_rgb(),
            ColorProfile::new_pro_photo_rgb(),
            ColorProfile::new_bt2020(),
        ] {
            let profile = convert(&profile);
            let start: Vec<[f32; 3]> = (0..512_usize)
                .map(|i| [i % 8, i / 8 % 8, i / 64].map(|v| v as f32 / 7.0))
                .collect();
            let mut pixels = start.clone();
            profile.decode(&mut pixels);
            profile.encode(&mut pixels);
            // At 0 a gamma curve is steep without bound: 1e-8 of linear light are 3e-4 of code.
            for (a, b) in pixels.as_flattened().iter().zip(start.as_flattened()) {
                assert!((a - b).abs() < 6e-4, "{a} {b}");
            }
        }
    }

    /// A profile that is one table of two steps a channel: lightness falls (or rises, for RGB)
    /// with the sum of the channels. ICC.1:2001, 6.5.7 (lut16Type).
    fn table_profile(space: &[u8; 4], channels: u32) -> Vec<u8> {
        let words =
            |values: &[u16]| values.iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<_>>();
        let mut table = b"mft2\0\0\0\0".to_vec();
        table.extend([channels as u8, 3, 2, 0]);
        for i in 0..9 {
            table.extend(if i % 4 == 0 { 65536_u32 } else { 0 }.to_be_bytes());
        }
        table.extend(words(&[2, 2]));
        table.extend(words(&[0, 65535].repeat(channels as usize)));
        for corner in 0..1_u32 << channels {
            let full = corner.count_ones().min(channels);
            let lightness =
                if channels == 4 { 0xFF00 - 0xFF00 * full.min(1) } else { 0xFF00 * full / 3 };
            table.extend(words(&[lightness as u16, 0x8000, 0x8000]));
        }
        table.extend(words(&[0, 65535].repeat(3)));
        let mut bytes = vec![0; 128];
        bytes[8..12].copy_from_slice(&[2, 0x40, 0, 0]);
        bytes[12..16].copy_from_slice(b"prtr");
        bytes[16..20].copy_from_slice(space);
        bytes[20..24].copy_from_slice(b"Lab ");
        bytes[24..36].copy_from_slice(&words(&[2000, 1, 1, 0, 0, 0]));
        bytes[36..40].copy_from_slice(b"acsp");
        for (i, part) in [0xF6D6_u32, 0x10000, 0xD32D].into_iter().enumerate() {
            bytes[68 + 4 * i..][..4].copy_from_slice(&part.to_be_bytes());
        }
        bytes.extend(1_u32.to_be_bytes());
        bytes.extend(b"A2B0");
        bytes.extend(144_u32.to_be_bytes());
        bytes.extend((table.len() as u32).to_be_bytes());
        bytes.extend(table);
        let length = bytes.len() as u32;
        bytes[..4].copy_from_slice(&length.to_be_bytes());
        bytes
    }

    #[test]
    fn inks_go_through_their_tables() {
        let profile = match Profile::read(&table_profile(b"CMYK", 4), Model::Cmyk) {
            Verdict::Convert(profile) => profile,
            other => panic!("{other:?}"),
        };
        assert!(!profile.goes_back());
        let mut pixels = [[0.5; 3]; 3];
        let inks = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0];
        profile.decode_inks(&inks, &mut pixels);
        for (pixel, expected) in pixels.iter().zip([1.0, 0.0, 0.0]) {
            assert!(pixel.iter().all(|v| (v - expected).abs() < 0.02), "{pixels:?}");
        }
    }

    #[test]
    fn tables_without_a_way_back_convert_one_way() {
        let profile = match Profile::read(&table_profile(b"RGB ", 3), Model::Rgb) {
            Verdict::Convert(profile) => profile,
            other => panic!("{other:?}"),
        };
        assert!(!profile.goes_back());
        let mut pixels = [[0.0; 3], [1.0; 3], [1.0, 0.0, 0.0]];
        profile.decode(&mut pixels);
        // Lightness 0, 100 and 33.3; the last is 0.3066 in sRGB.
        for (pixel, expected) in pixels.iter().zip([0.0, 1.0, 0.3066]) {
            assert!(pixel.iter().all(|v| (v - expected).abs() < 0.02), "{pixels:?}");
        }
    }

    #[test]
    fn garbage_is_unusable() {
        assert!(matches!(Profile::read(&[7; 300], Model::Rgb), Verdict::Unusable(_)));
        let gray = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
        assert!(matches!(Profile::read(&gray, Model::Rgb), Verdict::Unusable(_)));
    }

    #[test]
    fn a_profile_has_its_name_and_what_is_none_has_not() {
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        let name = profile_name(&profile);
        assert!(name.as_ref().unwrap().contains("P3"), "{name:?}");
        assert_eq!(profile_name(b"no profile"), None);
        assert_eq!(profile_name(&profile[..200]), None);
    }
}
