//! Decoding PNG files, row by row straight into the picture.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use moxcms::{CicpProfile, ColorProfile, TransferCharacteristics as Transfer};
use png::{BitDepth, ColorType, Decoder, Info, Reader, Transformations, Unit};

use super::decoded::{Decoded, Opaque, Raster, check_size};
use super::profile::Model;
use super::{Depth, Metadata, PhotoError, exif, iptc};

/// Keyword of the text that holds an XMP packet.
pub(super) const XMP_KEYWORD: &str = "XML:com.adobe.xmp";
/// Bytes that one text may have once it is unpacked.
const MAX_TEXT: usize = 32 << 20;
const INCHES_PER_METRE: f64 = 0.0254;

/// Decodes a file that starts as a PNG does.
pub(super) fn decode(path: &Path) -> Result<Decoded, PhotoError> {
    let damaged = |error: png::DecodingError| match error {
        png::DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PhotoError::damaged(path, "the file ends early")
        }
        png::DecodingError::IoError(error) => PhotoError::unreadable(path, &error),
        error => PhotoError::damaged(path, &error),
    };
    let file = File::open(path).map_err(|error| PhotoError::unreadable(path, &error))?;
    let mut decoder = Decoder::new(BufReader::with_capacity(1 << 16, file));
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = (header.width as usize, header.height as usize);
    check_size(path, width as u64, height as u64)?;
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (color, bits) = reader.output_color_type();

    let raster = match bits {
        BitDepth::Sixteen => {
            let of = |b: &[u8]| u16::from_be_bytes([b[0], b[1]]);
            Raster::Sixteen(pixels(&mut reader, width, height, color, of).map_err(damaged)?)
        }
        _ => Raster::Eight(pixels(&mut reader, width, height, color, |b| b[0]).map_err(damaged)?),
    };
    let mut notices = Vec::new();
    if reader.info().animation_control.is_some_and(|control| control.num_frames > 1) {
        notices.push("It is animated: this is the first of its frames.".to_owned());
    }
    // Metadata may stand behind the picture.
    if reader.finish().is_err() {
        notices.push("The file ends early: metadata behind the picture may be missing.".to_owned());
    }
    let info = reader.info();
    let metadata = metadata(info);
    Ok(Decoded {
        width,
        raster,
        model: match color {
            ColorType::Grayscale | ColorType::GrayscaleAlpha => Model::Gray,
            _ => Model::Rgb,
        },
        depth: if bits == BitDepth::Sixteen { Depth::Sixteen } else { Depth::Eight },
        has_alpha: matches!(color, ColorType::GrayscaleAlpha | ColorType::Rgba),
        profile: profile(info, &mut notices),
        orientation: metadata.exif.as_deref().map_or(1, exif::orientation),
        metadata,
        notices,
    })
}

/// Reads all rows; `of` reads a channel out of its bytes.
fn pixels<T: Copy + Default + Opaque>(
    reader: &mut Reader<BufReader<File>>,
    width: usize,
    height: usize,
    color: ColorType,
    of: impl Fn(&[u8]) -> T,
) -> Result<Vec<[T; 4]>, png::DecodingError> {
    let mut pixels = vec![[T::default(); 4]; width * height];
    let (size, samples) = (size_of::<T>(), color.samples());
    let expand = |target: &mut [[T; 4]], row: &[u8]| {
        for (pixel, bytes) in target.iter_mut().zip(row.chunks_exact(samples * size)) {
            let channel = |i: usize| of(&bytes[i * size..]);
            *pixel = match samples {
                1 => [channel(0), channel(0), channel(0), T::OPAQUE],
                2 => [channel(0), channel(0), channel(0), channel(1)],
                3 => [channel(0), channel(1), channel(2), T::OPAQUE],
                _ => [channel(0), channel(1), channel(2), channel(3)],
            };
        }
    };
    if reader.info().interlaced {
        // Interlaced rows come in no order: the crate sorts them in a second copy.
        let mut packed = vec![0; width * height * samples * size];
        reader.next_frame(&mut packed)?;
        expand(&mut pixels, &packed);
        return Ok(pixels);
    }
    for target in pixels.chunks_exact_mut(width) {
        if let Some(row) = reader.next_row()? {
            expand(target, row.data());
        }
    }
    Ok(pixels)
}

/// The profile: a cICP chunk outranks an ICC profile and is put into the form of one.
fn profile(info: &Info<'_>, notices: &mut Vec<String>) -> Option<Vec<u8>> {
    let embedded = || info.icc_profile.as_ref().map(|bytes| bytes.to_vec());
    let Some(code) = &info.coding_independent_code_points else { return embedded() };
    let primaries = code.color_primaries.try_into().ok();
    let transfer = Transfer::try_from(code.transfer_function).ok();
    let (Some(color_primaries), Some(transfer_characteristics)) = (primaries, transfer) else {
        return embedded();
    };
    if matches!(transfer_characteristics, Transfer::Smpte2084 | Transfer::Hlg) {
        notices.push(
            "It is a high-dynamic-range picture, which this program does not show as such: \
             brightness and colours are approximate."
                .to_owned(),
        );
        return embedded();
    }
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: moxcms::MatrixCoefficients::Identity,
        full_range: true,
    });
    if profile.is_matrix_shaper() { profile.encode().ok() } else { embedded() }
}

/// EXIF, XMP, IPTC and density.
fn metadata(info: &Info<'_>) -> Metadata {
    let exif = info.exif_metadata.as_ref().map(|blob| blob.to_vec());
    let legacy_exif =
        || text(info, "Raw profile type exif").or_else(|| text(info, "Raw profile type APP1"));
    let without_header =
        |blob: Vec<u8>| blob.strip_prefix(b"Exif\0\0").map_or(blob.clone(), <[u8]>::to_vec);
    let iptc_block = text(info, iptc::PNG_KEYWORD).or_else(|| text(info, "Raw profile type 8bim"));
    Metadata {
        exif: exif
            .or_else(|| legacy_exif().and_then(|text| iptc::from_png_text(&text)))
            .map(without_header)
            .filter(|blob| !blob.starts_with(b"http://ns.adobe.com/")),
        xmp: text(info, XMP_KEYWORD).map(String::into_bytes),
        iptc: iptc_block.and_then(|text| iptc::from_png_text(&text)).map(|block| {
            let block = block.strip_prefix(iptc::HEADER).map_or(block.clone(), <[u8]>::to_vec);
            if block.starts_with(b"8BIM") { block } else { iptc::resources(&block) }
        }),
        density: info.pixel_dims.map(|dims| match dims.unit {
            Unit::Meter => {
                let inch = |n: u32| (f64::from(n) * INCHES_PER_METRE).round() as u16;
                (inch(dims.xppu), inch(dims.yppu), 1)
            }
            Unit::Unspecified => (dims.xppu as u16, dims.yppu as u16, 0),
        }),
        ..Metadata::default()
    }
}

/// The text of a keyword, in whichever of the three chunks.
fn text(info: &Info<'_>, keyword: &str) -> Option<String> {
    if let Some(chunk) = info.utf8_text.iter().find(|chunk| chunk.keyword == keyword) {
        let mut chunk = chunk.clone();
        chunk.decompress_text_with_limit(MAX_TEXT).ok()?;
        return chunk.get_text().ok();
    }
    if let Some(chunk) = info.compressed_latin1_text.iter().find(|chunk| chunk.keyword == keyword) {
        let mut chunk = chunk.clone();
        chunk.decompress_text_with_limit(MAX_TEXT).ok()?;
        return chunk.get_text().ok();
    }
    let chunk = info.uncompressed_latin1_text.iter().find(|chunk| chunk.keyword == keyword)?;
    Some(chunk.text.clone())
}
