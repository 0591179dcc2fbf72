//! The words of filters of one's own.

use std::path::Path;

use super::file_name;

pub const ADD_TITLE: &str = "Add this filter?";
pub const ADD: &str = "Add to My filters";
pub const READING: &str = "Reading the filter…";
pub const REFUSED_TITLE: &str = "This filter cannot be added";
pub const ON_THIS_PHOTO: &str = "On the photo that is open:";
/// What the filter makes of a check photo, and what it was to make of it.
pub const FILTERED: &str = "With the filter";
pub const WANTED: &str = "As it was edited";
pub const NEXT_SAMPLE: &str = "Next check photo";
pub const PREVIOUS_SAMPLE: &str = "Previous check photo";
pub const NO_CODE: &str =
    "It holds numbers and no code. It is copied into My filters; the file stays where it is.";
pub const GAVE_UP: &str = "its reader gave up";
pub const MENU: &str = "Manage";
pub const MENU_TIP: &str = "Save to a file, rename or delete this filter";
pub const WRITE: &str = "Save to a file…";
pub const RENAME: &str = "Rename…";
pub const DELETE: &str = "Delete";
pub const BUILT_IN: &str = "It comes with the program and stays as it is.";
pub const WRITE_TITLE: &str = "Save the filter to a file";
pub const WRITE_HINT: &str =
    "The name ends in .safetensors. Whoever gets the file can drop it on their window.";
pub const ENDING_MISSING: &str = "End the name with .safetensors.";
pub const SAVE: &str = "Save";
pub const RENAME_TITLE: &str = "Rename the filter";
pub const TITLE: &str = "Title";

/// The system gave no thread.
pub fn no_thread(reason: &str) -> String {
    format!("The filter could not be read: {reason}. Close something and try again.")
}

/// A filter was added.
pub fn added(title: &str) -> String {
    format!("“{title}” is in My filters now.")
}

/// A filter was written.
pub fn written(title: &str, file: &Path) -> String {
    format!("“{title}” was saved to {}.", file.display())
}

/// A filter was deleted, and how to have it back.
pub fn deleted(title: &str, file: &Path) -> String {
    format!(
        "“{title}” was deleted. Edits that use it keep it until the window is closed. To have it back, drop this file on the window: {}",
        file.display()
    )
}

/// "evening.safetensors, then 2 more".
pub fn which(path: &Path, rest: usize) -> String {
    match rest {
        0 => file_name(path),
        1 => format!("{}, then 1 more", file_name(path)),
        rest => format!("{}, then {rest} more", file_name(path)),
    }
}

/// Which of the check photos in the filter's file is seen.
pub fn on_check_photo(name: &str, at: usize, all: usize) -> String {
    match all {
        1 => format!("On a photo that it was checked with: {name}"),
        _ => format!("On a photo that it was checked with, {} of {all}: {name}", at + 1),
    }
}
