//! Exporting: a rendered photo into a file, strip by strip, with everything that its source held.

use std::fs::File;
use std::io::BufWriter;
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::decode_jpeg::MAX_SIDE;
use super::error::name;
use super::outgoing::Outgoing;
use super::strips::Strips;
use super::target;
use super::{ExportOptions, Image, Photo, PhotoError};
use super::{encode_jpeg, encode_png, encode_tiff};

/// A format that photos are exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// 8 bits, no alpha, lossy.
    Jpeg,
    /// 8 or 16 bits, alpha, lossless.
    Png,
    /// 8 or 16 bits, alpha, uncompressed.
    Tiff,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Tiff];

    /// The format that a target's ending (jpg, jpeg, png, tif, tiff, in any case) asks for.
    ///
    /// # Errors
    /// When the name ends otherwise.
    pub fn from_path(target: &Path) -> Result<Self, PhotoError> {
        let ending = target.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" => Ok(Self::Jpeg),
            "png" => Ok(Self::Png),
            "tif" | "tiff" => Ok(Self::Tiff),
            _ => Err(PhotoError::UnknownFormat { name: name(target) }),
        }
    }
}

/// Writes an edited photo to `target`, in the format of its ending and with the photo's depth,
/// alpha, profile and metadata as far as the format has room for them and nothing else is asked for.
/// `record` says what was done to the photo, a property each: it is told in the file's XMP.
///
/// `strip` renders the rows that it is asked for, top to bottom, each row once: an [`Image`] of the
/// width that [`Size::of`](super::Size::of) gives, in the photo's own coding, in 8 or in 16 bits. An
/// export never holds a second full picture. Values go to the file's profile, are clipped to its gamut
/// and rounded; a deeper photo is dithered into 8 bits, and alpha laid over white in a JPEG.
///
/// # Errors
/// When the target has no known ending, exists (without [`overwrite`](ExportOptions::overwrite)),
/// is the original, or cannot be written, and when `strip` fails. Then nothing is written.
pub fn export(
    photo: &Photo,
    target: &Path,
    options: &ExportOptions,
    record: &[(&str, String)],
    strip: &mut dyn FnMut(Range<usize>) -> Result<Image, PhotoError>,
) -> Result<(), PhotoError> {
    let format = Format::from_path(target)?;
    target::check(&photo.path, target, options.overwrite)?;
    let outgoing = Outgoing::new(photo, format, options, record);
    let (width, height) = (outgoing.width, outgoing.height);
    if format == Format::Jpeg && width.max(height) as u64 > MAX_SIDE {
        let reason = format!("{width}x{height} pixels are more than the 65500 a side of a JPEG");
        return Err(PhotoError::Unfit { name: name(target), reason });
    }
    let strips = Strips::new(width, height, strip);
    target::write(target, options.overwrite, |file| {
        encode(&outgoing, format, options.quality, strips, target, file)
    })
}

/// Writes a photo's file.
fn encode(
    outgoing: &Outgoing<'_>,
    format: Format,
    quality: u8,
    strips: Strips<'_>,
    target: &Path,
    file: &mut BufWriter<File>,
) -> Result<(), PhotoError> {
    match format {
        Format::Jpeg => encode_jpeg::encode(outgoing, quality, strips, target, file),
        Format::Png => encode_png::encode(outgoing, strips, target, file),
        Format::Tiff => encode_tiff::encode(outgoing, strips, target, file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{Coding, Depth, Metadata, Pixels, open};
    use moxcms::ColorProfile;
    use std::path::PathBuf;

    const OPTIONS: ExportOptions = ExportOptions { quality: 95, ..ExportOptions::DEFAULT };

    fn photo(image: Image, depth: Depth) -> Photo {
        Photo {
            image,
            depth,
            has_alpha: false,
            profile: None,
            metadata: Metadata::default(),
            notices: Vec::new(),
            path: PathBuf::from("original.png"),
        }
    }

    /// A smooth picture, larger than one strip where `height` is large.
    fn ramp16(width: usize, height: usize) -> Image {
        let pixel = |i: usize| {
            let (x, y) = (i % width, i / width);
            [
                (x * 65535 / width) as u16,
                (y * 65535 / height) as u16,
                (i * 31 % 65536) as u16,
                65535,
            ]
        };
        Image::sixteen(width, height, (0..width * height).map(pixel).collect(), Coding::SIXTEEN)
    }

    fn ramp8(width: usize, height: usize) -> Image {
        let pixel = |i: usize| {
            let (x, y) = (i % width, i / width);
            [
                (x * 255 / width) as u8,
                (y * 255 / height) as u8,
                ((x + y) * 127 / (width + height)) as u8,
                255,
            ]
        };
        Image::eight(width, height, (0..width * height).map(pixel).collect())
    }

    /// Exports a photo as it is and opens it again.
    fn again(photo: &Photo, target: &str) -> Photo {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join(target);
        export(photo, &target, &OPTIONS, &[], &mut |range| Ok(photo.image.rows(range))).unwrap();
        open(&target).unwrap()
    }

    fn worst(a: &Image, b: &Image) -> f32 {
        assert_eq!((a.width, a.height), (b.width, b.height));
        let pixel =
            |i| a.rgb(i).into_iter().zip(b.rgb(i)).fold(0.0_f32, |m, (a, b)| m.max((a - b).abs()));
        (0..a.width * a.height).map(pixel).fold(0.0, f32::max)
    }

    #[test]
    fn lossless_formats_give_back_every_code() {
        for target in ["a.png", "a.tif"] {
            let eight = photo(ramp8(301, 203), Depth::Eight);
            assert_eq!(again(&eight, target).image, eight.image, "{target}");
            let deep = photo(ramp16(2100, 1203), Depth::Sixteen);
            let opened = again(&deep, target);
            assert_eq!(opened.image, deep.image, "{target}");
            assert_eq!(opened.depth, Depth::Sixteen);
        }
    }

    #[test]
    fn jpeg_is_close() {
        for (width, height) in [(301, 203), (1, 1), (17, 3000)] {
            let eight = photo(ramp8(width, height), Depth::Eight);
            let opened = again(&eight, "a.jpg");
            assert!(worst(&opened.image, &eight.image) < 6.0 / 255.0, "{width}x{height}");
        }
    }

    #[test]
    fn alpha_is_kept_where_it_can_be() {
        let mut it = photo(ramp8(40, 30), Depth::Eight);
        it.has_alpha = true;
        let Pixels::Eight(pixels) = &mut it.image.pixels else { panic!() };
        pixels.iter_mut().enumerate().for_each(|(i, pixel)| pixel[3] = (i % 256) as u8);
        for target in ["a.png", "a.tiff"] {
            let opened = again(&it, target);
            assert!(opened.has_alpha && opened.image == it.image, "{target}");
        }
        assert!(!again(&it, "a.jpg").has_alpha);
    }

    #[test]
    fn wide_photos_go_back_to_their_profile() {
        let bytes = ColorProfile::new_display_p3().encode().unwrap();
        let mut plain = photo(ramp8(64, 64), Depth::Eight);
        // Written as it is but under a P3 profile: now its codes mean P3.
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("a.png");
        let file = File::create(&first).unwrap();
        let mut info = png::Info::with_size(64, 64);
        info.color_type = png::ColorType::Rgba;
        info.icc_profile = Some(bytes.clone().into());
        let mut writer = png::Encoder::with_info(file, info).unwrap().write_header().unwrap();
        let Pixels::Eight(pixels) = &mut plain.image.pixels else { panic!() };
        writer.write_image_data(pixels.as_flattened()).unwrap();
        drop(writer);

        let opened = open(&first).unwrap();
        assert_eq!((opened.depth, opened.image.depth()), (Depth::Eight, Depth::Sixteen));
        assert!(opened.image.coding.offset < 0.0);
        for target in ["b.png", "b.tif"] {
            let target = folder.path().join(target);
            export(&opened, &target, &OPTIONS, &[], &mut |r| Ok(opened.image.rows(r))).unwrap();
            let again = open(&target).unwrap();
            assert_eq!(again.profile.as_deref(), Some(bytes.as_slice()));
            assert!(worst(&again.image, &opened.image) < 1e-4);
            let stored = image::open(&target).unwrap().to_rgb8();
            let same = stored.pixels().zip(pixels.iter()).filter(|(a, b)| a.0 == b[..3]).count();
            assert_eq!(same, 64 * 64, "codes come back as they were");
        }
    }

    #[test]
    fn nothing_is_rendered_for_a_target_that_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("there.png");
        std::fs::write(&there, "x").unwrap();
        let mut it = photo(ramp8(4, 4), Depth::Eight);
        let mut never = |_: Range<usize>| -> Result<Image, PhotoError> { panic!("rendered") };
        let mut refused = |it: &Photo, target: &Path, overwrite| {
            let options = ExportOptions { overwrite, ..ExportOptions::DEFAULT };
            export(it, target, &options, &[], &mut never).unwrap_err()
        };
        assert!(matches!(refused(&it, &there, false), PhotoError::Exists { .. }));
        let odd = folder.path().join("a.gif");
        assert!(matches!(refused(&it, &odd, true), PhotoError::UnknownFormat { .. }));
        it.path.clone_from(&there);
        assert!(matches!(refused(&it, &there, true), PhotoError::Original { .. }));
        it.image.width = 70_000;
        let wide = folder.path().join("wide.jpg");
        assert!(matches!(refused(&it, &wide, true), PhotoError::Unfit { .. }));
    }

    #[test]
    fn failed_strips_leave_nothing_behind() {
        for target in ["a.jpg", "a.png", "a.tif"] {
            let folder = tempfile::tempdir().unwrap();
            let it = photo(ramp8(2000, 3000), Depth::Eight);
            let mut calls = 0;
            let result = export(&it, &folder.path().join(target), &OPTIONS, &[], &mut |range| {
                calls += 1;
                if calls == 2 { Err(PhotoError::Cancelled) } else { Ok(it.image.rows(range)) }
            });
            assert!(matches!(result, Err(PhotoError::Cancelled)), "{target}: {result:?}");
            assert_eq!(calls, 2);
            assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_a_sentence() {
        for format in [Format::Jpeg, Format::Png, Format::Tiff] {
            // Larger than all buffers, so that the encoders themselves meet the error.
            let it = photo(ramp16(2100, 1203), Depth::Sixteen);
            let full = File::options().write(true).open("/dev/full").unwrap();
            let mut file = BufWriter::new(full);
            let mut render = |range: Range<usize>| Ok(it.image.rows(range));
            let target = Path::new("/pictures/a.out");
            let outgoing = Outgoing::new(&it, format, &OPTIONS, &[]);
            let strips = Strips::new(2100, 1203, &mut render);
            let error = encode(&outgoing, format, 95, strips, target, &mut file).unwrap_err();
            assert!(error.to_string().contains("the disk is full"), "{format:?}: {error}");
        }
    }

    #[test]
    fn metadata_travel_between_formats() {
        let mut it = photo(ramp8(32, 24), Depth::Eight);
        let records = b"\x1c\x02\x78\x00\x07caption";
        it.metadata = Metadata {
            xmp: Some(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>".to_vec()),
            iptc: Some(crate::photo::iptc::resources(records)),
            exif: Some(crate::photo::tiff_ifd::structure(
                &[crate::photo::tiff_ifd::Field {
                    tag: 271,
                    value: crate::photo::tiff_ifd::Value::Plain(2, 7, b"Camera\0".to_vec()),
                }],
                crate::photo::tiff_ifd::Order::Big,
            )),
            density: Some((300, 300, 1)),
            ..Metadata::default()
        };
        for target in ["a.jpg", "a.png", "a.tif"] {
            let opened = again(&it, target);
            assert_eq!(opened.metadata.xmp, it.metadata.xmp, "{target}");
            assert_eq!(opened.metadata.iptc, it.metadata.iptc, "{target}");
            let exif = opened.metadata.exif.unwrap();
            assert!(exif.windows(6).any(|w| w == b"Camera"), "{target}");
            if target != "a.tif" {
                assert_eq!(exif, *it.metadata.exif.as_ref().unwrap(), "{target}");
                assert_eq!(opened.metadata.density, it.metadata.density, "{target}");
            }
        }
    }
}
