//! What panes are filled with: strengths and versions of a filter, one filter on several photos, and
//! the user's own edit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::Context;

use super::super::{App, filter_list, strings};
use super::pane::Pane;
use super::{Fill, PANES_MAX, PaneId, Wanted};
use crate::edit::{Edit, Layer};
use crate::engine::Command;
use crate::operator::{Operator, read};
use crate::train::learn;

/// The strengths that are compared.
const STRENGTHS: [f32; 4] = [0.25, 0.5, 0.75, 1.0];

impl App {
    /// Fills all panes anew.
    pub(super) fn fill(&mut self, ctx: &Context, fill: Fill) {
        match fill {
            Fill::Strengths => self.fill_with_strengths(),
            Fill::Versions => self.fill_with_versions(),
            Fill::AskPhotos => {
                let selected = self.film.others_selected();
                if !selected.is_empty() {
                    return self.fill_with_photos(selected);
                }
                self.compare.asking = Some(Wanted::Photos);
                self.file_dialogs.ask_photos(ctx);
            }
            Fill::Photos(photos) => self.fill_with_photos(photos),
        }
    }

    /// Asks for a photo.
    pub(super) fn ask_for(&mut self, ctx: &Context, wanted: Wanted) {
        self.compare.asking = Some(wanted);
        self.file_dialogs.ask_photo(ctx);
    }

    /// Opens a file for a pane.
    pub(super) fn open_for(&mut self, wanted: Wanted, file: PathBuf) {
        let ticket = self.ticket();
        self.engine.send(Command::Open(ticket, file));
        self.compare.opening.push((ticket, wanted));
    }

    /// One filter on the window's photo and on others.
    pub(super) fn fill_with_photos(&mut self, photos: Vec<PathBuf>) {
        let edit = self.current_edit();
        let left_out = (photos.len() + 1).saturating_sub(PANES_MAX);
        self.begin_filling();
        self.add_pane(edit.clone());
        for photo in photos.into_iter().take(PANES_MAX - 1) {
            self.add_pane(edit.clone());
            if let Some(pane) = self.compare.current {
                self.open_for(Wanted::Photo(pane), photo);
            }
        }
        self.end_filling();
        if left_out > 0 {
            self.notify(strings::compare::photos_left_out(left_out));
        }
    }

    fn fill_with_strengths(&mut self) {
        let (edit, at) = self.current_edit();
        if edit.layers.is_empty() {
            return;
        }
        self.begin_filling();
        for strength in STRENGTHS {
            let mut edit = edit.clone();
            edit.layers[at].strength = strength;
            self.add_pane((edit, at));
        }
        self.end_filling();
    }

    fn fill_with_versions(&mut self) {
        let Some(pane) = self.compare.current_pane() else { return };
        let files = self.versions_of(pane);
        let skipped = files.len().saturating_sub(PANES_MAX);
        let operators: Vec<Operator> =
            files.iter().skip(skipped).filter_map(|file| self.version(file)).collect();
        if operators.is_empty() {
            return;
        }
        let (edit, at) = self.current_edit();
        self.begin_filling();
        for operator in operators {
            let mut edit = edit.clone();
            let mask = edit.layers[at].mask.take();
            edit.layers[at] = Layer { mask, ..Layer::new(Arc::new(operator)) };
            self.add_pane((edit, at));
        }
        self.end_filling();
    }

    /// The current pane's edit, or the photo's own, with the place of its current filter.
    fn current_edit(&self) -> (Edit, usize) {
        let pane = self.compare.current_pane().filter(|pane| pane.layer().is_some());
        pane.map_or_else(|| self.stack.edit_at(), |pane| (pane.edit.clone(), pane.at))
    }

    /// Pinned panes stay, and so does what is compared with.
    fn begin_filling(&mut self) {
        self.compare.panes.retain(|pane| pane.pinned.is_some());
        (self.compare.comparison, self.compare.alone) = (None, None);
        (self.compare.sides, self.compare.home) = (None, None);
    }

    fn end_filling(&mut self) {
        let own = self.stack.edit();
        let is_home = |pane: &&Pane| pane.own_photo.is_none() && pane.edit == own;
        self.compare.home = self.compare.panes.iter().find(is_home).map(|pane| pane.id);
        self.compare.current = self.compare.panes.first().map(|pane| pane.id);
    }

    /// Shows a version of a filter in a pane.
    pub(super) fn show_version(&mut self, id: PaneId, file: &Path) {
        let operator = self.version(file);
        match operator {
            Some(operator) => self.show_layer(id, Some(Layer::new(Arc::new(operator)))),
            None => self.notify(strings::compare::version_unreadable(file)),
        }
    }

    /// A version, with its number behind the filter's name.
    fn version(&self, file: &Path) -> Option<Operator> {
        let mut operator = read(file).ok()?;
        operator.title = strings::learn::version_title(&operator.title, number(file)?);
        Some(operator)
    }

    /// The versions that were kept of a pane's filter, which are files.
    pub(super) fn versions_of(&self, pane: &Pane) -> Vec<PathBuf> {
        let operator = pane.layer().map(|layer| &layer.operator);
        let entry = filter_list::chosen(&self.library, operator);
        let file = entry.and_then(|index| self.library.entries[index].file.as_ref());
        file.map(|file| learn::versions(file)).unwrap_or_default()
    }

    /// The user's own edit of the window's photo, if it is among the examples.
    pub(super) fn own_after(&self) -> Option<PathBuf> {
        self.learn.after_of(&self.photo.as_ref()?.path)
    }
}

/// The number of a version: 2 of `v002.safetensors`.
pub fn number(file: &Path) -> Option<usize> {
    file.file_stem()?.to_str()?.strip_prefix('v')?.parse().ok()
}
