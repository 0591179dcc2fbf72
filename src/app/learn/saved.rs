//! What is needed to go on with a run after the window was closed or the program crashed: a small
//! file in the run's folder.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Effort;
use crate::atomic::Draft;
use crate::train::examples::Pair;
use crate::train::learn::{Task, is_interrupted, run_folder};

const NAME: &str = "task.json";
const FORMAT: u32 = 1;

/// What a run learns from and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    /// Version of this file.
    format: u32,
    title: String,
    effort: Effort,
    /// Photos and edits to learn from.
    learn: Vec<[PathBuf; 2]>,
    /// Photos and edits to check with.
    check: Vec<[PathBuf; 2]>,
    /// Whether the filter's file carries small copies of some of these.
    #[serde(default = "usual")]
    carries_check: bool,
}

/// What runs of older versions do.
fn usual() -> bool {
    true
}

/// A run that was interrupted.
#[derive(Clone, Debug, PartialEq)]
pub struct Interrupted {
    /// The filter's file, which is not there yet.
    pub file: PathBuf,
    /// What the filter is called.
    pub title: String,
    /// How thoroughly it is learned.
    pub effort: Effort,
    /// The pairs to learn from.
    pub learn: Vec<Pair>,
    /// The pairs to check with.
    pub check: Vec<Pair>,
    /// Whether the filter's file carries small copies of some of these.
    pub carries_check: bool,
}

/// Keeps what is needed to go on with a run.
pub fn keep(task: &Task, effort: Effort) -> io::Result<()> {
    let files =
        |pairs: &[Pair]| pairs.iter().map(|it| [it.before.clone(), it.after.clone()]).collect();
    let saved = Saved {
        format: FORMAT,
        title: task.title.clone(),
        effort,
        learn: files(&task.pairs),
        check: files(&task.check),
        carries_check: task.carries_check,
    };
    let folder = run_folder(&task.file);
    fs::create_dir_all(&folder)?;
    let place = folder.join(NAME);
    let draft = Draft::beside(&place)?;
    draft.file().write_all(&serde_json::to_vec_pretty(&saved)?)?;
    draft.finish(&place, true)
}

/// A run is over: nothing is needed to go on.
pub fn forget(file: &Path) {
    // A file that cannot be removed does no harm: the filter is there.
    drop(fs::remove_file(run_folder(file).join(NAME)));
}

/// The runs of a folder that were interrupted, by name. Those that the window did not start, or whose
/// files are damaged, are not among them.
pub fn interrupted(folder: &Path) -> Vec<Interrupted> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut runs: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "run"))
        .collect();
    runs.sort();
    runs.iter().filter_map(|run| read(&run.with_extension("safetensors"))).collect()
}

fn read(file: &Path) -> Option<Interrupted> {
    let text = fs::read_to_string(run_folder(file).join(NAME)).ok()?;
    let saved: Saved = serde_json::from_str(&text).ok()?;
    if saved.format != FORMAT || file.exists() {
        return None;
    }
    let pairs = |files: &[[PathBuf; 2]]| {
        files.iter().map(|[before, after]| Pair::given(before, after)).collect()
    };
    Some(Interrupted {
        file: file.to_owned(),
        title: saved.title,
        effort: saved.effort,
        learn: pairs(&saved.learn),
        check: pairs(&saved.check),
        carries_check: saved.carries_check,
    })
}

/// Whether a filter's name is taken: by a filter, or by a run that was interrupted.
pub fn is_taken(file: &Path) -> bool {
    file.exists() || is_interrupted(file) || run_folder(file).join(NAME).exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::Provenance;

    #[test]
    fn an_interrupted_run_is_found_until_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("warm.safetensors");
        let pair = |name: &str| Pair::given(Path::new(name), Path::new("edit.jpg"));
        let task = Task {
            pairs: vec![pair("a.jpg"), pair("b.jpg")],
            check: vec![pair("c.jpg")],
            carries_check: false,
            known: Vec::new(),
            title: "Warm".to_owned(),
            provenance: Provenance::default(),
            rung: None,
            budget: None,
            seed: 0,
            file: file.clone(),
        };
        assert!(!is_taken(&file));
        keep(&task, Effort::Thorough).unwrap();
        let found = interrupted(folder.path());
        let expect = Interrupted {
            file: file.clone(),
            title: task.title,
            effort: Effort::Thorough,
            learn: task.pairs,
            check: task.check,
            carries_check: false,
        };
        assert_eq!(found, [expect]);
        assert!(is_taken(&file));
        fs::write(run_folder(&file).join(NAME), "{").unwrap();
        assert!(interrupted(folder.path()).is_empty(), "a damaged file is passed over");
        forget(&file);
        assert!(!is_taken(&file));
    }
}
