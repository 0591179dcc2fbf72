//! Opening a file: which decoder, within which limits, and what becomes of what it gives.

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use super::color;
use super::profile::{Model, Profile, Verdict};
use super::{Depth, Metadata, Photo, PhotoError};
use super::{decode_jpeg, decode_other, decode_png, decode_tiff, exif, orientation};

/// Most pixels that a photo may have. The decoded picture takes 4 or 8 bytes for each.
pub(super) const MAX_PIXELS: u64 = 400_000_000;

/// What a decoder gives: the stored picture and everything that came with it.
pub(super) struct Decoded {
    /// Stored pixels a row.
    pub(super) width: usize,
    /// The stored pixels.
    pub(super) raster: Raster,
    /// What their channels are.
    pub(super) model: Model,
    /// Bits per channel of the file.
    pub(super) depth: Depth,
    /// True where the fourth channel is the file's own alpha.
    pub(super) has_alpha: bool,
    /// The embedded profile.
    pub(super) profile: Option<Vec<u8>>,
    /// Metadata as the file held them.
    pub(super) metadata: Metadata,
    /// The EXIF orientation, 1..=8.
    pub(super) orientation: u16,
    /// What the decoder had to put up with, a sentence each.
    pub(super) notices: Vec<String>,
}

/// Stored pixels: red, green, blue and alpha, or four inks (0 is no ink).
pub(super) enum Raster {
    /// 8 bits a channel.
    Eight(Vec<[u8; 4]>),
    /// 16 bits a channel.
    Sixteen(Vec<[u16; 4]>),
    /// Encoded values, 0..1 inside the profile's range.
    Float(Vec<[f32; 4]>),
}

/// Opens a photo. JPEG, PNG, TIFF, WebP, BMP and GIF are known by their content, whatever the
/// file's name. Peak memory is the decoded picture (4 bytes a pixel at 8 bits) and the compressed
/// file; twice the picture where it must be transposed, two bytes a sample more for a progressive
/// JPEG.
///
/// # Errors
/// When the file cannot be read, is of another kind, is damaged beyond showing, or has more than
/// 400 megapixels. Damage that leaves something to show is a notice.
pub fn open(path: &Path) -> Result<Photo, PhotoError> {
    // Decoders are other people's code on files from anywhere: none of their panics gets out.
    catch_unwind(AssertUnwindSafe(|| finish(path, decode(path)?)))
        .unwrap_or_else(|_| Err(PhotoError::damaged(path, "its decoder gave up")))
}

/// Refuses what is beyond the limits, before anything is allocated for it.
pub(super) fn check_size(path: &Path, width: u64, height: u64) -> Result<(), PhotoError> {
    if width == 0 || height == 0 {
        return Err(PhotoError::damaged(path, "it says that it has no pixels"));
    }
    if width.checked_mul(height).is_none_or(|pixels| pixels > MAX_PIXELS) {
        return Err(PhotoError::TooLarge { name: super::error::name(path), width, height });
    }
    Ok(())
}

/// Chooses the decoder by the first bytes.
fn decode(path: &Path) -> Result<Decoded, PhotoError> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(32).read_to_end(&mut head))
        .map_err(|error| PhotoError::unreadable(path, &error))?;
    match head.as_slice() {
        [] => Err(PhotoError::damaged(path, "it is empty")),
        [0xFF, 0xD8, 0xFF, ..] => decode_jpeg::decode(path),
        [0x89, b'P', b'N', b'G', ..] => decode_png::decode(path),
        [b'I', b'I', b'*' | b'+', 0, ..] | [b'M', b'M', 0, b'*' | b'+', ..] => {
            decode_tiff::decode(path)
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            decode_other::webp(path)
        }
        [b'G', b'I', b'F', b'8', ..] => decode_other::gif(path),
        [b'B', b'M', ..] => decode_other::bmp(path),
        head => Err(PhotoError::unsupported(path, refusal(head))),
    }
}

/// Why a file that starts with `head` is not opened.
fn refusal(head: &[u8]) -> String {
    let needs_codec = |name: &str| {
        format!(
            "{name} needs a codec that this program does not carry; export it as JPEG or PNG first"
        )
    };
    let raw =
        "camera raw files are not developed by this program; export it as a 16-bit TIFF first";
    match head {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4) {
            Some(b"avif" | b"avis") => needs_codec("AVIF"),
            Some(b"crx ") => raw.to_owned(),
            Some([b'h', b'e', ..] | b"mif1" | b"msf1") => needs_codec("HEIC"),
            _ => "it is a film and no photo".to_owned(),
        },
        [0xFF, 0x0A, ..] | [0, 0, 0, 0x0C, b'J', b'X', b'L', ..] => needs_codec("JPEG XL"),
        [0, 0, 0, 0x0C, b'j', b'P', ..] => needs_codec("JPEG 2000"),
        [b'8', b'B', b'P', b'S', ..] => needs_codec("Photoshop's format"),
        [0x76, 0x2F, 0x31, 0x01, ..] => needs_codec("OpenEXR"),
        [b'I', b'I', b'R' | b'U', ..] | [b'M', b'M', b'O', b'R', ..] => raw.to_owned(),
        [b'F', b'U', b'J', b'I', b'F', b'I', b'L', b'M', ..] => raw.to_owned(),
        [b'%', b'P', b'D', b'F', ..] => "it is a PDF document".to_owned(),
        _ => "it holds none of the formats that can be opened, which are JPEG, PNG, TIFF, WebP, \
              BMP and GIF"
            .to_owned(),
    }
}

/// Turns the picture upright and its colours into sRGB.
fn finish(path: &Path, mut decoded: Decoded) -> Result<Photo, PhotoError> {
    let Decoded { width, orientation, .. } = decoded;
    let (width, height) = match &mut decoded.raster {
        Raster::Eight(pixels) => orientation::upright(pixels, width, orientation),
        Raster::Sixteen(pixels) => orientation::upright(pixels, width, orientation),
        Raster::Float(pixels) => orientation::upright(pixels, width, orientation),
    };
    let mut notices = decoded.notices;
    if decoded.metadata.exif.as_deref().is_some_and(|blob| !exif::is_readable(blob)) {
        decoded.metadata.exif = None;
        notices.push("Its EXIF data are damaged and were left out.".to_owned());
    }
    let verdict = decoded.profile.as_deref().map(|bytes| Profile::read(bytes, decoded.model));
    let keeps_profile = match &verdict {
        Some(Verdict::Srgb) => true,
        Some(Verdict::Convert(profile)) => {
            if !profile.goes_back() {
                notices.push(
                    "Its colour profile leads to sRGB but not back: an export is in sRGB."
                        .to_owned(),
                );
            }
            profile.goes_back()
        }
        Some(Verdict::Unusable(reason)) => {
            notices.push(format!(
                "Its colour profile was left out, because {reason}: colours are taken as sRGB."
            ));
            false
        }
        None => false,
    };
    if decoded.model == Model::Cmyk {
        notices.push(match &verdict {
            Some(Verdict::Convert(_)) => "It is made of four inks: an export is RGB.".to_owned(),
            _ => "It is made of four inks and does not say which: colours are approximate, and an \
                  export is RGB."
                .to_owned(),
        });
    }
    let profile = match &verdict {
        Some(Verdict::Convert(profile)) => Some(profile.as_ref()),
        _ => None,
    };
    let image = color::image(width, height, decoded.raster, decoded.model, profile, &mut notices);
    Ok(Photo {
        image,
        depth: decoded.depth,
        has_alpha: decoded.has_alpha,
        profile: decoded.profile.filter(|_| keeps_profile).map(Arc::from),
        metadata: decoded.metadata,
        notices,
        path: path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_formats_are_refused_by_name() {
        assert!(refusal(b"\0\0\0\x18ftypheic\0").starts_with("HEIC needs"));
        assert!(refusal(b"\0\0\0\x18ftypavif\0").starts_with("AVIF needs"));
        assert!(refusal(b"hello").starts_with("it holds none"));
    }

    #[test]
    fn sizes_have_a_limit() {
        let path = Path::new("x.png");
        assert!(check_size(path, 20_000, 20_000).is_ok());
        assert!(matches!(check_size(path, 60_000, 60_000), Err(PhotoError::TooLarge { .. })));
        assert!(matches!(check_size(path, u64::MAX, 2), Err(PhotoError::TooLarge { .. })));
        assert!(matches!(check_size(path, 0, 5), Err(PhotoError::Damaged { .. })));
    }
}
