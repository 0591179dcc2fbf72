//! XMP packets: marking them upright, and fitting them into JPEG segments.

use md5::{Digest as _, Md5};

/// What stands before a packet in a JPEG's APP1 segment.
pub(super) const HEADER: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// What stands before a part of an extended packet; a GUID of 32 digits, the full length and the
/// part's offset follow.
pub(super) const EXTENSION_HEADER: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";

/// Longest packet that one segment holds.
const MAX_PACKET: usize = 65533 - HEADER.len();
/// Longest part of an extended packet.
const MAX_PART: usize = 65000;

/// The packet with `tiff:Orientation` set to 1, everything else and the length as before.
pub(super) fn upright(packet: &[u8]) -> Vec<u8> {
    let mut packet = packet.to_vec();
    let name = b"tiff:Orientation";
    let mut from = 0;
    while let Some(found) = find(&packet[from..], name) {
        let after = from + found + name.len();
        let skipped = packet[after..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace() || b"=\"'>".contains(byte))
            .count();
        let digit = after + skipped;
        let ends = packet.get(digit + 1).is_some_and(|byte| !byte.is_ascii_digit());
        if skipped > 0 && ends && matches!(packet[digit], b'2'..=b'8') {
            packet[digit] = b'1';
        }
        from = after;
    }
    packet
}

/// What a program's own properties are named after.
const NAMESPACE: &str = "urn:x-understudy:edit/1.0/";
/// How a record begins; an older one is replaced.
const RECORD: &str = "<rdf:Description rdf:about=\"\" xmlns:understudy=";
const RECORD_END: &str = "/>";
const END: &[u8] = b"</rdf:RDF>";

/// A packet that also holds these properties, made anew where there is none; None where it has no
/// place for them: a packet `with_extension` must fit one segment. What an older export told is
/// replaced.
pub(super) fn with_record(
    packet: Option<&[u8]>,
    with_extension: bool,
    properties: &[(&str, String)],
) -> Option<Vec<u8>> {
    let mut record = format!("{RECORD}\"{NAMESPACE}\"");
    for (name, value) in properties {
        record.push_str(&format!(" understudy:{name}=\"{}\"", escaped(value)));
    }
    record.push_str(RECORD_END);
    let Some(packet) = packet else {
        return Some(
            format!(
                "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
                 <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
                 {record}</rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>"
            )
            .into_bytes(),
        );
    };
    let mut packet = packet.to_vec();
    while let Some(start) = find(&packet, RECORD.as_bytes()) {
        let end = start + find(&packet[start..], RECORD_END.as_bytes())? + RECORD_END.len();
        packet.drain(start..end);
    }
    let end = packet.windows(END.len()).rposition(|window| window == END)?;
    packet.splice(end..end, record.into_bytes());
    (!with_extension || packet.len() <= MAX_PACKET).then_some(packet)
}

/// As it stands in an attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}

/// The contents of the APP1 segments that hold a packet and its extension. A packet that is too
/// long becomes the extension of an empty one, as the XMP specification (part 3, 1.1.3.1) has it.
pub(super) fn segments(packet: &[u8], extension: Option<&[u8]>) -> Vec<Vec<u8>> {
    if packet.len() > MAX_PACKET {
        let guid: String = Md5::digest(packet).iter().map(|byte| format!("{byte:02X}")).collect();
        let mut segments = vec![[HEADER, stub(&guid).as_bytes()].concat()];
        segments.extend(parts(packet, guid.as_bytes()));
        return segments;
    }
    let mut segments = vec![[HEADER, packet].concat()];
    if let (Some(extension), Some(guid)) = (extension, guid(packet)) {
        segments.extend(parts(extension, guid));
    }
    segments
}

/// The GUID under which a packet expects its extension.
pub(super) fn guid(packet: &[u8]) -> Option<&[u8]> {
    let name = b"HasExtendedXMP";
    let after = find(packet, name)? + name.len();
    let rest = &packet[after..];
    let start = rest.iter().position(u8::is_ascii_hexdigit)?;
    let guid = rest.get(start..start + 32)?;
    (start < 8 && guid.iter().all(u8::is_ascii_hexdigit)).then_some(guid)
}

/// A packet that only names its extension.
fn stub(guid: &str) -> String {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\" xmpNote:HasExtendedXMP=\"{guid}\"/>\
         </rdf:RDF></x:xmpmeta>"
    )
}

/// An extension's segments.
fn parts(extension: &[u8], guid: &[u8]) -> Vec<Vec<u8>> {
    let length = (extension.len() as u32).to_be_bytes();
    let part = |(i, part): (usize, &[u8])| {
        let offset = ((i * MAX_PART) as u32).to_be_bytes();
        [EXTENSION_HEADER, guid, &length, &offset, part].concat()
    };
    extension.chunks(MAX_PART).enumerate().map(part).collect()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orientation_becomes_one() {
        let check = |before: &str, after: &str| {
            assert_eq!(String::from_utf8(upright(before.as_bytes())).unwrap(), after);
        };
        check("<a tiff:Orientation=\"6\"/>", "<a tiff:Orientation=\"1\"/>");
        check("<a tiff:Orientation = '8'/>", "<a tiff:Orientation = '1'/>");
        check("<tiff:Orientation>3</tiff:Orientation>", "<tiff:Orientation>1</tiff:Orientation>");
        check("<tiff:Orientation>35</tiff:Orientation>", "<tiff:Orientation>35</tiff:Orientation>");
        check("tiff:Orientation", "tiff:Orientation");
        check("tiff:Orientation=\"6", "tiff:Orientation=\"6");
    }

    #[test]
    fn a_record_stands_in_the_packet_once() {
        let record = |text: &str| [("Edit", text.to_owned())];
        let new = with_record(None, false, &record("{\"a\": \"<1 & 2>\"}")).unwrap();
        let text = String::from_utf8(new.clone()).unwrap();
        assert!(text.contains(
            "understudy:Edit=\"{&quot;a&quot;: &quot;&lt;1 &amp; 2&gt;&quot;}\"/></rdf:RDF>"
        ));
        let again = with_record(Some(&new), false, &record("b")).unwrap();
        let text = String::from_utf8(again).unwrap();
        assert_eq!(text.matches("understudy:Edit").count(), 1);
        assert!(text.contains("understudy:Edit=\"b\""));
        let other = b"<rdf:RDF><rdf:Description a:b='c'/></rdf:RDF>";
        let both =
            String::from_utf8(with_record(Some(other), true, &record("b")).unwrap()).unwrap();
        assert!(both.starts_with("<rdf:RDF><rdf:Description a:b='c'/><rdf:Description"));
        assert!(both.ends_with("\"b\"/></rdf:RDF>"));
        assert!(with_record(Some(b"<x/>"), false, &record("b")).is_none());
        assert!(with_record(Some(other), true, &record(&"b".repeat(70_000))).is_none());
    }

    #[test]
    fn long_packets_are_split() {
        let long = vec![b'x'; 150_000];
        let segments = segments(&long, None);
        assert_eq!(segments.len(), 4);
        assert!(segments.iter().all(|s| s.len() <= 65533));
        let guid = guid(&segments[0]).unwrap();
        assert_eq!(&segments[3][EXTENSION_HEADER.len()..][..32], guid);
        let joined: usize =
            segments[1..].iter().map(|s| s.len() - EXTENSION_HEADER.len() - 40).sum();
        assert_eq!(joined, long.len());
    }
}
