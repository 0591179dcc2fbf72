//! What is kept of photos and of the window for the next time: a small file for each photo that was
//! edited, named by the photo's content, in the state folder. Photos are never written to.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::session::Session;
use super::stack::{Item, Stack};
use super::steps::{Step, Steps};
use crate::atomic::Draft;
use crate::edit::Layer;
use crate::operator::{Library, Tuning};

/// The state folder.
#[derive(Clone, Debug)]
pub struct Memory {
    folder: PathBuf,
}

/// What was kept of a photo, as far as the library still has its filters.
pub struct Kept {
    /// The edit, with all that led to it.
    pub steps: Steps,
    /// Names of filters that are gone.
    pub gone: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct SavedPhoto {
    format: u32,
    at: usize,
    steps: Vec<SavedStep>,
}

#[derive(Serialize, Deserialize)]
struct SavedStep {
    what: String,
    current: usize,
    filters: Vec<SavedFilter>,
}

#[derive(Serialize, Deserialize)]
struct SavedFilter {
    name: String,
    on: bool,
    strength: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    radius: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epsilon: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    analysis_size: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reach: Option<f64>,
}

/// An edit as text, for the clipboard.
#[derive(Serialize, Deserialize)]
struct SavedEdit {
    understudy_edit: u32,
    current: usize,
    filters: Vec<SavedFilter>,
}

/// Newer files are left alone.
pub const FORMAT: u32 = 1;

impl Memory {
    /// The system's folder for the state of this program; None where there is none.
    pub fn of_system() -> Option<Self> {
        let folders = directories::ProjectDirs::from("", "", "understudy")?;
        let folder = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
        Some(Self::at(folder.to_owned()))
    }

    /// A folder; it need not exist.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What was kept of a photo, whose name is the hash of its file. A file that cannot be read is put aside, so that it is not lost, and
    /// counts as none.
    pub fn photo(&self, name: &str, library: &Library) -> Option<Kept> {
        let file = self.file_of(name);
        let saved = self.read::<SavedPhoto>(&file)?;
        if saved.format != FORMAT {
            return None;
        }
        let mut gone = Vec::new();
        let mut list = Vec::new();
        for step in saved.steps {
            let stack = stack_of(step.filters, step.current, library, &mut gone);
            list.push(Step { what: step.what, stack });
        }
        (!list.is_empty()).then(|| Kept { steps: Steps::restored(list, saved.at), gone })
    }

    /// Keeps the steps of a photo.
    ///
    /// # Errors
    /// The reason, the end of a sentence.
    pub fn keep_photo(&self, name: &str, steps: &Steps, library: &Library) -> Result<(), String> {
        let filter = |item: &Item| SavedFilter::of(item, library);
        let step = |step: &Step| SavedStep {
            what: step.what.clone(),
            current: step.stack.current,
            filters: step.stack.items.iter().filter_map(filter).collect(),
        };
        let steps_saved = steps.list.iter().map(step).collect();
        let saved = SavedPhoto { format: FORMAT, at: steps.at, steps: steps_saved };
        self.write(&self.file_of(name), &saved)
    }

    /// The window as it was the last time. A photo that is gone is left out.
    pub fn session(&self) -> Session {
        let saved = self.read::<Session>(&self.session_file());
        let mut saved = saved.filter(|saved| saved.format == FORMAT).unwrap_or_default();
        saved.photo.take_if(|photo| !photo.is_file());
        saved
    }

    /// Keeps what the window looks like.
    ///
    /// # Errors
    /// The reason, the end of a sentence.
    pub fn keep_session(&self, session: &Session) -> Result<(), String> {
        self.write(&self.session_file(), session)
    }

    fn session_file(&self) -> PathBuf {
        self.folder.join("session.json")
    }

    fn file_of(&self, name: &str) -> PathBuf {
        self.folder.join("photos").join(name).with_extension("json")
    }

    fn read<T: for<'a> Deserialize<'a>>(&self, file: &Path) -> Option<T> {
        let bytes = fs::read(file).ok()?;
        match serde_json::from_slice(&bytes) {
            Ok(value) => Some(value),
            Err(_) => {
                // Where it cannot be put aside it stays until it is written over.
                drop(fs::rename(file, file.with_extension("bak")));
                None
            }
        }
    }

    fn write(&self, file: &Path, value: &impl Serialize) -> Result<(), String> {
        let put = || -> std::io::Result<()> {
            let folder = file.parent().unwrap_or(&self.folder);
            fs::create_dir_all(folder)?;
            let draft = Draft::beside(file)?;
            draft.file().write_all(&serde_json::to_vec(value)?)?;
            draft.finish(file, true)
        };
        put().map_err(|error| error.to_string())
    }
}

/// Filters one upon the other, as far as the library has them; the names of the others go to `gone`.
fn stack_of(
    filters: Vec<SavedFilter>,
    current: usize,
    library: &Library,
    gone: &mut Vec<String>,
) -> Stack {
    let mut items = Vec::new();
    for filter in filters {
        let name = filter.name.clone();
        match filter.item(library) {
            Some(item) => items.push(item),
            None if !gone.contains(&name) => gone.push(name),
            None => {}
        }
    }
    let current = current.min(items.len().saturating_sub(1));
    Stack { items, current }
}

/// An edit as text, for the clipboard.
pub fn text_from_edit(stack: &Stack, library: &Library) -> String {
    let filters = stack.items.iter().filter_map(|item| SavedFilter::of(item, library));
    let edit =
        SavedEdit { understudy_edit: FORMAT, current: stack.current, filters: filters.collect() };
    serde_json::to_string(&edit).unwrap_or_default()
}

/// The edit that a text holds, with the names of filters that are gone; None where it holds none.
pub fn edit_from_text(text: &str, library: &Library) -> Option<(Stack, Vec<String>)> {
    let edit: SavedEdit = serde_json::from_str(text).ok()?;
    let mut gone = Vec::new();
    let stack = stack_of(edit.filters, edit.current, library, &mut gone);
    (edit.understudy_edit == FORMAT).then_some((stack, gone))
}

impl SavedFilter {
    /// None for a filter that is not in the library.
    fn of(item: &Item, library: &Library) -> Option<Self> {
        let is_it =
            |entry: &&crate::operator::Entry| Arc::ptr_eq(&entry.operator, &item.layer.operator);
        let entry = library.entries.iter().find(is_it)?;
        let Tuning { radius, epsilon, short_side, scale } = item.layer.tuning;
        Some(Self {
            name: entry.name.clone(),
            on: item.is_on,
            strength: item.layer.strength,
            radius,
            epsilon,
            analysis_size: short_side,
            reach: scale,
        })
    }

    fn item(self, library: &Library) -> Option<Item> {
        let entry = library.entries.iter().find(|entry| entry.name == self.name)?;
        let tuning = Tuning {
            radius: self.radius,
            epsilon: self.epsilon,
            short_side: self.analysis_size,
            scale: self.reach,
        };
        let is_possible = entry.operator.settings(&tuning).is_ok();
        let layer = Layer {
            operator: Arc::clone(&entry.operator),
            strength: self.strength.clamp(0.0, 1.0),
            tuning: if is_possible { tuning } else { Tuning::default() },
        };
        Some(Item { layer, is_on: self.on })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_back_and_what_is_gone_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::at(folder.path().join("state"));
        let mut library = Library::load();
        let mut stack = Stack::of(Some(Arc::clone(&library.entries[0].operator)));
        let mut steps = Steps::new(&stack);
        stack.add(Arc::clone(&library.entries[1].operator));
        stack.tune(Tuning { scale: Some(2.0), ..Tuning::default() });
        stack.items[0].is_on = false;
        steps.record(&stack, 1.0);
        assert!(memory.photo("abc", &library).is_none());
        memory.keep_photo("abc", &steps, &library).unwrap();
        let kept = memory.photo("abc", &library).unwrap();
        assert!(kept.steps.list == steps.list && kept.steps.at == 1 && kept.gone.is_empty());
        let name = library.entries.remove(0).name;
        let kept = memory.photo("abc", &library).unwrap();
        assert_eq!(kept.gone, [name]);
        assert_eq!(kept.steps.list[1].stack.items.len(), 1);
    }

    #[test]
    fn a_damaged_file_is_put_aside_and_the_session_names_a_photo_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::at(folder.path().to_owned());
        fs::create_dir(folder.path().join("photos")).unwrap();
        fs::write(folder.path().join("photos/abc.json"), "{ no").unwrap();
        assert!(memory.photo("abc", &Library::load()).is_none());
        assert!(folder.path().join("photos/abc.bak").exists());
        let photo = folder.path().join("a.png");
        let session = serde_json::json!({ "photo": photo });
        let session: Session = serde_json::from_value(session).unwrap();
        memory.keep_session(&session).unwrap();
        assert_eq!(memory.session(), Session::default());
        fs::write(&photo, "").unwrap();
        assert_eq!(memory.session(), session);
    }
}
