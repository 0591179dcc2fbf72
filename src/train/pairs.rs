//! Before/after pairs: two folders, paired by name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A photo and its edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The files' common name, without its ending.
    pub name: String,
    /// The photo.
    pub before: PathBuf,
    /// The edit.
    pub after: PathBuf,
}

/// Why there are no pairs, a sentence.
#[derive(Debug, thiserror::Error)]
pub enum PairsError {
    /// A folder could not be read.
    #[error(
        "The folder {path} could not be read: {source}. Check its name and that you may read it."
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No file of one folder has a partner in the other.
    #[error(
        "No photo in {before} has an edit of the same name in {after}. Give both the same name."
    )]
    None {
        /// The folder of photos.
        before: PathBuf,
        /// The folder of edits.
        after: PathBuf,
    },
}

/// The pairs of two folders, by name. Endings may differ; files without a partner are left out.
///
/// # Errors
/// When a folder cannot be read, or nothing pairs.
pub fn pairs_by_name(before: &Path, after: &Path) -> Result<Vec<Pair>, PairsError> {
    let mut edits = files_by_name(after)?;
    let pairs: Vec<Pair> = files_by_name(before)?
        .into_iter()
        .filter_map(|(name, before)| {
            let after = edits.remove(&name)?;
            Some(Pair { name, before, after })
        })
        .collect();
    if pairs.is_empty() {
        return Err(PairsError::None { before: before.to_owned(), after: after.to_owned() });
    }
    Ok(pairs)
}

fn files_by_name(folder: &Path) -> Result<BTreeMap<String, PathBuf>, PairsError> {
    let entries = fs::read_dir(folder)
        .map_err(|source| PairsError::Folder { path: folder.to_owned(), source })?;
    let named = |path: PathBuf| {
        let name = path.file_stem()?.to_string_lossy().into_owned();
        (path.is_file() && !name.starts_with('.')).then_some((name, path))
    };
    Ok(entries.filter_map(|entry| named(entry.ok()?.path())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_pair_by_name_whatever_their_ending() {
        let folder = tempfile::tempdir().unwrap();
        let [before, after] = ["before", "after"].map(|name| folder.path().join(name));
        for (folder, names) in
            [(&before, ["a.jpg", "b.jpg", "only.jpg"]), (&after, ["b.png", "a.tif", ".hidden"])]
        {
            fs::create_dir(folder).unwrap();
            for name in names {
                fs::write(folder.join(name), "").unwrap();
            }
        }
        let pairs = pairs_by_name(&before, &after).unwrap();
        let names: Vec<_> = pairs.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(pairs[0].after, after.join("a.tif"));
        let sentence = pairs_by_name(&before, folder.path()).unwrap_err().to_string();
        assert!(sentence.contains("No photo"), "{sentence}");
        let sentence = pairs_by_name(Path::new("/none"), &after).unwrap_err().to_string();
        assert!(sentence.contains("/none"), "{sentence}");
    }
}
