//! What is done with filters of one's own.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::Context;

use super::adoption::{Adoption, State};
use super::{Action, Naming, Place};
use crate::app::strings::own as words;
use crate::app::wall::Wall;
use crate::app::{App, Dialog};
use crate::operator::{Operator, write};

impl App {
    /// Does what was asked for.
    pub(in crate::app) fn own_act(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Look(files) => self.look_at_filters(ctx, files),
            Action::Adopt => {
                let Some(Dialog::Adoption(adoption)) = self.dialog.take() else { return };
                if let State::Ready(operator, _) = &adoption.state {
                    self.adopt(operator, &adoption.path);
                }
                self.look_at_filters(ctx, adoption.rest);
            }
            Action::Refuse => {
                if let Some(Dialog::Adoption(adoption)) = self.dialog.take() {
                    self.look_at_filters(ctx, adoption.rest);
                }
            }
            Action::AskPlace(filter) => {
                let Some(entry) = self.library.entries.get(filter) else { return };
                let user = directories::UserDirs::new();
                let folder = user.as_ref().map(|it| it.home_dir().to_owned()).unwrap_or_default();
                let file = folder.join(&entry.name).with_extension("safetensors");
                self.dialog = Some(Dialog::Place(Place::new(filter, &file)));
            }
            Action::Write(filter, target) => self.write_filter(filter, &target),
            Action::AskTitle(filter) => {
                if let Some(entry) = self.library.entries.get(filter).filter(|it| !it.builtin) {
                    self.dialog = Some(Dialog::Naming(Naming::new(filter, &entry.operator.title)));
                }
            }
            Action::Rename(filter, title) => self.rename_filter(filter, title),
            Action::Delete(filter) => self.delete_filter(filter),
        }
    }

    /// Looks at the first of some files, then at the others.
    fn look_at_filters(&mut self, ctx: &Context, files: Vec<PathBuf>) {
        let mut files = files.into_iter();
        if let Some(first) = files.next() {
            let photo = self.photo.clone();
            let adoption = Adoption::start(first, files.collect(), photo, ctx);
            self.dialog = Some(Dialog::Adoption(adoption));
        }
    }

    fn adopt(&mut self, operator: &Operator, path: &std::path::Path) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match self.library.keep(operator, &name) {
            Ok(filter) => {
                let operator = Arc::clone(&self.library.entries[filter].operator);
                self.notify(words::added(&operator.title));
                self.stack.choose(Some(operator));
                self.reveal_filter = true;
            }
            Err(error) => self.notify(error.to_string()),
        }
    }

    fn write_filter(&mut self, filter: usize, target: &std::path::Path) {
        self.dialog = None;
        let Some(entry) = self.library.entries.get(filter) else { return };
        let sentence = match write(&entry.operator, target, false) {
            Ok(()) => words::written(&entry.operator.title, target),
            Err(error) => error.to_string(),
        };
        self.notify(sentence);
    }

    fn rename_filter(&mut self, filter: usize, title: String) {
        self.dialog = None;
        match self.library.rename(filter, title) {
            Ok([old, new]) => self.exchange(&old, &new),
            Err(error) => self.notify(error.to_string()),
        }
    }

    /// Wherever a filter is used, it is another one from now on.
    fn exchange(&mut self, old: &Arc<Operator>, new: &Arc<Operator>) {
        let steps = self.steps.list.iter_mut().map(|step| &mut step.stack);
        for stack in steps.chain(std::iter::once(&mut self.stack)) {
            for item in &mut stack.items {
                exchange(&mut item.layer.operator, old, new);
            }
        }
        for layer in self.compare.layers_mut() {
            exchange(&mut layer.operator, old, new);
        }
    }

    fn delete_filter(&mut self, filter: usize) {
        match self.library.delete(filter) {
            Ok((entry, file)) => {
                // Thumbnails are found by their place.
                self.wall = Wall::default();
                self.notify(words::deleted(&entry.operator.title, &file));
            }
            Err(error) => self.notify(error.to_string()),
        }
    }
}

fn exchange(operator: &mut Arc<Operator>, old: &Arc<Operator>, new: &Arc<Operator>) {
    if Arc::ptr_eq(operator, old) {
        operator.clone_from(new);
    }
}
