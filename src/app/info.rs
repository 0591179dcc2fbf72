//! What is known about the photo, over its corner.

use eframe::egui::{Align2, Frame, Margin, Rect, RichText, Ui, UiBuilder, vec2};

use super::{strings, theme};
use crate::photo::Photo;

/// Shows it in the lower left corner of the picture area.
pub fn show(ui: &mut Ui, area: Rect, photo: &Photo) {
    let lines = strings::shell::info(photo);
    let size = vec2(320.0, lines.len() as f32 * 20.0 + theme::M);
    let corner = area.left_bottom() + vec2(theme::S, -theme::S);
    let rect = Align2::LEFT_BOTTOM.anchor_size(corner, size);
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        let margin = Margin::same(theme::S as i8);
        let frame = Frame::new().fill(theme::VEIL).corner_radius(theme::CORNER);
        frame.inner_margin(margin).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for line in lines {
                ui.label(RichText::new(line).small().color(theme::ON_PHOTO));
            }
        });
    });
}
