//! When and with what a photo was taken, as its EXIF data say.

use std::io::Cursor;

use super::Metadata;
use super::tiff_ifd::{EXIF, Entry, Source};

const MODEL: u16 = 272;
const DATE_TIME_ORIGINAL: u16 = 36867;
const SUB_SEC_TIME_ORIGINAL: u16 = 37521;
const BODY_SERIAL_NUMBER: u16 = 42033;

/// When and with what a photo was taken. Whatever the file does not say is None.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// Local time of the camera, `YYYY:MM:DD HH:MM:SS`, with the fraction of a second behind a
    /// full stop where the camera gave one.
    pub time: Option<String>,
    /// The camera's model.
    pub model: Option<String>,
    /// The serial number of the camera's body.
    pub serial: Option<String>,
}

impl Capture {
    /// Seconds of [`Self::time`] since the start of the year 2000, leap days left aside: for
    /// comparing photos of one camera, not for a calendar. None where the time is not a time.
    pub fn seconds(&self) -> Option<f64> {
        let time = self.time.as_deref()?;
        let number = |range: std::ops::Range<usize>| time.get(range)?.parse::<u32>().ok();
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        let fraction: f64 = time.get(19..).and_then(|rest| rest.parse().ok()).unwrap_or(0.0);
        let days = (f64::from(year) - 2000.0) * 372.0 + f64::from(month * 31 + day);
        let whole = days * 86400.0 + f64::from(hour * 3600 + minute * 60 + second);
        (month > 0 && day > 0).then_some(whole + fraction)
    }
}

impl Metadata {
    /// When and with what the photo was taken.
    pub fn capture(&self) -> Capture {
        self.exif.as_deref().and_then(read).unwrap_or_default()
    }
}

fn read(blob: &[u8]) -> Option<Capture> {
    let mut source = Source::new(Cursor::new(blob))?;
    let first = source.first();
    let (entries, _) = source.directory(first)?;
    let inner = entries.iter().find(|entry| entry.tag == EXIF);
    let inner = inner.and_then(|entry| source.number(entry));
    let (inner, _) = inner.and_then(|at| source.directory(at)).unwrap_or_default();
    let mut text = |entries: &[Entry], tag: u16| -> Option<String> {
        let entry = entries.iter().find(|entry| entry.tag == tag && entry.kind == 2)?;
        let bytes = source.value(entry)?;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        (!text.is_empty()).then(|| text.to_owned())
    };
    // Cameras without a clock write blanks, zeros or nothing between the colons.
    let is_set = |time: &String| time.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    let time = text(&inner, DATE_TIME_ORIGINAL).filter(is_set);
    let fraction = text(&inner, SUB_SEC_TIME_ORIGINAL);
    let fraction = fraction.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let time = match (time, fraction) {
        (Some(time), Some(fraction)) => Some(format!("{time}.{fraction}")),
        (time, _) => time,
    };
    Some(Capture { time, model: text(&entries, MODEL), serial: text(&inner, BODY_SERIAL_NUMBER) })
}

#[cfg(test)]
mod tests {
    use super::super::tiff_ifd::{Field, Order, Value, structure};
    use super::*;

    fn text(tag: u16, text: &str) -> Field {
        let bytes = format!("{text}\0").into_bytes();
        Field { tag, value: Value::Plain(2, bytes.len() as u32, bytes) }
    }

    fn capture(inner: Vec<Field>) -> Capture {
        let fields = [text(MODEL, "X100 "), Field { tag: EXIF, value: Value::Directory(inner) }];
        let exif = Some(structure(&fields, Order::Big));
        Metadata { exif, ..Metadata::default() }.capture()
    }

    #[test]
    fn time_and_camera_are_read() {
        let got = capture(vec![
            text(DATE_TIME_ORIGINAL, "2026:05:09 20:58:24"),
            text(SUB_SEC_TIME_ORIGINAL, "25"),
            text(BODY_SERIAL_NUMBER, "0042"),
        ]);
        assert_eq!(got.time.as_deref(), Some("2026:05:09 20:58:24.25"));
        assert_eq!((got.model.as_deref(), got.serial.as_deref()), (Some("X100"), Some("0042")));
        let later = Capture { time: Some("2026:05:09 20:59:24".to_owned()), ..got.clone() };
        assert_eq!(later.seconds().unwrap() - got.seconds().unwrap(), 59.75);
    }

    #[test]
    fn a_camera_without_a_clock_has_no_time() {
        for time in ["0000:00:00 00:00:00", "    :  :     :  :  ", ""] {
            assert_eq!(capture(vec![text(DATE_TIME_ORIGINAL, time)]).time, None);
        }
        assert_eq!(Metadata::default().capture(), Capture::default());
        let odd = Capture { time: Some("last tuesday é".to_owned()), ..Capture::default() };
        assert_eq!(odd.seconds(), None);
    }
}
