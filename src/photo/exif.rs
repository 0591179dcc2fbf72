//! EXIF blobs: what an opening reads of them, and the few bytes that an export changes.
//!
//! A blob is kept byte for byte, since makers' notes hold offsets into it; only numbers that the
//! edit made untrue are overwritten in place.

use std::io::{Cursor, Read, Seek};

use super::tiff_ifd::{EXIF, Entry, Field, GPS, Order, Source, Value, directory, structure};

const IMAGE_WIDTH: u16 = 256;
const IMAGE_LENGTH: u16 = 257;
const ORIENTATION: u16 = 274;
const COLOR_SPACE: u16 = 40961;
const PIXEL_X_DIMENSION: u16 = 40962;
const PIXEL_Y_DIMENSION: u16 = 40963;

/// Tags that say how a TIFF file stores its pixels, or that have a place of their own in
/// [`Metadata`](super::Metadata): no part of a blob that is made of such a file, nor of a TIFF
/// file that is made of a blob.
const STRUCTURE: [u16; 46] = [
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 284,
    288, 289, 290, 291, 292, 293, 301, 317, 318, 319, 320, 322, 323, 324, 325, 330, 332, 338, 339,
    340, 341, 347, 512, 513, 514, 529, 530,
];
/// The same, for tags that lie apart: 531 and 532 JPEG and colour coding, 700 XMP, 33723 IPTC,
/// 34377 Photoshop resources, 34675 ICC profile, 37724 Photoshop layers.
const STRUCTURE_TOO: [u16; 7] = [531, 532, 700, 33723, 34377, 34675, 37724];

/// True for tags that belong to a TIFF file's own picture and not to its EXIF data.
fn is_structure(tag: u16) -> bool {
    STRUCTURE.contains(&tag) || STRUCTURE_TOO.contains(&tag)
}

/// True where a blob has a header and a first directory.
pub(super) fn is_readable(blob: &[u8]) -> bool {
    Source::new(Cursor::new(blob)).is_some_and(|mut source| {
        let first = source.first();
        source.directory(first).is_some()
    })
}

/// The orientation that a blob asks for, 1..=8; 1 where it asks for none.
pub(super) fn orientation(blob: &[u8]) -> u16 {
    Source::new(Cursor::new(blob)).map_or(1, |mut source| orientation_of(&mut source))
}

/// The orientation that a TIFF structure's first directory asks for, 1..=8.
pub(super) fn orientation_of<R: Read + Seek>(source: &mut Source<R>) -> u16 {
    let first = source.first();
    let Some((entries, _)) = source.directory(first) else { return 1 };
    let entry = entries.iter().find(|entry| entry.tag == ORIENTATION);
    match entry.and_then(|entry| source.number(entry)) {
        Some(value @ 1..=8) => value as u16,
        _ => 1,
    }
}

/// The blob of an edited picture of this size: upright, of that size, and without the thumbnail,
/// which would show the unedited picture. Where the colour space is another one it is said.
pub(super) fn for_export(
    blob: &[u8],
    width: usize,
    height: usize,
    colour_space: Option<u16>,
) -> Vec<u8> {
    let mut patched = blob.to_vec();
    let Some(mut source) = Source::new(Cursor::new(blob)) else { return patched };
    let order = source.order();
    let first = source.first();
    let Some((entries, next_at)) = source.directory(first) else { return patched };
    for entry in &entries {
        match entry.tag {
            ORIENTATION => put(&mut patched, entry, 1, order),
            IMAGE_WIDTH => put(&mut patched, entry, width, order),
            IMAGE_LENGTH => put(&mut patched, entry, height, order),
            EXIF => {
                let inner = source.number(entry).and_then(|at| source.directory(at));
                for entry in inner.iter().flat_map(|(entries, _)| entries) {
                    match entry.tag {
                        PIXEL_X_DIMENSION => put(&mut patched, entry, width, order),
                        PIXEL_Y_DIMENSION => put(&mut patched, entry, height, order),
                        COLOR_SPACE => {
                            if let Some(value) = colour_space {
                                put(&mut patched, entry, usize::from(value), order);
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    if let Some(next) = patched.get_mut(next_at as usize..next_at as usize + 4) {
        next.fill(0);
    }
    patched
}

/// The small picture of the photo that a camera puts behind the first directory: a JPEG of its own.
pub(super) fn thumbnail(blob: &[u8]) -> Option<&[u8]> {
    const OFFSET: u16 = 513;
    const LENGTH: u16 = 514;
    let mut source = Source::new(Cursor::new(blob))?;
    let first = source.first();
    let (_, next_at) = source.directory(first)?;
    let next = blob.get(next_at as usize..)?.first_chunk::<4>()?;
    let next = source.order().u32(*next);
    let (entries, _) = source.directory(next)?;
    let number = |tag: u16| {
        entries.iter().find(|entry| entry.tag == tag).and_then(|entry| source.number(entry))
    };
    let (offset, length) = (number(OFFSET)? as usize, number(LENGTH)? as usize);
    blob.get(offset..offset.checked_add(length)?)
}

/// Overwrites an entry's one number, if it fits there.
fn put(blob: &mut [u8], entry: &Entry, value: usize, order: Order) {
    let at = entry.at as usize + 8;
    match (entry.kind, entry.count) {
        (3, 1) => {
            if let Ok(value) = u16::try_from(value) {
                blob[at..at + 2].copy_from_slice(&order.bytes16(value));
            }
        }
        (4, 1) => blob[at..at + 4].copy_from_slice(&order.bytes32(value as u32)),
        _ => {}
    }
}

/// A blob of what a TIFF file's first directory says about the photo, with its EXIF and GPS
/// directories, and how many entries made no sense and were left out. `None` where it says
/// nothing.
pub(super) fn from_tiff<R: Read + Seek>(source: &mut Source<R>) -> (Option<Vec<u8>>, usize) {
    let (order, first, mut lost) = (source.order(), source.first(), 0);
    let mut fields = source.copy(first, &[EXIF, GPS], &mut lost).unwrap_or_default();
    fields.retain(|field| !is_structure(field.tag));
    let blob = (!fields.is_empty()).then(|| structure(&fields, order));
    (blob, lost)
}

/// The blob without its largest value, where a format has no room for all of it: makers' notes
/// and thumbnails go before what a person would miss. `None` where even that is too long.
pub(super) fn shortened(blob: &[u8], limit: usize) -> Option<Vec<u8>> {
    if blob.len() <= limit {
        return Some(blob.to_vec());
    }
    let mut source = Source::new(Cursor::new(blob))?;
    let (order, first) = (source.order(), source.first());
    let mut fields = source.copy(first, &[EXIF, GPS], &mut 0)?;
    let mut short = structure(&fields, order);
    while short.len() > limit {
        drop_largest(&mut fields)?;
        short = structure(&fields, order);
    }
    Some(short)
}

/// Takes the largest value out of a directory and the ones inside it.
fn drop_largest(fields: &mut Vec<Field>) -> Option<()> {
    let size = |field: &Field| match &field.value {
        Value::Plain(_, _, bytes) => bytes.len(),
        Value::Placed(..) => 4,
        Value::Directory(inner) => directory(inner, 0, Order::Little).len(),
    };
    let largest = (0..fields.len()).max_by_key(|&i| size(&fields[i]))?;
    match &mut fields[largest].value {
        Value::Directory(inner) if !inner.is_empty() => drop_largest(inner)?,
        _ => drop(fields.remove(largest)),
    }
    Some(())
}

/// A blob's byte order and the entries of its first directory that a TIFF file with the blob at
/// its start may use as they are: those about the photo whose values lie inside the blob.
pub(super) fn entries_for_tiff(blob: &[u8]) -> Option<(Order, Vec<Entry>)> {
    let mut source = Source::new(Cursor::new(blob))?;
    let first = source.first();
    let (entries, _) = source.directory(first)?;
    let mut kept: Vec<Entry> = Vec::new();
    for entry in entries {
        let known = !is_structure(entry.tag) && kept.iter().all(|k| k.tag != entry.tag);
        let sound = match entry.tag {
            EXIF | GPS => source.number(&entry).and_then(|at| source.directory(at)).is_some(),
            _ => source.value(&entry).is_some(),
        };
        if known && sound {
            kept.push(entry);
        }
    }
    Some((source.order(), kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Orientation 6, sizes 40x30 in both directories, a thumbnail directory behind.
    fn blob(order: Order) -> Vec<u8> {
        let short =
            |tag, value| Field { tag, value: Value::Plain(3, 1, order.bytes16(value).to_vec()) };
        let long =
            |tag, value| Field { tag, value: Value::Plain(4, 1, order.bytes32(value).to_vec()) };
        let fields = vec![
            long(IMAGE_WIDTH, 40),
            short(IMAGE_LENGTH, 30),
            Field { tag: 271, value: Value::Plain(2, 7, b"Camera\0".to_vec()) },
            short(ORIENTATION, 6),
            Field {
                tag: EXIF,
                value: Value::Directory(vec![
                    short(PIXEL_X_DIMENSION, 40),
                    long(PIXEL_Y_DIMENSION, 30),
                ]),
            },
        ];
        let mut bytes = structure(&fields, order);
        let thumbnail = bytes.len() as u32;
        bytes.extend(directory(&[short(259, 6)], thumbnail, order));
        let next = 8 + 2 + 12 * 5;
        bytes[next..next + 4].copy_from_slice(&order.bytes32(thumbnail));
        bytes
    }

    #[test]
    fn an_export_changes_a_few_numbers_in_place() {
        for order in [Order::Little, Order::Big] {
            let before = blob(order);
            assert_eq!(orientation(&before), 6);
            let after = for_export(&before, 30, 40, None);
            assert_eq!(after.len(), before.len());
            assert_eq!(orientation(&after), 1);
            let mut source = Source::new(Cursor::new(&after)).unwrap();
            let first = source.first();
            let (entries, next_at) = source.directory(first).unwrap();
            assert_eq!(source.number(&entries[0]), Some(30));
            assert_eq!(source.number(&entries[1]), Some(40));
            assert_eq!(after[next_at as usize..][..4], [0; 4]);
            let inner = source.number(&entries[4]).unwrap();
            let (inner, _) = source.directory(inner).unwrap();
            assert_eq!(
                inner.iter().map(|e| source.number(e)).collect::<Vec<_>>(),
                [Some(30), Some(40)]
            );
            let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count();
            assert!(changed <= 7, "{changed} bytes changed");
        }
    }

    #[test]
    fn hostile_blobs_never_panic() {
        let good = blob(Order::Big);
        for i in 0..good.len() {
            for value in [0, 1, 0x80, 0xFF] {
                let mut bad = good.clone();
                bad[i] = value;
                for_export(&bad, 1, 1, None);
                orientation(&bad);
                entries_for_tiff(&bad);
                shortened(&bad, 60);
            }
            for_export(&good[..i], 1, 1, Some(1));
            entries_for_tiff(&good[..i]);
        }
        for_export(b"", 1, 1, None);
    }

    #[test]
    fn a_long_blob_loses_its_longest_value() {
        let note = Field { tag: 37500, value: Value::Plain(7, 5000, vec![9; 5000]) };
        let make = Field { tag: 271, value: Value::Plain(2, 7, b"Camera\0".to_vec()) };
        let fields = [make.clone(), Field { tag: EXIF, value: Value::Directory(vec![note, make]) }];
        let short = shortened(&structure(&fields, Order::Little), 1000).unwrap();
        assert!(short.len() < 200);
        assert!(short.windows(6).any(|w| w == b"Camera"));
    }
}
