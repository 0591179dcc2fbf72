//! What the user's actions change in this workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::Context;

use super::super::{App, Workspace};
use super::look::{self, Looking};
use super::reader::{Reader, SEED, Source};
use super::run::{End, Run};
use super::runner::{Runner, Wish};
use super::table::{Purpose, Table};
use super::{Action, Effort, Learn, name, saved, strings};
use crate::operator::{Provenance, today, write};
use crate::train::examples::{Half, Pair};
use crate::train::learn::{self, Task};

impl App {
    /// Does what was asked for in the Learn workspace.
    pub(in super::super) fn learn_action(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::AskFolder(half) => self.file_dialogs.ask_folder(ctx, half),
            Action::AskFiles => self.file_dialogs.ask_files(ctx),
            Action::Add(paths) => {
                let photo = self.photo.as_ref().map(|photo| photo.path.clone());
                self.learn.add(ctx, paths, photo.as_deref());
            }
            Action::AddHere(paths) => {
                self.dialog = None;
                self.enter(Workspace::Learn);
                self.learn.add(ctx, paths, None);
            }
            Action::StartOrPause => {
                // From elsewhere the key pauses only: what would be started is not on screen.
                if self.workspace != Workspace::Learn && !self.learn.is_learning() {
                    return;
                }
                if let Err(sentence) = self.learn.start_or_pause(ctx) {
                    self.notify(sentence);
                }
            }
            Action::GoOn(index) => {
                if let Err(sentence) = self.learn.go_on(ctx, index) {
                    self.notify(sentence);
                }
            }
            Action::LearnWorst | Action::KeepLearning => {
                if let Err(sentence) = self.learn.learn_more(ctx, &action) {
                    self.notify(sentence);
                }
            }
            Action::OpenPhoto => {
                if let Some(photo) = self.looking().map(|it| it.pair.before.clone()) {
                    self.open_paths(ctx, vec![photo]);
                }
            }
            Action::Use => self.use_learned(),
            action => self.learn.apply(ctx, action),
        }
    }

    /// Takes the version that is shown into the library and goes on with it in Apply.
    fn use_learned(&mut self) {
        match self.learn.shown_file().map(|file| self.library.take(&file)) {
            Some(Ok(place)) => {
                let operator = Arc::clone(&self.library.entries[place].operator);
                self.stack.choose(Some(operator));
                self.before_after.release();
                self.reveal_filter = true;
                self.workspace = Workspace::Apply;
            }
            Some(Err(error)) => self.notify(error.to_string()),
            None => {}
        }
    }
}

impl Learn {
    fn apply(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Choose(half, path) => self.choose(ctx, half, path),
            Action::Type => {
                self.typed.get_or_insert_default();
            }
            Action::Typed(half, path) => {
                if let Some(typed) = &mut self.typed {
                    typed[usize::from(half == Half::After)] = path;
                }
            }
            Action::TakeTyped => self.take_typed(ctx),
            Action::Swap => {
                let pairs = self.table.swap();
                self.chosen.swap(0, 1);
                self.readers = vec![Reader::start(Source::Known(pairs), ctx)];
            }
            Action::Clear => {
                self.table = Table::default();
                self.readers.clear();
                self.chosen = [None, None];
                (self.typed, self.problem) = (None, None);
                self.looking = None;
                // What comes next has nothing to do with what was learned.
                if !self.is_learning() {
                    (self.run, self.shows_worst) = (None, false);
                    let folder = self.folder.as_ref();
                    let free = folder.map(|folder| name::free(folder, strings::NEW_NAME));
                    self.name = free.unwrap_or_default();
                }
            }
            Action::ToggleSkip(index) => self.table.toggle_skip(index),
            Action::SwapPair(index) => {
                if let Some(pair) = self.table.swap_pair(index) {
                    if self.looking.is_some() {
                        self.looking = Some(self.look_at(pair.clone(), ctx));
                    }
                    self.readers.push(Reader::start(Source::Known(vec![pair]), ctx));
                }
            }
            Action::Accept(index) => self.table.accept(index),
            Action::Look(action) => self.look(ctx, action),
            Action::TogglePurpose(index) => self.table.toggle_purpose(index),
            Action::Rename(name) => self.name = name,
            Action::SetEffort(effort) => self.effort = effort,
            Action::CarryCheck(is_on) => self.carries_check = is_on,
            Action::Finish => self.wish(Wish::Finish),
            Action::Cancel => self.wish(Wish::Cancel),
            Action::Discard(index) => self.discard(index),
            Action::ShowVersion(index) => {
                if let Some(run) = &mut self.run {
                    run.choose(index);
                }
            }
            Action::AddAnother => self.leave_result(),
            // The window's own: see `App::learn_action`.
            Action::AskFolder(_)
            | Action::AskFiles
            | Action::Add(_)
            | Action::AddHere(_)
            | Action::StartOrPause
            | Action::GoOn(_)
            | Action::LearnWorst
            | Action::KeepLearning
            | Action::OpenPhoto
            | Action::Use => {}
        }
    }

    /// Adds what was dropped. One file is the edit of the photo on screen, or the other way round.
    fn add(&mut self, ctx: &Context, mut paths: Vec<PathBuf>, photo: Option<&Path>) {
        if let ([file], Some(photo)) = (&paths[..], photo)
            && file.is_file()
            && photo.is_file()
            && file != photo
        {
            paths.insert(0, photo.to_owned());
        }
        self.read(ctx, Source::Dropped(paths));
    }

    fn choose(&mut self, ctx: &Context, half: Half, path: PathBuf) {
        if self.chosen.iter().all(Option::is_some) {
            // These are paired already: the next two begin.
            self.chosen = [None, None];
        }
        self.chosen[usize::from(half == Half::After)] = Some(path);
        if let [Some(before), Some(after)] = &self.chosen {
            let source = Source::Chosen([before.clone(), after.clone()]);
            self.read(ctx, source);
        }
    }

    fn take_typed(&mut self, ctx: &Context) {
        let Some(typed) = &self.typed else { return };
        let paths = typed.each_ref().map(|path| PathBuf::from(path.trim()));
        match paths.iter().find(|path| !path.exists()) {
            Some(missing) => self.problem = Some(strings::path_not_there(missing)),
            None => {
                self.chosen = paths.clone().map(Some);
                self.typed = None;
                self.read(ctx, Source::Chosen(paths));
            }
        }
    }

    fn read(&mut self, ctx: &Context, source: Source) {
        self.problem = None;
        if self.run.is_some() && !self.is_learning() {
            self.leave_result();
        }
        self.readers.push(Reader::start(source, ctx));
    }

    /// Leaves the result of a run for the examples. What is learned next is its next version.
    fn leave_result(&mut self) {
        if let Some(run) = self.run.take()
            && matches!(run.end, Some(End::Learned { .. }))
            && let Some(folder) = &self.folder
        {
            self.name = name::next_version(folder, &run.title);
        } else {
            self.renew_name();
        }
        self.shows_worst = false;
    }

    /// Learns once more, as the next version: from the photo that came out worst too, or more
    /// thoroughly.
    fn learn_more(&mut self, ctx: &Context, action: &Action) -> Result<(), String> {
        let Some(run) = self.run.as_ref().filter(|run| run.end.is_some()) else { return Ok(()) };
        match (action, &run.worst) {
            (Action::LearnWorst, Some(worst)) => self.table.learn_from(&worst.pair),
            (Action::KeepLearning, _) => self.effort = Effort::Thorough,
            _ => return Ok(()),
        }
        self.leave_result();
        self.start_or_pause(ctx)
    }

    /// What is seen in place of the photo.
    fn look(&mut self, ctx: &Context, action: look::Action) {
        let pair = |place: usize| self.table.rows.get(place).map(|row| row.pair.clone());
        match action {
            look::Action::Pair(place) => {
                let is_open = |pair: &Pair| {
                    !self.shows_worst && self.looking.as_ref().is_some_and(|it| it.is_of(pair))
                };
                let pair = pair(place).filter(|pair| !is_open(pair));
                self.looking = pair.map(|pair| self.look_at(pair, ctx));
                self.shows_worst = false;
            }
            look::Action::Step(by) => {
                let place = self.looking.as_ref().and_then(|it| self.table.place_of(&it.pair));
                let next = place.and_then(|place| place.checked_add_signed(by)).and_then(pair);
                if let Some(next) = next {
                    self.looking = Some(self.look_at(next, ctx));
                }
            }
            look::Action::Worst => self.shows_worst = !self.shows_worst,
            look::Action::Close if self.shows_worst => self.shows_worst = false,
            look::Action::Close => self.looking = None,
            _ => {
                let worst = self.run.as_mut().and_then(|run| run.worst.as_mut());
                let seen = worst.filter(|_| self.shows_worst).or(self.looking.as_mut());
                if let Some(looking) = seen {
                    looking.apply(action);
                }
            }
        }
    }

    fn look_at(&self, pair: Pair, ctx: &Context) -> Looking {
        let version = self.run.as_ref().and_then(Run::shown);
        Looking::new(pair, version.map(|version| Arc::clone(&version.operator)), ctx)
    }

    /// The photo is seen again.
    pub(in super::super) fn stop_looking(&mut self) {
        (self.looking, self.shows_worst) = (None, false);
    }

    fn wish(&mut self, wish: Wish) {
        if let Some(run) = &self.run {
            run.wish(wish);
        }
    }

    /// Starts a run, or pauses it, or goes on.
    fn start_or_pause(&mut self, ctx: &Context) -> Result<(), String> {
        if let Some(run) = &self.run {
            match run.wished() {
                Some(Wish::GoOn) => run.wish(Wish::Pause),
                Some(Wish::Pause) => run.wish(Wish::GoOn),
                // It ends already.
                Some(_) => {}
                None if matches!(run.end, Some(End::Learned { .. })) => {}
                None => self.run = None,
            }
            if self.run.is_some() {
                return Ok(());
            }
        }
        if let Some(obstacle) = self.obstacle() {
            return Err(obstacle);
        }
        let file = self.target()?;
        let (learn, check) = (self.table.pairs(Purpose::Learn), self.table.pairs(Purpose::Check));
        let title = self.name.trim().to_owned();
        let known = self.table.known();
        let task = task(title, file, self.effort, [learn, check], self.carries_check);
        let task = Task { known, ..task };
        self.begin(ctx, task, self.effort, false)
    }

    /// Goes on with an interrupted run, its pairs in the table again.
    fn go_on(&mut self, ctx: &Context, index: usize) -> Result<(), String> {
        if self.is_learning() || index >= self.interrupted.len() {
            return Ok(());
        }
        let it = self.interrupted.remove(index);
        self.table = Table::default();
        let pairs: Vec<Pair> = it.learn.iter().chain(&it.check).cloned().collect();
        self.table.add(pairs.clone());
        self.table.set_check(|pair| it.check.contains(pair));
        self.readers = vec![Reader::start(Source::Known(pairs), ctx)];
        self.effort = it.effort;
        self.name.clone_from(&it.title);
        self.carries_check = it.carries_check;
        let task = task(it.title, it.file, it.effort, [it.learn, it.check], it.carries_check);
        self.begin(ctx, task, it.effort, true)
    }

    fn begin(
        &mut self,
        ctx: &Context,
        task: Task,
        effort: Effort,
        resume: bool,
    ) -> Result<(), String> {
        // Also makes the library's folder, where the filter will be.
        saved::keep(&task, effort).map_err(|error| {
            let folder = task.file.parent().unwrap_or(&task.file);
            strings::folder_not_writable(folder, &error.to_string())
        })?;
        let (title, file) = (task.title.clone(), task.file.clone());
        self.shows_worst = false;
        self.run = Some(Run::new(title, file, effort, Some(Runner::start(task, resume, ctx))));
        Ok(())
    }

    /// Removes an interrupted run. Its versions stay: they are filters.
    fn discard(&mut self, index: usize) {
        if index < self.interrupted.len() {
            let it = self.interrupted.remove(index);
            learn::give_up(&it.file);
            saved::forget(&it.file);
            // Where there are no versions, nothing is left.
            drop(fs::remove_dir(learn::run_folder(&it.file)));
            if self.run.is_none() {
                self.renew_name();
            }
        }
    }

    /// The file of the version that is shown. Another one than the filter's becomes a filter of its
    /// own, with its number behind the name: nothing is overwritten.
    fn shown_file(&mut self) -> Option<PathBuf> {
        let folder = self.folder.clone()?;
        let run = self.run.as_ref().filter(|run| matches!(run.end, Some(End::Learned { .. })))?;
        let (index, version) = (run.shown_place()?, run.shown()?);
        if version.file == run.file {
            return Some(run.file.clone());
        }
        let title = name::free(&folder, &strings::version_title(&run.title, index + 1));
        let file = name::target(Some(&folder), &title).ok()?;
        let mut operator = (*version.operator).clone();
        operator.title = title;
        match write(&operator, &file, false) {
            Ok(()) => Some(file),
            Err(error) => {
                self.problem = Some(error.to_string());
                None
            }
        }
    }
}

fn task(
    title: String,
    file: PathBuf,
    effort: Effort,
    [pairs, check]: [Vec<Pair>; 2],
    carries_check: bool,
) -> Task {
    Task {
        pairs,
        check,
        carries_check,
        known: Vec::new(),
        title,
        provenance: Provenance {
            made: Some(strings::MADE.to_owned()),
            date: Some(today()),
            ..Provenance::default()
        },
        rung: effort.rung(),
        budget: None,
        seed: SEED,
        file,
    }
}
