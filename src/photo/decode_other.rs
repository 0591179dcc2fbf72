//! Decoding WebP, GIF and BMP files, by the image crate.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor};
use std::path::Path;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, ColorType, ImageDecoder, ImageError};

use super::decoded::{Decoded, Raster, check_size};
use super::profile::Model;
use super::{Depth, Metadata, PhotoError, exif};

/// Decodes a WebP file: the first frame of an animated one.
pub(super) fn webp(path: &Path) -> Result<Decoded, PhotoError> {
    let mut decoder = WebPDecoder::new(reader(path)?).map_err(|error| damaged(path, &error))?;
    let mut notices = Vec::new();
    if decoder.has_animation() {
        notices.push("It is animated: this is the first of its frames.".to_owned());
    }
    let blob = decoder.exif_metadata().unwrap_or_default();
    let metadata = Metadata {
        exif: blob.map(|b| b.strip_prefix(b"Exif\0\0").map_or(b.clone(), <[u8]>::to_vec)),
        xmp: decoder.xmp_metadata().unwrap_or_default(),
        ..Metadata::default()
    };
    let decoded = decode(path, decoder)?;
    let orientation = metadata.exif.as_deref().map_or(1, exif::orientation);
    Ok(Decoded { metadata, orientation, notices, ..decoded })
}

/// Decodes the first frame of a GIF file.
pub(super) fn gif(path: &Path) -> Result<Decoded, PhotoError> {
    let bytes = std::fs::read(path).map_err(|error| PhotoError::unreadable(path, &error))?;
    let decoder = || GifDecoder::new(Cursor::new(&bytes)).map_err(|error| damaged(path, &error));
    let decoded = decode(path, decoder()?)?;
    let mut notices = Vec::new();
    if decoder()?.into_frames().take(2).filter(Result::is_ok).count() > 1 {
        notices.push("It is animated: this is the first of its frames.".to_owned());
    }
    Ok(Decoded { notices, ..decoded })
}

/// Decodes a BMP file.
pub(super) fn bmp(path: &Path) -> Result<Decoded, PhotoError> {
    let mut reader = reader(path)?;
    let head = reader.fill_buf().map_err(|error| PhotoError::unreadable(path, &error))?;
    // The decoder has limits of its own, whose message says nothing to a user.
    if let (Some(width), Some(height)) = (bmp_side(head, 18), bmp_side(head, 22)) {
        check_size(path, width, height)?;
    }
    decode(path, BmpDecoder::new(reader).map_err(|error| damaged(path, &error))?)
}

/// A side of a BMP in pixels, as its header says at offset `at`; rows may count downwards.
fn bmp_side(head: &[u8], at: usize) -> Option<u64> {
    let bytes = head.get(at..at + 4)?;
    let side = i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    // A header of 12 bytes is OS/2's, with 16-bit sides that need no check.
    (head[14] != 12).then_some(u64::from(side.unsigned_abs()))
}

fn reader(path: &Path) -> Result<BufReader<File>, PhotoError> {
    let file = File::open(path).map_err(|error| PhotoError::unreadable(path, &error))?;
    Ok(BufReader::with_capacity(1 << 16, file))
}

/// Decodes 8-bit pixels of any kind.
fn decode(path: &Path, mut decoder: impl ImageDecoder) -> Result<Decoded, PhotoError> {
    let (width, height) = decoder.dimensions();
    check_size(path, u64::from(width), u64::from(height))?;
    let color = decoder.color_type();
    let profile = decoder.icc_profile().unwrap_or_default();
    let count = width as usize * height as usize;
    let mut pixels = vec![[255; 4]; count];
    if color == ColorType::Rgba8 {
        let read = decoder.read_image(pixels.as_flattened_mut());
        read.map_err(|error| damaged(path, &error))?;
    } else {
        let samples = usize::from(color.channel_count());
        if usize::from(color.bytes_per_pixel()) != samples {
            return Err(PhotoError::unsupported(path, "it has more than 8 bits a channel"));
        }
        let mut packed = vec![0; count * samples];
        decoder.read_image(&mut packed).map_err(|error| damaged(path, &error))?;
        for (pixel, stored) in pixels.iter_mut().zip(packed.chunks_exact(samples)) {
            *pixel = match *stored {
                [gray] => [gray, gray, gray, 255],
                [gray, alpha] => [gray, gray, gray, alpha],
                [r, g, b, ..] => [r, g, b, 255],
                [] => [0; 4],
            };
        }
    }
    Ok(Decoded {
        width: width as usize,
        raster: Raster::Eight(pixels),
        model: if color.has_color() { Model::Rgb } else { Model::Gray },
        depth: Depth::Eight,
        has_alpha: color.has_alpha(),
        profile,
        metadata: Metadata::default(),
        orientation: 1,
        notices: Vec::new(),
    })
}

/// A sentence for what a decoder says.
fn damaged(path: &Path, error: &ImageError) -> PhotoError {
    match error {
        ImageError::Unsupported(error) => {
            PhotoError::unsupported(path, error.to_string().trim_end_matches('.'))
        }
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PhotoError::damaged(path, "the file ends early")
        }
        error => PhotoError::damaged(path, &error),
    }
}
