//! Files that appear whole or not at all: a draft beside the target, renamed when it is complete.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

const PREFIX: &str = ".understudy-";
const SUFFIX: &str = ".part";

/// A file in the making, in the target's folder under another name. Dropping it removes it.
#[derive(Debug)]
pub struct Draft(NamedTempFile);

impl Draft {
    /// A draft of `target`.
    ///
    /// # Errors
    /// When the folder does not exist, is full or closed.
    pub fn beside(target: &Path) -> io::Result<Self> {
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file: temporary files are private otherwise.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let draft = builder.tempfile_in(folder)?;
        // A draft that nobody holds is one whose writer was killed. A system that holds nothing sweeps
        // nothing.
        drop(draft.as_file().try_lock());
        Ok(Self(draft))
    }

    /// The file to write to.
    pub fn file(&self) -> &File {
        self.0.as_file()
    }

    /// Sees that all is on the disk and gives the draft its name.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] when the target is there and `overwrite` is not asked for;
    /// whatever the disk says. The draft is gone then.
    pub fn finish(self, target: &Path, overwrite: bool) -> io::Result<()> {
        self.0.as_file().sync_all()?;
        let done =
            if overwrite { self.0.persist(target) } else { self.0.persist_noclobber(target) };
        done.map(drop).map_err(|error| error.error)
    }
}

/// Removes the drafts in a folder whose writers are gone: they were killed in mid-writing.
pub fn sweep(folder: &Path) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !(name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            continue;
        }
        // What cannot be held has a writer, or is on a disk that cannot tell.
        let is_left = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if is_left {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_are_swept_that_nobody_writes() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".understudy-abc.part");
        std::fs::write(&left, "half").unwrap();
        let other = folder.path().join(".understudy-notes");
        std::fs::write(&other, "").unwrap();
        let target = folder.path().join("a");
        let draft = Draft::beside(&target).unwrap();
        let names = || folder.path().read_dir().unwrap().count();
        assert_eq!(names(), 3);
        sweep(folder.path());
        assert!(names() == 2 && !left.exists() && other.exists());
        draft.finish(&target, false).unwrap();
        assert!(target.exists());
        sweep(&folder.path().join("none"));
    }
}
