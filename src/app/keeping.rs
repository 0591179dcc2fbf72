//! Keeping the edit of a photo for the next time: within a second of every change, and when the
//! window closes.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use eframe::egui::Context;

use super::memory::{Kept, Memory};
use super::sidecar::{self, Beside};
use super::stack::Stack;
use super::steps::Steps;
use super::{App, strings};
use crate::engine::Command;
use crate::hash::sha256;
use crate::photo::Photo;

/// Waited after a change: a slider that is dragged is written once.
const DELAY: Duration = Duration::from_millis(500);

/// What is known of the photo that is open, to keep its edit.
#[derive(Default)]
pub struct Keeping {
    /// Where; None keeps nothing.
    pub memory: Option<Memory>,
    /// The photo's name among those that are kept, once it is known.
    name: Option<String>,
    /// Whence it comes.
    names: Option<Receiver<String>>,
    /// When the edit was last changed and not yet kept.
    changed: Option<Instant>,
    /// Whether the user was told that it cannot be kept.
    has_failed: bool,
    /// Whether it is kept beside the photo too.
    pub beside: bool,
}

impl Keeping {
    /// The edit is another one.
    pub fn changed(&mut self) {
        self.changed = Some(Instant::now());
    }

    /// Whether the photo's edit is kept as it is; None where there is nothing to keep.
    pub fn is_kept(&self, steps: &Steps) -> Option<bool> {
        let is_edited = self.name.is_some() && steps.list.len() > 1;
        is_edited.then(|| self.changed.is_none() && !self.has_failed)
    }
}

impl App {
    /// Keeps edits in a folder, and restores those that are kept there. Without one, nothing is kept.
    #[must_use]
    pub fn with_memory(mut self, memory: Memory) -> Self {
        self.engine.send(Command::Log(memory.log()));
        self.exports.settings = memory.export();
        self.recent = memory.recent();
        self.keeping.beside = memory.beside();
        self.keeping.memory = Some(memory);
        self
    }

    /// Another photo is open: its edit starts as the one before it, until its own is found.
    pub(super) fn begin_keeping(&mut self, ctx: &Context, photo: &Arc<Photo>, is_own: bool) {
        self.keep_now();
        self.steps = Steps::new(&self.stack);
        self.keeping.name = None;
        self.keeping.names = None;
        self.keeping.changed = None;
        if self.keeping.memory.is_none() || !is_own {
            return;
        }
        let (sender, names) = mpsc::channel();
        let (path, ctx) = (photo.path.clone(), ctx.clone());
        let work = move || {
            // A file that is gone has nothing to restore.
            if let Ok(name) = sha256(&path) {
                drop(sender.send(name));
                ctx.request_repaint();
            }
        };
        if thread::Builder::new().name("name of the photo".to_owned()).spawn(work).is_ok() {
            self.keeping.names = Some(names);
        }
    }

    /// Restores what was kept, once the photo's name is known, and keeps what was changed.
    pub(super) fn keep(&mut self, ctx: &Context) {
        let name = self.keeping.names.as_ref().and_then(|names| names.try_recv().ok());
        if let Some(name) = name {
            self.keeping.names = None;
            self.restore(&name);
            self.keeping.name = Some(name);
        }
        if let Some(changed) = self.keeping.changed {
            match DELAY.checked_sub(changed.elapsed()) {
                Some(rest) => ctx.request_repaint_after(rest),
                None => self.keep_now(),
            }
        }
    }

    fn restore(&mut self, name: &str) {
        // Whoever was quicker than this has begun anew.
        if self.steps.list.len() > 1 {
            return;
        }
        let memory = self.keeping.memory.as_ref();
        let in_folder = memory.and_then(|it| it.photo(name, &self.library));
        let Some(kept) = self.kept_beside().or(in_folder) else { return };
        self.steps = kept.steps;
        self.stack = self.steps.go(0).unwrap_or_else(|| Stack::of(None));
        if !kept.gone.is_empty() {
            self.notify(strings::filter_gone(&kept.gone));
        }
    }

    /// The edit that lies beside the photo, where edits are kept there: whoever put it there means it.
    fn kept_beside(&mut self) -> Option<Kept> {
        let photo = self.photo.as_ref().filter(|_| self.keeping.beside)?;
        match sidecar::read(&photo.path) {
            Beside::Nothing => None,
            Beside::Damaged(aside) => {
                self.notify(strings::sidecar_damaged(&aside));
                None
            }
            Beside::Edit(sidecar) => {
                let changed = sidecar.changed(&self.library);
                if !changed.is_empty() {
                    self.notify(strings::other_version(&changed));
                }
                sidecar.edit.restored(&self.library)
            }
        }
    }

    /// Edits are kept beside their photos too, or no longer; what lies there stays.
    pub(super) fn keep_beside(&mut self, is_on: bool) {
        self.keeping.beside = is_on;
        self.film.mark_anew();
        if is_on && self.steps.list.len() > 1 {
            self.keeping.changed();
        }
        if let Some(memory) = &self.keeping.memory
            && let Err(reason) = memory.keep_beside(is_on)
        {
            self.notify(strings::not_kept(&reason));
        }
    }

    /// Keeps what was changed, at once.
    pub(super) fn keep_now(&mut self) {
        let Keeping { memory: Some(memory), name: Some(name), changed: Some(_), .. } =
            &self.keeping
        else {
            return;
        };
        let file = self.photo.as_ref().map(|photo| photo.path.clone());
        let mut result = memory.keep_photo(name, file.as_deref(), &self.steps, &self.library);
        if let Some(file) = file.as_deref().filter(|_| self.keeping.beside) {
            result = result.and(sidecar::write(file, &self.steps, &self.library));
        }
        self.keeping.changed = None;
        match result {
            Ok(()) => {
                self.keeping.has_failed = false;
                if let Some(file) = file {
                    self.film.mark_edited(&file);
                }
            }
            Err(reason) if !self.keeping.has_failed => {
                self.keeping.has_failed = true;
                self.notify(strings::not_kept(&reason));
            }
            Err(_) => {}
        }
    }
}
