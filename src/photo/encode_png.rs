//! Encoding PNG files.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Info, PixelDimensions, Unit};

use super::decode_png::XMP_KEYWORD;
use super::outgoing::Outgoing;
use super::strips::Strips;
use super::values::Alpha;
use super::{Depth, PhotoError, iptc, xmp};

/// Bytes of compressed picture in one chunk.
const CHUNK: usize = 1 << 18;

/// Writes a PNG file.
pub(super) fn encode(
    outgoing: &Outgoing<'_>,
    strips: Strips<'_>,
    target: &Path,
    file: &mut BufWriter<File>,
) -> Result<(), PhotoError> {
    let mut failure = None;
    let writer = Watched { file, failure: &mut failure };
    match write(outgoing, strips, writer) {
        Ok(()) => Ok(()),
        Err(Failure::Photo(error)) => Err(error),
        Err(Failure::Encoder(error)) => {
            Err(PhotoError::unwritable(target, &failure.unwrap_or(error)))
        }
    }
}

/// The encoder makes text of errors on its way out; what the system said is kept here.
struct Watched<'a> {
    file: &'a mut BufWriter<File>,
    failure: &'a mut Option<io::Error>,
}

impl Watched<'_> {
    fn watch<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            let code = error.raw_os_error().map(io::Error::from_raw_os_error);
            *self.failure = Some(code.unwrap_or_else(|| io::Error::from(error.kind())));
        }
        result
    }
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.file.write(bytes);
        self.watch(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.file.flush();
        self.watch(result)
    }
}

enum Failure {
    Photo(PhotoError),
    Encoder(io::Error),
}

impl From<PhotoError> for Failure {
    fn from(error: PhotoError) -> Self {
        Self::Photo(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Encoder(error)
    }
}

impl From<EncodingError> for Failure {
    fn from(error: EncodingError) -> Self {
        Self::Encoder(error.into())
    }
}

/// Writes all chunks.
fn write(
    outgoing: &Outgoing<'_>,
    mut strips: Strips<'_>,
    writer: Watched<'_>,
) -> Result<(), Failure> {
    let mut encoder = Encoder::with_info(writer, info(outgoing))?;
    // A tenth larger than the default at a sixteenth of its time.
    encoder.set_compression(Compression::Fast);
    if let Some(packet) = &outgoing.metadata.xmp {
        let packet = xmp::upright(packet);
        let text = String::from_utf8_lossy(&packet).into_owned();
        encoder.add_itxt_chunk(XMP_KEYWORD.to_owned(), text)?;
    }
    if let Some(resources) = &outgoing.metadata.iptc {
        encoder.add_ztxt_chunk(iptc::PNG_KEYWORD.to_owned(), iptc::png_text(resources))?;
    }
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer_with_size(CHUNK)?;
    while let Some((top, strip)) = strips.next()? {
        match outgoing.depth {
            Depth::Eight => stream.write_all(&outgoing.values.eight(&strip, top))?,
            Depth::Sixteen => {
                let samples = outgoing.values.sixteen(&strip);
                let bytes: Vec<[u8; 2]> = samples.into_iter().map(u16::to_be_bytes).collect();
                stream.write_all(bytes.as_flattened())?;
            }
        }
    }
    stream.finish()?;
    Ok(writer.finish()?)
}

/// The header's facts, profile and EXIF.
fn info<'a>(outgoing: &'a Outgoing<'_>) -> Info<'a> {
    let mut info = Info::with_size(outgoing.width as u32, outgoing.height as u32);
    info.color_type = if outgoing.alpha == Alpha::Kept { ColorType::Rgba } else { ColorType::Rgb };
    info.bit_depth = match outgoing.depth {
        Depth::Eight => BitDepth::Eight,
        Depth::Sixteen => BitDepth::Sixteen,
    };
    info.icc_profile = outgoing.profile.as_deref().map(Cow::Borrowed);
    info.exif_metadata = outgoing.exif().map(Cow::Owned);
    info.pixel_dims = outgoing.metadata.density.and_then(|(x, y, unit)| {
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
