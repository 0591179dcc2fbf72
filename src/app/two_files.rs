//! Two files that are dropped together: two photos to edit, or a photo and its edit to learn from.

use std::path::PathBuf;

use eframe::egui::{Align, Context, Id, Layout, Modal, vec2};

use super::strings::film as words;
use super::{Action, learn, strings, theme};

const WIDTH: f32 = 420.0;

/// What is asked about.
#[derive(Clone, Debug)]
pub struct TwoFiles {
    files: [PathBuf; 2],
    was_shown: bool,
}

impl TwoFiles {
    /// Asks about two files.
    pub fn new(files: [PathBuf; 2]) -> Self {
        Self { files, was_shown: false }
    }
}

/// Shows the question.
pub fn show(ctx: &Context, two: &mut TwoFiles, actions: &mut Vec<Action>) {
    let frame = theme::dialog_frame(&ctx.global_style());
    let response = Modal::new(Id::unique("two files")).frame(frame).show(ctx, |ui| {
        ui.set_width(WIDTH);
        ui.heading(words::TWO_TITLE);
        ui.label(theme::weak(words::two_files(&two.files)));
        ui.add_space(theme::S);
        let size = vec2(WIDTH, 32.0);
        let edit = ui.add_sized(size, theme::primary(ui, words::EDIT_THEM));
        if !std::mem::replace(&mut two.was_shown, true) {
            edit.request_focus();
        }
        if edit.clicked() {
            actions.push(Action::Open(two.files.to_vec()));
        }
        ui.label(theme::weak(words::EDIT_THEM_DETAIL));
        ui.add_space(theme::S);
        if ui.add_sized(size, eframe::egui::Button::new(words::LEARN_FROM_THEM)).clicked() {
            actions.push(Action::Learn(learn::Action::AddHere(two.files.to_vec())));
        }
        ui.label(theme::weak(words::LEARN_FROM_THEM_DETAIL));
        ui.add_space(theme::S);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button(strings::CANCEL).clicked() {
                actions.push(Action::CloseDialog);
            }
        });
    });
    if response.should_close() {
        actions.push(Action::CloseDialog);
    }
}
