//! A learning run's folder, beside the filter: versions, each of them a filter that can be used at
//! once, and what is needed to go on after an interruption.

use std::fs;
use std::io;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::LearnError;
use crate::atomic::Draft;
use crate::operator::{Operator, write};

/// What a run learns from and how. Only a run with the same record can be resumed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// Version of this record.
    pub format: u32,
    /// SHA-256 of each example's photo and edit.
    pub examples: Vec<[String; 2]>,
    /// The rung that was asked for, or `auto`.
    pub rung: String,
    /// The budget that was asked for, in words.
    pub budget: String,
    /// What random numbers follow from.
    pub seed: u64,
}

/// What stands in the run's folder.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    record: Record,
    /// Versions of earlier runs, which stay.
    before: usize,
}

/// The folder of a run.
#[derive(Debug)]
pub(super) struct Run {
    folder: PathBuf,
    /// Versions of earlier runs.
    before: usize,
    /// Versions of all runs.
    versions: usize,
}

const RECORD: &str = "run.json";
const STATE: &str = "state.bin";

impl Run {
    /// The folder for a filter's file.
    pub fn folder(file: &Path) -> PathBuf {
        file.with_extension("run")
    }

    /// A new run, or with `resume` the one that was interrupted.
    pub fn open(file: &Path, record: &Record, resume: bool) -> Result<Self, LearnError> {
        let folder = Self::folder(file);
        let failed = |error: io::Error| LearnError::folder(&folder, &error);
        let place = folder.join(RECORD);
        if place.exists() && !resume {
            return Err(LearnError::Interrupted(folder));
        }
        fs::create_dir_all(&folder).map_err(failed)?;
        let entries = fs::read_dir(&folder).map_err(failed)?;
        let numbered = |entry: io::Result<fs::DirEntry>| number(entry.ok()?.file_name().to_str()?);
        let versions = entries.filter_map(numbered).max().unwrap_or(0);
        let before = if place.exists() {
            let text = fs::read_to_string(&place).map_err(failed)?;
            match serde_json::from_str::<Kept>(&text) {
                Ok(kept) if kept.record == *record => kept.before,
                _ => return Err(LearnError::OtherRun(folder)),
            }
        } else {
            // Nothing was kept yet: starting over is going on.
            let kept = Kept { record: record.clone(), before: versions };
            let text = serde_json::to_string_pretty(&kept).map_err(io::Error::other);
            put(&place, text.map_err(failed)?.as_bytes()).map_err(failed)?;
            versions
        };
        Ok(Self { folder, before, versions })
    }

    /// Keeps version `number` of this run, from 1; earlier ones stay. A version that an interrupted run kept already is not
    /// kept again.
    pub fn keep(
        &mut self,
        operator: &Operator,
        number: usize,
    ) -> Result<Option<PathBuf>, LearnError> {
        let number = self.before + number;
        if number <= self.versions {
            return Ok(None);
        }
        let file = self.folder.join(format!("v{number:03}.safetensors"));
        write(operator, &file, false)?;
        self.versions = number;
        Ok(Some(file))
    }

    /// Keeps the state to go on from, in place of the one before.
    pub fn keep_state(&self, state: &[u8]) -> Result<(), LearnError> {
        let place = self.folder.join(STATE);
        put(&place, state).map_err(|error| LearnError::folder(&self.folder, &error))
    }

    /// The state to go on from.
    pub fn state(&self) -> Option<Vec<u8>> {
        fs::read(self.folder.join(STATE)).ok()
    }

    /// The run has come to its end: what was needed to go on is removed, the versions stay.
    pub fn finish(&self) {
        give_up_in(&self.folder);
    }
}

/// The folder of the run that makes a filter's file: versions, and what is needed to go on.
pub fn run_folder(file: &Path) -> PathBuf {
    Run::folder(file)
}

/// The versions that were kept while a filter was learnt, oldest first, of earlier runs too.
pub fn versions(file: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(Run::folder(file)) else { return Vec::new() };
    let mut numbered: Vec<(usize, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((number(path.file_name()?.to_str()?)?, path))
        })
        .collect();
    numbered.sort();
    numbered.into_iter().map(|(_, path)| path).collect()
}

/// Whether the run of a filter was interrupted and can go on.
pub fn is_interrupted(file: &Path) -> bool {
    !file.exists() && Run::folder(file).join(RECORD).exists()
}

/// Gives up going on with the run of a filter. Its versions stay.
pub fn give_up(file: &Path) {
    give_up_in(&Run::folder(file));
}

fn give_up_in(folder: &Path) {
    for name in [STATE, RECORD] {
        // A file that cannot be removed does no harm.
        drop(fs::remove_file(folder.join(name)));
    }
}

/// The number of a version's file.
fn number(name: &str) -> Option<usize> {
    name.strip_prefix('v')?.strip_suffix(".safetensors")?.parse().ok()
}

fn put(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = Draft::beside(place)?;
    draft.file().write_all(bytes)?;
    draft.finish(place, true)
}
