//! Decoding TIFF files, strip by strip or tile by tile, by the tiff crate.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use tiff::ColorType;
use tiff::decoder::{ChunkType, Decoder, DecodingResult, Limits};
use tiff::{TiffError, TiffUnsupportedError};

use super::decoded::Opaque;
use super::decoded::{Decoded, Raster, check_size};
use super::profile::Model;
use super::tiff_ifd::Source;
use super::{Depth, Metadata, PhotoError, exif, iptc};

const SUBFILE_TYPE: u16 = 254;
const PLANAR_CONFIGURATION: u16 = 284;
const SUB_DIRECTORIES: u16 = 330;
const EXTRA_SAMPLES: u16 = 338;
const XMP: u16 = 700;
const IPTC: u16 = 33723;
const PHOTOSHOP: u16 = 34377;
const ICC: u16 = 34675;
const DNG_VERSION: u16 = 50706;
const ASSOCIATED_ALPHA: u32 = 1;
const PLANAR: u32 = 2;

type TiffDecoder = Decoder<BufReader<File>>;

/// Decodes the first picture of a file that starts as a TIFF does.
pub(super) fn decode(path: &Path) -> Result<Decoded, PhotoError> {
    let open = || {
        let file = File::open(path).map_err(|error| PhotoError::unreadable(path, &error))?;
        Ok(BufReader::with_capacity(1 << 16, file))
    };
    let tags = Tags::read(open()?);
    if tags.is_raw {
        return Err(PhotoError::unsupported(
            path,
            "camera raw files are not developed by this program; export it as a 16-bit TIFF first",
        ));
    }
    let mut decoder =
        Decoder::new(open()?).map_err(|error| refusal(path, &error))?.with_limits(limits());
    let (width, height) = decoder.dimensions().map_err(|error| refusal(path, &error))?;
    check_size(path, u64::from(width), u64::from(height))?;
    let color = decoder.colortype().map_err(|error| refusal(path, &error))?;
    let layout = Layout::of(color, &tags, width as usize, height as usize).ok_or_else(|| {
        let reason = format!("its kind of pixels ({color:?}) is not known to this program");
        PhotoError::unsupported(path, reason)
    })?;
    let raster = raster(&mut decoder, &layout).map_err(|error| match error {
        Failure::Decoder(error) => refusal(path, &error),
        Failure::Kind => PhotoError::unsupported(
            path,
            "its numbers are of a kind (signed, or of a rare size) that is not known to this program",
        ),
    })?;
    let mut notices = tags.notices;
    if decoder.more_images() {
        notices.push("It holds more than one picture: this is the first of them.".to_owned());
    }
    Ok(Decoded {
        width: width as usize,
        depth: if matches!(raster, Raster::Eight(_)) { Depth::Eight } else { Depth::Sixteen },
        raster,
        model: layout.model,
        has_alpha: layout.alpha.is_some(),
        profile: tags.profile,
        metadata: tags.metadata,
        orientation: tags.orientation,
        notices,
    })
}

/// What the first directory says apart from pixels.
struct Tags {
    metadata: Metadata,
    profile: Option<Vec<u8>>,
    orientation: u16,
    has_extra_sample: bool,
    is_premultiplied: bool,
    is_planar: bool,
    is_raw: bool,
    notices: Vec<String>,
}

impl Tags {
    fn read(reader: BufReader<File>) -> Self {
        let mut tags = Self {
            metadata: Metadata::default(),
            profile: None,
            orientation: 1,
            has_extra_sample: false,
            is_premultiplied: false,
            is_planar: false,
            is_raw: false,
            notices: Vec::new(),
        };
        let Some(mut source) = Source::new(reader) else {
            tags.notices.push("It is a BigTIFF: its metadata were not read.".to_owned());
            return tags;
        };
        let first = source.first();
        let Some((entries, _)) = source.directory(first) else { return tags };
        let mut is_preview = false;
        let mut has_sub_directories = false;
        let mut records = None;
        for entry in &entries {
            let number = source.number(entry);
            match entry.tag {
                SUBFILE_TYPE => is_preview = number.is_some_and(|n| n & 1 == 1),
                PLANAR_CONFIGURATION => tags.is_planar = number == Some(PLANAR),
                SUB_DIRECTORIES => has_sub_directories = true,
                EXTRA_SAMPLES => {
                    tags.has_extra_sample = true;
                    tags.is_premultiplied = number == Some(ASSOCIATED_ALPHA);
                }
                XMP => tags.metadata.xmp = source.value(entry),
                // Some programs call the bytes LONGs; the records say themselves where they end.
                IPTC => records = source.value(entry),
                PHOTOSHOP => tags.metadata.iptc = source.value(entry),
                ICC => tags.profile = source.value(entry),
                DNG_VERSION => tags.is_raw = true,
                _ => {}
            }
        }
        tags.is_raw |= is_preview && has_sub_directories;
        tags.orientation = exif::orientation_of(&mut source);
        if let Some(records) = records {
            let resources = tags.metadata.iptc.take().unwrap_or_default();
            let others = iptc::without_records(&resources);
            tags.metadata.iptc = Some([iptc::resources(&records), others].concat());
        }
        let (blob, lost) = exif::from_tiff(&mut source);
        tags.metadata.exif = blob;
        if lost > 0 {
            tags.notices.push(format!("{lost} of its EXIF fields are damaged and were left out."));
        }
        tags
    }
}

/// How samples make pixels.
struct Layout {
    width: usize,
    height: usize,
    model: Model,
    bits: u8,
    /// Which sample is alpha.
    alpha: Option<usize>,
    is_premultiplied: bool,
    is_planar: bool,
    is_ycbcr: bool,
}

impl Layout {
    /// `None` for pixels that cannot be shown.
    fn of(color: ColorType, tags: &Tags, width: usize, height: usize) -> Option<Self> {
        let (model, bits, alpha, is_ycbcr) = match color {
            ColorType::Gray(bits) => (Model::Gray, bits, None, false),
            ColorType::Multiband { bit_depth, num_samples: 2 } if tags.has_extra_sample => {
                (Model::Gray, bit_depth, Some(1), false)
            }
            ColorType::RGB(bits) => (Model::Rgb, bits, None, false),
            ColorType::RGBA(bits) => (Model::Rgb, bits, Some(3), false),
            ColorType::CMYK(bits) => (Model::Cmyk, bits, None, false),
            ColorType::YCbCr(8) if !tags.is_planar => (Model::Rgb, 8, None, true),
            _ => return None,
        };
        let known = matches!(bits, 8 | 16 | 32 | 64)
            || (matches!(bits, 1 | 2 | 4) && color == ColorType::Gray(bits));
        known.then_some(Self {
            width,
            height,
            model,
            bits,
            alpha,
            is_premultiplied: tags.is_premultiplied,
            is_planar: tags.is_planar,
            is_ycbcr,
        })
    }
}

enum Failure {
    Decoder(TiffError),
    Kind,
}

impl From<TiffError> for Failure {
    fn from(error: TiffError) -> Self {
        Self::Decoder(error)
    }
}

/// Decodes all chunks. The first one tells the type of the samples.
fn raster(decoder: &mut TiffDecoder, layout: &Layout) -> Result<Raster, Failure> {
    let first = decoder.read_chunk(0)?;
    Ok(match first {
        DecodingResult::U8(_) => Raster::Eight(pixels(decoder, layout, first, |samples| {
            let DecodingResult::U8(samples) = samples else { return None };
            Some(if layout.bits < 8 { unpacked(&samples, layout) } else { samples })
        })?),
        DecodingResult::U16(_) => Raster::Sixteen(pixels(decoder, layout, first, |samples| {
            let DecodingResult::U16(samples) = samples else { return None };
            Some(samples)
        })?),
        DecodingResult::U32(_)
        | DecodingResult::F16(_)
        | DecodingResult::F32(_)
        | DecodingResult::F64(_) => Raster::Float(pixels(decoder, layout, first, floats)?),
        _ => return Err(Failure::Kind),
    })
}

/// Samples as encoded values.
fn floats(samples: DecodingResult) -> Option<Vec<f32>> {
    Some(match samples {
        DecodingResult::F32(samples) => samples,
        DecodingResult::F16(samples) => samples.into_iter().map(f32::from).collect(),
        DecodingResult::F64(samples) => samples.into_iter().map(|v| v as f32).collect(),
        DecodingResult::U32(samples) => {
            samples.into_iter().map(|v| (f64::from(v) / f64::from(u32::MAX)) as f32).collect()
        }
        _ => return None,
    })
}

/// Grey samples of 1, 2 or 4 bits, whose rows begin at whole bytes, as bytes.
fn unpacked(packed: &[u8], layout: &Layout) -> Vec<u8> {
    let bits = usize::from(layout.bits);
    let top = (1_u16 << bits) - 1;
    let row_bytes = (layout.width * bits).div_ceil(8);
    let sample = |row: &[u8], x: usize| {
        let shift = 8 - bits - (x * bits) % 8;
        let code = u16::from(row[x * bits / 8] >> shift) & top;
        (code * 255 / top) as u8
    };
    packed
        .chunks_exact(row_bytes)
        .flat_map(|row| (0..layout.width).map(move |x| sample(row, x)))
        .collect()
}

/// Puts all chunks where they belong.
fn pixels<T: Copy + Default + Opaque + Arithmetic>(
    decoder: &mut TiffDecoder,
    layout: &Layout,
    first: DecodingResult,
    samples_of: impl Fn(DecodingResult) -> Option<Vec<T>>,
) -> Result<Vec<[T; 4]>, Failure> {
    let mut blank = [T::default(); 4];
    if layout.model != Model::Cmyk {
        blank[3] = T::OPAQUE;
    }
    let mut pixels = vec![blank; layout.width * layout.height];
    let is_tiled = decoder.get_chunk_type() == ChunkType::Tile;
    let count = if is_tiled { decoder.tile_count()? } else { decoder.strip_count()? } as usize;
    let (chunk_width, chunk_height) = decoder.chunk_dimensions();
    let across = layout.width.div_ceil((chunk_width as usize).max(1));
    let per_plane = across * layout.height.div_ceil((chunk_height as usize).max(1));
    let mut first = Some(first);
    for i in 0..count {
        let (plane, place) = if layout.is_planar { (i / per_plane, i % per_plane) } else { (0, i) };
        if place >= per_plane || plane >= 4 {
            break;
        }
        let (width, height) = decoder.chunk_data_dimensions(i as u32);
        let chunk = match first.take() {
            Some(chunk) => chunk,
            None => decoder.read_chunk(i as u32)?,
        };
        let samples = samples_of(chunk).ok_or(Failure::Kind)?;
        let part = Part {
            x: place % across * chunk_width as usize,
            y: place / across * chunk_height as usize,
            width: width as usize,
            height: height as usize,
            plane: layout.is_planar.then_some(plane),
        };
        part.put(&mut pixels, &samples, layout);
    }
    if layout.is_ycbcr {
        pixels.iter_mut().for_each(T::rgb_from_ycbcr);
    }
    if layout.is_premultiplied && layout.alpha.is_some() {
        pixels.iter_mut().for_each(T::divide_by_alpha);
    }
    Ok(pixels)
}

/// Where a chunk belongs.
struct Part {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    plane: Option<usize>,
}

impl Part {
    /// Copies samples into their pixels.
    fn put<T: Copy>(&self, pixels: &mut [[T; 4]], samples: &[T], layout: &Layout) {
        let per_pixel = (samples.len() / (self.width * self.height).max(1)).max(1);
        for (row, stored) in samples.chunks_exact(self.width * per_pixel).enumerate() {
            let y = self.y + row;
            if row >= self.height || y >= layout.height || self.x + self.width > layout.width {
                return;
            }
            let target = &mut pixels[y * layout.width + self.x..][..self.width];
            for (pixel, stored) in target.iter_mut().zip(stored.chunks_exact(per_pixel)) {
                match (self.plane, layout.model) {
                    (Some(0), Model::Gray) => pixel[..3].fill(stored[0]),
                    (Some(plane), Model::Gray) => pixel[(plane + 2).min(3)] = stored[0],
                    (Some(plane), Model::Cmyk) => pixel[plane] = stored[0],
                    (Some(plane), Model::Rgb) => {
                        if plane < 3 || layout.alpha.is_some() {
                            pixel[plane] = stored[0];
                        }
                    }
                    (None, Model::Gray) => pixel[..3].fill(stored[0]),
                    (None, Model::Rgb) => pixel[..3].copy_from_slice(&stored[..3]),
                    (None, Model::Cmyk) => pixel.copy_from_slice(&stored[..4]),
                }
                if let (None, Some(alpha)) = (self.plane, layout.alpha) {
                    pixel[3] = stored[alpha];
                }
            }
        }
    }
}

/// What has to be computed on stored pixels of any depth.
trait Arithmetic: Sized {
    /// Undoes a multiplication by alpha.
    fn divide_by_alpha(pixel: &mut [Self; 4]);
    /// From JPEG's YCbCr, which occurs in 8 bits alone.
    fn rgb_from_ycbcr(_pixel: &mut [Self; 4]) {}
}

impl Arithmetic for u8 {
    fn divide_by_alpha(pixel: &mut [u8; 4]) {
        let alpha = u16::from(pixel[3]);
        if alpha > 0 {
            let divided = |c: u8| ((u16::from(c) * 255 + alpha / 2) / alpha).min(255) as u8;
            *pixel = [divided(pixel[0]), divided(pixel[1]), divided(pixel[2]), pixel[3]];
        }
    }

    fn rgb_from_ycbcr(pixel: &mut [u8; 4]) {
        let [luma, cb, cr] = [0, 1, 2].map(|c| f32::from(pixel[c]));
        let (cb, cr) = (cb - 128.0, cr - 128.0);
        let code = |v: f32| (v + 0.5) as u8;
        pixel[0] = code(luma + 1.402 * cr);
        pixel[1] = code(luma - 0.344_136 * cb - 0.714_136 * cr);
        pixel[2] = code(luma + 1.772 * cb);
    }
}

impl Arithmetic for u16 {
    fn divide_by_alpha(pixel: &mut [u16; 4]) {
        let alpha = u32::from(pixel[3]);
        if alpha > 0 {
            let divided = |c: u16| ((u32::from(c) * 65535 + alpha / 2) / alpha).min(65535) as u16;
            *pixel = [divided(pixel[0]), divided(pixel[1]), divided(pixel[2]), pixel[3]];
        }
    }
}

impl Arithmetic for f32 {
    fn divide_by_alpha(pixel: &mut [f32; 4]) {
        if pixel[3] > 0.0 {
            (0..3).for_each(|c| pixel[c] /= pixel[3]);
        }
    }
}

/// The picture's own size is limited already; one strip may hold all of it.
fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::MAX / 2;
    limits.intermediate_buffer_size = usize::MAX / 2;
    limits.ifd_value_size = 64 << 20;
    limits
}

/// A sentence for what the decoder says.
fn refusal(path: &Path, error: &TiffError) -> PhotoError {
    match error {
        TiffError::UnsupportedError(TiffUnsupportedError::UnknownCompressionMethod)
        | TiffError::UnsupportedError(TiffUnsupportedError::UnsupportedCompressionMethod(_)) => {
            PhotoError::unsupported(path, "its compression is not known to this program")
        }
        TiffError::UnsupportedError(error) => {
            let reason = error.to_string();
            let reason = reason.trim_end_matches('.');
            PhotoError::unsupported(
                path,
                format!("{reason}; save it as RGB with another program first"),
            )
        }
        TiffError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PhotoError::damaged(path, "the file ends early")
        }
        error => PhotoError::damaged(path, &error),
    }
}
