//! What is kept of photos and of the window for the next time: a small file for each photo that was
//! edited, named by the photo's content, in the state folder. Photos are never written to.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::edited::{Edited, Stamp};
use super::exports::Settings;
use super::recent::Recent;
use super::session::Session;
use super::stack::{Item, Stack};
use super::steps::{Step, Steps};
use super::strings::STEP_OPENED;
use crate::atomic::Draft;
use crate::edit::{Balance, Layer, Mask};
use crate::hash::sha256;
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

/// A photo's edit as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SavedPhoto {
    format: u32,
    at: usize,
    steps: Vec<SavedStep>,
    /// The file that it was last, so that a folder need not be read to know what is edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<Stamp>,
}

/// A step as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SavedStep {
    what: String,
    current: usize,
    filters: Vec<SavedFilter>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedFilter {
    name: String,
    on: bool,
    strength: f32,
    #[serde(default = "as_learned", skip_serializing_if = "is_as_learned")]
    tone: f32,
    #[serde(default = "as_learned", skip_serializing_if = "is_as_learned")]
    detail: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    radius: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epsilon: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    analysis_size: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reach: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mask: Option<Mask>,
}

/// Tone and detail of older files, and of most.
fn as_learned() -> f32 {
    1.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_as_learned(share: &f32) -> bool {
    *share == as_learned()
}

/// An edit as text, for the clipboard.
#[derive(Serialize, Deserialize)]
struct SavedEdit {
    understudy_edit: u32,
    current: usize,
    filters: Vec<SavedFilter>,
}

/// Kept edits, a file for each photo.
const PHOTOS: &str = "photos";
/// What was chosen for exports.
const EXPORT: &str = "export.json";
/// Exports that are not over, and their filters.
const EXPORTS: &str = "exports";
/// Whether edits are kept beside their photos too.
const BESIDE: &str = "beside.json";
/// What was opened of late.
const RECENT: &str = "recent.json";
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

    /// The log of what fails.
    pub fn log(&self) -> PathBuf {
        self.folder.join("understudy.log")
    }

    /// What was kept of a photo, whose name is the hash of its file. A file that cannot be read is put aside, so that it is not lost, and
    /// counts as none.
    pub fn photo(&self, name: &str, library: &Library) -> Option<Kept> {
        let file = self.file_of(name);
        self.read::<SavedPhoto>(&file)?.restored(library)
    }

    /// Keeps the steps of a photo.
    ///
    /// # Errors
    /// The reason, the end of a sentence.
    pub fn keep_photo(
        &self,
        name: &str,
        file: Option<&Path>,
        steps: &Steps,
        library: &Library,
    ) -> Result<(), String> {
        let saved = SavedPhoto::of(file.and_then(Stamp::of), steps, library);
        self.write(&self.file_of(name), &saved)
    }

    /// Adds a step to what is kept of a photo, whose file is read to know its name.
    ///
    /// # Errors
    /// The reason, the end of a sentence.
    pub fn add_step(&self, photo: &Path, step: &SavedStep) -> Result<(), String> {
        self.change(photo, |saved| saved.with(step.clone()))
    }

    /// Changes what is kept of a photo, whose file is read to know its name.
    ///
    /// # Errors
    /// The reason, the end of a sentence.
    pub(super) fn change(
        &self,
        photo: &Path,
        change: impl FnOnce(SavedPhoto) -> Result<SavedPhoto, String>,
    ) -> Result<(), String> {
        let name = sha256(photo).map_err(|error| error.to_string())?;
        let file = self.file_of(&name);
        let saved = self.read::<SavedPhoto>(&file).unwrap_or_else(SavedPhoto::opened);
        let changed = change(saved)?;
        self.write(&file, &SavedPhoto { file: Stamp::of(photo), ..changed })
    }

    /// The photos whose edits are kept.
    pub fn edited(&self) -> Edited {
        let mut edited = Edited::default();
        let files = fs::read_dir(self.folder.join(PHOTOS)).into_iter().flatten().flatten();
        for file in files.map(|entry| entry.path()) {
            let is_kept = file.extension().is_some_and(|ending| ending == "json");
            let saved = is_kept.then(|| self.read::<SavedPhoto>(&file)).flatten();
            if let (Some(stamp), Some(name)) =
                (saved.and_then(|saved| saved.file), file.file_stem())
            {
                edited.add(stamp, name.to_string_lossy().into_owned());
            }
        }
        edited
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

    /// What was chosen for exports last.
    pub fn export(&self) -> Settings {
        self.read::<Settings>(&self.folder.join(EXPORT)).unwrap_or_default().checked()
    }

    /// Keeps what was chosen for exports.
    ///
    /// # Errors
    /// The reason, the end of a sentence.
    pub fn keep_export(&self, settings: &Settings) -> Result<(), String> {
        self.write(&self.folder.join(EXPORT), settings)
    }

    /// What was opened of late.
    pub fn recent(&self) -> Recent {
        self.read(&self.folder.join(RECENT)).unwrap_or_default()
    }

    /// Keeps what was opened of late.
    ///
    /// # Errors
    /// The reason, the end of a sentence.
    pub fn keep_recent(&self, recent: &Recent) -> Result<(), String> {
        self.write(&self.folder.join(RECENT), recent)
    }

    /// Whether edits are kept beside their photos too.
    pub fn beside(&self) -> bool {
        self.read(&self.folder.join(BESIDE)).unwrap_or_default()
    }

    /// Keeps whether edits are kept beside their photos too.
    ///
    /// # Errors
    /// The reason, the end of a sentence.
    pub fn keep_beside(&self, is_on: bool) -> Result<(), String> {
        self.write(&self.folder.join(BESIDE), &is_on)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder for exports that are not over. It need not exist.
    pub(super) fn exports(&self) -> PathBuf {
        self.folder.join(EXPORTS)
    }

    fn session_file(&self) -> PathBuf {
        self.folder.join("session.json")
    }

    fn file_of(&self, name: &str) -> PathBuf {
        self.folder.join(PHOTOS).join(name).with_extension("json")
    }

    /// What a file holds; None without it. One that cannot be read is put aside.
    pub(super) fn read<T: for<'a> Deserialize<'a>>(&self, file: &Path) -> Option<T> {
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

    /// Writes a file whole, and its folder.
    ///
    /// # Errors
    /// The reason, the end of a sentence.
    pub(super) fn write(&self, file: &Path, value: &impl Serialize) -> Result<(), String> {
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

impl SavedPhoto {
    /// The steps of a photo.
    pub fn of(file: Option<Stamp>, steps: &Steps, library: &Library) -> Self {
        let step = |step: &Step| SavedStep::of(&step.what, &step.stack, library);
        let list = steps.list.iter().map(step).collect();
        Self { format: FORMAT, at: steps.at, steps: list, file }
    }

    /// A photo to which nothing was done.
    fn opened() -> Self {
        let opened = SavedStep { filters: Vec::new(), what: STEP_OPENED.to_owned(), current: 0 };
        Self { format: FORMAT, at: 0, steps: vec![opened], file: None }
    }

    /// The same with one more step; what was undone is gone.
    ///
    /// # Errors
    /// When a newer program wrote it, as the end of a sentence.
    pub fn with(mut self, step: SavedStep) -> Result<Self, String> {
        if self.format != FORMAT {
            return Err("its edit is kept by a newer version".to_owned());
        }
        self.steps.truncate(self.at + 1);
        self.steps.push(step);
        self.at = self.steps.len() - 1;
        Ok(self)
    }

    /// The steps, as far as the library still has their filters; None from a newer program.
    pub fn restored(self, library: &Library) -> Option<Kept> {
        if self.format != FORMAT {
            return None;
        }
        let mut gone = Vec::new();
        let mut list = Vec::new();
        for step in self.steps {
            let stack = stack_of(step.filters, step.current, library, &mut gone);
            list.push(Step { what: step.what, stack });
        }
        (!list.is_empty()).then(|| Kept { steps: Steps::restored(list, self.at), gone })
    }

    /// The names of its filters.
    pub fn names(&self) -> BTreeSet<&str> {
        let filters = self.steps.iter().flat_map(|step| &step.filters);
        filters.map(|filter| filter.name.as_str()).collect()
    }
}

impl SavedStep {
    /// A step that led to a stack.
    pub fn of(what: &str, stack: &Stack, library: &Library) -> Self {
        let filter = |item: &Item| SavedFilter::of(item, library);
        Self {
            what: what.to_owned(),
            current: stack.current,
            filters: stack.items.iter().filter_map(filter).collect(),
        }
    }

    /// Whether a filter of that name takes part.
    pub fn has(&self, name: &str) -> bool {
        self.filters.iter().any(|filter| filter.name == name)
    }
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
            tone: item.layer.balance.tone,
            detail: item.layer.balance.detail,
            radius,
            epsilon,
            analysis_size: short_side,
            reach: scale,
            mask: item.layer.mask.as_deref().cloned(),
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
        let share = |value: f32| value.clamp(*Balance::RANGE.start(), *Balance::RANGE.end());
        let is_possible = entry.operator.settings(&tuning).is_ok();
        let mask = self.mask.map(Mask::checked);
        // Not on the whole photo, where it is not known on which part.
        let is_unknown = matches!(mask, Some(None));
        let layer = Layer {
            operator: Arc::clone(&entry.operator),
            strength: self.strength.clamp(0.0, 1.0),
            balance: Balance { tone: share(self.tone), detail: share(self.detail) },
            tuning: if is_possible { tuning } else { Tuning::default() },
            mask: mask.flatten().map(Arc::new),
        };
        Some(Item { layer, is_on: self.on && !is_unknown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::mask::Shape;

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
        stack.items[1].layer.balance = Balance { tone: 0.4, detail: 1.3 };
        let shape = Shape::Linear { from: [0.2, 0.3], to: [0.4, 0.5] };
        stack.items[1].layer.mask = Some(Arc::new(Mask::of(shape)));
        steps.record(&stack, 1.0);
        assert!(memory.photo("abc", &library).is_none());
        memory.keep_photo("abc", None, &steps, &library).unwrap();
        let kept = memory.photo("abc", &library).unwrap();
        assert!(kept.steps.list == steps.list && kept.steps.at == 1 && kept.gone.is_empty());
        let name = library.entries.remove(0).name;
        let kept = memory.photo("abc", &library).unwrap();
        assert_eq!(kept.gone, [name]);
        assert_eq!(kept.steps.list[1].stack.items.len(), 1);
    }

    #[test]
    fn a_step_is_added_to_what_is_kept_and_its_file_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::at(folder.path().join("state"));
        let library = Library::load_from(None);
        let photo = folder.path().join("a.png");
        fs::write(&photo, "a photo").unwrap();
        assert!(!memory.edited().has(&photo));
        let stack = Stack::of(Some(Arc::clone(&library.entries[0].operator)));
        let step = SavedStep::of("Given", &stack, &library);
        memory.add_step(&photo, &step).unwrap();
        memory.add_step(&photo, &step).unwrap();
        let edited = memory.edited();
        let kept = memory.photo(edited.name(&photo).unwrap(), &library).unwrap();
        assert_eq!((kept.steps.list.len(), kept.steps.at), (3, 2));
        assert!(kept.steps.list[0].stack.items.is_empty() && kept.steps.list[2].stack == stack);
        assert!(memory.add_step(&folder.path().join("none"), &step).is_err());
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
