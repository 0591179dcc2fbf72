//! Opening a file: which decoder, within which limits, and what becomes of what it gives.

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use super::color;
use super::decoded::{Decoded, Raster};
use super::profile::{Model, Profile, Verdict};
use super::{Image, Photo, PhotoError};
use super::{decode_jpeg, decode_other, decode_png, decode_tiff, exif, orientation};

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

/// Opens a photo small, quickly: its longer side is at least half of `side` where the photo's is. The
/// rest, and what is refused, is as with [`open`].
///
/// # Errors
/// Those of [`open`].
pub fn preview(path: &Path, side: usize) -> Result<Photo, PhotoError> {
    let small = || {
        let decoded = match head(path)?.as_slice() {
            [0xFF, 0xD8, 0xFF, ..] => decode_jpeg::decode_small(path, side)?.0,
            _ => decode(path)?,
        };
        finish(path, decoded)
    };
    catch_unwind(AssertUnwindSafe(small))
        .unwrap_or_else(|_| Err(PhotoError::damaged(path, "its decoder gave up")))
}

/// A photo as it is seen before it is open.
#[derive(Debug)]
pub struct Glimpse {
    /// It small, upright, in sRGB.
    pub image: Image,
    /// Width and height of the photo itself, upright.
    pub size: [usize; 2],
}

/// A photo small, where that is there clearly sooner than the photo: for a JPEG of 8 megapixels or
/// more. `side` is as with [`preview`].
///
/// # Errors
/// Those of [`open`].
pub fn glimpse(path: &Path, side: usize) -> Result<Option<Glimpse>, PhotoError> {
    let small = || {
        if !head(path)?.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Ok(None);
        }
        let Some((decoded, [width, height])) = decode_jpeg::decode_large_small(path, side)? else {
            return Ok(None);
        };
        let lies = decoded.orientation >= 5;
        let size = if lies { [height, width] } else { [width, height] };
        Ok(Some(Glimpse { image: finish(path, decoded)?.image, size }))
    };
    catch_unwind(AssertUnwindSafe(small))
        .unwrap_or_else(|_| Err(PhotoError::damaged(path, "its decoder gave up")))
}

/// A file's first bytes, where it is an ordinary file.
fn head(path: &Path) -> Result<Vec<u8>, PhotoError> {
    // A pipe would be waited for, a device read without end.
    let kind = std::fs::metadata(path).map_err(|error| PhotoError::unreadable(path, &error))?;
    if !kind.is_file() {
        let what = if kind.is_dir() { "it is a folder" } else { "it is no ordinary file" };
        return Err(PhotoError::unsupported(path, what));
    }
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(32).read_to_end(&mut head))
        .map_err(|error| PhotoError::unreadable(path, &error))?;
    Ok(head)
}

/// Chooses the decoder by the first bytes.
fn decode(path: &Path) -> Result<Decoded, PhotoError> {
    match head(path)?.as_slice() {
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
}
