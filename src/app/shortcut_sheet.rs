//! The shortcut sheet.

use eframe::egui::{
    Align, Context, Frame, Grid, Id, Layout, Margin, Modal, RichText, ScrollArea, Ui, vec2,
};

use super::shortcuts::Shortcut;
use super::{Action, strings, theme};

/// Height of all but the keys, with some air above and below.
const ROOM: f32 = 176.0;
/// Height of a row.
const LOW: f32 = 22.0;
/// Width of one of the two columns.
const COLUMN: f32 = 336.0;

/// Shows it.
pub fn show(ctx: &Context, actions: &mut Vec<Action>) {
    let modal = Modal::new(Id::unique("shortcuts")).frame(theme::dialog_frame(&ctx.global_style()));
    let response = modal.show(ctx, |ui| {
        ui.set_width(2.0 * COLUMN + theme::L);
        ui.heading(strings::SHEET_TITLE);
        ui.add_space(theme::S);
        ui.scope(|ui| {
            // As much of the window as there is; a dialog of egui's has 400 points otherwise.
            ui.set_max_height(ctx.content_rect().height() - ROOM);
            ScrollArea::vertical().show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = theme::L;
                    let half = Shortcut::ALL.len().div_ceil(2);
                    for (index, shortcuts) in Shortcut::ALL.chunks(half).enumerate() {
                        column(ui, index, shortcuts);
                    }
                });
            });
        });
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

fn column(ui: &mut Ui, index: usize, shortcuts: &[Shortcut]) {
    let grid = Grid::new(index).num_columns(2).min_col_width(88.0).spacing(vec2(theme::S, 4.0));
    ui.vertical(|ui| {
        ui.set_width(COLUMN);
        // Nothing here is clicked: rows may be lower.
        ui.spacing_mut().interact_size.y = LOW;
        grid.show(ui, |ui| {
            for shortcut in shortcuts {
                key(ui, &shortcut.keys(ui.ctx()));
                ui.label(shortcut.words());
                ui.end_row();
            }
        });
    });
}

fn key(ui: &mut Ui, keys: &str) {
    ui.horizontal(|ui| {
        Frame::new()
            .fill(theme::of(ui).raised)
            .corner_radius(4)
            .inner_margin(Margin::symmetric(6, 1))
            .show(ui, |ui| ui.label(RichText::new(keys).small().strong()));
    });
}
