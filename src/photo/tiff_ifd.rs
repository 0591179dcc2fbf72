//! TIFF directories: reading them out of EXIF blobs and TIFF files, and writing new ones.
//!
//! A directory is a count, 12-byte entries (tag, type, count, value or its offset) and the offset
//! of the next directory. Nothing that a file says is trusted: offsets and counts are checked
//! against its length.

use std::io::{Read, Seek, SeekFrom};

/// Entries that a directory may have; more is damage.
const MAX_ENTRIES: u16 = 2048;
/// Bytes that a value may have; longer ones are no metadata.
const MAX_VALUE: u64 = 64 << 20;

/// Byte order of a TIFF structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// `II`
    Little,
    /// `MM`
    Big,
}

impl Order {
    /// Two bytes as a number.
    pub(super) fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    /// Four bytes as a number.
    pub(super) fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    /// A number as two bytes.
    pub(super) fn bytes16(self, value: u16) -> [u8; 2] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    /// A number as four bytes.
    pub(super) fn bytes32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }
}

/// A field of a directory that is to be written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// The tag.
    pub(super) tag: u16,
    /// The value.
    pub(super) value: Value,
}

/// What a [`Field`] holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Type, count and bytes, in the structure's byte order.
    Plain(u16, u32, Vec<u8>),
    /// Type, count and the entry's last four bytes, whose value stands elsewhere already.
    Placed(u16, u32, [u8; 4]),
    /// A directory of its own.
    Directory(Vec<Field>),
}

/// A 12-byte entry as it was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// The tag.
    pub(super) tag: u16,
    /// The type of its values.
    pub(super) kind: u16,
    /// How many values.
    pub(super) count: u32,
    /// The last four bytes: the value itself or its offset.
    pub(super) word: [u8; 4],
    /// Where the entry stands.
    pub(super) at: u64,
}

impl Entry {
    /// Bytes of its values; `None` for an unknown type.
    pub(super) fn len(&self) -> Option<u64> {
        let size = match self.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        Some(size * u64::from(self.count))
    }
}

/// A TIFF structure that is read from.
pub(super) struct Source<R> {
    reader: R,
    length: u64,
    order: Order,
    first: u32,
}

impl<R: Read + Seek> Source<R> {
    /// Reads the header. `None` where it is no (classic) TIFF structure.
    pub(super) fn new(mut reader: R) -> Option<Self> {
        let length = reader.seek(SeekFrom::End(0)).ok()?;
        let mut header = [0; 8];
        reader.seek(SeekFrom::Start(0)).ok()?;
        reader.read_exact(&mut header).ok()?;
        let order = match &header[..4] {
            b"II*\0" => Order::Little,
            b"MM\0*" => Order::Big,
            _ => return None,
        };
        let first = order.u32([header[4], header[5], header[6], header[7]]);
        Some(Self { reader, length, order, first })
    }

    /// Its byte order.
    pub(super) fn order(&self) -> Order {
        self.order
    }

    /// Offset of the first directory.
    pub(super) fn first(&self) -> u32 {
        self.first
    }

    /// Entries of the directory at `offset`, and where the offset of the next one stands. Entries
    /// behind the end of the structure are left out.
    pub(super) fn directory(&mut self, offset: u32) -> Option<(Vec<Entry>, u64)> {
        let offset = u64::from(offset);
        let count = self.bytes(offset, 2)?;
        let count = self.order.u16([count[0], count[1]]);
        if offset < 8 || count > MAX_ENTRIES {
            return None;
        }
        let order = self.order;
        let present = ((self.length - offset - 2) / 12).min(u64::from(count));
        let bytes = self.bytes(offset + 2, present * 12)?;
        let entries = bytes.chunks_exact(12).enumerate().map(|(i, b)| Entry {
            tag: order.u16([b[0], b[1]]),
            kind: order.u16([b[2], b[3]]),
            count: order.u32([b[4], b[5], b[6], b[7]]),
            word: [b[8], b[9], b[10], b[11]],
            at: offset + 2 + 12 * i as u64,
        });
        Some((entries.collect(), offset + 2 + 12 * u64::from(count)))
    }

    /// An entry's bytes; `None` where they lie outside or the type is unknown.
    pub(super) fn value(&mut self, entry: &Entry) -> Option<Vec<u8>> {
        let length = entry.len()?;
        if length <= 4 {
            return Some(entry.word[..length as usize].to_vec());
        }
        self.bytes(u64::from(self.order.u32(entry.word)), length)
    }

    /// An entry's one number, of type SHORT or LONG.
    pub(super) fn number(&self, entry: &Entry) -> Option<u32> {
        match (entry.kind, entry.count) {
            (3, 1) => Some(u32::from(self.order.u16([entry.word[0], entry.word[1]]))),
            (4 | 13, 1) => Some(self.order.u32(entry.word)),
            _ => None,
        }
    }

    /// A copy of the directory at `offset`, with the directories that `nested` tags point to.
    /// Entries that make no sense are left out, and counted.
    pub(super) fn copy(
        &mut self,
        offset: u32,
        nested: &[u16],
        lost: &mut usize,
    ) -> Option<Vec<Field>> {
        let (entries, _) = self.directory(offset)?;
        let mut fields: Vec<Field> = Vec::with_capacity(entries.len());
        for entry in entries {
            let value = if nested.contains(&entry.tag) {
                // One level down each time, with fewer tags: directories cannot form a ring.
                let deeper: &[u16] = if entry.tag == EXIF { &[INTEROP] } else { &[] };
                let inner = self.number(&entry).and_then(|at| self.copy(at, deeper, lost));
                inner.filter(|fields| !fields.is_empty()).map(Value::Directory)
            } else {
                self.value(&entry).map(|bytes| Value::Plain(entry.kind, entry.count, bytes))
            };
            match value {
                Some(value) if fields.iter().all(|f| f.tag != entry.tag) => {
                    fields.push(Field { tag: entry.tag, value });
                }
                _ => *lost += 1,
            }
        }
        Some(fields)
    }

    /// `length` bytes from `offset`; `None` where they are not there.
    fn bytes(&mut self, offset: u64, length: u64) -> Option<Vec<u8>> {
        if length > MAX_VALUE || offset.checked_add(length)? > self.length {
            return None;
        }
        let mut bytes = vec![0; length as usize];
        self.reader.seek(SeekFrom::Start(offset)).ok()?;
        self.reader.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// Tag of the EXIF directory.
pub(super) const EXIF: u16 = 34665;
/// Tag of the GPS directory.
pub(super) const GPS: u16 = 34853;
/// Tag of the interoperability directory, inside the EXIF one.
pub(super) const INTEROP: u16 = 40965;

/// A TIFF structure of one directory chain: header and `fields`.
pub(super) fn structure(fields: &[Field], order: Order) -> Vec<u8> {
    let mut bytes = match order {
        Order::Little => b"II*\0".to_vec(),
        Order::Big => b"MM\0*".to_vec(),
    };
    bytes.extend(order.bytes32(8));
    bytes.extend(directory(fields, 8, order));
    bytes
}

/// A directory that will stand at `at`, followed by its values and inner directories.
pub(super) fn directory(fields: &[Field], at: u32, order: Order) -> Vec<u8> {
    let mut sorted: Vec<&Field> = fields.iter().collect();
    sorted.sort_by_key(|field| field.tag);
    let mut head = order.bytes16(sorted.len() as u16).to_vec();
    let tail_at = at + 2 + 12 * sorted.len() as u32 + 4;
    let mut tail: Vec<u8> = Vec::new();
    for field in sorted {
        if !tail.len().is_multiple_of(2) {
            tail.push(0);
        }
        let here = tail_at + tail.len() as u32;
        let (kind, count, word) = match &field.value {
            Value::Plain(kind, count, bytes) if bytes.len() <= 4 => {
                let mut word = [0; 4];
                word[..bytes.len()].copy_from_slice(bytes);
                (*kind, *count, word)
            }
            Value::Plain(kind, count, bytes) => {
                tail.extend(bytes);
                (*kind, *count, order.bytes32(here))
            }
            Value::Placed(kind, count, word) => (*kind, *count, *word),
            Value::Directory(fields) => {
                tail.extend(directory(fields, here, order));
                (4, 1, order.bytes32(here))
            }
        };
        head.extend(order.bytes16(field.tag));
        head.extend(order.bytes16(kind));
        head.extend(order.bytes32(count));
        head.extend(word);
    }
    head.extend([0; 4]);
    head.extend(tail);
    head
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn fields(order: Order) -> Vec<Field> {
        let plain = |tag, kind, count, bytes: &[u8]| Field {
            tag,
            value: Value::Plain(kind, count, bytes.to_vec()),
        };
        vec![
            plain(271, 2, 7, b"Camera\0"),
            plain(274, 3, 1, &order.bytes16(6)),
            Field {
                tag: EXIF,
                value: Value::Directory(vec![
                    plain(33434, 5, 1, &[1, 0, 0, 0, 50, 0, 0, 0]),
                    plain(40962, 4, 1, &order.bytes32(4000)),
                ]),
            },
        ]
    }

    #[test]
    fn what_is_written_reads_the_same() {
        for order in [Order::Little, Order::Big] {
            let bytes = structure(&fields(order), order);
            let mut source = Source::new(Cursor::new(&bytes)).unwrap();
            let mut lost = 0;
            let first = source.first();
            assert_eq!(source.copy(first, &[EXIF, GPS], &mut lost), Some(fields(order)));
            assert_eq!(lost, 0);
        }
    }

    #[test]
    fn hostile_structures_are_survived() {
        let good = structure(&fields(Order::Little), Order::Little);
        for i in 0..good.len() {
            for value in [0, 1, 0x7F, 0xFF] {
                let mut bad = good.clone();
                bad[i] = value;
                if let Some(mut source) = Source::new(Cursor::new(&bad)) {
                    let first = source.first();
                    source.copy(first, &[EXIF, GPS], &mut 0);
                }
            }
            if let Some(mut source) = Source::new(Cursor::new(&good[..i])) {
                let first = source.first();
                source.copy(first, &[EXIF, GPS], &mut 0);
            }
        }
    }
}
