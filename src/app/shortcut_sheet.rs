//! The shortcut sheet.

use eframe::egui::{
    Align, Context, Frame, Grid, Id, Layout, Margin, Modal, RichText, Ui, vec2,
};

use super::shortcuts::Shortcut;
use super::{Action, strings, theme};

/// Shows it.
pub fn show(ctx: &Context, actions: &mut Vec<Action>) {
    let modal = Modal::new(Id::unique("shortcuts")).frame(theme::dialog_frame(&ctx.global_style()));
    let response = modal.show(ctx, |ui| {
        ui.set_width(400.0);
        ui.heading(strings::SHEET_TITLE);
        ui.add_space(theme::S);
        Grid::new("keys").num_columns(2).min_col_width(112.0).spacing(vec2(theme::M, 6.0)).show(
            ui,
            |ui| {
                for shortcut in Shortcut::ALL {
                    key(ui, &shortcut.keys(ctx));
                    ui.label(shortcut.words());
                    ui.end_row();
                }
            },
        );
        ui.add_space(theme::S);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button(strings::CLOSE).clicked() {
                actions.push(Action::CloseDialog);
            }
        });
    });
    if response.should_close() {
        actions.push(Action::CloseDialog);
    }
}

fn key(ui: &mut Ui, keys: &str) {
    ui.horizontal(|ui| {
        Frame::new()
            .fill(theme::RAISED)
            .corner_radius(4)
            .inner_margin(Margin::symmetric(6, 1))
            .show(ui, |ui| ui.label(RichText::new(keys).small().color(theme::STRONG)));
    });
}
