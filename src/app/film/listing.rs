//! The photos of a folder, also those of a kind that cannot be opened: they are never missing.

use std::cmp::Ordering;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Endings of photos, those that cannot be opened among them.
const PHOTOS: [&str; 34] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "tif", "tiff", "webp", "bmp", "gif", "heic", "heif",
    "avif", "jxl", "jp2", "psd", "exr", "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "sr2",
    "raf", "orf", "rw2", "pef", "srw", "3fr", "iiq", "x3f", "hif",
];

/// Whether a name is that of a photo.
pub fn is_photo(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !is_hidden && PHOTOS.contains(&ending.to_ascii_lowercase().as_str())
}

/// The photos of a folder in the order of their names, numbers by their value.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut photos: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| is_photo(path) && !path.is_dir())
        .collect();
    photos.sort_by(|a, b| by_name(a, b));
    Ok(photos)
}

/// The order of two paths by their names: `IMG_2` before `IMG_10`.
pub fn by_name(a: &Path, b: &Path) -> Ordering {
    // Without the ending: `b.jpg` comes before its copy `b-2.jpg`.
    let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    natural(&name(a), &name(b)).then_with(|| a.cmp(b))
}

fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (digits_a, digits_b) = (digits(a), digits(b));
        if !digits_a.is_empty() && !digits_b.is_empty() {
            let (value_a, value_b) =
                (digits_a.trim_start_matches('0'), digits_b.trim_start_matches('0'));
            let order = value_a.len().cmp(&value_b.len()).then_with(|| value_a.cmp(value_b));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (&a[digits_a.len()..], &b[digits_b.len()..]);
            continue;
        }
        let (mut rest_a, mut rest_b) = (a.chars(), b.chars());
        match (rest_a.next(), rest_b.next()) {
            (None, other) => return if other.is_none() { Ordering::Equal } else { Ordering::Less },
            (_, None) => return Ordering::Greater,
            (Some(one), Some(other)) if one != other => return one.cmp(&other),
            _ => (a, b) = (rest_a.as_str(), rest_b.as_str()),
        }
    }
}

/// The digits that a text begins with.
fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_people_count() {
        let mut names =
            ["b-2.jpg", "b.jpg", "IMG_10.jpg", "img_2.jpg", "IMG_002b.jpg", "a.PNG", "IMG_2.jpg"];
        names.sort_by(|a, b| by_name(Path::new(a), Path::new(b)));
        let expect =
            ["a.PNG", "b.jpg", "b-2.jpg", "IMG_2.jpg", "img_2.jpg", "IMG_002b.jpg", "IMG_10.jpg"];
        assert_eq!(names, expect);
    }

    #[test]
    fn a_folders_photos_are_listed_with_those_of_foreign_kinds() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["2.jpg", "10.JPG", "a.heic", "b.txt", ".hidden.jpg", "c.cr3"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("d.jpg")).unwrap();
        let names: Vec<_> = list(folder.path())
            .unwrap()
            .into_iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["2.jpg", "10.JPG", "a.heic", "c.cr3"]);
        assert!(list(&folder.path().join("none")).is_err());
    }
}
