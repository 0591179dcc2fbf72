//! The words of exporting: the dialog and the queue.

use std::path::Path;

use super::{file_name, percent};
use crate::app::exports::{Counts, Subject};
use crate::photo::{Colours, Depth, Format, Size};

// The dialog.
pub const INTO: &str = "Into the folder";
/// Where several photos go, beside them.
pub const FOLDER_NAME: &str = "edited";
pub const FOLDER_HINT: &str =
    "It is made if it is not there. A name that is taken gets a number; nothing is replaced.";
pub const FORMAT: &str = "Format";
pub const ORIGINAL_SIZE: &str = "Original";
pub const LONG_SIDE: &str = "Long side";
pub const LONG_SIDE_TIP: &str = "Pixels of the longer side. Smaller photos stay as they are";
pub const PERCENT: &str = "Percent";
pub const PIXELS: &str = "\u{a0}px";
pub const METADATA: &str = "Keep metadata";
pub const METADATA_TIP: &str = "EXIF, GPS, XMP and IPTC as in the photo, and which filters at which settings made the copy. The colour profile is kept either way";
pub const UNTOUCHED: &str = "Your photo is not touched.";

// The queue.
pub const LIST: &str = "List";
pub const LIST_TIP: &str = "All exports, with the state of each";
pub const QUEUE: &str = "Exports";
pub const CANCEL_ALL: &str = "Cancel all";
pub const RETRY: &str = "Retry";
pub const REPLACE: &str = "Replace";
pub const WAITING: &str = "Waiting";
pub const SAVED: &str = "Saved";
pub const CANCELLED: &str = "Cancelled";
pub const CLOSE_AND_GO_ON: &str = "Exports are still being written. Close the window again to stop them: what is saved stays, and the others are written after the next start.";
pub const CLOSE_AND_STOP: &str = "Exports are still being written. Close the window again to stop them: what is saved stays, of the rest nothing is left.";

/// The dialog's title.
pub fn title(photos: usize) -> String {
    match photos {
        1 => super::EXPORT_TITLE.to_owned(),
        count => format!("Export {count} photos"),
    }
}

/// A format's name.
pub fn format(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "JPEG",
        Format::Png => "PNG",
        Format::Tiff => "TIFF",
    }
}

/// Bits a channel.
pub fn depth(depth: Option<Depth>) -> &'static str {
    match depth {
        None => "As the photo",
        Some(Depth::Eight) => "8 bits",
        Some(Depth::Sixteen) => "16 bits",
    }
}

/// What these bits are good for.
pub fn depth_tip(depth: Option<Depth>) -> &'static str {
    match depth {
        None => "As many bits a channel as the photo’s file has",
        Some(Depth::Eight) => "Half the size; what has more is dithered",
        Some(Depth::Sixteen) => "For further editing: also the steps between the photo’s 8 bits",
    }
}

/// A colour space's name.
pub fn colours(colours: Colours) -> &'static str {
    match colours {
        Colours::AsPhoto => "As the photo",
        Colours::Srgb => "sRGB",
        Colours::DisplayP3 => "Display P3",
        Colours::AdobeRgb => "Adobe RGB",
    }
}

/// What it is good for.
pub fn colours_tip(colours: Colours) -> &'static str {
    match colours {
        Colours::AsPhoto => "The photo’s own profile, byte for byte",
        Colours::Srgb => "Every program and screen shows it rightly",
        Colours::DisplayP3 => "More saturated colours, for present screens and phones",
        Colours::AdobeRgb => "For print shops that ask for it",
    }
}

/// What a size comes to.
pub fn comes_to(size: [usize; 2], photo: [usize; 2], asked: Size) -> String {
    let words = format!("{}\u{a0}×\u{a0}{}", size[0], size[1]);
    if size == photo && asked != Size::Original { format!("{words}, not enlarged") } else { words }
}

/// That some photos have no filter on.
pub fn unedited(subjects: &[Subject]) -> Option<String> {
    let count = subjects.iter().filter(|subject| subject.edit.layers.is_empty()).count();
    match (count, subjects.len()) {
        (0, _) => None,
        (_, 1) => Some("No filter is on: the copy looks like the photo.".to_owned()),
        (count, all) if count == all => {
            Some("No filter is on in any of them: the copies look like the photos.".to_owned())
        }
        (1, _) => Some("One of them has no filter on: its copy looks like the photo.".to_owned()),
        (count, _) => {
            Some(format!("{count} of them have no filter on: their copies look like the photos."))
        }
    }
}

/// "Exporting 3 of 40: IMG_3.jpg".
pub fn exporting(counts: Counts, target: &Path) -> String {
    format!(
        "Exporting {} of {}: {}",
        (counts.over() + 1).min(counts.all),
        counts.all,
        file_name(target)
    )
}

/// What a queue came to: "38 of 40 saved, 2 failed".
pub fn outcome(counts: Counts) -> String {
    let mut words = format!("{} of {} saved", counts.saved, counts.all);
    if counts.failed > 0 {
        words.push_str(&format!(", {} failed", counts.failed));
    }
    if counts.cancelled > 0 {
        words.push_str(&format!(", {} cancelled", counts.cancelled));
    }
    words
}

/// How much of an export is written.
pub fn writing(done: f32) -> String {
    match done {
        0.0 => "Opening the photo".to_owned(),
        done => format!("Writing, {}", percent(f64::from(done))),
    }
}

/// What a button of a row is about, for a screen reader: "Retry IMG_3.jpg".
pub fn about(words: &str, target: &Path) -> String {
    format!("{words} {}", file_name(target))
}

/// A file of that name is there.
pub fn exists(file: &Path) -> String {
    format!("{} exists already. Choose another name.", file_name(file))
}

/// The choices could not be kept.
pub fn not_remembered(reason: &str) -> String {
    format!("What you chose could not be kept for the next export: {reason}. The export goes on.")
}

/// The queue could not be kept.
pub fn not_kept(reason: &str) -> String {
    format!(
        "The queue of exports could not be kept for the next start: {reason}. Exports go on; leave the window open until they are saved."
    )
}

/// An export of the last time cannot be taken up again.
pub fn not_restored(target: &Path, reason: &str) -> String {
    format!(
        "The export to {} was interrupted and cannot be taken up again: {reason}. Export the photo once more.",
        target.display()
    )
}

/// The filter of an export is gone, the end of a sentence.
pub fn filter_lost(title: &str) -> String {
    format!("its copy of the filter “{title}” is gone or damaged")
}
