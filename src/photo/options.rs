//! How a photo is exported.

use std::borrow::Cow;

use moxcms::ColorProfile;
use serde::{Deserialize, Serialize};

use super::{Depth, Photo};

/// How to export.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportOptions {
    /// Quality of a JPEG, 1..=100; 90 and more keep colours at full resolution.
    pub quality: u8,
    /// Bits a channel of a PNG or TIFF; None as the photo has. A JPEG has eight.
    pub depth: Option<Depth>,
    /// Width and height.
    pub size: Size,
    /// The colour space.
    pub colours: Colours,
    /// Whether metadata are kept, and what was done to the photo is told in them.
    pub metadata: bool,
    /// True where an existing file may be replaced. The original never is.
    #[serde(skip)]
    pub overwrite: bool,
}

impl ExportOptions {
    /// As the photo is, with its metadata; nothing is replaced.
    pub const DEFAULT: Self = Self {
        quality: 92,
        depth: None,
        size: Size::Original,
        colours: Colours::AsPhoto,
        metadata: true,
        overwrite: false,
    };
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The size of an export. Nothing is ever enlarged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// The photo's own.
    #[default]
    Original,
    /// Pixels of the longer side.
    LongSide(u32),
    /// A part of the photo's own, in per cent.
    Percent(f32),
}

impl Size {
    /// Width and height of a photo of this size.
    pub fn of(self, width: usize, height: usize) -> [usize; 2] {
        let factor = match self {
            Self::Original => 1.0,
            Self::LongSide(side) => f64::from(side) / width.max(height) as f64,
            Self::Percent(part) => f64::from(part) / 100.0,
        };
        if factor.is_nan() || factor >= 1.0 {
            return [width, height];
        }
        [width, height].map(|side| ((side as f64 * factor).round() as usize).max(1))
    }
}

/// The colour space of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colours {
    /// The photo's own.
    #[default]
    AsPhoto,
    /// What every program shows rightly.
    Srgb,
    /// What present screens show.
    DisplayP3,
    /// What presses print.
    AdobeRgb,
}

impl Colours {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::AsPhoto, Self::Srgb, Self::DisplayP3, Self::AdobeRgb];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsPhoto => "photo",
            Self::Srgb => "srgb",
            Self::DisplayP3 => "display-p3",
            Self::AdobeRgb => "adobe-rgb",
        }
    }

    /// The profile that a file of a photo carries; None is sRGB unsaid.
    pub(super) fn profile(self, photo: &Photo) -> Option<Cow<'_, [u8]>> {
        let profile = match self {
            Self::AsPhoto => return photo.profile.as_deref().map(Cow::Borrowed),
            Self::Srgb => ColorProfile::new_srgb(),
            Self::DisplayP3 => ColorProfile::new_display_p3(),
            Self::AdobeRgb => ColorProfile::new_adobe_rgb(),
        };
        // moxcms fails on tables alone, which these have not.
        profile.encode().ok().map(Cow::Owned)
    }

    /// What EXIF says of it: 1 for sRGB, 65535 for what the profile tells; None as it was.
    pub(super) fn exif(self) -> Option<u16> {
        match self {
            Self::AsPhoto => None,
            Self::Srgb => Some(1),
            Self::DisplayP3 | Self::AdobeRgb => Some(u16::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_the_shape_and_never_enlarge() {
        assert_eq!(Size::LongSide(300).of(600, 401), [300, 201]);
        assert_eq!(Size::LongSide(300).of(40, 600), [20, 300]);
        assert_eq!(Size::Percent(50.0).of(601, 3), [301, 2]);
        for size in [Size::Original, Size::LongSide(9000), Size::Percent(250.0)] {
            assert_eq!(size.of(600, 400), [600, 400]);
        }
        assert_eq!(Size::Percent(f32::NAN).of(600, 400), [600, 400]);
        assert_eq!(Size::LongSide(0).of(600, 400), [1, 1]);
    }

    #[test]
    fn every_colour_space_but_the_photos_own_has_a_profile() {
        let photo = Photo::from_image(crate::photo::Image::eight(1, 1, vec![[0; 4]]));
        for colours in Colours::ALL {
            assert_eq!(colours.profile(&photo).is_none(), colours == Colours::AsPhoto);
        }
    }
}
