//! Encoding PNG files.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Info, PixelDimensions, Unit};

use super::decode_png::XMP_KEYWORD;
use super::export::Strips;
use super::values::{Alpha, Values};
use super::{Depth, Photo, PhotoError, exif, iptc, xmp};

/// Bytes of compressed picture in one chunk.
const CHUNK: usize = 1 << 18;

/// Writes a PNG file.
pub(super) fn encode(
    photo: &Photo,
    alpha: Alpha,
    mut strips: Strips<'_>,
    values: &Values,
    target: &Path,
    file: &mut BufWriter<File>,
) -> Result<(), PhotoError> {
    let failed = |error: &std::io::Error| PhotoError::unwritable(target, error);
    let refused = |error: EncodingError| match error {
        EncodingError::IoError(error) => failed(&error),
        error => failed(&std::io::Error::other(error.to_string())),
    };
    let mut encoder = Encoder::with_info(file, info(photo, alpha)).map_err(refused)?;
    // A tenth larger than the default at a sixteenth of its time.
    encoder.set_compression(Compression::Fast);
    if let Some(packet) = &photo.metadata.xmp {
        let packet = xmp::upright(packet);
        let text = String::from_utf8_lossy(&packet).into_owned();
        encoder.add_itxt_chunk(XMP_KEYWORD.to_owned(), text).map_err(refused)?;
    }
    if let Some(resources) = &photo.metadata.iptc {
        let text = iptc::png_text(resources);
        encoder.add_ztxt_chunk(iptc::PNG_KEYWORD.to_owned(), text).map_err(refused)?;
    }
    let mut writer = encoder.write_header().map_err(refused)?;
    let mut stream = writer.stream_writer_with_size(CHUNK).map_err(refused)?;
    while let Some((top, strip)) = strips.next()? {
        match photo.depth {
            Depth::Eight => stream.write_all(&values.eight(&strip, top)),
            Depth::Sixteen => {
                let samples = values.sixteen(&strip);
                let bytes: Vec<[u8; 2]> = samples.into_iter().map(u16::to_be_bytes).collect();
                stream.write_all(bytes.as_flattened())
            }
        }
        .map_err(|error| failed(&error))?;
    }
    stream.finish().map_err(refused)?;
    writer.finish().map_err(refused)
}

/// The header's facts, profile and EXIF.
fn info(photo: &Photo, alpha: Alpha) -> Info<'_> {
    let (width, height) = (photo.image.width, photo.image.height);
    let mut info = Info::with_size(width as u32, height as u32);
    info.color_type = if alpha == Alpha::Kept { ColorType::Rgba } else { ColorType::Rgb };
    info.bit_depth = match photo.depth {
        Depth::Eight => BitDepth::Eight,
        Depth::Sixteen => BitDepth::Sixteen,
    };
    info.icc_profile = photo.profile.as_deref().map(Cow::Borrowed);
    info.exif_metadata =
        photo.metadata.exif.as_ref().map(|blob| exif::for_export(blob, width, height).into());
    info.pixel_dims = photo.metadata.density.and_then(|(x, y, unit)| {
        let per_metre = match unit {
            1 => 1.0 / 0.0254,
            2 => 100.0,
            _ => return None,
        };
        let metre = |n: u16| (f64::from(n) * per_metre).round() as u32;
        Some(PixelDimensions { xppu: metre(x), yppu: metre(y), unit: Unit::Meter })
    });
    info
}
