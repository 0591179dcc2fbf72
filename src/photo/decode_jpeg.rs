//! Decoding JPEG files, by libjpeg-turbo's code as mozjpeg carries it: the same pixels, to the last
//! bit, as most other programs show. What is damaged is decoded as far as it goes, with a notice; JPEG
//! has no checksums, so rot that decodes is not noticed.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use mozjpeg::{ColorSpace, Decompress};

use super::decoded::{Decoded, Raster, check_size};
use super::jpeg_errors;
use super::jpeg_segments::{Outline, outline};
use super::profile::Model;
use super::{Depth, PhotoError, exif};

/// Longest side of a JPEG; libjpeg's limit.
pub(super) const MAX_SIDE: u64 = 65500;

/// Most scans of a progressive JPEG: each goes over the whole picture again, and honest ones have
/// about ten.
const SCANS_MAX: usize = 500;

/// Decodes a file that starts as a JPEG does.
pub(super) fn decode(path: &Path) -> Result<Decoded, PhotoError> {
    let bytes = std::fs::read(path).map_err(|error| PhotoError::unreadable(path, &error))?;
    decode_bytes(&bytes, path)
}

/// Width and height of a picture, if it is one.
pub(super) fn size(bytes: &[u8]) -> Option<[usize; 2]> {
    outline(bytes).size.map(|(width, height)| [width, height].map(usize::from))
}

/// Decodes a file that is in memory; `path` is only named in errors.
pub(super) fn decode_bytes(bytes: &[u8], path: &Path) -> Result<Decoded, PhotoError> {
    let outline = outline(bytes);
    let (width, height) = outline
        .size
        .ok_or_else(|| PhotoError::damaged(path, "it ends before its picture begins"))?;
    let (width, height) = (u64::from(width), u64::from(height));
    check_size(path, width, height)?;
    if width.max(height) > MAX_SIDE {
        return Err(PhotoError::TooLarge { name: super::error::name(path), width, height });
    }
    if !matches!(outline.components, 1 | 3 | 4) {
        let reason = format!("JPEG pictures of {} channels have no meaning", outline.components);
        return Err(PhotoError::unsupported(path, reason));
    }
    if bytes.windows(2).filter(|pair| *pair == [0xFF, 0xDA]).count() > SCANS_MAX {
        return Err(PhotoError::damaged(path, "it goes over its picture more than 500 times"));
    }
    let mut notices = Vec::new();
    let (pixels, damage) = pixels(bytes, &outline)
        .map_err(|reason| PhotoError::damaged(path, &format!("JPEG data: {reason}")))?;
    if let (Some(damage), true) = (damage, outline.is_complete) {
        notices.push(format!(
            "The file is damaged ({damage}): parts of the picture may be wrong or missing."
        ));
    }
    if !outline.is_complete {
        notices.push("The file ends early: a part of the picture is missing.".to_owned());
    }
    if outline.profile_is_broken {
        notices
            .push("Parts of its colour profile are missing: colours are taken as sRGB.".to_owned());
    }
    let model = match outline.components {
        1 => Model::Gray,
        4 => Model::Cmyk,
        _ => Model::Rgb,
    };
    Ok(Decoded {
        width: width as usize,
        raster: Raster::Eight(pixels),
        model,
        depth: Depth::Eight,
        has_alpha: false,
        profile: outline.profile,
        orientation: outline.metadata.exif.as_deref().map_or(1, exif::orientation),
        metadata: outline.metadata,
        notices,
    })
}

type Pixels = Vec<[u8; 4]>;

/// Decodes the picture, opaque RGBA or inks, and says what is wrong with it. The error, where nothing
/// can be shown, is the end of a sentence.
fn pixels(bytes: &[u8], outline: &Outline) -> Result<(Pixels, Option<String>), String> {
    let (width, height) = outline.size.map_or((0, 0), |(w, h)| (usize::from(w), usize::from(h)));
    // Grey where nothing is decoded.
    let mut pixels = vec![[128, 128, 128, 255]; width * height];
    drop(jpeg_errors::take_damage());
    let mut has_begun = false;
    let result = catch_unwind(AssertUnwindSafe(|| -> Result<(), String> {
        let words = |error: std::io::Error| error.to_string();
        let decoder =
            Decompress::with_err(jpeg_errors::manager()).from_mem(bytes).map_err(words)?;
        if decoder.size() != (width, height) {
            return Err("it holds more than one picture".to_owned());
        }
        let colors =
            if outline.components == 4 { ColorSpace::JCS_CMYK } else { ColorSpace::JCS_EXT_RGBA };
        let mut started = decoder.to_colorspace(colors).map_err(words)?;
        has_begun = true;
        started.read_scanlines_into(&mut pixels).map(drop).map_err(words)
    }));
    let failure = match result {
        Ok(result) => result.err(),
        Err(panic) => Some(words_of(&*panic)),
    };
    let damage = jpeg_errors::take_damage();
    if let (Some(failure), false) = (&failure, has_begun) {
        return Err(failure.clone());
    }
    if outline.components == 4 && outline.adobe_transform.is_some() {
        // Whoever writes Adobe's segment stores inks upside down.
        for pixel in &mut pixels {
            *pixel = pixel.map(|ink| 255 - ink);
        }
    }
    Ok((pixels, failure.or(damage)))
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "broken data".to_owned())
}
