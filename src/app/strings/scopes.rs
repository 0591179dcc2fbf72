//! The words of histogram and clipping.

use crate::render::Clipped;

pub const HISTOGRAM: &str = "Histogram";
pub const HISTOGRAM_TIP: &str = "How often each value occurs in the whole photo with its filters, dark to bright: red, green, blue, and luminance as a line";
pub const COUNTING: &str = "Counting…";
pub const SHADOWS: &str = "Shadows";
pub const SHADOWS_TIP: &str = "Show clipped shadows on the photo: striped where a filter clipped them, dotted where the photo was";
pub const HIGHLIGHTS: &str = "Highlights";
pub const HIGHLIGHTS_TIP: &str = "Show clipped highlights on the photo: striped where a filter clipped them, dotted where the photo was";

pub const BY_FILTER_TIP: &str = "Of the photo’s pixels: clipped by its filters, and not before";
pub const BEFORE_TIP: &str = "Of the photo’s pixels: clipped in the photo already";

/// "by filter 1.2 %" and "in photo 0.3 %".
pub fn clipped(clipped: Clipped, pixels: u32) -> [String; 2] {
    let share = |count: u32| match 100.0 * f64::from(count) / f64::from(pixels.max(1)) {
        0.0 => "0\u{a0}%".to_owned(),
        percent if percent < 0.1 => "<\u{a0}0.1\u{a0}%".to_owned(),
        percent => format!("{percent:.1}\u{a0}%"),
    };
    [format!("by filter {}", share(clipped.by_edit)), format!("in photo {}", share(clipped.before))]
}
