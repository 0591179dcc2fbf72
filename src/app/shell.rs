//! What belongs to the window as a whole: full screen, hidden columns, favourites, copying an edit, and
//! what lies over the photo.

use eframe::egui::{Context, ViewportCommand};

use super::memory::{edit_from_text, text_from_edit};
use super::{App, Workspace, strings};

/// What of the window is seen beside the photo.
#[derive(Default)]
pub struct Shell {
    /// Whether the columns are hidden.
    pub panels_hidden: bool,
    /// Whether what is known about the photo lies over it.
    pub info: bool,
    /// Whether frame times lie over it.
    pub frame_times: bool,
    /// Whether the list has favourites alone.
    pub favourites_only: bool,
}

/// What the user asks for.
#[derive(Clone, Debug)]
pub enum Action {
    ToggleFullScreen,
    TogglePanels,
    ToggleInfo,
    ToggleFrameTimes,
    /// A filter of the library; None is the chosen one.
    ToggleFavourite(Option<usize>),
    ToggleFavouritesOnly,
    CopyEdit,
    /// What was on the clipboard.
    PasteEdit(String),
}

/// Whether the window is the whole screen.
pub fn is_full_screen(ctx: &Context) -> bool {
    ctx.input(|input| input.viewport().fullscreen == Some(true))
}

impl App {
    pub(super) fn shell_act(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::ToggleFullScreen => {
                let command = ViewportCommand::Fullscreen(!is_full_screen(ctx));
                ctx.send_viewport_cmd(command);
            }
            Action::TogglePanels => {
                self.shell.panels_hidden = !self.shell.panels_hidden;
                self.point_at(ctx, None);
            }
            Action::ToggleInfo => self.shell.info = !self.shell.info,
            Action::ToggleFrameTimes => self.shell.frame_times = !self.shell.frame_times,
            Action::ToggleFavourite(filter) => self.toggle_favourite(ctx, filter),
            Action::ToggleFavouritesOnly => {
                self.shell.favourites_only = !self.shell.favourites_only;
            }
            Action::CopyEdit => self.copy_edit(ctx),
            Action::PasteEdit(text) => self.paste_edit(&text),
        }
    }

    fn toggle_favourite(&mut self, ctx: &Context, filter: Option<usize>) {
        let Some(index) = filter.or_else(|| self.chosen()) else { return };
        let Some(entry) = self.library.entries.get(index) else { return };
        let mut settings = (*self.settings).clone();
        if !settings.favourites.remove(&entry.name) {
            settings.favourites.insert(entry.name.clone());
        }
        self.change_settings(ctx, settings);
    }

    fn copy_edit(&mut self, ctx: &Context) {
        if self.workspace != Workspace::Learn && self.photo.is_some() {
            ctx.copy_text(text_from_edit(&self.stack, &self.library));
            self.notify(strings::shell::EDIT_COPIED.to_owned());
        }
    }

    fn paste_edit(&mut self, text: &str) {
        if self.workspace != Workspace::Apply || self.photo.is_none() {
            return;
        }
        match edit_from_text(text, &self.library) {
            Some((stack, gone)) => {
                self.stack = stack;
                if !gone.is_empty() {
                    self.notify(strings::shell::pasted_without(&gone));
                }
            }
            None => self.notify(strings::shell::NO_EDIT_COPIED.to_owned()),
        }
    }
}
