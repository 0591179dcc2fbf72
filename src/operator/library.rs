//! The filters at hand: those that ship with the program and the user's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Operator, OperatorError, read, read_bytes, write};

/// The filters that ship inside the program, by name.
const BUILT_IN: [(&str, &[u8]); 8] = [
    ("retouch", include_bytes!("../../models/retouch.safetensors")),
    ("local-contrast", include_bytes!("../../models/local-contrast.safetensors")),
    ("dehaze", include_bytes!("../../models/dehaze.safetensors")),
    ("tone-map", include_bytes!("../../models/tone-map.safetensors")),
    ("bw-drama", include_bytes!("../../models/bw-drama.safetensors")),
    ("cross-process", include_bytes!("../../models/cross-process.safetensors")),
    ("l0", include_bytes!("../../models/l0.safetensors")),
    ("detail", include_bytes!("../../models/detail.safetensors")),
];

/// Where files of filters go that are deleted, inside the folder of filters.
const DELETED: &str = "deleted";

/// All filters that can be applied by name.
#[derive(Debug, Default)]
pub struct Library {
    /// The filters: built-in ones first, then the user's own by name.
    pub entries: Vec<Entry>,
    /// A sentence for each file of the user's own that could not be read.
    pub problems: Vec<String>,
    /// The folder of the user's own filters; None where the system has none.
    pub root: Option<PathBuf>,
}

/// A filter with its place in the library.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What the command line calls it: the file's name without its ending.
    pub name: String,
    /// True for a filter that ships with the program.
    pub builtin: bool,
    /// Its file; None for a filter inside the program.
    pub file: Option<PathBuf>,
    /// The filter.
    pub operator: Arc<Operator>,
}

impl Library {
    /// The built-in filters and those in [`Library::folder`].
    pub fn load() -> Self {
        Self::load_from(Self::folder())
    }

    /// The built-in filters and those in another folder, which need not exist.
    pub fn load_from(root: Option<PathBuf>) -> Self {
        let mut library = Self { root, ..Self::default() };
        for (name, bytes) in BUILT_IN {
            let path = PathBuf::from(format!("models/{name}.safetensors"));
            library.add(name.to_owned(), true, None, read_bytes(bytes, &path));
        }
        let mut files: Vec<PathBuf> = library
            .root
            .as_ref()
            .and_then(|folder| fs::read_dir(folder).ok())
            .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
            .unwrap_or_default();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "safetensors"));
        files.sort();
        for file in files {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if Self::is_built_in(&name) {
                library.problems.push(format!(
                    "{} has the name of a filter that comes with the program and cannot be reached by it. Rename the file.",
                    file.display()
                ));
            }
            let operator = read(&file);
            library.add(name, false, Some(file), operator);
        }
        library
    }

    /// Takes a filter in that has just come into the folder, behind all others so that no place
    /// changes, and returns its place; that of the same file if it is in already.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn take(&mut self, file: &Path) -> Result<usize, OperatorError> {
        let is_it = |entry: &Entry| entry.file.as_deref() == Some(file);
        if let Some(place) = self.entries.iter().position(is_it) {
            return Ok(place);
        }
        let operator = Arc::new(read(file)?);
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        self.entries.push(Entry { name, builtin: false, file: Some(file.to_owned()), operator });
        Ok(self.entries.len() - 1)
    }

    /// The folder of the user's own filters. It need not exist.
    pub fn folder() -> Option<PathBuf> {
        let folders = directories::ProjectDirs::from("", "", "understudy")?;
        Some(folders.data_dir().join("filters"))
    }

    /// Whether a filter of that name ships with the program.
    pub fn is_built_in(name: &str) -> bool {
        BUILT_IN.iter().any(|(built_in, _)| *built_in == name)
    }

    /// The filter that `text` means: a name in the library, else the path of a file.
    ///
    /// # Errors
    /// A sentence when it is neither, or the file cannot be used.
    pub fn find(&self, text: &str) -> Result<Arc<Operator>, OperatorError> {
        if let Some(entry) = self.entries.iter().find(|entry| entry.name == text) {
            return Ok(Arc::clone(&entry.operator));
        }
        let path = Path::new(text);
        let looks_like_a_path = path.extension().is_some() || path.components().count() > 1;
        if path.exists() || looks_like_a_path {
            return read(path).map(Arc::new);
        }
        Err(OperatorError::Unknown { name: text.to_owned() })
    }

    /// Writes a filter of the user's own into the folder and takes it in; its place among the entries.
    /// A name that is taken gets a number.
    ///
    /// # Errors
    /// When there is no such folder or it cannot be written to.
    pub fn keep(&mut self, operator: &Operator, name: &str) -> Result<usize, OperatorError> {
        let failed =
            |path: &Path, reason: String| OperatorError::Write { path: path.to_owned(), reason };
        let folder = self.root.clone().ok_or_else(|| {
            failed(Path::new(name), "this system has no folder for your filters".to_owned())
        })?;
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, error.to_string()))?;
        let file_of = |name: &str| folder.join(format!("{name}.safetensors"));
        let is_free = |name: &String| !Self::is_built_in(name) && !file_of(name).exists();
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let name = std::iter::once(name.to_owned()).chain(numbered).find(is_free);
        let file = file_of(&name.unwrap_or_default());
        write(operator, &file, false)?;
        self.take(&file)
    }

    /// Gives a filter of the user's own another title; its name and its place stay. Returns the filter
    /// before and after.
    ///
    /// # Errors
    /// When it is none of the user's own, or its file cannot be written.
    pub fn rename(
        &mut self,
        place: usize,
        title: String,
    ) -> Result<[Arc<Operator>; 2], OperatorError> {
        let (entry, file) = self.own(place)?;
        let renamed = Arc::new(Operator { title, ..Operator::clone(&entry.operator) });
        write(&renamed, &file, true)?;
        let before = std::mem::replace(&mut entry.operator, Arc::clone(&renamed));
        Ok([before, renamed])
    }

    /// Takes a filter of the user's own out and puts its file away into the folder `deleted`; returns
    /// where it is now.
    ///
    /// # Errors
    /// When it is none of the user's own, or its file cannot be moved.
    pub fn delete(&mut self, place: usize) -> Result<(Entry, PathBuf), OperatorError> {
        let (entry, file) = self.own(place)?;
        let failed = |error: std::io::Error| OperatorError::Write {
            path: file.clone(),
            reason: error.to_string(),
        };
        let folder = file.with_file_name(DELETED);
        fs::create_dir_all(&folder).map_err(failed)?;
        let name = entry.name.clone();
        let named = |number: usize| match number {
            1 => folder.join(format!("{name}.safetensors")),
            number => folder.join(format!("{name}-{number}.safetensors")),
        };
        let away = (1..).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(1));
        fs::rename(&file, &away).map_err(failed)?;
        Ok((self.entries.remove(place), away))
    }

    /// A filter of the user's own, and its file.
    fn own(&mut self, place: usize) -> Result<(&mut Entry, PathBuf), OperatorError> {
        let own = self.entries.get_mut(place).and_then(|entry| {
            let file = entry.file.clone().filter(|_| !entry.builtin)?;
            Some((entry, file))
        });
        own.ok_or_else(|| OperatorError::Write {
            path: PathBuf::from("a filter that comes with the program"),
            reason: "it stays as it is".to_owned(),
        })
    }

    fn add(
        &mut self,
        name: String,
        builtin: bool,
        file: Option<PathBuf>,
        operator: Result<Operator, OperatorError>,
    ) {
        match operator {
            Ok(operator) => {
                self.entries.push(Entry { name, builtin, file, operator: Arc::new(operator) });
            }
            Err(error) => self.problems.push(error.to_string()),
        }
    }
}
