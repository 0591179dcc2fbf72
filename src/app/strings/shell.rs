//! Words of what belongs to the window as a whole.

use super::{colours, depth, file_name, megapixels, size};
use crate::engine::Memory;
use crate::photo::Photo;

pub const SETTINGS: &str = "Settings";
pub const SETTINGS_TIP: &str = "Theme, size of the interface, engine, memory, keys";
pub const FAVOURITES_ONLY: &str = "Favourites only";
pub const FAVOURITES_ONLY_TIP: &str = "Leaves only filters with a star in the list";
pub const FAVOURITE: &str = "Favourite";
pub const NO_FAVOURITES: &str =
    "No filter has a star yet. The star at the end of a row gives it one.";
pub const NOTHING_FOUND: &str = "No filter has these words.";
pub const EDIT_COPIED: &str =
    "The edit is on the clipboard. Open another photo and paste it there.";
pub const NO_EDIT_COPIED: &str =
    "The clipboard has no edit. Copy one first, on a photo that has it.";

/// A filter is tried by key.
pub fn trying(title: &str) -> String {
    format!("Trying {title}. Enter keeps it, Escape goes back.")
}

/// An edit was pasted, but for filters that are gone.
pub fn pasted_without(names: &[String]) -> String {
    format!("The edit was pasted without {}, which is not in the library.", names.join(", "))
}

/// What is known about a photo, a line each.
pub fn info(photo: &Photo) -> Vec<String> {
    let capture = photo.metadata.capture();
    let mut lines = vec![
        file_name(&photo.path),
        format!("{}, {}", size(photo), megapixels(photo)),
        format!("{}, {}", depth(photo), colours(photo)),
    ];
    lines.extend(capture.model);
    lines.extend(capture.time.map(|time| time.replacen(':', "-", 2)));
    lines
}

/// Times of the window's frames.
pub fn frame_times(figures: Option<(usize, f64, f64)>) -> String {
    times("Frame  ", figures)
}

/// Times from asking for a picture to having it.
pub fn picture_times(figures: Option<(usize, f64, f64)>) -> String {
    times("Picture", figures)
}

fn times(what: &str, figures: Option<(usize, f64, f64)>) -> String {
    match figures {
        Some((count, median, p99)) => {
            format!("{what}{median:>7.1} ms median{p99:>7.1} ms p99{count:>5} in 5 s")
        }
        None => format!("{what}      none in 5 s"),
    }
}

/// What the engine keeps and what the process takes.
pub fn memory_kept(memory: Memory, resident: Option<usize>) -> String {
    let mib = |bytes: usize| bytes >> 20;
    let kept = format!("Memory {} of {} MiB kept", mib(memory.used), mib(memory.budget));
    match resident {
        Some(resident) => format!("{kept}, {} MiB in all", mib(resident)),
        None => kept,
    }
}
