//! The segments of a JPEG file: its metadata, and whether the file reaches its end.

use super::{Metadata, iptc, xmp};

/// What a walk over a JPEG's markers found.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Everything that an export puts back.
    pub(super) metadata: Metadata,
    /// The embedded profile.
    pub(super) profile: Option<Vec<u8>>,
    /// True where parts of the profile are missing.
    pub(super) profile_is_broken: bool,
    /// Width and height of the frame.
    pub(super) size: Option<(u16, u16)>,
    /// Channels of the frame.
    pub(super) components: u8,
    /// The colour transform of Adobe's segment.
    pub(super) adobe_transform: Option<u8>,
    /// True where the end-of-image marker is there.
    pub(super) is_complete: bool,
}

/// Walks over the markers of a JPEG file; stops at its end or where it makes no sense any more.
pub(super) fn outline(bytes: &[u8]) -> Outline {
    let mut outline = Outline::default();
    let mut parts = Parts::default();
    let mut position = 2;
    let mut in_header = true;
    while let Some((marker, start)) = next_marker(bytes, position) {
        position = start;
        match marker {
            0xD9 => {
                outline.is_complete = true;
                break;
            }
            0x01 | 0xD0..=0xD8 => continue,
            _ => {}
        }
        let Some(content) = content(bytes, start) else { break };
        position = start + 2 + content.len();
        match marker {
            0xDA => {
                in_header = false;
                position = end_of_scan(bytes, position);
            }
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF
                if in_header && content.len() >= 6 =>
            {
                let number = |i: usize| u16::from_be_bytes([content[i], content[i + 1]]);
                outline.size = Some((number(3), number(1)));
                outline.components = content[5];
            }
            0xE0..=0xEF | 0xFE if in_header => take(&mut outline, &mut parts, marker, content),
            _ => {}
        }
    }
    parts.join(&mut outline);
    outline
}

/// Pieces of blocks that are spread over several segments.
#[derive(Default)]
struct Parts<'a> {
    icc: Vec<(u8, u8, &'a [u8])>,
    iptc: Vec<u8>,
    extension: Vec<(&'a [u8], u32, &'a [u8])>,
}

impl Parts<'_> {
    /// Puts the pieces together.
    fn join(mut self, outline: &mut Outline) {
        if !self.iptc.is_empty() {
            outline.metadata.iptc = Some(self.iptc);
        }
        if !self.icc.is_empty() {
            self.icc.sort_by_key(|part| part.0);
            let count = self.icc.len();
            let whole = (1..=count)
                .zip(&self.icc)
                .all(|(i, &(number, of, _))| usize::from(number) == i && usize::from(of) == count);
            if whole {
                outline.profile = Some(self.icc.iter().flat_map(|part| part.2).copied().collect());
            }
            outline.profile_is_broken = !whole;
        }
        let guid = outline.metadata.xmp.as_deref().and_then(xmp::guid);
        if let Some(guid) = guid {
            self.extension.retain(|part| part.0 == guid);
            self.extension.sort_by_key(|part| part.1);
            let mut joined = Vec::new();
            for (_, offset, part) in &self.extension {
                if *offset as usize == joined.len() {
                    joined.extend_from_slice(part);
                }
            }
            outline.metadata.xmp_extension = (!joined.is_empty()).then_some(joined);
        }
    }
}

/// Files a header segment under what it is.
fn take<'a>(outline: &mut Outline, parts: &mut Parts<'a>, marker: u8, content: &'a [u8]) {
    let metadata = &mut outline.metadata;
    let after = |header: &[u8]| content.strip_prefix(header);
    match marker {
        0xE0 => {
            if let Some([_, _, unit, x1, x2, y1, y2, ..]) = after(b"JFIF\0") {
                let number = |a, b| u16::from_be_bytes([a, b]);
                metadata.density = Some((number(*x1, *x2), number(*y1, *y2), *unit));
            }
        }
        0xE1 => {
            if let Some(blob) = after(b"Exif\0\0") {
                metadata.exif.get_or_insert_with(|| blob.to_vec());
            } else if let Some(packet) = after(xmp::HEADER) {
                metadata.xmp.get_or_insert_with(|| packet.to_vec());
            } else if let Some(part) = after(xmp::EXTENSION_HEADER) {
                if let Some((head, data)) = part.split_at_checked(40) {
                    let offset = u32::from_be_bytes([head[36], head[37], head[38], head[39]]);
                    parts.extension.push((&head[..32], offset, data));
                }
            } else {
                metadata.segments.push((marker, content.to_vec()));
            }
        }
        0xE2 => {
            if let Some([number, of, data @ ..]) = after(b"ICC_PROFILE\0") {
                parts.icc.push((*number, *of, data));
            }
        }
        0xED => {
            if let Some(resources) = after(iptc::HEADER) {
                parts.iptc.extend(resources);
            }
        }
        // Layers and signatures of the picture before the edit.
        0xEB => {}
        0xEE => {
            if let Some([.., transform]) = after(b"Adobe").filter(|rest| rest.len() == 7) {
                outline.adobe_transform = Some(*transform);
                // An export is coded in YCbCr, which is what 1 says.
                if *transform == 1 {
                    metadata.segments.push((marker, content.to_vec()));
                }
            } else if let Some(transform) = after(b"Adobe").and_then(|rest| rest.get(6)) {
                outline.adobe_transform = Some(*transform);
            }
        }
        _ => metadata.segments.push((marker, content.to_vec())),
    }
}

/// The next marker at or after `position`, and where it ends.
pub(super) fn next_marker(bytes: &[u8], mut position: usize) -> Option<(u8, usize)> {
    loop {
        position += bytes.get(position..)?.iter().position(|&byte| byte == 0xFF)?;
        match bytes.get(position + 1)? {
            0x00 => position += 2,
            0xFF => position += 1,
            &marker => return Some((marker, position + 2)),
        }
    }
}

/// A segment's content; `start` is where its length stands.
pub(super) fn content(bytes: &[u8], start: usize) -> Option<&[u8]> {
    let length = usize::from(u16::from_be_bytes([*bytes.get(start)?, *bytes.get(start + 1)?]));
    bytes.get(start + 2..start + length.max(2))
}

/// Where the coded data that begin at `position` end: at the next marker that is no restart.
fn end_of_scan(bytes: &[u8], mut position: usize) -> usize {
    loop {
        match next_marker(bytes, position) {
            Some((0xD0..=0xD7, end)) => position = end,
            Some((_, end)) => return end - 2,
            None => return bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        [&[0xFF, marker], &(content.len() as u16 + 2).to_be_bytes()[..], content].concat()
    }

    fn file() -> Vec<u8> {
        [
            vec![0xFF, 0xD8],
            segment(0xE0, b"JFIF\0\x01\x01\x01\0\x48\0\x49\0\0"),
            segment(0xE1, b"Exif\0\0MM\0*blob"),
            segment(0xE2, b"ICC_PROFILE\0\x02\x02two"),
            segment(0xE2, b"ICC_PROFILE\0\x01\x02one"),
            segment(0xFE, b"a comment"),
            segment(0xC0, &[8, 0, 30, 0, 40, 3]),
            segment(0xE1, &[xmp::HEADER, b"<packet/>"].concat()),
            segment(0xDA, &[1]),
            vec![1, 2, 0xFF, 0, 0xFF, 0xD0, 3],
            vec![0xFF, 0xD9],
        ]
        .concat()
    }

    #[test]
    fn everything_is_found() {
        let found = outline(&file());
        assert_eq!(found.metadata.exif.as_deref(), Some(&b"MM\0*blob"[..]));
        assert_eq!(found.metadata.xmp.as_deref(), Some(&b"<packet/>"[..]));
        assert_eq!(found.metadata.density, Some((72, 73, 1)));
        assert_eq!(found.metadata.segments, [(0xFE, b"a comment".to_vec())]);
        assert_eq!(found.profile.as_deref(), Some(&b"onetwo"[..]));
        assert_eq!((found.size, found.components), (Some((40, 30)), 3));
        assert!(found.is_complete && !found.profile_is_broken);
    }

    #[test]
    fn a_cut_is_noticed() {
        let file = file();
        for end in 0..file.len() {
            assert!(!outline(&file[..end]).is_complete, "cut at {end}");
        }
    }
}
