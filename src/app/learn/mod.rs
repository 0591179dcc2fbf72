//! The Learn workspace: examples on the left, the run on the right, and the newest version on the
//! photo between them.
//!
//! Pairs are read ([`reader`]) and learned from ([`runner`]) on threads of their own; [`App::hear`]
//! takes what they tell.

mod act;
mod chart;
mod examples_panel;
mod hear;
mod look;
mod name;
mod outcome;
mod pictures;
mod reader;
mod run;
mod run_panel;
mod runner;
mod saved;
mod table;
mod versions;

use std::path::{Path, PathBuf};

use eframe::egui::Ui;
use serde::{Deserialize, Serialize};

use super::Workspace;
use crate::edit::{Edit, Layer};
use crate::train::examples::Half;
use crate::train::learn::Rung;
use look::Looking;
pub(super) use look::Way;
use reader::Reader;
use run::Run;
use saved::Interrupted;
pub(super) use table::Counts;
use table::Table;

/// The words of this workspace.
mod strings {
    pub use crate::app::strings::learn::*;
    pub use crate::app::strings::look::*;
}

/// The state of the workspace.
pub(super) struct Learn {
    /// The folder of the user's own filters; None where the system has none.
    folder: Option<PathBuf>,
    table: Table,
    /// The threads that find and read pairs.
    readers: Vec<Reader>,
    /// The folders that were chosen so far, photos and edits.
    chosen: [Option<PathBuf>; 2],
    /// The paths as they are typed, where there is no file dialog.
    typed: Option<[String; 2]>,
    /// Why the last files or folders are no pairs; a sentence.
    problem: Option<String>,
    name: String,
    effort: Effort,
    /// Whether the filter's file is to carry small copies of check photos.
    carries_check: bool,
    /// The pair that is seen in place of the photo.
    looking: Option<Looking>,
    /// Whether the photo that comes out worst is.
    shows_worst: bool,
    /// The run under way, or the last one.
    run: Option<Run>,
    /// Runs that a crash or the end of the program has interrupted.
    interrupted: Vec<Interrupted>,
}

/// How thoroughly a filter is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effort {
    /// In closed form: seconds.
    Quick,
    /// The simplest of the best; from ten examples on a network is tried: up to a minute.
    Thorough,
}

impl Effort {
    /// Both.
    const ALL: [Self; 2] = [Self::Quick, Self::Thorough];

    /// The rung that is asked for.
    fn rung(self) -> Option<Rung> {
        match self {
            Self::Quick => Some(Rung::Base),
            Self::Thorough => None,
        }
    }
}

/// What the user asks for in this workspace.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// A file dialog for a folder.
    AskFolder(Half),
    /// A file dialog for files.
    AskFiles,
    /// This folder or file was chosen for a half.
    Choose(Half, PathBuf),
    /// There is no file dialog: paths are typed.
    Type,
    /// A path as it is typed.
    Typed(Half, String),
    /// Take the typed paths.
    TakeTyped,
    /// These were dropped or chosen together.
    Add(Vec<PathBuf>),
    /// The same from another workspace, which is left.
    AddHere(Vec<PathBuf>),
    /// Exchange photos and edits.
    Swap,
    /// Remove all pairs.
    Clear,
    ToggleSkip(usize),
    TogglePurpose(usize),
    /// Exchange the photo and the edit of one pair.
    SwapPair(usize),
    /// This pair was looked at and is right.
    Accept(usize),
    /// What is seen in place of the photo.
    Look(look::Action),
    /// See the filter on the photo of the pair that is seen.
    OpenPhoto,
    Rename(String),
    SetEffort(Effort),
    /// The filter's file carries small copies of check photos, or not.
    CarryCheck(bool),
    /// What Ctrl+Enter does: start, pause or go on.
    StartOrPause,
    Finish,
    Cancel,
    /// Go on with an interrupted run.
    GoOn(usize),
    /// Remove an interrupted run.
    Discard(usize),
    /// Show this version of the run.
    ShowVersion(usize),
    /// Put the version that is shown into the library and choose it.
    Use,
    /// Leave the result and change the examples.
    AddAnother,
    /// Learn again, from the worst check photo too.
    LearnWorst,
    /// Learn again from the same pairs, more thoroughly.
    KeepLearning,
}

impl Learn {
    /// Nothing is learned yet. Filters will be written to `folder`.
    pub fn new(folder: Option<&Path>) -> Self {
        Self {
            folder: folder.map(Path::to_owned),
            table: Table::default(),
            readers: Vec::new(),
            chosen: [None, None],
            typed: None,
            problem: None,
            name: folder.map_or_else(String::new, |folder| name::free(folder, strings::NEW_NAME)),
            effort: Effort::Thorough,
            carries_check: true,
            looking: None,
            shows_worst: false,
            run: None,
            interrupted: folder.map(saved::interrupted).unwrap_or_default(),
        }
    }

    /// Whether a run is under way, paused or not.
    pub fn is_learning(&self) -> bool {
        self.run.as_ref().is_some_and(Run::is_under_way)
    }

    /// The photo's edit in this workspace: the version that is to be seen.
    pub fn edit(&self) -> Edit {
        let version = self.run.as_ref().and_then(Run::shown);
        let layer = version.map(|version| Layer::new(version.operator.clone()));
        Edit { layers: layer.into_iter().collect() }
    }

    /// What is seen in place of the photo.
    fn looking_at(&self) -> Option<&Looking> {
        let worst = self.run.as_ref().and_then(|run| run.worst.as_ref());
        worst.filter(|_| self.shows_worst).or(self.looking.as_ref())
    }

    /// The edit of a photo, if it is among the examples.
    pub fn after_of(&self, photo: &Path) -> Option<PathBuf> {
        let row = self.table.rows.iter().find(|row| row.pair.before == photo)?;
        Some(row.pair.after.clone())
    }

    /// What the status bar says of a run under way.
    pub fn words(&self) -> Option<String> {
        let run = self.run.as_ref().filter(|run| run.is_under_way())?;
        Some(strings::in_status_bar(&run.title, run.seconds(), run.closeness(), run.is_paused()))
    }

    /// Where a filter of the present name would be written, or why it cannot be, a sentence.
    fn target(&self) -> Result<PathBuf, String> {
        name::target(self.folder.as_deref(), &self.name)
    }

    /// What keeps a run from being started; a sentence.
    fn obstacle(&self) -> Option<String> {
        let counts = self.table.counts();
        if self.readers.iter().any(|reader| reader.progress.is_some()) {
            return Some(strings::STILL_PAIRING.to_owned());
        }
        match counts.learn {
            0 if counts.check > 0 => Some(strings::ONLY_CHECK.to_owned()),
            0 => Some(strings::NO_PAIRS.to_owned()),
            _ => self.target().err(),
        }
    }
}

impl super::App {
    /// What is seen in place of the photo.
    pub(super) fn looking(&self) -> Option<&Looking> {
        (self.workspace == Workspace::Learn).then(|| self.learn.looking_at()).flatten()
    }

    /// Shows it in the picture area.
    pub(super) fn look_center(&mut self, ui: &mut Ui, mut actions: Vec<super::Action>) {
        let mut own = Vec::new();
        if let Some(looking) = self.looking() {
            look::center(ui, &self.learn, looking, &mut own);
        }
        actions.extend(own.into_iter().map(super::Action::Learn));
        if self.dialog.is_none() {
            let mut keys = Vec::new();
            super::shortcuts::pressed(ui.ctx(), None, &mut keys);
            // Others are about a photo that is not on screen.
            keys.retain(|key| {
                use super::Action as Of;
                matches!(key, Of::AskOpen | Of::ShowShortcuts | Of::Learn(_))
            });
            actions.extend(keys);
        }
        self.apply_all(ui.ctx(), actions);
        self.notices(ui, &super::canvas::Canvas::new(ui));
    }
}

/// Shows the panels beside the photo.
pub(super) fn panels(ui: &mut Ui, learn: &Learn, actions: &mut Vec<super::Action>) {
    let mut own = Vec::new();
    if let Some(looking) = learn.looking_at() {
        look::bar(ui, looking, &mut own);
    }
    examples_panel::show(ui, learn, &mut own);
    run_panel::show(ui, learn, &mut own, actions);
    actions.extend(own.into_iter().map(super::Action::Learn));
}
