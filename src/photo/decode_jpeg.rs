//! Decoding JPEG files, by libjpeg-turbo's code as mozjpeg carries it: the same pixels, to the last
//! bit, as most other programs show. What is damaged is decoded as far as it goes, with a notice; JPEG
//! has no checksums, so rot that decodes is not noticed.

use std::any::Any;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use mozjpeg::{ColorSpace, Decompress};

use super::decoded::{Decoded, Raster, check_size};
use super::jpeg_errors;
use super::jpeg_segments::{Outline, outline};
use super::multi_picture;
use super::profile::Model;
use super::{Depth, PhotoError, exif};

/// Longest side of a JPEG; libjpeg's limit.
pub(super) const MAX_SIDE: u64 = 65500;

/// Most scans of a progressive JPEG: each goes over the whole picture again, and honest ones have
/// about ten.
const SCANS_MAX: usize = 500;

/// Eighths of the whole, to which libjpeg scales while it decodes.
const WHOLE: usize = 8;
/// Where the small picture of a photo is looked for.
const HEAD: u64 = 1 << 18;
/// Pixels from which on a photo is decoded small before it is decoded as a whole.
const GLIMPSED_MIN: usize = 8_000_000;

/// Decodes a file that starts as a JPEG does.
pub(super) fn decode(path: &Path) -> Result<Decoded, PhotoError> {
    let bytes = std::fs::read(path).map_err(|error| PhotoError::unreadable(path, &error))?;
    decode_bytes(path, &bytes, WHOLE)
}

/// The same, small: the longer side is `side` pixels or more where the photo's is. It is a picture
/// that the camera put in for this, if one is at least half as large; else the photo itself is
/// decoded at a part of its size. With it the width and height of the photo as it lies in the file.
pub(super) fn decode_small(path: &Path, side: usize) -> Result<(Decoded, [usize; 2]), PhotoError> {
    let small = small(path, side, 0)?;
    // A file without a size is refused as a whole is.
    small.ok_or_else(|| PhotoError::damaged(path, "it ends before its picture begins"))
}

/// The same; None for a photo that is opened as a whole about as soon.
pub(super) fn decode_large_small(
    path: &Path,
    side: usize,
) -> Result<Option<(Decoded, [usize; 2])>, PhotoError> {
    small(path, side, GLIMPSED_MIN)
}

fn small(
    path: &Path,
    side: usize,
    pixels_min: usize,
) -> Result<Option<(Decoded, [usize; 2])>, PhotoError> {
    let unreadable = |error: std::io::Error| PhotoError::unreadable(path, &error);
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(unreadable)?;
    file.by_ref().take(HEAD).read_to_end(&mut bytes).map_err(unreadable)?;
    let mut size = size(&bytes);
    if size.is_none() {
        // So much stands before the picture that its size is further on.
        file.read_to_end(&mut bytes).map_err(unreadable)?;
        size = self::size(&bytes);
    }
    let Some(size) = size.filter(|[width, height]| width * height >= pixels_min) else {
        return Ok(None);
    };
    if let Some(embedded) = embedded(path, &bytes, &mut file, side) {
        return Ok(Some((embedded, size)));
    }
    file.seek(SeekFrom::Start(bytes.len() as u64)).map_err(unreadable)?;
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    let eighths = (side * WHOLE).div_ceil(size[0].max(size[1]).max(1)).clamp(1, WHOLE);
    Ok(Some((decode_bytes(path, &bytes, eighths)?, size)))
}

/// Width and height of a picture, if it is one.
pub(super) fn size(bytes: &[u8]) -> Option<[usize; 2]> {
    outline(bytes).size.map(|(width, height)| [width, height].map(usize::from))
}

/// Decodes a whole file that is in memory; `path` is only named in errors.
pub(super) fn decode_whole(path: &Path, bytes: &[u8]) -> Result<Decoded, PhotoError> {
    decode_bytes(path, bytes, WHOLE)
}

/// The smallest of the pictures that a camera has put into a file that is large enough: the one in its
/// EXIF data, or one behind the photo.
fn embedded(path: &Path, head: &[u8], file: &mut File, side: usize) -> Option<Decoded> {
    let outline = outline(head);
    let size = outline.size?;
    let blob = outline.metadata.exif.as_deref();
    let orientation = blob.map_or(1, exif::orientation);
    let cut = |bytes: &[u8]| {
        let decoded = decode_bytes(path, bytes, WHOLE).ok()?;
        let seen = cut(decoded, size, side)?;
        // Its colours are the photo's, whatever it says itself.
        Some(Decoded { orientation, profile: outline.profile.clone(), ..seen })
    };
    if let Some(seen) = blob.and_then(exif::thumbnail).and_then(cut) {
        return Some(seen);
    }
    multi_picture::small_ones(head).into_iter().find_map(|range| {
        let mut bytes = vec![0; usize::try_from(range.end - range.start).ok()?];
        file.seek(SeekFrom::Start(range.start)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        cut(&bytes)
    })
}

/// A small picture cut to the photo's shape: some have black bars. None where it is too small.
fn cut(decoded: Decoded, (width, height): (u16, u16), side: usize) -> Option<Decoded> {
    let Raster::Eight(pixels) = decoded.raster else { return None };
    let (across, down) = (decoded.width, pixels.len() / decoded.width);
    if across.max(down) < side.min(usize::from(width.max(height))) / 2 {
        return None;
    }
    let shape = f64::from(width) / f64::from(height);
    let columns = ((down as f64 * shape).round() as usize).clamp(1, across);
    let rows = ((across as f64 / shape).round() as usize).clamp(1, down);
    let (left, top) = ((across - columns) / 2, (down - rows) / 2);
    let row = |y: usize| &pixels[y * across + left..][..columns];
    let pixels = (top..top + rows).flat_map(row).copied().collect();
    Some(Decoded { width: columns, raster: Raster::Eight(pixels), ..decoded })
}

fn decode_bytes(path: &Path, bytes: &[u8], eighths: usize) -> Result<Decoded, PhotoError> {
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
    let (pixels, damage) = pixels(bytes, &outline, eighths)
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
        width: (width as usize * eighths).div_ceil(WHOLE),
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
fn pixels(
    bytes: &[u8],
    outline: &Outline,
    eighths: usize,
) -> Result<(Pixels, Option<String>), String> {
    let full = outline.size.map_or((0, 0), |(w, h)| (usize::from(w), usize::from(h)));
    let [width, height] = [full.0, full.1].map(|side| (side * eighths).div_ceil(WHOLE));
    // Grey where nothing is decoded.
    let mut pixels = vec![[128, 128, 128, 255]; width * height];
    drop(jpeg_errors::take_damage());
    let mut has_begun = false;
    let result = catch_unwind(AssertUnwindSafe(|| -> Result<(), String> {
        let words = |error: std::io::Error| error.to_string();
        let mut decoder =
            Decompress::with_err(jpeg_errors::manager()).from_mem(bytes).map_err(words)?;
        if decoder.size() != full {
            return Err("it holds more than one picture".to_owned());
        }
        let colors =
            if outline.components == 4 { ColorSpace::JCS_CMYK } else { ColorSpace::JCS_EXT_RGBA };
        if eighths < WHOLE {
            decoder.scale(eighths as u8);
        }
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
