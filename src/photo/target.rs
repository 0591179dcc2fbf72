//! Writing a file whole or not at all: into a neighbour first, then under its name.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::PhotoError;
use super::error::name;
use crate::atomic::Draft;

/// Refuses a target that must not be written, before any work is done for it.
pub(super) fn check(original: &Path, target: &Path, overwrite: bool) -> Result<(), PhotoError> {
    if is_same_file(original, target) {
        return Err(PhotoError::Original { name: name(target) });
    }
    if !overwrite && target.symlink_metadata().is_ok() {
        return Err(PhotoError::Exists { name: name(target) });
    }
    if target.is_dir() {
        let error = std::io::Error::from(std::io::ErrorKind::IsADirectory);
        return Err(PhotoError::unwritable(target, &error));
    }
    if target.metadata().is_ok_and(|kind| !kind.is_file()) {
        let error = std::io::Error::other("it is no ordinary file");
        return Err(PhotoError::unwritable(target, &error));
    }
    Ok(())
}

/// Writes `target` with what `fill` writes. Until all of it is on the disk, it stands under another
/// name in the same folder; that file is gone again when anything fails.
pub(super) fn write(
    target: &Path,
    overwrite: bool,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), PhotoError>,
) -> Result<(), PhotoError> {
    let failed = |error: &std::io::Error| PhotoError::unwritable(target, error);
    // A link that may be overwritten stays one: what it leads to is replaced.
    let resolved = if overwrite { target.canonicalize().ok() } else { None };
    let target = resolved.as_deref().unwrap_or(target);
    let draft = Draft::beside(target).map_err(|error| failed(&error))?;
    let file = draft.file().try_clone().map_err(|error| failed(&error))?;
    let mut writer = BufWriter::with_capacity(1 << 18, file);
    fill(&mut writer)?;
    writer.flush().map_err(|error| failed(&error))?;
    draft.finish(target, overwrite).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => PhotoError::Exists { name: name(target) },
        _ => failed(&error),
    })
}

/// True where two paths lead to one file, by whatever links.
fn is_same_file(a: &Path, b: &Path) -> bool {
    if let (Ok(a), Ok(b)) = (a.canonicalize(), b.canonicalize())
        && a == b
    {
        return true;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if let (Ok(a), Ok(b)) = (a.metadata(), b.metadata()) {
            return (a.dev(), a.ino()) == (b.dev(), b.ino());
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(target: &Path, overwrite: bool, text: &str) -> Result<(), PhotoError> {
        write(target, overwrite, |file| {
            file.write_all(text.as_bytes()).map_err(|error| PhotoError::unwritable(target, &error))
        })
    }

    #[test]
    fn files_appear_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.txt");
        let failure = write(&target, false, |file| {
            file.write_all(b"half").unwrap();
            Err(PhotoError::Cancelled)
        });
        assert!(matches!(failure, Err(PhotoError::Cancelled)));
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        put(&target, false, "one").unwrap();
        assert!(matches!(put(&target, false, "two"), Err(PhotoError::Exists { .. })));
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "one");
        put(&target, true, "three").unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "three");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = put(&folder.path().join("none/a.txt"), false, "").unwrap_err().to_string();
        assert!(error.contains("choose a folder that exists"), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn originals_are_known_by_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let original = folder.path().join("a.jpg");
        std::fs::write(&original, "x").unwrap();
        let (hard, soft) = (folder.path().join("b.jpg"), folder.path().join("c.jpg"));
        std::fs::hard_link(&original, &hard).unwrap();
        std::os::unix::fs::symlink(&original, &soft).unwrap();
        for target in [&original, &hard, &soft, &folder.path().join("./a.jpg")] {
            let refused = check(&original, target, true);
            assert!(matches!(refused, Err(PhotoError::Original { .. })), "{target:?}");
        }
        assert!(check(&original, &folder.path().join("d.jpg"), false).is_ok());
    }
}
