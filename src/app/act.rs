//! What is done: the one place where the user's actions change the window's state.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::Context;

use super::pictures::Pictures;
use super::two_files::TwoFiles;
use super::viewpoint::Viewpoint;
use super::{Action, App, Dialog, Opening, Workspace, filter_list, reveal, strings, tune};
use crate::edit::Layer;
use crate::engine::{Command, Scene, Ticket};

impl App {
    /// Does what was asked for.
    pub(super) fn apply_all(&mut self, ctx: &Context, actions: Vec<Action>) {
        for action in actions {
            let is_news = !matches!(action, Action::Hold(_) | Action::PointAt(_));
            self.apply(ctx, action);
            self.record(ctx.input(|input| input.time));
            // The panels were drawn before: they show the change in the next pass.
            if is_news {
                ctx.request_repaint();
            }
        }
    }

    fn apply(&mut self, ctx: &Context, action: Action) {
        let Some(action) = self.act_in_compare(ctx, action) else { return };
        match action {
            Action::Enter(workspace) => self.enter(workspace),
            Action::Search(text) => self.search = text,
            Action::PointAt(filter) => self.point_at(ctx, filter),
            Action::Shell(action) => self.shell_act(ctx, action),
            Action::Settings(action) => self.settings_act(ctx, action),
            Action::Compare(action) => self.compare_act(ctx, action),
            Action::AskOpen => self.file_dialogs.ask_photo(ctx),
            Action::Open(paths) => self.open_paths(ctx, paths),
            Action::AskAboutTwo(files) => {
                self.dialog = Some(Dialog::TwoFiles(TwoFiles::new(files)));
            }
            Action::Choose(filter) => {
                self.choose(filter);
                self.keep_trial();
            }
            // Filters and strengths are not on screen there.
            Action::StepFilter(_) | Action::AddStrength(_)
                if self.workspace == Workspace::Learn => {}
            Action::StepFilter(step) => self.try_by_key(ctx, step),
            Action::SetStrength(strength) => self.set_strength(|_| strength),
            Action::AddStrength(step) => self.set_strength(|strength| strength + step),
            Action::SetBalance(balance) => {
                if let Some(layer) = self.stack.layer_mut() {
                    layer.balance = balance;
                }
            }
            Action::Tune(action) => self.tune_act(action),
            Action::AddOnTop(index) => {
                if let Some(entry) = self.library.entries.get(index) {
                    self.stack.add(Arc::clone(&entry.operator));
                }
            }
            Action::SelectInStack(place) => self.stack.current = place,
            Action::Toggle(place) => {
                if let Some(item) = self.stack.items.get_mut(place) {
                    item.is_on = !item.is_on;
                }
            }
            Action::ExchangeWithNext(place) => self.stack.exchange_with_next(place),
            Action::Remove(place) => self.stack.remove(place),
            Action::Undo if self.trial.is_stepped(&self.stack) => self.end_trial(ctx),
            Action::Undo => self.go(-1),
            Action::Redo => self.go(1),
            Action::GoToStep(step) => {
                if let Some(stack) = self.steps.go_to(step) {
                    self.stack = stack;
                    self.keeping.changed();
                }
            }
            Action::ToggleComparison(it) => self.before_after.toggle_comparison(it),
            Action::SwapSides => self.before_after.swapped = !self.before_after.swapped,
            Action::Amplify(factor) => self.before_after.amplification = factor,
            Action::MoveSplit(line) => {
                self.before_after.line = line;
                self.first_run = false;
            }
            Action::Hold(down) => self.before_after.hold(down, ctx.input(|input| input.time)),
            Action::ToggleOriginal => self.before_after.toggle(),
            Action::Fit => self.viewpoint = Viewpoint::Fit,
            Action::Actual => self.viewpoint = self.viewpoint.zoomed_to(&self.area, 1.0, None),
            Action::Double => self.viewpoint = self.viewpoint.zoomed_to(&self.area, 2.0, None),
            Action::ToggleZoom(at) => self.viewpoint = self.viewpoint.toggled(&self.area, at),
            Action::Zoom { factor, at } => {
                self.viewpoint = self.viewpoint.zoomed_by(&self.area, factor, at);
            }
            Action::Pan(by) => self.viewpoint = self.viewpoint.panned(&self.area, by),
            Action::AskExport => self.ask_export(),
            Action::Film(action) => self.film_act(ctx, action),
            Action::KeepBeside(is_on) => self.keep_beside(is_on),
            Action::Own(action) => self.own_act(ctx, action),
            Action::Export(action) => self.export_act(ctx, action),
            Action::ShowInFolder(file) => self.show_in_folder(&file),
            Action::Scopes(action) => self.scopes_act(action),
            Action::Xray(action) => self.xray.act(action),
            Action::Mask(action) => self.mask_act(action),
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

    pub(super) fn enter(&mut self, workspace: Workspace) {
        if workspace != self.workspace {
            self.keep_trial();
        }
        if workspace == Workspace::Compare && self.workspace != workspace {
            self.enter_compare();
        }
        self.workspace = workspace;
        // What is on screen is another picture now.
        self.last_sent = None;
    }

    /// A new number for a request.
    pub(super) fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    /// Opens what a later start of the program has handed over.
    pub(super) fn take_handed(&mut self, ctx: &Context) {
        let handed = self.handed.as_ref().and_then(|handed| handed.try_recv().ok());
        if let Some(paths) = handed.filter(|paths| !paths.is_empty()) {
            self.open_paths(ctx, paths);
        }
    }

    /// Something was opened: it is offered again.
    pub(super) fn opened_of_late(&mut self, path: &Path) {
        self.recent.add(path);
        if let Some(memory) = &self.keeping.memory {
            // Where it cannot be kept it is offered until the window is closed.
            drop(memory.keep_recent(&self.recent));
        }
    }

    /// Opens a photo.
    pub(super) fn open(&mut self, path: PathBuf) {
        self.keep_trial();
        let ticket = self.ticket();
        self.dialog = None;
        self.learn.stop_looking();
        if !self.early.as_mut().is_some_and(|early| early.answers(ticket, &path)) {
            self.ask_glimpse(ticket, path.clone());
            self.engine.send(Command::Open(ticket, path.clone()));
        }
        self.opening = Some(Opening { ticket, path: Some(path) });
    }

    /// Opens the photo that comes with the program.
    pub(super) fn open_bundled(&mut self) {
        let ticket = self.ticket();
        self.engine.send(Command::OpenBundled(ticket));
        self.opening = Some(Opening { ticket, path: None });
    }

    pub(super) fn choose(&mut self, filter: Option<usize>) {
        let entry = filter.and_then(|index| self.library.entries.get(index));
        self.stack.choose(entry.map(|entry| Arc::clone(&entry.operator)));
        self.before_after.release();
    }

    /// The filter that stands so many places after one in the list.
    pub(super) fn filter_beside(&mut self, shown: Option<usize>, step: isize) -> Option<usize> {
        // None stands above the first filter.
        let order = filter_list::order(&self.library);
        let order: Vec<usize> =
            order.into_iter().filter(|index| self.filter_list().is_shown(*index)).collect();
        let place = order.iter().position(|&index| Some(index) == shown).map_or(0, |at| at + 1);
        let place = place.saturating_add_signed(step).min(order.len());
        self.reveal_filter = true;
        place.checked_sub(1).map(|at| order[at])
    }

    fn set_strength(&mut self, new: impl FnOnce(f32) -> f32) {
        if let Some(layer) = self.stack.layer_mut() {
            // In whole per cent, as it is shown.
            layer.strength = (new(layer.strength) * 100.0).round().clamp(0.0, 100.0) / 100.0;
        }
    }

    fn go(&mut self, by: isize) {
        if let Some(stack) = self.steps.go(by) {
            self.stack = stack;
            self.keeping.changed();
        }
    }

    /// Takes note of what was done to the photo.
    pub(super) fn record(&mut self, time: f64) {
        if self.trial.is_stepped(&self.stack) {
            return;
        }
        if self.steps.record(&self.stack, time) {
            self.keeping.changed();
        }
    }

    fn tune_act(&mut self, action: tune::Action) {
        match action {
            tune::Action::Open(is_open) => self.evidence.is_open = is_open,
            tune::Action::Set(tuning) => self.stack.tune(tuning),
            tune::Action::Save => {
                let saved = self.stack.layer().cloned().and_then(|it| self.save_version(&it));
                if let Some(index) = saved {
                    self.choose(Some(index));
                    self.reveal_filter = true;
                }
            }
        }
    }

    /// Name and number of the next version of a layer's filter.
    pub(super) fn next_version(&self, layer: Option<&Layer>) -> (String, u32) {
        let chosen = filter_list::chosen(&self.library, layer.map(|layer| &layer.operator));
        let name = chosen.map(|index| self.library.entries[index].name.as_str());
        tune::next(&self.library, name.unwrap_or("filter"))
    }

    /// Writes a filter of the user's own with the layer's strength and tuning, and says so. Its place
    /// in the library.
    pub(super) fn save_version(&mut self, layer: &Layer) -> Option<usize> {
        let (name, number) = self.next_version(Some(layer));
        match self.library.keep(&tune::version(layer, number), &name) {
            Ok(index) => {
                self.notify(strings::tune::saved(&self.library.entries[index].operator.title));
                Some(index)
            }
            Err(error) => {
                self.notify(error.to_string());
                None
            }
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
        let layer = self.stack.place_in_edit().and_then(|_| self.stack.layer());
        self.compare.note_used(layer);
        let scenes: Vec<Scene> = self.scene().into_iter().collect();
        if scenes.is_empty() || self.last_sent.as_ref().is_some_and(|(_, last)| *last == scenes) {
            return;
        }
        let ticket = self.ticket();
        self.panes.resize_with(scenes.len(), || Pictures::new(self.render.clone()));
        self.frame_times.ask(ticket);
        self.engine.send(Command::Show(ticket, scenes.clone()));
        self.last_sent = Some((ticket, scenes));
    }

    /// Asks the engine for thumbnails where the photo or the library is another one.
    pub(super) fn send_wall(&mut self, ctx: &Context) {
        let Some(photo) = &self.photo else { return };
        let order = filter_list::order(&self.library);
        let tickets = &mut self.tickets;
        let ticket = || {
            *tickets += 1;
            Ticket(*tickets)
        };
        let scale = ctx.pixels_per_point();
        if let Some((ticket, wall)) = self.wall.request(photo, &self.library, &order, scale, ticket)
        {
            self.engine.send(Command::Thumbnails(ticket, wall));
        }
    }
}
