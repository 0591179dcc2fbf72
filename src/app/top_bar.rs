//! The top bar: what to open and to export, and the photo's name.

use eframe::egui::{Align, Button, Label, Layout, Panel, RichText, Ui, vec2};

use super::recent::Recent;
use super::shortcuts::{Shortcut, tip};
use super::{Action, Workspace, film, strings, theme};
use crate::photo::Photo;

const HEIGHT: f32 = 48.0;

/// Shows it.
pub fn show(
    ui: &mut Ui,
    workspace: Workspace,
    photo: Option<&Photo>,
    recent: &Recent,
    actions: &mut Vec<Action>,
) {
    let frame = theme::panel_frame(vec2(theme::M, 0.0));
    Panel::top("top_bar").exact_size(HEIGHT).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            ui.label(RichText::new(strings::APP).heading().color(theme::STRONG));
            ui.add_space(theme::S);
            if tip(ui.button(strings::OPEN), strings::OPEN_TIP, Shortcut::Open).clicked() {
                actions.push(Action::AskOpen);
            }
            open_menu(ui, recent, actions);
            let export = ui
                .add_enabled(photo.is_some(), Button::new(strings::EXPORT))
                .on_disabled_hover_text(strings::NO_PHOTO);
            if tip(export, strings::EXPORT_TIP, Shortcut::Export).clicked() {
                actions.push(Action::AskExport);
            }
            ui.add_space(theme::M);
            for other in Workspace::ALL {
                let tab = ui.add(Button::new(other.name()).selected(other == workspace));
                if tab.on_hover_text(other.tip()).clicked() {
                    actions.push(Action::Enter(other));
                }
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let sheet = ui.button(strings::SHORTCUTS);
                if tip(sheet, strings::SHORTCUTS_TIP, Shortcut::Sheet).clicked() {
                    actions.push(Action::ShowShortcuts);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    if let Some(photo) = photo {
                        name(ui, photo);
                    }
                });
            });
        });
    });
}

/// Folders, and what was opened of late.
fn open_menu(ui: &mut Ui, recent: &Recent, actions: &mut Vec<Action>) {
    let menu = ui.menu_button(strings::film::RECENT, |ui| {
        ui.set_min_width(280.0);
        let entry = |ui: &mut Ui, words: &str| {
            ui.add(Button::new(words).frame_when_inactive(false).truncate())
        };
        let folder = entry(ui, strings::film::OPEN_FOLDER);
        if tip(folder, strings::film::OPEN_FOLDER_TIP, Shortcut::OpenFolder).clicked() {
            actions.push(Action::Film(film::Action::AskFolder));
            ui.close();
        }
        ui.separator();
        let mut is_empty = true;
        for path in recent.there() {
            is_empty = false;
            let words = strings::film::recent(path);
            if entry(ui, &words).on_hover_text(path.display().to_string()).clicked() {
                actions.push(Action::Open(vec![path.clone()]));
                ui.close();
            }
        }
        if is_empty {
            ui.label(theme::weak(strings::film::NOTHING_RECENT));
        }
    });
    menu.response.on_hover_text(strings::film::RECENT_TIP);
}

fn name(ui: &mut Ui, photo: &Photo) {
    ui.add_space(theme::S);
    let size = theme::weak(strings::size(photo));
    // The size keeps its room: of a long name the end is left out.
    let room = ui.available_width() - 120.0;
    ui.scope(|ui| {
        ui.set_max_width(room.max(0.0));
        ui.add(Label::new(strings::file_name(&photo.path)).truncate())
            .on_hover_text(photo.path.display().to_string());
    });
    ui.label(size);
}
