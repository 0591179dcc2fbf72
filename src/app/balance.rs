//! Tone and detail of a filter: two small sliders beside each other, below its strength.

use eframe::egui::{Align, DragValue, Layout, Slider, Ui};

use super::strings::balance as strings;
use super::theme;
use crate::edit::{Balance, Layer};

/// Shows those of a layer; another balance, if the user sets one.
pub fn show(ui: &mut Ui, layer: &Layer) -> Option<Balance> {
    let mut new = layer.balance;
    let own = &layer.operator;
    ui.columns_const(|[left, right]| {
        let words = [strings::TONE, strings::TONE_IN_PERCENT, strings::TONE_TIP];
        share(left, &mut new.tone, own.tone, words);
        let words = [strings::DETAIL, strings::DETAIL_IN_PERCENT, strings::DETAIL_TIP];
        share(right, &mut new.detail, own.detail, words);
    });
    (new != layer.balance).then_some(new)
}

/// One of the two, in whole per cent; a double click leads back to the filter's own.
fn share(ui: &mut Ui, value: &mut f32, own: f32, [name, in_percent, tip]: [&str; 3]) {
    let range = *Balance::RANGE.start() * 100.0..=*Balance::RANGE.end() * 100.0;
    let before = (*value * 100.0).round();
    let mut percent = before;
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.horizontal(|ui| {
        ui.label(theme::weak(name)).on_hover_text(tip);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().interact_size.x = 0.0;
            let number = DragValue::new(&mut percent).range(range.clone()).max_decimals(0);
            ui.add(number.suffix("\u{a0}%")).accessible_name(in_percent);
        });
    });
    ui.spacing_mut().slider_width = ui.available_width();
    ui.visuals_mut().selection.bg_fill = theme::of(ui).filled;
    let slider = Slider::new(&mut percent, range).step_by(1.0).show_value(false);
    let slider = ui.add(slider).accessible_name(name).on_hover_text(tip);
    if theme::is_clicked_twice(&slider) {
        percent = (own * 100.0).round();
    }
    if percent != before {
        *value = percent / 100.0;
    }
}
