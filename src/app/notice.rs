//! Sentences that the user should read: what went wrong, what is safe, what to do.

use eframe::egui::{
    Align, Button, CornerRadius, Frame, Label, Layout, Margin, Rect, Stroke, Ui, UiBuilder, pos2,
};

use super::{Action, strings, theme};

const WIDTH_MAX: f32 = 640.0;

/// Shows a sentence over the top of the picture area, until it is dismissed, and how many `more`
/// are below it.
pub fn show(ui: &mut Ui, canvas: Rect, sentence: &str, more: usize, actions: &mut Vec<Action>) {
    let width = (canvas.width() - 2.0 * theme::M).min(WIDTH_MAX);
    let left = canvas.center().x - width / 2.0;
    let rect = Rect::from_min_max(
        pos2(left, canvas.top() + theme::M),
        pos2(left + width, canvas.bottom()),
    );
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        Frame::new()
            .fill(theme::of(ui).panel)
            .stroke(Stroke::new(1.0, theme::of(ui).chosen))
            .corner_radius(CornerRadius::same(8))
            .inner_margin(Margin::symmetric(16, 12))
            .show(ui, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                    if ui.add(Button::new(strings::dismiss(more))).clicked() {
                        actions.push(Action::DismissNotice);
                    }
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        ui.add_space(theme::XS);
                        ui.add(Label::new(sentence).wrap());
                    });
                });
            });
    });
}
