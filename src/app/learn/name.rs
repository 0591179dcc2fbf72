//! How a filter's name becomes a file of the library.

use std::path::{Path, PathBuf};

use super::{saved, strings};
use crate::operator::Library;

/// Longest name of a file, in letters.
const LETTERS_MAX: usize = 60;

/// The file's name without its ending: small letters, digits and hyphens. “Warm summer” →
/// `warm-summer`.
pub fn file_stem(title: &str) -> String {
    let words = title.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").chars().take(LETTERS_MAX).collect()
}

/// The file for a filter of that name.
///
/// # Errors
/// A sentence when there is none, or it is taken.
pub fn target(folder: Option<&Path>, title: &str) -> Result<PathBuf, String> {
    let folder = folder.ok_or(strings::NO_FOLDER)?;
    let stem = file_stem(title);
    if stem.is_empty() {
        return Err(strings::NO_NAME.to_owned());
    }
    let file = folder.join(format!("{stem}.safetensors"));
    if Library::is_built_in(&stem) || saved::is_taken(&file) {
        return Err(strings::name_taken(title.trim()));
    }
    Ok(file)
}

/// The name, with a number where it is taken.
pub fn free(folder: &Path, title: &str) -> String {
    let numbered = |number: usize| match number {
        1 => title.to_owned(),
        number => format!("{title} {number}"),
    };
    let is_free = |name: &String| target(Some(folder), name).is_ok();
    (1..1000).map(numbered).find(is_free).unwrap_or_else(|| title.to_owned())
}

/// The name of a filter's next version that is free: “Warm summer” → “Warm summer v2”.
pub fn next_version(folder: &Path, title: &str) -> String {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let base = match title.rsplit_once(" v") {
        Some((base, number)) if is_number(number) => base,
        _ => title,
    };
    let is_free = |name: &String| target(Some(folder), name).is_ok();
    let mut versions = (2..1000).map(|number| strings::version_title(base, number));
    versions.find(is_free).unwrap_or_else(|| base.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_files_that_are_free() {
        for (title, expect) in [
            ("Warm summer", "warm-summer"),
            ("  ../Été 2024!  ", "été-2024"),
            ("retouch", "retouch"),
            ("…", ""),
        ] {
            assert_eq!(file_stem(title), expect);
        }
        let folder = tempfile::tempdir().unwrap();
        let check = |title: &str| target(Some(folder.path()), title);
        assert_eq!(check("My look"), Ok(folder.path().join("my-look.safetensors")));
        std::fs::write(folder.path().join("my-look.safetensors"), "").unwrap();
        assert!(check("My look").is_err() && check("Retouch").is_err() && check(" ").is_err());
        assert_eq!(free(folder.path(), "My look"), "My look 2");
        assert_eq!(next_version(folder.path(), "My look"), "My look v2");
        std::fs::write(folder.path().join("my-look-v2.safetensors"), "").unwrap();
        assert_eq!(next_version(folder.path(), "My look v2"), "My look v3");
        assert!(target(None, "My look").is_err());
    }
}
