//! What two files' names have in common when one is the edit of the other.

use std::path::Path;

use super::pairing::Half;

/// Endings of the formats that are opened; in a folder, other files are no photos.
const ENDINGS: [&str; 10] =
    ["jpg", "jpeg", "jpe", "jfif", "png", "tif", "tiff", "webp", "bmp", "gif"];

/// What programs and people add to the name of an edit.
const WORDS: [&str; 16] = [
    "edit",
    "edited",
    "edits",
    "after",
    "before",
    "original",
    "orig",
    "final",
    "copy",
    "retouched",
    "export",
    "exported",
    "enhanced",
    "modified",
    "processed",
    "srgb",
];

/// A file's name without its ending.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A file's name, as the user knows it.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// True where a folder's file is a photo by its name: not hidden, with a known ending.
pub(super) fn is_photo(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    !name(path).starts_with('.') && ending.is_some_and(|ending| ENDINGS.contains(&&*ending))
}

/// The stem without what is often added to it: case, “-edit”, “_edited”, “ (1)”, “copy 2”, and the E
/// that telephones put before the number of an edit (IMG_E0042).
pub(super) fn core(stem: &str) -> String {
    let stem = stem.to_lowercase();
    let mut core = stem.trim();
    while let Some(shorter) = without_number(core).or_else(|| without_word(core)) {
        core = shorter;
    }
    match core.strip_prefix("img_e") {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => format!("img_{number}"),
        _ => core.to_owned(),
    }
}

/// What says that a file or folder is the photo.
const PHOTO_WORDS: [&str; 9] =
    ["before", "original", "originals", "orig", "source", "input", "unedited", "raw", "photos"];

/// What says that a file or folder is the edit; to a file's name other words may be added, too.
const EDIT_WORDS: [&str; 13] = [
    "after",
    "edit",
    "edits",
    "edited",
    "retouch",
    "retouched",
    "final",
    "finals",
    "export",
    "exported",
    "exports",
    "enhanced",
    "processed",
];

/// Which half of a pair a file or folder is by its name: by the first part of it that says so.
pub(super) fn half(name: &str) -> Option<Half> {
    name.to_lowercase().split(|c: char| !c.is_alphanumeric()).find_map(|part| {
        let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
        if PHOTO_WORDS.contains(&word) {
            Some(Half::Before)
        } else if EDIT_WORDS.contains(&word) {
            Some(Half::After)
        } else {
            None
        }
    })
}

/// Whether a file's name is that of an edit: something was added to it, and not that it is the photo.
pub(super) fn is_edit(stem: &str) -> bool {
    match half(stem) {
        Some(half) => half == Half::After,
        None => core(stem) != stem.to_lowercase().trim(),
    }
}

/// Without a number in brackets, “ (1)”, or one that follows an added word, “copy 2”.
fn without_number(stem: &str) -> Option<&str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((front, number)) = stem.strip_suffix(')').and_then(|rest| rest.rsplit_once('('))
        && digits(number)
        && !front.trim_end().is_empty()
    {
        return Some(front.trim_end());
    }
    let front = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_short = front.len() < stem.len() && stem.len() - front.len() <= 2;
    let front = front.trim_end_matches(is_separator);
    (is_short && without_word(front).is_some()).then_some(front)
}

/// Without one of the added words, which a separator sets apart.
fn without_word(stem: &str) -> Option<&str> {
    WORDS.iter().find_map(|word| {
        let front = stem.strip_suffix(word)?;
        let core = front.trim_end_matches(is_separator);
        (core.len() < front.len() && !core.is_empty()).then_some(core)
    })
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '_' | '.' | '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn additions_are_left_out() {
        for (name, expect) in [
            ("IMG_0042", "img_0042"),
            ("IMG_E0042", "img_0042"),
            ("IMG_0042-edit", "img_0042"),
            ("img_0042_Edited", "img_0042"),
            ("IMG_0042 (1)", "img_0042"),
            ("IMG_0042-Edit-2", "img_0042"),
            ("IMG_0042 copy 2", "img_0042"),
            ("IMG_0042 - Copy (3)", "img_0042"),
            ("a.after", "a"),
            ("edit", "edit"),
            ("credit", "credit"),
            ("pop-10140", "pop-10140"),
            ("sea 2", "sea 2"),
            ("(1)", "(1)"),
        ] {
            assert_eq!(core(name), expect, "{name}");
        }
    }

    #[test]
    fn names_say_which_half_a_file_is() {
        for (name, expect) in [
            ("before", Some(Half::Before)),
            ("Originals 2024", Some(Half::Before)),
            ("after", Some(Half::After)),
            ("My edits", Some(Half::After)),
            ("retouch_final2", Some(Half::After)),
            ("Iceland", None),
            ("beforehand", None),
        ] {
            assert_eq!(half(name), expect, "{name}");
        }
        assert!(is_edit("IMG_1-edit") && is_edit("IMG_1 (1)") && is_edit("IMG_E0042"));
        assert!(!is_edit("IMG_1") && !is_edit("IMG_1-original"));
    }

    #[test]
    fn photos_are_known_by_their_endings() {
        for (name, expect) in
            [("a.JPG", true), ("a.tiff", true), (".a.jpg", false), ("a.xmp", false), ("a", false)]
        {
            assert_eq!(is_photo(Path::new(name)), expect, "{name}");
        }
    }
}
