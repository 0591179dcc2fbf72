//! The edit beside the photo, for those who ask for it: `PHOTO.understudy.json`.
//!
//! It says what the state folder says, and which version of each filter was used.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::memory::{SavedPhoto, SavedStep};
use super::steps::Steps;
use crate::atomic::Draft;
use crate::operator::{Entry, Library};

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
    let names = edit.names().into_iter();
    let filters = hashes(names, &library.entries);
    put(photo, filters, edit)
}

/// Adds a step to the edit beside a photo; where none lies there, to `kept`. Returns the file that
/// could not be read and was put aside.
///
/// # Errors
/// The reason, the end of a sentence.
pub fn add_step(
    photo: &Path,
    kept: SavedPhoto,
    step: &SavedStep,
    entries: &[Entry],
) -> Result<(SavedPhoto, Option<PathBuf>), String> {
    let (edit, was, aside) = match read(photo) {
        Beside::Nothing => (kept, BTreeMap::new(), None),
        Beside::Damaged(aside) => (kept, BTreeMap::new(), Some(aside)),
        Beside::Edit(sidecar) => (sidecar.edit, sidecar.filters, None),
    };
    let edit = edit.with(step.clone())?;
    // The hash of a filter says what the steps before were made with: it stays.
    let mut filters = hashes(edit.names().into_iter(), entries);
    filters.extend(was.into_iter().filter(|(name, _)| !step.has(name)));
    put(photo, filters, edit.clone())?;
    Ok((edit, aside))
}

/// The hashes of filters, by their names.
fn hashes<'a>(names: impl Iterator<Item = &'a str>, entries: &[Entry]) -> BTreeMap<String, String> {
    let hash = |name: &str| {
        let entry = entries.iter().find(|entry| entry.name == name)?;
        Some((name.to_owned(), entry.operator.sha256()))
    };
    names.filter_map(hash).collect()
}

fn put(photo: &Path, filters: BTreeMap<String, String>, edit: SavedPhoto) -> Result<(), String> {
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
    #[test]
    fn a_step_is_added_to_what_lies_beside_the_photo() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("a.jpg");
        let library = Library::load_from(None);
        let [first, other] = [0, 1].map(|at| Arc::clone(&library.entries[at].operator));
        let step = SavedStep::of("Given", &Stack::of(Some(other)), &library);
        let kept = || SavedPhoto::of(None, &Steps::new(&Stack::default()), &library);
        // Nothing is there: what the state folder has goes on.
        let (edit, aside) = add_step(&photo, kept(), &step, &library.entries).unwrap();
        assert!(aside.is_none() && edit.restored(&library).unwrap().steps.list.len() == 2);
        // What is there wins, and keeps what it says of its filters.
        let mut steps = Steps::new(&Stack::default());
        steps.record(&Stack::of(Some(first)), 1.0);
        write(&photo, &steps, &library).unwrap();
        let text = fs::read_to_string(file(&photo)).unwrap();
        let hash = library.entries[0].operator.sha256();
        fs::write(file(&photo), text.replace(&hash, "another")).unwrap();
        add_step(&photo, kept(), &step, &library.entries).unwrap();
        let Beside::Edit(sidecar) = read(&photo) else { panic!() };
        assert_eq!(sidecar.filters[&library.entries[0].name], "another");
        assert_eq!(sidecar.filters.len(), 2);
        assert_eq!(sidecar.edit.restored(&library).unwrap().steps.list.len(), 3);
        fs::write(file(&photo), "{ no").unwrap();
        let (_, aside) = add_step(&photo, kept(), &step, &library.entries).unwrap();
        assert!(aside.is_some_and(|aside| aside.exists()) && file(&photo).exists());
    }
}
