//! Files that appear whole or not at all: a draft beside the target, renamed when it is complete.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

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
        builder.prefix(".understudy-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file: temporary files are private otherwise.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        builder.tempfile_in(folder).map(Self)
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
