//! Encoding TIFF files: uncompressed, in strips, written from front to back.
//!
//! ```text
//! EXIF blob (its header leads to the directory) | directory and its values | strips
//! ```
//!
//! The blob stands at the file's very beginning, so that every offset inside it stays true: the
//! EXIF and GPS directories and makers' notes are the source's own bytes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::error::name;
use super::outgoing::Outgoing;
use super::strips::Strips;
use super::tiff_ifd::{Field, Order, Value, directory};
use super::values::Alpha;
use super::{Depth, PhotoError, exif, iptc, xmp};

/// Bytes of one strip, about.
const STRIP_BYTES: usize = 1 << 18;

const BYTE: u16 = 1;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const UNDEFINED: u16 = 7;

const STRIP_OFFSETS: u16 = 273;
const ORIENTATION: u16 = 274;
const X_RESOLUTION: u16 = 282;

/// Writes a TIFF file.
pub(super) fn encode(
    outgoing: &Outgoing<'_>,
    mut strips: Strips<'_>,
    target: &Path,
    file: &mut BufWriter<File>,
) -> Result<(), PhotoError> {
    let failed = |error: &std::io::Error| PhotoError::unwritable(target, error);
    let (order, head) = head(outgoing).ok_or_else(|| PhotoError::Unfit {
        name: name(target),
        reason: "it would be longer than the 4 GB of a TIFF file".to_owned(),
    })?;
    file.write_all(&head).map_err(|error| failed(&error))?;
    while let Some((top, strip)) = strips.next()? {
        match outgoing.depth {
            Depth::Eight => file.write_all(&outgoing.values.eight(&strip, top)),
            Depth::Sixteen => {
                let samples = outgoing.values.sixteen(&strip);
                let bytes: Vec<[u8; 2]> = samples.into_iter().map(|v| order.bytes16(v)).collect();
                file.write_all(bytes.as_flattened())
            }
        }
        .map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// Everything before the strips; `None` where the file would be too long.
fn head(outgoing: &Outgoing<'_>) -> Option<(Order, Vec<u8>)> {
    let (width, height) = (outgoing.width, outgoing.height);
    let blob = outgoing.exif();
    let entries = blob.as_deref().and_then(exif::entries_for_tiff);
    let (order, entries) = entries.unwrap_or((Order::Little, Vec::new()));
    let mut head = match blob {
        Some(blob) if !entries.is_empty() => blob,
        _ if order == Order::Big => b"MM\0*\0\0\0\0".to_vec(),
        _ => b"II*\0\0\0\0\0".to_vec(),
    };
    head.resize(head.len().next_multiple_of(2), 0);
    let at = u32::try_from(head.len()).ok()?;
    head[4..8].copy_from_slice(&order.bytes32(at));

    let mut fields: Vec<Field> = entries
        .iter()
        .filter(|entry| entry.tag != ORIENTATION)
        .map(|e| Field { tag: e.tag, value: Value::Placed(e.kind, e.count, e.word) })
        .collect();
    describe(&mut fields, outgoing, order);
    attach(&mut fields, outgoing, order);

    // The strips begin where the directory ends, whose length does not depend on their offsets.
    let samples = outgoing.alpha.samples() * if outgoing.depth == Depth::Eight { 1 } else { 2 };
    let row_bytes = width * samples;
    let rows = (STRIP_BYTES / row_bytes).clamp(1, height);
    let counts: Vec<u64> =
        (0..height).step_by(rows).map(|y| (rows.min(height - y) * row_bytes) as u64).collect();
    let start =
        at as usize + directory(&with_strips(&fields, &counts, rows, 0, order)?, at, order).len();
    let start = start.next_multiple_of(2);
    let fields = with_strips(&fields, &counts, rows, start as u64, order)?;
    head.extend(directory(&fields, at, order));
    head.resize(start, 0);
    Some((order, head))
}

/// Adds what the picture is.
fn describe(fields: &mut Vec<Field>, outgoing: &Outgoing<'_>, order: Order) {
    let bits = if outgoing.depth == Depth::Eight { 8 } else { 16 };
    let samples = outgoing.alpha.samples();
    let mut put = |tag, kind, count, bytes| {
        fields.push(Field { tag, value: Value::Plain(kind, count, bytes) });
    };
    let short = |value: u16| order.bytes16(value).to_vec();
    put(256, LONG, 1, order.bytes32(outgoing.width as u32).to_vec());
    put(257, LONG, 1, order.bytes32(outgoing.height as u32).to_vec());
    put(258, SHORT, samples as u32, short(bits).repeat(samples));
    put(259, SHORT, 1, short(1)); // not compressed
    put(262, SHORT, 1, short(2)); // RGB
    put(ORIENTATION, SHORT, 1, short(1));
    put(277, SHORT, 1, short(samples as u16));
    put(284, SHORT, 1, short(1)); // samples of a pixel side by side
    if outgoing.alpha == Alpha::Kept {
        put(338, SHORT, 1, short(2)); // straight alpha
    }
}

/// Adds density, XMP, IPTC and profile.
fn attach(fields: &mut Vec<Field>, outgoing: &Outgoing<'_>, order: Order) {
    let metadata = &outgoing.metadata;
    let has_density = fields.iter().any(|field| field.tag == X_RESOLUTION);
    let mut put = |tag, kind, count: usize, bytes| {
        fields.push(Field { tag, value: Value::Plain(kind, count as u32, bytes) });
    };
    if let (Some((x, y, unit)), false) = (metadata.density, has_density) {
        let ratio = |n: u16| [order.bytes32(u32::from(n)), order.bytes32(1)].concat();
        put(X_RESOLUTION, RATIONAL, 1, ratio(x));
        put(283, RATIONAL, 1, ratio(y));
        put(296, SHORT, 1, order.bytes16(u16::from(unit) + 1).to_vec());
    }
    if let Some(packet) = &metadata.xmp {
        put(700, BYTE, packet.len(), xmp::upright(packet));
    }
    if let Some(resources) = &metadata.iptc {
        if let Some(records) = iptc::records(resources) {
            put(33723, UNDEFINED, records.len(), records.to_vec());
        }
        let others = iptc::without_records(resources);
        if !others.is_empty() {
            put(34377, BYTE, others.len(), others);
        }
    }
    if let Some(profile) = &outgoing.profile {
        put(34675, UNDEFINED, profile.len(), profile.to_vec());
    }
}

/// The fields with those of the strips, the first of which begins at `start`.
fn with_strips(
    fields: &[Field],
    counts: &[u64],
    rows: usize,
    start: u64,
    order: Order,
) -> Option<Vec<Field>> {
    let mut offset = start;
    let (mut offsets, mut lengths) = (Vec::new(), Vec::new());
    for &count in counts {
        offsets.extend(order.bytes32(u32::try_from(offset).ok()?));
        lengths.extend(order.bytes32(u32::try_from(count).ok()?));
        offset += count;
    }
    u32::try_from(offset).ok()?;
    let count = counts.len() as u32;
    let mut fields = fields.to_vec();
    let mut put = |tag, count, bytes| {
        fields.push(Field { tag, value: Value::Plain(LONG, count, bytes) });
    };
    put(STRIP_OFFSETS, count, offsets);
    put(278, 1, order.bytes32(rows as u32).to_vec());
    put(279, count, lengths);
    Some(fields)
}
