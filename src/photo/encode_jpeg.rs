//! Encoding JPEG files. The header is written here, as jpeg-encoder writes no comments; the coded
//! picture is jpeg-encoder's, which asks for one row after the other.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::rc::Rc;

use jpeg_encoder::{
    ChromaSubsamplingMethod, Encoder, EncodingError, ImageBuffer, JpegColorType, rgb_to_ycbcr,
};

use super::outgoing::Outgoing;
use super::strips::Strips;
use super::{PhotoError, exif, iptc, xmp};

/// Bytes that one segment holds.
const MAX_SEGMENT: usize = 65533;
/// What jpeg-encoder writes before its tables: a start marker and an APP0 segment.
const ENCODER_HEADER: usize = 20;

/// Writes a JPEG file.
pub(super) fn encode(
    outgoing: &Outgoing<'_>,
    quality: u8,
    strips: Strips<'_>,
    target: &Path,
    file: &mut BufWriter<File>,
) -> Result<(), PhotoError> {
    file.write_all(&header(outgoing)).map_err(|error| PhotoError::unwritable(target, &error))?;
    let failure = Rc::new(RefCell::new(None));
    let writer = BodyWriter { file, skip: ENCODER_HEADER, failure: Rc::clone(&failure) };
    let mut encoder = Encoder::new(writer, quality.clamp(1, 100));
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    let rows = Rows {
        width: outgoing.width as u16,
        height: outgoing.height as u16,
        state: RefCell::new(State { strips, outgoing, top: 0, end: 0, samples: Vec::new() }),
        failure: Rc::clone(&failure),
    };
    let result = encoder.encode_image(rows);
    if let Some(error) = failure.borrow_mut().take() {
        return Err(error);
    }
    result.map_err(|error| match error {
        EncodingError::IoError(error) => PhotoError::unwritable(target, &error),
        error => PhotoError::unwritable(target, &std::io::Error::other(error.to_string())),
    })
}

/// Everything before the tables.
fn header(outgoing: &Outgoing<'_>) -> Vec<u8> {
    let metadata = &outgoing.metadata;
    let mut header = vec![0xFF, 0xD8];
    // JFIF and EXIF both want to be the first. JFIF is, unless the source had none: then offsets
    // into the file that stand in a maker's note stay true.
    if metadata.density.is_some() || metadata.exif.is_none() {
        jfif(&mut header, metadata.density.unwrap_or((1, 1, 0)));
    }
    if let Some(blob) = outgoing.exif() {
        if let Some(blob) = exif::shortened(&blob, MAX_SEGMENT - 6) {
            segment(&mut header, 0xE1, &[b"Exif\0\0", &blob[..]].concat());
        }
        if metadata.density.is_none() {
            jfif(&mut header, (1, 1, 0));
        }
    }
    if let Some(packet) = &metadata.xmp {
        let extension = metadata.xmp_extension.as_deref();
        for content in xmp::segments(&xmp::upright(packet), extension) {
            segment(&mut header, 0xE1, &content);
        }
    }
    for part in metadata.iptc.iter().flat_map(|r| r.chunks(MAX_SEGMENT - iptc::HEADER.len())) {
        segment(&mut header, 0xED, &[iptc::HEADER, part].concat());
    }
    if let Some(profile) = &outgoing.profile {
        let parts = profile.chunks(MAX_SEGMENT - 14);
        let count = parts.len();
        // 255 parts are 16 MB: a longer profile does not fit, and occurs nowhere.
        for (i, part) in parts.enumerate().filter(|_| count <= 255) {
            let place = [i as u8 + 1, count as u8];
            segment(&mut header, 0xE2, &[b"ICC_PROFILE\0", &place[..], part].concat());
        }
    }
    for (marker, content) in &metadata.segments {
        segment(&mut header, *marker, content);
    }
    header
}

/// The segment that calls the picture YCbCr, and its density.
fn jfif(header: &mut Vec<u8>, (x, y, unit): (u16, u16, u8)) {
    let [[x1, x2], [y1, y2]] = [x, y].map(u16::to_be_bytes);
    segment(header, 0xE0, &[b"JFIF\0\x01\x02", &[unit.min(2), x1, x2, y1, y2, 0, 0][..]].concat());
}

fn segment(header: &mut Vec<u8>, marker: u8, content: &[u8]) {
    debug_assert!(content.len() <= MAX_SEGMENT, "a segment of {} bytes", content.len());
    header.extend([0xFF, marker]);
    header.extend((content.len() as u16 + 2).to_be_bytes());
    header.extend(content);
}

/// Passes on what the encoder writes, without its header, until rendering fails.
struct BodyWriter<'a> {
    file: &'a mut BufWriter<File>,
    skip: usize,
    failure: Rc<RefCell<Option<PhotoError>>>,
}

impl Write for BodyWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.failure.borrow().is_some() {
            return Err(std::io::Error::other("rendering failed"));
        }
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        self.file.write_all(&bytes[skipped..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// The picture as the encoder sees it: a row at a time, top to bottom, the last one repeatedly.
struct Rows<'a, 'b> {
    width: u16,
    height: u16,
    state: RefCell<State<'a, 'b>>,
    failure: Rc<RefCell<Option<PhotoError>>>,
}

/// The strip that is being encoded, `top..end`.
struct State<'a, 'b> {
    strips: Strips<'a>,
    outgoing: &'b Outgoing<'b>,
    top: usize,
    end: usize,
    samples: Vec<u8>,
}

impl State<'_, '_> {
    /// Makes sure that row `y` is there.
    fn advance(&mut self, y: usize) -> Result<(), PhotoError> {
        while y >= self.end {
            let Some((top, strip)) = self.strips.next()? else { break };
            self.samples = self.outgoing.values.eight(&strip, top);
            (self.top, self.end) = (top, top + strip.height);
        }
        Ok(())
    }
}

impl ImageBuffer for Rows<'_, '_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let (y, width) = (usize::from(y), usize::from(self.width));
        let state = &mut *self.state.borrow_mut();
        let mut failure = self.failure.borrow_mut();
        if failure.is_none()
            && let Err(error) = state.advance(y)
        {
            *failure = Some(error);
        }
        let [luma, cb, cr, _] = buffers;
        if failure.is_some() {
            // The encoder stops at its next write; until then it needs something.
            for buffer in [luma, cb, cr] {
                buffer.resize(buffer.len() + width, 0);
            }
            return;
        }
        let row = &state.samples[(y - state.top) * width * 3..][..width * 3];
        for pixel in row.chunks_exact(3) {
            let (l, b, r) = rgb_to_ycbcr(pixel[0], pixel[1], pixel[2]);
            luma.push(l);
            cb.push(b);
            cr.push(r);
        }
    }
}
