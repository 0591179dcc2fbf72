//! What can be done with a filter of one's own, as a menu.

use eframe::egui::{Button, Ui};

use super::Action;
use crate::app;
use crate::app::strings::own as words;
use crate::operator::Entry;

/// The entries of the menu of the filter at a place of the library.
pub fn show(ui: &mut Ui, place: usize, entry: &Entry, actions: &mut Vec<app::Action>) {
    ui.set_min_width(160.0);
    let mut entry_of = |ui: &mut Ui, words: &str, is_possible: bool, action: Action| {
        let button = ui.add_enabled(is_possible, Button::new(words).frame_when_inactive(false));
        if button.on_disabled_hover_text(words::BUILT_IN).clicked() {
            actions.push(app::Action::Own(action));
            ui.close();
        }
    };
    entry_of(ui, words::WRITE, true, Action::AskPlace(place));
    entry_of(ui, words::RENAME, !entry.builtin, Action::AskTitle(place));
    entry_of(ui, words::DELETE, !entry.builtin, Action::Delete(place));
}
