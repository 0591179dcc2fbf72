//! Small pictures of a photo that a camera puts behind it in the same file (CIPA DC-007, the
//! Multi-Picture Format): JPEGs of their own, one as large as a screen among them with many cameras.

use std::io::Cursor;
use std::ops::Range;

use super::jpeg_segments::{content, next_marker};
use super::tiff_ifd::Source;

const HEADER: &[u8] = b"MPF\0";
/// The tag of the list of pictures.
const ENTRIES: u16 = 0xB002;
/// Bytes of one of them: attributes, length, offset, and two numbers that do not matter here.
const ENTRY: usize = 16;
/// Most bytes of a small picture.
const BYTES_MAX: u32 = 8 << 20;

/// Where the small pictures of a photo lie in its file, the smallest first. `head` is the file's
/// beginning.
pub(super) fn small_ones(head: &[u8]) -> Vec<Range<u64>> {
    let mut position = 2;
    while let Some((marker, start)) = next_marker(head, position) {
        let Some(content) = content(head, start) else { break };
        if marker == 0xDA {
            break;
        }
        position = start + 2 + content.len();
        if marker == 0xE2
            && let Some(index) = content.strip_prefix(HEADER)
        {
            let origin = position - index.len();
            return listed(index, origin as u64).unwrap_or_default();
        }
    }
    Vec::new()
}

/// The small pictures of an index, whose offsets count from `origin`.
fn listed(index: &[u8], origin: u64) -> Option<Vec<Range<u64>>> {
    let mut source = Source::new(Cursor::new(index))?;
    let (order, first) = (source.order(), source.first());
    let (entries, _) = source.directory(first)?;
    let entry = entries.iter().find(|entry| entry.tag == ENTRIES)?;
    let list = source.value(entry)?;
    let mut small = Vec::new();
    for entry in list.chunks_exact(ENTRY) {
        let number =
            |at: usize| order.u32([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
        let (kind, length, offset) = (number(0) & 0xFF_FFFF, number(4), number(8));
        // Large thumbnails: of VGA, of Full HD, and of more.
        if (0x01_0001..=0x01_00FF).contains(&kind) && offset > 0 && length <= BYTES_MAX {
            let start = origin + u64::from(offset);
            small.push((kind, start..start + u64::from(length)));
        }
    }
    small.sort_by_key(|(kind, _)| *kind);
    Some(small.into_iter().map(|(_, range)| range).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{Image, glimpse, open};

    fn jpeg(width: usize, height: usize, code: u8) -> Vec<u8> {
        Image::eight(width, height, vec![[code, code, code, 255]; width * height]).to_jpeg()
    }

    /// A JPEG with two small pictures behind it.
    fn file(photo: &[u8], small: [&[u8]; 2]) -> Vec<u8> {
        let offset_of = |place: usize| -> u32 {
            // The photo grows by a segment of 82 bytes, of which the index begins at the eighth, behind
            // the photo's first two.
            let before = photo.len() + 82 - 10;
            (before + if place == 0 { 0 } else { small[0].len() }) as u32
        };
        let mut index = b"MM\0*\0\0\0\x08\0\x01".to_vec();
        index.extend([0xB0, 0x02, 0, 7, 0, 0, 0, 48, 0, 0, 0, 26, 0, 0, 0, 0]);
        let mut entry = |kind: u32, length: usize, offset: u32| {
            for number in [kind, length as u32, offset, 0] {
                index.extend(number.to_be_bytes());
            }
        };
        entry(0x2003_0000, photo.len(), 0);
        entry(0x0001_0002, small[1].len(), offset_of(1));
        entry(0x0001_0001, small[0].len(), offset_of(0));
        let segment = [HEADER, &index].concat();
        let length = (segment.len() as u16 + 2).to_be_bytes();
        [&photo[..2], &[0xFF, 0xE2], &length, &segment, &photo[2..], small[0], small[1]].concat()
    }

    #[test]
    fn the_smallest_picture_that_is_large_enough_is_seen_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg");
        // 8 pixels of code, many of a photo: flat pictures are small files.
        let (photo, small, large) =
            (jpeg(3600, 2400, 10), jpeg(640, 480, 80), jpeg(1620, 1080, 160));
        let bytes = file(&photo, [&small, &large]);
        std::fs::write(&path, &bytes).unwrap();
        let ranges = small_ones(&bytes);
        assert_eq!(ranges.len(), 2);
        assert!(bytes[ranges[0].start as usize..ranges[0].end as usize] == small);
        let code = |side: usize| {
            let seen = glimpse(&path, side).unwrap().unwrap();
            assert_eq!(seen.size, [3600, 2400]);
            ((seen.image.rgb(0)[0] * 255.0).round(), seen.image.width, seen.image.height)
        };
        // Bars above and below are cut.
        assert_eq!(code(1000), (80.0, 640, 427));
        assert_eq!(code(2000), (160.0, 1620, 1080));
        // None is large enough: the photo itself, at a part of its size.
        assert_eq!(code(3500), (10.0, 3600, 2400));
        // The photo is what it was, and a cut file is no harm.
        assert_eq!(open(&path).unwrap().image.width, 3600);
        for end in [bytes.len() - 10, 60, 20, 3] {
            std::fs::write(&path, &bytes[..end]).unwrap();
            drop(glimpse(&path, 1000));
        }
        assert!(small_ones(&bytes[..50]).is_empty());
    }

    #[test]
    fn a_small_photo_and_another_format_have_no_glimpse() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, jpeg(300, 200, 9)).unwrap();
        assert!(glimpse(&path, 100).unwrap().is_none());
        std::fs::write(&path, "no photo").unwrap();
        assert!(glimpse(&path, 100).unwrap().is_none());
        assert!(glimpse(&folder.path().join("none"), 100).is_err());
    }
}
