//! What is done with the filmstrip.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use eframe::egui::Context;

use super::share::Sharing;
use super::{Action, Listing, Marks, Picture, ahead, listing};
use crate::app::edited::Edited;
use crate::app::exports::Subject;
use crate::app::memory::{Memory, SavedStep};
use crate::app::sidecar::{self, Beside};
use crate::app::strings::{self, film as words};
use crate::app::{App, Opening, own};
use crate::edit::Edit;
use crate::engine::{Command, Event, Exported, Ticket};
use crate::photo::Photo;

/// A photo is decoded ahead where so many of its size fit into what may be kept.
const PHOTOS_IN_BUDGET: usize = 5;

impl App {
    /// Does what was asked for.
    pub(in crate::app) fn film_act(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Step(by) => {
                if let Some(place) = self.film.step(by) {
                    self.open_in_film(place);
                }
            }
            Action::Open(place) => {
                self.open_in_film(place);
                // It is under the pointer: the strip stays.
                self.film.reveal = false;
            }
            Action::Toggle(place) => self.film.toggle(place),
            Action::SelectTo(place) => self.film.select_to(place),
            Action::SelectAll => {
                if self.film.is_shown {
                    self.film.selected = (0..self.film.files.len()).collect();
                }
            }
            Action::ToggleStrip => {
                self.film.is_shown = !self.film.is_shown;
                self.film.reveal = true;
            }
            Action::ApplyToSelected => self.apply_to_selected(ctx),
            Action::ExportSelected => self.ask_export_of_selected(),
            Action::AskFolder => self.file_dialogs.ask_photo_folder(ctx),
        }
    }

    /// Opens what was dropped, named or chosen: a photo, several, or a folder of them.
    pub(in crate::app) fn open_paths(&mut self, ctx: &Context, paths: Vec<PathBuf>) {
        if let Some(folder) = paths.iter().find(|path| path.is_dir()) {
            self.open_folder(ctx, folder.clone());
            return;
        }
        if let [path, ..] = &paths[..]
            && own::is_filter(path)
        {
            return self.own_act(ctx, own::Action::Look(paths));
        }
        match &paths[..] {
            [] => self.open_bundled(),
            [path] => {
                let path = path.clone();
                self.find_place(ctx, &path);
                self.open(path);
            }
            _ => {
                let first = paths[0].clone();
                self.film.set_files(paths, None);
                self.film.listing = None;
                self.film.is_shown = true;
                self.film.set_current(0);
                self.open(first);
            }
        }
    }

    /// Reads a folder and opens its first photo.
    fn open_folder(&mut self, ctx: &Context, folder: PathBuf) {
        self.dialog = None;
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        self.list(ctx, folder, true);
    }

    /// A photo of its own was asked for: it has a place in the strip, or its folder is read, so that
    /// the next and the previous photo are at hand.
    fn find_place(&mut self, ctx: &Context, path: &Path) {
        if let Some(place) = self.film.place_of(path) {
            self.film.set_current(place);
            return;
        }
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Some(folder) = absolute.parent() {
            self.film.set_files(vec![path.to_owned()], None);
            self.film.set_current(0);
            self.film.is_shown = false;
            self.list(ctx, folder.to_owned(), false);
        }
    }

    fn list(&mut self, ctx: &Context, folder: PathBuf, opens_first: bool) {
        let (sender, found) = mpsc::channel();
        let (own, ctx) = (folder.clone(), ctx.clone());
        let work = move || {
            // Nobody listens once another folder is asked for.
            drop(sender.send(listing::list(&own)));
            ctx.request_repaint();
        };
        match thread::Builder::new().name("folder".to_owned()).spawn(work) {
            Ok(_) => self.film.listing = Some(Listing { folder, opens_first, found }),
            Err(error) => self.notify(words::not_listed(&folder, &error.to_string())),
        }
    }

    /// Takes what the strip's threads have done; once a frame.
    pub(in crate::app) fn film_work(&mut self, ctx: &Context) {
        self.take_listing();
        self.mark_edited(ctx);
        self.film.work(ctx, self.opening.is_some());
        if let Some((ticket, photo)) = self.film.ready.take() {
            self.receive(ctx, Event::Opened(ticket, photo));
        }
        self.take_shared();
        self.look_ahead();
    }

    fn take_listing(&mut self) {
        let Some(Ok(found)) = self.film.listing.as_ref().map(|it| it.found.try_recv()) else {
            return;
        };
        let Some(Listing { folder, opens_first, .. }) = self.film.listing.take() else { return };
        match found {
            Err(error) => {
                if opens_first {
                    self.notify(words::not_listed(&folder, &error.to_string()));
                }
            }
            Ok(found) if found.is_empty() => {
                if opens_first {
                    self.notify(words::no_photos(&folder));
                }
            }
            Ok(found) => {
                let now = self.film.current.and_then(|at| self.film.files.get(at));
                let now = now.map(|file| file.path.clone());
                // By name, as the photo may have been given by a path of another form.
                let place = now.as_ref().and_then(|now| {
                    found.iter().position(|path| path.file_name() == now.file_name())
                });
                if opens_first {
                    self.opened_of_late(&folder);
                    self.film.set_files(found, Some(folder));
                    self.film.is_shown = true;
                    self.open_in_film(0);
                } else if let Some(place) = place {
                    self.film.set_files(found, Some(folder));
                    self.film.set_current(place);
                }
            }
        }
    }

    /// Marks the photos that are edited, once it is known which these are.
    fn mark_edited(&mut self, ctx: &Context) {
        match &self.film.marks {
            Marks::Made => {}
            Marks::Due => {
                self.film.marks = Marks::Made;
                let Some(memory) = self.keeping.memory.clone() else { return };
                let files: Vec<PathBuf> =
                    self.film.files.iter().map(|file| file.path.clone()).collect();
                let beside = self.keeping.beside;
                let (sender, edited) = mpsc::channel();
                let ctx = ctx.clone();
                let work = move || {
                    let kept = memory.edited();
                    let is_edited = |file: &PathBuf| {
                        kept.has(file) || (beside && sidecar::file(file).is_file())
                    };
                    drop(sender.send(files.into_iter().filter(is_edited).collect()));
                    ctx.request_repaint();
                };
                // Without a thread there are no marks.
                if thread::Builder::new().name("edited photos".to_owned()).spawn(work).is_ok() {
                    self.film.marks = Marks::Asked(edited);
                }
            }
            Marks::Asked(edited) => {
                if let Ok(edited) = edited.try_recv() {
                    let edited: HashSet<PathBuf> = edited;
                    for file in &mut self.film.files {
                        file.is_edited |= edited.contains(&file.path);
                    }
                    self.film.marks = Marks::Made;
                }
            }
        }
    }

    fn open_in_film(&mut self, place: usize) {
        let Some(file) = self.film.files.get(place) else { return };
        let path = file.path.clone();
        self.keep_trial();
        self.film.set_current(place);
        if self.photo.as_ref().is_some_and(|photo| photo.path == path) && self.opening.is_none() {
            return;
        }
        match self.film.ahead.take(&path) {
            Some(photo) => {
                let ticket = self.ticket();
                self.dialog = None;
                self.glimpse = None;
                self.opening = Some(Opening { ticket, path: Some(path) });
                self.film.ready = Some((ticket, photo));
            }
            None => self.open(path),
        }
    }

    /// Decodes the neighbours of the photo on screen, once that is shown.
    fn look_ahead(&mut self) {
        if self.opening.is_some() || self.panes[0].shown().is_none() {
            return;
        }
        let (Some(photo), budget) = (&self.photo, self.engine.memory().budget) else { return };
        if PHOTOS_IN_BUDGET * ahead::bytes(photo) > budget {
            return;
        }
        let neighbours = [self.film.step(1), self.film.step(-1)];
        let files =
            neighbours.into_iter().flatten().map(|place| self.film.files[place].path.as_path());
        let wanted: Vec<&Path> = files.collect();
        if let Some(path) = self.film.ahead.next(&wanted) {
            let ticket = self.ticket();
            self.engine.send(Command::Open(ticket, path.clone()));
            self.film.ahead.ask(ticket, path);
        }
    }

    /// Takes a photo that was decoded ahead; false for any other.
    pub(in crate::app) fn decoded_ahead(&mut self, ticket: Ticket, photo: &Arc<Photo>) -> bool {
        let Some(path) = self.film.ahead.answered(ticket) else { return false };
        // Whoever was quicker than this waits for it.
        match &self.opening {
            Some(opening) if opening.path.as_ref() == Some(&path) => {
                self.film.ready = Some((opening.ticket, Arc::clone(photo)));
            }
            _ => self.film.ahead.keep(Arc::clone(photo)),
        }
        true
    }

    /// What was to be decoded ahead cannot be opened; false for any other ticket.
    pub(in crate::app) fn refused_ahead(&mut self, ticket: Ticket, sentence: &str) -> bool {
        let Some(path) = self.film.ahead.answered(ticket) else { return false };
        self.film.refuse(&path, sentence);
        true
    }

    /// The photo before stays at hand where it is a neighbour of the new one.
    pub(in crate::app) fn leave_photo(&mut self) {
        if let Some(photo) = self.photo.take()
            && self.film.place_of(&photo.path).is_some()
        {
            self.film.ahead.keep(photo);
        }
    }

    /// Gives the edit on screen to all that is selected.
    fn apply_to_selected(&mut self, ctx: &Context) {
        // The photo on screen has it already: it is kept like those of the others.
        self.keeping.changed();
        self.keep_now();
        let Some(memory) = self.keeping.memory.clone() else {
            self.notify(words::NO_MEMORY.to_owned());
            return;
        };
        let current = self.film.current;
        let places = self.film.selected.iter().filter(|place| Some(**place) != current);
        let is_photo =
            |place: &&usize| !matches!(self.film.files[**place].picture, Picture::Refused(_));
        let photos: Vec<PathBuf> =
            places.filter(is_photo).map(|place| self.film.files[*place].path.clone()).collect();
        let step = SavedStep::of(words::STEP, &self.stack, &self.library);
        let beside = self.keeping.beside.then(|| self.library.entries.clone());
        self.film.sharing = Sharing::start(memory, step, photos, beside, ctx);
    }

    fn take_shared(&mut self) {
        let Some(mut sharing) = self.film.sharing.take() else { return };
        while let Some(photo) = sharing.next() {
            self.film.mark_edited(&photo);
        }
        if !sharing.is_over() {
            self.film.sharing = Some(sharing);
            return;
        }
        for aside in &sharing.aside {
            self.notify(strings::sidecar_damaged(aside));
        }
        if let Some((count, reason)) = &sharing.failed {
            self.notify(words::not_shared(*count, sharing.all, reason));
        }
    }

    /// Asks how to export what is selected: each with its own edit, or the one on screen.
    fn ask_export_of_selected(&mut self) {
        self.keep_now();
        let edited = self.keeping.memory.as_ref().map(Memory::edited);
        let current = self.film.current;
        let mut subjects = Vec::new();
        for &place in &self.film.selected {
            let file = &self.film.files[place];
            if matches!(file.picture, Picture::Refused(_)) {
                continue;
            }
            let own = edited.as_ref().filter(|_| Some(place) != current);
            let edit = own.and_then(|edited| self.kept_edit(edited, &file.path));
            let edit = edit.unwrap_or_else(|| self.stack.edit());
            subjects.push(Subject {
                photo: Exported::File(file.path.clone()),
                path: file.path.clone(),
                filter: self.filter_name(&edit),
                edit,
                size: None,
            });
        }
        self.ask_export_of(subjects);
    }

    /// The edit of a photo that is kept; what lies beside it wins.
    fn kept_edit(&self, edited: &Edited, path: &Path) -> Option<Edit> {
        if self.keeping.beside
            && let Beside::Edit(sidecar) = sidecar::read(path)
        {
            let mut kept = sidecar.edit.restored(&self.library)?;
            return Some(kept.steps.go(0)?.edit());
        }
        let name = edited.name(path)?;
        let mut kept = self.keeping.memory.as_ref()?.photo(name, &self.library)?;
        Some(kept.steps.go(0)?.edit())
    }
}
