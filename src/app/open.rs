//! Opening by a typed path, for systems without a file dialog.

use std::path::PathBuf;

use eframe::egui::{Align, Context, Id, Key, Layout, Modal, TextEdit};

use super::{Action, strings, theme};

const WIDTH: f32 = 480.0;

/// What the dialog holds.
#[derive(Clone, Debug, Default)]
pub struct OpenDialog {
    path: String,
    /// True once the dialog was shown: until then the path is to take the focus.
    was_shown: bool,
    /// True once there was no such file.
    not_there: bool,
}

/// Shows the dialog.
pub fn show(ctx: &Context, dialog: &mut OpenDialog, actions: &mut Vec<Action>) {
    let modal = Modal::new(Id::unique("open")).frame(theme::dialog_frame(&ctx.global_style()));
    let response = modal.show(ctx, |ui| {
        ui.set_width(WIDTH);
        ui.heading(strings::OPEN_TITLE);
        ui.add_space(theme::S);
        let label = ui.label(strings::PATH);
        let field = TextEdit::singleline(&mut dialog.path).desired_width(f32::INFINITY);
        let field = ui.add(field).labelled_by(label.id);
        if !std::mem::replace(&mut dialog.was_shown, true) {
            field.request_focus();
        }
        if field.changed() {
            dialog.not_there = false;
        }
        let mut submitted = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let words = if dialog.not_there { strings::NOT_THERE } else { strings::NO_FILE_DIALOG };
        ui.label(theme::weak(words));
        ui.add_space(theme::S);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let ready = !dialog.path.trim().is_empty();
            submitted |= ui.add_enabled(ready, theme::primary(strings::OPEN_NOW)).clicked();
            if ui.button(strings::CANCEL).clicked() {
                actions.push(Action::CloseDialog);
            }
        });
        if submitted {
            let path = PathBuf::from(dialog.path.trim());
            if path.exists() {
                actions.push(Action::Open(vec![path]));
            } else {
                dialog.not_there = true;
            }
        }
    });
    if response.should_close() {
        actions.push(Action::CloseDialog);
    }
}
