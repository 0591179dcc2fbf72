//! Decoding JPEG files, by zune-jpeg.
//!
//! The decoder is strict first. Where that fails, a lenient second try shows what is there, and a
//! notice says so; JPEG has no checksums, so rot that decodes is not noticed.

use std::path::Path;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::decoded::{Decoded, Raster, check_size};
use super::jpeg_segments::{Outline, outline};
use super::profile::Model;
use super::{Depth, PhotoError, exif};

/// Longest side of a JPEG; libjpeg's limit.
pub(super) const MAX_SIDE: u64 = 65500;

/// Decodes a file that starts as a JPEG does.
pub(super) fn decode(path: &Path) -> Result<Decoded, PhotoError> {
    let bytes = std::fs::read(path).map_err(|error| PhotoError::unreadable(path, &error))?;
    let outline = outline(&bytes);
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
    let mut notices = Vec::new();
    let decoded = match pixels(&bytes, &outline, true) {
        Ok(decoded) => decoded,
        Err(strict) => {
            let decoded = pixels(&bytes, &outline, false)
                .map_err(|_| PhotoError::damaged(path, &format!("JPEG data: {strict}")))?;
            if outline.is_complete {
                notices.push(format!(
                    "The file is damaged ({}): parts of the picture may be wrong or missing.",
                    strict.trim_end_matches('.')
                ));
            }
            decoded
        }
    };
    if !outline.is_complete {
        notices.push("The file ends early: a part of the picture is missing.".to_owned());
    }
    if outline.profile_is_broken {
        notices
            .push("Parts of its colour profile are missing: colours are taken as sRGB.".to_owned());
    }
    let (raster, model) = decoded;
    Ok(Decoded {
        width: width as usize,
        raster: Raster::Eight(raster),
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

/// Decodes the picture: opaque RGBA, or inks. The error is the end of a sentence.
fn pixels(bytes: &[u8], outline: &Outline, strict: bool) -> Result<(Pixels, Model), String> {
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(MAX_SIDE as usize)
        .set_max_height(MAX_SIDE as usize)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| sentence(&error))?;
    let stored = decoder.input_colorspace().unwrap_or(ColorSpace::YCbCr);
    let (width, height) = decoder.dimensions().unwrap_or((0, 0));
    if outline.size.map(|(w, h)| (usize::from(w), usize::from(h))) != Some((width, height)) {
        return Err("it holds more than one picture".to_owned());
    }
    let mut pixels = vec![[255; 4]; width * height];
    match (outline.components, stored) {
        (4, stored) => {
            decoder.set_options(options.jpeg_set_out_colorspace(stored));
            decoder.decode_into(pixels.as_flattened_mut()).map_err(|error| sentence(&error))?;
            inks(&mut pixels, stored, outline.adobe_transform.is_some());
            return Ok((pixels, Model::Cmyk));
        }
        // Three channels called CMYK are zune's name for RGB until it decodes.
        (3, ColorSpace::RGB | ColorSpace::CMYK) => {
            decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::RGB));
            let mut packed = vec![[0; 3]; width * height];
            decoder.decode_into(packed.as_flattened_mut()).map_err(|error| sentence(&error))?;
            for (pixel, [r, g, b]) in pixels.iter_mut().zip(packed) {
                *pixel = [r, g, b, 255];
            }
        }
        _ => decoder.decode_into(pixels.as_flattened_mut()).map_err(|error| sentence(&error))?,
    }
    if !strict {
        // Missing parts are filled with grey in all four channels.
        pixels.iter_mut().for_each(|pixel| pixel[3] = 255);
    }
    let model = if outline.components == 1 { Model::Gray } else { Model::Rgb };
    Ok((pixels, model))
}

/// Turns raw channels into inks, 0 for none: YCCK is CMY as RGB's complement, and whoever writes
/// Adobe's segment stores inks upside down.
fn inks(pixels: &mut [[u8; 4]], stored: ColorSpace, by_adobe: bool) {
    for pixel in pixels {
        let [mut c, mut m, mut y, mut k] = *pixel;
        if stored == ColorSpace::YCCK {
            let (luma, cb, cr) = (f32::from(c), f32::from(m) - 128.0, f32::from(y) - 128.0);
            let stored_ink = |rgb: f32| 255 - (rgb + 0.5).clamp(0.0, 255.0) as u8;
            c = stored_ink(luma + 1.402 * cr);
            m = stored_ink(luma - 0.344_136 * cb - 0.714_136 * cr);
            y = stored_ink(luma + 1.772 * cb);
        }
        if by_adobe {
            [c, m, y, k] = [c, m, y, k].map(|ink| 255 - ink);
        }
        *pixel = [c, m, y, k];
    }
}

fn sentence(error: &zune_jpeg::errors::DecodeErrors) -> String {
    let text = format!("{error:?}");
    text.trim_matches('"').trim_end_matches('.').to_owned()
}
