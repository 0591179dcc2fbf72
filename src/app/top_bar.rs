//! The top bar: what to open and to export, and the photo's name.

use eframe::egui::{
    Align, Button, Label, Layout, Panel, RichText, TextStyle, Ui, WidgetText, vec2,
};

use super::recent::Recent;
use super::shortcuts::{Shortcut, tip};
use super::theme::Icon;
use super::{Action, Workspace, film, settings, strings, theme};
use crate::photo::Photo;

const HEIGHT: f32 = 48.0;
/// Below this width the buttons at the right are icons alone.
const WIDTH_OF_WORDS: f32 = 1100.0;

/// Shows it.
pub fn show(
    ui: &mut Ui,
    workspace: Workspace,
    photo: Option<&Photo>,
    recent: &Recent,
    actions: &mut Vec<Action>,
) {
    let frame = theme::panel_frame(ui, vec2(theme::M, 0.0));
    Panel::top("top_bar").exact_size(HEIGHT).frame(frame).show(ui, |ui| {
        let has_room = ui.available_width() >= WIDTH_OF_WORDS;
        ui.horizontal_centered(|ui| {
            ui.label(RichText::new(strings::APP).heading().strong());
            ui.add_space(theme::S);
            if tip(
                ui.button((theme::icon(Icon::FolderOpen), strings::OPEN)),
                strings::OPEN_TIP,
                Shortcut::Open,
            )
            .clicked()
            {
                actions.push(Action::AskOpen);
            }
            open_menu(ui, recent, actions);
            let export = ui
                .add_enabled(
                    photo.is_some(),
                    Button::new((theme::icon(Icon::Download), strings::EXPORT)),
                )
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
                let gear = theme::icon_button(
                    ui,
                    Icon::Settings,
                    strings::shell::SETTINGS,
                    has_room,
                    false,
                );
                if tip(gear, strings::shell::SETTINGS_TIP, Shortcut::Settings).clicked() {
                    actions.push(Action::Settings(settings::Action::Show));
                }
                let sheet =
                    theme::icon_button(ui, Icon::Keyboard, strings::SHORTCUTS, has_room, false);
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
    let name = strings::file_name(&photo.path);
    if !theme::can_write(ui.ctx(), &name) {
        theme::icon_mark(ui, Icon::TriangleAlert, strings::NO_FONT);
    }
    let size = WidgetText::from(theme::weak(strings::size(photo)));
    // The size keeps its room: of a long name the end is left out.
    let galley = size.clone().into_galley(ui, None, f32::INFINITY, TextStyle::Small);
    let room = ui.available_width() - galley.size().x - theme::M;
    ui.scope(|ui| {
        ui.set_max_width(room.max(0.0));
        ui.add(Label::new(name).truncate()).on_hover_text(photo.path.display().to_string());
    });
    ui.label(size);
}
