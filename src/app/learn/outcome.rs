//! What a run came to: how close the filter is, what to do with it, and its versions.

use eframe::egui::{RichText, Slider, Ui, vec2};

use super::run::{End, Run};
use super::run_panel::{card, notes, title};
use super::versions::Version;
use super::{Action, chart, strings};
use crate::app::theme;

/// Shows it.
pub fn show(ui: &mut Ui, run: &Run, end: &End, own: &mut Vec<Action>) {
    let End::Learned { word, psnr, nothing, verdict } = end else { return };
    title(ui, run);
    card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme::XS;
        ui.label(RichText::new(*word).heading().strong());
        if let Some(psnr) = psnr {
            ui.label(theme::weak(strings::closeness_detail(*psnr, *nothing)));
        }
        ui.add_space(theme::XS);
        ui.label(RichText::new(verdict).small());
        ui.add_space(theme::S);
        let size = vec2(ui.available_width(), 32.0);
        if ui
            .add_sized(size, theme::primary(ui, strings::USE_IT))
            .on_hover_text(strings::USE_IT_TIP)
            .clicked()
        {
            own.push(Action::Use);
        }
        let button = ui.add_sized(
            vec2(size.x, theme::CONTROL),
            eframe::egui::Button::new(strings::ADD_ANOTHER),
        );
        if button.on_hover_text(strings::ADD_ANOTHER_TIP).clicked() {
            own.push(Action::AddAnother);
        }
    });
    versions(ui, run, own);
    // From one pair there is nothing to show: no photo that it has not seen.
    if run.closeness().is_some() {
        ui.add_space(theme::S);
        chart::show(ui, run);
    }
    notes(ui, run);
}

/// The bar over the versions; the photo follows it.
pub fn versions(ui: &mut Ui, run: &Run, own: &mut Vec<Action>) {
    let count = run.versions.len();
    let Some(index) = run.shown_place().filter(|_| count > 1) else { return };
    ui.add_space(theme::S);
    theme::section(ui, strings::VERSIONS);
    ui.spacing_mut().slider_width = ui.available_width();
    let mut number = index + 1;
    let slider = Slider::new(&mut number, 1..=count).show_value(false);
    if ui.add(slider).accessible_name(strings::VERSIONS).changed() {
        own.push(Action::ShowVersion(number - 1));
    }
    let psnr = run.shown().and_then(Version::psnr);
    ui.label(theme::weak(strings::version(index + 1, count, psnr)));
}
