//! What is done: the one place where the user's actions change the window's state.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::Context;

use super::export::{ExportDialog, Job};
use super::pictures::Pictures;
use super::viewpoint::Viewpoint;
use super::{Action, App, Dialog, Opening, Workspace, filter_list, reveal, strings};
use crate::edit::Layer;
use crate::engine::{Command, Export, Scene, Ticket};
use crate::photo::ExportOptions;

impl App {
    /// Does what was asked for.
    pub(super) fn apply_all(&mut self, ctx: &Context, actions: Vec<Action>) {
        for action in actions {
            let is_news = !matches!(action, Action::Hold(_));
            self.apply(ctx, action);
            // The panels were drawn before: they show the change in the next pass.
            if is_news {
                ctx.request_repaint();
            }
        }
    }

    fn apply(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Enter(workspace) => self.workspace = workspace,
            Action::AskOpen => self.file_dialogs.ask_photo(ctx),
            Action::Open(photos) => self.open_first_of(photos),
            Action::Choose(filter) => self.choose(filter),
            // Filters and strengths are not on screen there.
            Action::StepFilter(_) | Action::AddStrength(_)
                if self.workspace == Workspace::Learn => {}
            Action::StepFilter(step) => self.step_filter(step),
            Action::SetStrength(strength) => self.set_strength(|_| strength),
            Action::AddStrength(step) => self.set_strength(|strength| strength + step),
            Action::ToggleSplit => {
                self.before_after.release();
                self.before_after.split = !self.before_after.split;
            }
            Action::MoveSplit(line) => {
                self.before_after.line = line;
                self.first_run = false;
            }
            Action::Hold(down) => self.before_after.hold(down, ctx.input(|input| input.time)),
            Action::ToggleOriginal => self.before_after.toggle(),
            Action::Fit => self.viewpoint = Viewpoint::Fit,
            Action::Actual => self.viewpoint = self.viewpoint.zoomed_to(&self.area, 1.0, None),
            Action::ToggleZoom(at) => self.viewpoint = self.viewpoint.toggled(&self.area, at),
            Action::Zoom { factor, at } => {
                self.viewpoint = self.viewpoint.zoomed_by(&self.area, factor, at);
            }
            Action::Pan(by) => self.viewpoint = self.viewpoint.panned(&self.area, by),
            Action::AskExport => self.ask_export(),
            Action::BrowseTarget(proposal) => self.file_dialogs.ask_target(ctx, &proposal),
            Action::Export(target, options) => self.export(target, options),
            Action::CancelExport => self.cancel_export(),
            Action::DismissJob => self.job = None,
            Action::ShowInFolder(file) => self.show_in_folder(&file),
            Action::ShowShortcuts => self.dialog = Some(Dialog::Shortcuts),
            Action::CloseDialog => self.dialog = None,
            Action::DismissNotice => {
                self.notices.pop();
            }
            Action::Learn(action) => self.learn_action(ctx, action),
        }
    }

    /// Says something to the user: the newest is on top.
    pub(super) fn notify(&mut self, sentence: String) {
        self.notices.retain(|other| *other != sentence);
        self.notices.push(sentence);
    }

    /// A new number for a request.
    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    /// Opens the first of some photos, or the one that comes with the program.
    pub(super) fn open_first_of(&mut self, photos: Vec<PathBuf>) {
        let several = photos.len() > 1;
        match photos.into_iter().next() {
            Some(path) => {
                if several {
                    self.notify(strings::one_photo(&strings::file_name(&path)));
                }
                self.open(path);
            }
            None => self.open_bundled(),
        }
    }

    fn open(&mut self, path: PathBuf) {
        let ticket = self.ticket();
        self.dialog = None;
        self.engine.send(Command::Open(ticket, path.clone()));
        self.opening = Some(Opening { ticket, path: Some(path) });
    }

    /// Opens the photo that comes with the program.
    pub(super) fn open_bundled(&mut self) {
        let ticket = self.ticket();
        self.engine.send(Command::OpenBundled(ticket));
        self.opening = Some(Opening { ticket, path: None });
    }

    fn choose(&mut self, filter: Option<usize>) {
        let entry = filter.and_then(|index| self.library.entries.get(index));
        let layer = entry.map(|entry| Layer::new(Arc::clone(&entry.operator)));
        self.edit.layers = layer.into_iter().collect();
        self.before_after.release();
    }

    fn step_filter(&mut self, step: isize) {
        // None stands above the first filter.
        let order = filter_list::order(&self.library);
        let chosen = self.chosen();
        let place = order.iter().position(|&index| Some(index) == chosen).map_or(0, |at| at + 1);
        let place = place.saturating_add_signed(step).min(order.len());
        self.choose(place.checked_sub(1).map(|at| order[at]));
        self.reveal_filter = true;
    }

    fn set_strength(&mut self, new: impl FnOnce(f32) -> f32) {
        if let Some(layer) = self.edit.layers.first_mut() {
            // In whole per cent, as it is shown.
            layer.strength = (new(layer.strength) * 100.0).round().clamp(0.0, 100.0) / 100.0;
        }
    }

    fn ask_export(&mut self) {
        if let (Some(photo), false) = (&self.photo, self.is_exporting()) {
            // In Learn the filter has no name yet.
            let chosen = self.chosen().filter(|_| self.workspace != Workspace::Learn);
            let filter = chosen.map(|index| self.library.entries[index].name.as_str());
            self.dialog = Some(Dialog::Export(ExportDialog::new(&photo.path, filter)));
        }
    }

    fn export(&mut self, target: PathBuf, options: ExportOptions) {
        let Some(photo) = self.photo.clone() else { return };
        let ticket = self.ticket();
        let edit = self.shown_edit();
        let order = Export { photo, edit, target: target.clone(), options };
        self.engine.send(Command::Export(ticket, order));
        self.job = Some(Job::Running { ticket, target, progress: 0.0 });
        self.notices.clear();
        self.dialog = None;
    }

    fn cancel_export(&mut self) {
        if let Some(Job::Running { ticket, .. }) = self.job {
            self.engine.send(Command::Cancel(ticket));
        }
    }

    fn show_in_folder(&mut self, file: &Path) {
        if reveal::reveal(file).is_err() {
            let folder = file.parent().unwrap_or(file);
            self.notify(strings::no_file_manager(folder));
        }
    }

    /// Asks the engine for what is to be seen, if that is not what was asked for last.
    pub(super) fn send_scenes(&mut self) {
        let scenes: Vec<Scene> = self.scene().into_iter().collect();
        if scenes.is_empty() || self.last_sent.as_ref().is_some_and(|(_, last)| *last == scenes) {
            return;
        }
        let ticket = self.ticket();
        self.panes.resize_with(scenes.len(), || Pictures::new(self.render.clone()));
        self.engine.send(Command::Show(ticket, scenes.clone()));
        self.last_sent = Some((ticket, scenes));
    }
}
