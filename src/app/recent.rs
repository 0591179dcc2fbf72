//! Files and folders that were opened of late.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// So many are remembered.
const COUNT: usize = 12;

/// Files and folders that were opened of late, the last one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recent {
    paths: Vec<PathBuf>,
}

impl Recent {
    /// Something was opened.
    pub fn add(&mut self, path: &Path) {
        let Ok(path) = std::path::absolute(path) else { return };
        self.paths.retain(|other| *other != path);
        self.paths.insert(0, path);
        self.paths.truncate(COUNT);
    }

    /// Those that are still there, the last one first.
    pub fn there(&self) -> impl Iterator<Item = &PathBuf> {
        self.paths.iter().filter(|path| path.exists())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_is_the_first_and_what_is_gone_is_not_offered() {
        let folder = tempfile::tempdir().unwrap();
        let mut recent = Recent::default();
        for name in ["a", "b", "c", "a"] {
            let path = folder.path().join(name);
            std::fs::write(&path, "").unwrap();
            recent.add(&path);
        }
        std::fs::remove_file(folder.path().join("c")).unwrap();
        let there: Vec<_> = recent.there().collect();
        assert_eq!(there, [&folder.path().join("a"), &folder.path().join("b")]);
        for i in 0..20 {
            recent.add(Path::new(&format!("/{i}")));
        }
        assert_eq!(recent.paths.len(), COUNT);
    }
}
