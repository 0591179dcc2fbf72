//! Names for exports that nobody has typed.

use std::path::{Path, PathBuf};

use crate::photo::Format;

/// What a name of this format ends in.
pub fn ending(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "jpg",
        Format::Png => "png",
        Format::Tiff => "tif",
    }
}

/// `NAME-FILTER.jpg` in a folder; with a number where that `is_taken`.
pub fn free(
    folder: &Path,
    photo: &Path,
    filter: Option<&str>,
    format: Format,
    is_taken: impl Fn(&Path) -> bool,
) -> PathBuf {
    let stem = photo.file_stem().unwrap_or_default().to_string_lossy();
    let (filter, ending) = (filter.unwrap_or("copy"), ending(format));
    let numbered = |number: usize| match number {
        1 => folder.join(format!("{stem}-{filter}.{ending}")),
        number => folder.join(format!("{stem}-{filter}-{number}.{ending}")),
    };
    let is_free = |path: &PathBuf| !is_taken(path) && path.symlink_metadata().is_err();
    (1..10_000).map(numbered).find(is_free).unwrap_or_else(|| numbered(1))
}

/// The photo's folder; the folder of pictures for a photo that comes from nowhere.
pub fn folder(photo: &Path) -> PathBuf {
    match photo.parent() {
        Some(folder) if folder.is_dir() => folder.to_owned(),
        _ => pictures_folder(),
    }
}

fn pictures_folder() -> PathBuf {
    let user = directories::UserDirs::new();
    let pictures = user.as_ref().and_then(directories::UserDirs::picture_dir);
    let home = user.as_ref().map(directories::UserDirs::home_dir);
    pictures
        .filter(|folder| folder.is_dir())
        .or(home)
        .map_or_else(|| PathBuf::from("."), Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposes_a_free_name() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("IMG_1.png");
        let name = |filter| free(folder.path(), &photo, filter, Format::Jpeg, |_| false);
        let first = name(Some("detail"));
        assert_eq!(first, folder.path().join("IMG_1-detail.jpg"));
        std::fs::write(&first, "").unwrap();
        assert_eq!(name(Some("detail")), folder.path().join("IMG_1-detail-2.jpg"));
        assert_eq!(name(None), folder.path().join("IMG_1-copy.jpg"));
        let waits = folder.path().join("IMG_1-copy.tif");
        let other = free(folder.path(), &photo, None, Format::Tiff, |path| path == waits);
        assert_eq!(other, folder.path().join("IMG_1-copy-2.tif"));
        assert_eq!(super::folder(&photo), folder.path());
    }
}
