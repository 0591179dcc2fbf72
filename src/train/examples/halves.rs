//! What of some files and folders is the photos, and what their edits.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::at_once::Progress;
use super::names;
use super::pairing::{Half, Pair, Pairing, PairsError, pair_files, photos_in};

/// Photos and their edits, still to be paired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Halves {
    /// The photos.
    pub befores: Vec<PathBuf>,
    /// Their edits.
    pub afters: Vec<PathBuf>,
    /// Whether somebody said that the one photo and the one edit are a pair.
    pub given: bool,
}

/// Why files and folders cannot be told into photos and edits, a sentence.
#[derive(Debug, thiserror::Error)]
pub enum HalvesError {
    /// A folder could not be read.
    #[error(transparent)]
    Folder(#[from] PairsError),
    /// One file alone.
    #[error("“{0}” is one half of a pair. Drop a photo and its edit together.")]
    OneFile(String),
    /// Files and folders together, or more than two folders.
    #[error("Drop two folders, one folder with photos and their edits, or files; not a mixture.")]
    Mixture,
    /// A folder whose files nothing tells apart.
    #[error(
        "Nothing in the folder “{0}” tells edits from photos. Give edits names such as “IMG_1-edit”, or put the two into folders “before” and “after”."
    )]
    NoEdits(String),
}

impl Halves {
    /// Of two files or two folders of photos and edits, in this order.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn of(before: &Path, after: &Path) -> Result<Self, PairsError> {
        if before.is_dir() || after.is_dir() {
            let files = |path: &Path| {
                if path.is_dir() { photos_in(path) } else { Ok(vec![path.to_owned()]) }
            };
            return Ok(Self { befores: files(before)?, afters: files(after)?, given: false });
        }
        Ok(Self { befores: vec![before.to_owned()], afters: vec![after.to_owned()], given: true })
    }

    /// Of what was dropped: two folders; one with the two in it, or with photos and edits side by
    /// side; two files, or many. Names decide what is the edit, else the order does.
    ///
    /// # Errors
    /// When it is none of these, or a folder cannot be read.
    pub fn of_dropped(paths: &[PathBuf]) -> Result<Self, HalvesError> {
        let (folders, files): (Vec<&PathBuf>, Vec<&PathBuf>) =
            paths.iter().partition(|path| path.is_dir());
        match (&folders[..], &files[..]) {
            ([a, b], []) => {
                let [before, after] = in_order(a, b);
                Ok(Self::of(before, after)?)
            }
            ([folder], []) => Self::of_folder(folder),
            ([], [file]) => Err(HalvesError::OneFile(names::name(file))),
            ([], [a, b]) => {
                let [before, after] = in_order(a, b);
                Ok(Self::of(before, after)?)
            }
            ([], [_, ..]) => Ok(Self::by_name(files.into_iter().cloned().collect())),
            _ => Err(HalvesError::Mixture),
        }
    }

    /// Of one folder.
    fn of_folder(folder: &Path) -> Result<Self, HalvesError> {
        let unreadable = |source| PairsError::Folder { path: folder.to_owned(), source };
        let mut halves: [Option<PathBuf>; 2] = [None, None];
        let entries = std::fs::read_dir(folder).map_err(unreadable)?;
        let mut inner: Vec<PathBuf> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|it| it.is_dir()).collect();
        inner.sort();
        for path in inner {
            if let Some(half) = names::half(&names::name(&path)) {
                halves[usize::from(half == Half::After)].get_or_insert(path);
            }
        }
        match halves {
            [Some(before), Some(after)] => Ok(Self::of(&before, &after)?),
            // Edits are often put into a folder among their photos.
            [None, Some(after)] => Ok(Self::of(folder, &after)?),
            [Some(before), None] => Ok(Self::of(&before, folder)?),
            [None, None] => {
                let halves = Self::by_name(photos_in(folder)?);
                if halves.afters.is_empty() || halves.befores.is_empty() {
                    return Err(HalvesError::NoEdits(names::name(folder)));
                }
                Ok(halves)
            }
        }
    }

    fn by_name(files: Vec<PathBuf>) -> Self {
        let (afters, befores) =
            files.into_iter().partition(|file| names::is_edit(&names::stem(file)));
        Self { befores, afters, given: false }
    }

    /// The pairs; `watch` hears of each file that has to be opened and may break off.
    ///
    /// # Errors
    /// When nothing pairs, or `watch` broke off.
    pub fn pair(
        self,
        watch: impl Fn(Progress) -> ControlFlow<()> + Sync,
    ) -> Result<Pairing, PairsError> {
        if let (true, [before], [after]) = (self.given, &self.befores[..], &self.afters[..]) {
            let pairs = vec![Pair::given(before, after)];
            return Ok(Pairing { pairs, unpaired: Vec::new() });
        }
        let folder = |files: &[PathBuf]| {
            files.first().and_then(|file| file.parent()).map(Path::to_owned).unwrap_or_default()
        };
        let (before, after) = (folder(&self.befores), folder(&self.afters));
        let pairing = pair_files(self.befores, self.afters, watch)?;
        if pairing.pairs.is_empty() {
            return Err(PairsError::None { before, after });
        }
        Ok(pairing)
    }
}

/// Two paths, the photos first: by the last parts in which they differ and that say which half they
/// are.
fn in_order<'a>(a: &'a Path, b: &'a Path) -> [&'a Path; 2] {
    let half = |path: &Path, other: &Path| {
        let parts = path.components().rev().zip(other.components().rev());
        let differing = parts.filter(|(own, other)| own != other);
        differing.take(3).find_map(|(own, _)| names::half(&own.as_os_str().to_string_lossy()))
    };
    let is_edit = |path: &Path| path.is_file() && names::is_edit(&names::stem(path));
    let is_other_way = match (half(a, b), half(b, a)) {
        (Some(Half::After), other) => other != Some(Half::After),
        (own, Some(Half::Before)) => own != Some(Half::Before),
        (None, None) => is_edit(a) && !is_edit(b),
        _ => false,
    };
    if is_other_way { [b, a] } else { [a, b] }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder with these files, and empty folders where a name ends in "/".
    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[track_caller]
    fn check(files: &[&str], dropped: &[&str], befores: &[&str], afters: &[&str]) {
        let folder = folder(files);
        let full = |names: &[&str]| -> Vec<PathBuf> {
            names.iter().map(|name| folder.path().join(name)).collect()
        };
        let halves = Halves::of_dropped(&full(dropped)).unwrap();
        assert_eq!((halves.befores, halves.afters), (full(befores), full(afters)));
    }

    #[test]
    fn names_decide_and_else_the_order() {
        let two = ["after/a.jpg", "before/a.jpg"];
        check(&two, &["after", "before"], &["before/a.jpg"], &["after/a.jpg"]);
        check(&two, &["before", "after"], &["before/a.jpg"], &["after/a.jpg"]);
        check(&two, &[""], &["before/a.jpg"], &["after/a.jpg"]);
        let deep = ["retouch/train/a.jpg", "before/train/a.jpg"];
        let [b, a] = ["before/train/a.jpg", "retouch/train/a.jpg"];
        check(&deep, &["retouch/train", "before/train"], &[b], &[a]);
        check(&["x/a.jpg", "y/a.jpg"], &["y", "x"], &["y/a.jpg"], &["x/a.jpg"]);
        check(&["a.jpg", "edited/a.jpg"], &[""], &["a.jpg"], &["edited/a.jpg"]);
        check(&["a.jpg", "a-edit.jpg"], &["a-edit.jpg", "a.jpg"], &["a.jpg"], &["a-edit.jpg"]);
        check(&["b.jpg", "a.jpg"], &["b.jpg", "a.jpg"], &["b.jpg"], &["a.jpg"]);
        let many = ["a.jpg", "a-edit.jpg", "b.jpg", "b (1).jpg"];
        check(&many, &[""], &["a.jpg", "b.jpg"], &["a-edit.jpg", "b (1).jpg"]);
    }

    #[test]
    fn what_cannot_be_told_apart_is_said() {
        let folder = folder(&["a.jpg", "b.jpg", "x/a.jpg"]);
        let at = |name: &str| folder.path().join(name);
        for (dropped, part) in [
            (vec![at("a.jpg")], "one half"),
            (vec![at("x"), at("a.jpg")], "not a mixture"),
            (vec![folder.path().to_owned()], "tells edits from photos"),
        ] {
            let sentence = Halves::of_dropped(&dropped).unwrap_err().to_string();
            assert!(sentence.contains(part), "{sentence}");
        }
    }
}
