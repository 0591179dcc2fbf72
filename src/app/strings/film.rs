//! The words of the filmstrip.

use std::path::{Path, PathBuf};

use super::file_name;

pub const FILMSTRIP: &str = "Filmstrip";
pub const FILMSTRIP_TIP: &str = "The photos of this folder";
pub const EDITED: &str = "Edited";
pub const REFUSED: &str = "Cannot be opened";
pub const APPLY_TIP: &str = "Give the selected photos the edit that is on screen, also where its filters act. In each of them it is a step that can be undone";
pub const EXPORT_TIP: &str = "Write copies of the selected photos, each with its own edit; those that have none get the one on screen";
pub const OPEN_FOLDER: &str = "Open folder…";
pub const OPEN_FOLDER_TIP: &str = "All its photos, in a strip under the picture";
pub const RECENT: &str = "Recent";
pub const RECENT_TIP: &str = "A folder, or what was opened of late";
pub const NOTHING_RECENT: &str = "Nothing was opened yet.";
pub const DROPPED: &str = "Photos";
/// The step that an edit is in the other photos.
pub const STEP: &str = "Edit of another photo";
pub const NO_MEMORY: &str = "This system has no folder to keep edits in, so they cannot be given to other photos. Open these one by one.";

// Two files that are dropped together.
pub const TWO_TITLE: &str = "Two photos, or a before and an after?";
pub const EDIT_THEM: &str = "Edit them";
pub const EDIT_THEM_DETAIL: &str = "Both are in the filmstrip, and the first one is opened.";
pub const LEARN_FROM_THEM: &str = "Use as before and after";
pub const LEARN_FROM_THEM_DETAIL: &str =
    "A filter learns the edit from them. Which is the before can be exchanged in Learn.";

/// "IMG_1.jpg and IMG_1-edit.jpg".
pub fn two_files(files: &[PathBuf; 2]) -> String {
    let [one, other] = files.each_ref().map(|file| file_name(file));
    format!("{one} and {other}")
}

/// A file or a folder that was opened of late: "IMG_1.jpg", "holiday/".
pub fn recent(path: &Path) -> String {
    let name = file_name(path);
    if path.is_dir() { format!("{name}/") } else { name }
}

/// "3 of 40".
pub fn place(current: Option<usize>, all: usize) -> String {
    match current {
        Some(current) => format!("{} of {all}", current + 1),
        None => format!("{all} photos"),
    }
}

/// "Apply to 40".
pub fn apply_to(count: usize) -> String {
    format!("Apply to {count}")
}

/// "Export 40…".
pub fn export(count: usize) -> String {
    format!("Export {count}…")
}

/// "12 selected".
pub fn selected(count: usize) -> String {
    format!("{count} selected")
}

/// How far an edit is on its way to many photos.
pub fn sharing(shared: usize, all: usize) -> String {
    format!("Applying, {shared} of {all}")
}

/// A photo of the strip, as a screen reader says it.
pub fn photo(path: &Path, is_edited: bool, refused: Option<&str>) -> String {
    let mut words = file_name(path);
    if refused.is_some() {
        words.push_str(", cannot be opened");
    }
    if is_edited {
        words.push_str(", edited");
    }
    words
}

/// What is known of a photo, when pointed at.
pub fn photo_tip(path: &Path, is_edited: bool, refused: Option<&str>) -> String {
    match (refused, is_edited) {
        (Some(sentence), _) => sentence.to_owned(),
        (None, true) => format!("{}\nEdited; the edit is kept", file_name(path)),
        (None, false) => file_name(path),
    }
}

/// A folder cannot be read.
pub fn not_listed(folder: &Path, reason: &str) -> String {
    format!(
        "The folder {} could not be read: {reason}. What is open stays; choose another folder.",
        folder.display()
    )
}

/// A folder without photos.
pub fn no_photos(folder: &Path) -> String {
    format!(
        "There are no photos in {}. What is open stays; choose another folder.",
        folder.display()
    )
}

/// Some photos could not be given an edit.
pub fn not_shared(count: usize, all: usize, reason: &str) -> String {
    format!("{count} of {all} photos could not be given the edit: {reason}. The others have it.")
}
