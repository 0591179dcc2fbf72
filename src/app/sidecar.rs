//! The edit beside the photo, for those who ask for it: `PHOTO.understudy.json`.
//!
//! It says what the state folder says, and which version of each filter was used.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::memory::SavedPhoto;
use super::steps::Steps;
use crate::atomic::Draft;
use crate::operator::Library;

/// What is added to the photo's name.
const ENDING: &str = ".understudy.json";

/// An edit beside its photo.
#[derive(Serialize, Deserialize)]
pub struct Sidecar {
    /// The program, so that a stranger to the file knows whose it is.
    made_by: String,
    /// The SHA-256 of each filter's file, by its name.
    filters: BTreeMap<String, String>,
    /// The edit with its steps.
    pub edit: SavedPhoto,
}

/// What lies beside a photo.
pub enum Beside {
    /// Nothing.
    Nothing,
    /// An edit.
    Edit(Box<Sidecar>),
    /// Something that cannot be read; it was put aside under this name.
    Damaged(PathBuf),
}

/// The file beside a photo.
pub fn file(photo: &Path) -> PathBuf {
    let mut name = photo.file_name().unwrap_or_default().to_owned();
    name.push(ENDING);
    photo.with_file_name(name)
}

/// Reads what lies beside a photo.
pub fn read(photo: &Path) -> Beside {
    let file = file(photo);
    let Ok(bytes) = fs::read(&file) else { return Beside::Nothing };
    match serde_json::from_slice(&bytes) {
        Ok(sidecar) => Beside::Edit(Box::new(sidecar)),
        Err(_) => {
            let mut aside = file.clone().into_os_string();
            aside.push(".bak");
            // Where it cannot be put aside it stays until it is written over.
            let aside = PathBuf::from(aside);
            let is_aside = fs::rename(&file, &aside).is_ok();
            Beside::Damaged(if is_aside { aside } else { file })
        }
    }
}

/// Writes the steps of a photo beside it.
///
/// # Errors
/// The reason, the end of a sentence.
pub fn write(photo: &Path, steps: &Steps, library: &Library) -> Result<(), String> {
    let edit = SavedPhoto::of(None, steps, library);
    let hash = |name: &str| {
        let entry = library.entries.iter().find(|entry| entry.name == name)?;
        Some((name.to_owned(), entry.operator.sha256()))
    };
    let filters = edit.names().into_iter().filter_map(hash).collect();
    let sidecar = Sidecar { made_by: "Understudy".to_owned(), filters, edit };
    let put = || -> std::io::Result<()> {
        let file = file(photo);
        let draft = Draft::beside(&file)?;
        draft.file().write_all(&serde_json::to_vec_pretty(&sidecar)?)?;
        draft.finish(&file, true)
    };
    put().map_err(|error| error.to_string())
}

impl Sidecar {
    /// Titles of filters that are another version in the library than the one that was used.
    pub fn changed(&self, library: &Library) -> Vec<String> {
        let entries = library.entries.iter();
        let is_other = |name: &String, operator: &crate::operator::Operator| {
            self.filters.get(name).is_some_and(|hash| *hash != operator.sha256())
        };
        entries
            .filter(|entry| is_other(&entry.name, &entry.operator))
            .map(|entry| entry.operator.title.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::stack::Stack;

    #[test]
    fn an_edit_lies_beside_its_photo_and_a_damaged_one_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("a.b.jpg");
        assert!(matches!(read(&photo), Beside::Nothing));
        let mut library = Library::load_from(None);
        let stack = Stack::of(Some(Arc::clone(&library.entries[1].operator)));
        write(&photo, &Steps::new(&stack), &library).unwrap();
        assert!(folder.path().join("a.b.jpg.understudy.json").exists());
        let Beside::Edit(sidecar) = read(&photo) else { panic!() };
        assert!(sidecar.changed(&library).is_empty());
        let kept = sidecar.edit.clone().restored(&library).unwrap();
        assert!(kept.steps.list[0].stack == stack);
        library.entries[1].operator = Arc::clone(&library.entries[0].operator);
        assert_eq!(sidecar.changed(&library).len(), 1);

        fs::write(file(&photo), "{ no").unwrap();
        let Beside::Damaged(aside) = read(&photo) else { panic!() };
        assert_eq!(fs::read_to_string(aside).unwrap(), "{ no");
        assert!(matches!(read(&photo), Beside::Nothing));
        assert!(write(&folder.path().join("none/a.jpg"), &Steps::new(&stack), &library).is_err());
    }
}
