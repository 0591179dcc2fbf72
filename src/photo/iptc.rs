//! IPTC records in their three wrappings: Photoshop image resources (JPEG, TIFF), bare records
//! (TIFF), and hexadecimal text (PNG, as ImageMagick writes it).

/// What stands before Photoshop resources in a JPEG's APP13 segment.
pub(super) const HEADER: &[u8] = b"Photoshop 3.0\0";
/// Keyword of the PNG text that holds resources.
pub(super) const PNG_KEYWORD: &str = "Raw profile type iptc";

/// Number of the resource that holds IPTC records.
const RECORDS: u16 = 0x0404;

/// The bare IPTC records inside Photoshop resources.
pub(super) fn records(resources: &[u8]) -> Option<&[u8]> {
    each(resources).find(|resource| resource.number == RECORDS).map(|resource| resource.data)
}

/// The resources other than IPTC records; a TIFF file keeps those under a tag of their own.
pub(super) fn without_records(resources: &[u8]) -> Vec<u8> {
    let others = each(resources).filter(|resource| resource.number != RECORDS);
    others.flat_map(|resource| resource.whole).copied().collect()
}

/// One image resource.
struct Resource<'a> {
    number: u16,
    whole: &'a [u8],
    data: &'a [u8],
}

/// All resources, up to the first that makes no sense.
fn each(resources: &[u8]) -> impl Iterator<Item = Resource<'_>> {
    let mut rest = resources;
    std::iter::from_fn(move || {
        let number = u16::from_be_bytes([*rest.get(4)?, *rest.get(5)?]);
        let name = (1 + usize::from(*rest.get(6)?)).next_multiple_of(2);
        let size_at = 6 + name;
        let size = rest.get(size_at..size_at + 4)?;
        let size = u32::from_be_bytes([size[0], size[1], size[2], size[3]]) as usize;
        let data_at = size_at + 4;
        let data = rest.get(data_at..data_at.checked_add(size)?)?;
        if !rest.starts_with(b"8BIM") {
            return None;
        }
        // The last one may lack its padding.
        let (whole, behind) = rest.split_at((data_at + size.next_multiple_of(2)).min(rest.len()));
        rest = behind;
        Some(Resource { number, whole, data })
    })
}

/// Photoshop resources that hold just these bare records.
pub(super) fn resources(records: &[u8]) -> Vec<u8> {
    let mut bytes = b"8BIM".to_vec();
    bytes.extend(RECORDS.to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend((records.len() as u32).to_be_bytes());
    bytes.extend(records);
    if !records.len().is_multiple_of(2) {
        bytes.push(0);
    }
    bytes
}

/// A block of bytes as ImageMagick's text: name, length, hexadecimal digits in lines of 72.
pub(super) fn png_text(block: &[u8]) -> String {
    let mut text = format!("\niptc\n{:8}", block.len());
    for line in block.chunks(36) {
        text.push('\n');
        for byte in line {
            text.push_str(&format!("{byte:02x}"));
        }
    }
    text.push('\n');
    text
}

/// The bytes of such a text, whatever its name.
pub(super) fn from_png_text(text: &str) -> Option<Vec<u8>> {
    let mut lines = text.trim_start().lines();
    let (_, length) = (lines.next()?, lines.next()?);
    let length: usize = length.trim().parse().ok()?;
    let digits: Vec<u8> =
        lines.flat_map(str::chars).filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    (bytes.len() == length).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappings_are_undone() {
        let iim = b"\x1c\x02\x78\x00\x03abc";
        let wrapped = resources(iim);
        assert_eq!(records(&wrapped), Some(&iim[..]));
        let other = [b"8BIM\x04\x25\0\0\0\0\0\x01x\0".as_slice(), &wrapped].concat();
        assert_eq!(records(&other), Some(&iim[..]));
        assert_eq!(without_records(&other), other[..other.len() - wrapped.len()]);
        assert!(without_records(&wrapped).is_empty());
        assert_eq!(from_png_text(&png_text(&other)).as_deref(), Some(other.as_slice()));
        for end in 0..other.len() - 1 {
            assert_eq!(records(&other[..end]), None);
        }
        assert_eq!(from_png_text("\niptc\n 5\nabcd\n"), None);
    }
}
