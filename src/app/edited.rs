//! Which files have an edit that is kept, known without reading them: by place, length and time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// What a file was when its edit was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    path: PathBuf,
    bytes: u64,
    /// Milliseconds since 1970.
    modified: u64,
}

impl Stamp {
    /// Of a file as it is now; None where it cannot be read.
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            path: std::path::absolute(path).ok()?,
            bytes: metadata.len(),
            modified: u64::try_from(modified.as_millis()).ok()?,
        })
    }
}

/// The photos whose edits are kept, by their files.
#[derive(Clone, Debug, Default)]
pub struct Edited {
    names: HashMap<PathBuf, (Stamp, String)>,
}

impl Edited {
    /// Adds a photo, whose edit is kept under a name.
    pub fn add(&mut self, stamp: Stamp, name: String) {
        self.names.insert(stamp.path.clone(), (stamp, name));
    }

    /// The name under which the edit of a file is kept; None where there is none, or the file is
    /// another one by now.
    pub fn name(&self, path: &Path) -> Option<&str> {
        let (stamp, name) = self.names.get(&std::path::absolute(path).ok()?)?;
        (Stamp::of(path).as_ref() == Some(stamp)).then_some(name)
    }

    /// Whether an edit of a file is kept.
    pub fn has(&self, path: &Path) -> bool {
        self.name(path).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_changed_is_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        assert_eq!(Stamp::of(&file), None);
        std::fs::write(&file, "abc").unwrap();
        let mut edited = Edited::default();
        edited.add(Stamp::of(&file).unwrap(), "hash".to_owned());
        assert_eq!(edited.name(&file), Some("hash"));
        assert!(!edited.has(&folder.path().join("b")));
        std::fs::write(&file, "abcd").unwrap();
        assert!(!edited.has(&file));
    }
}
