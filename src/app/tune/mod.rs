//! The Tune drawer: what may be changed of a trained filter, live, each with what it does, what it
//! costs and how close the filter comes with it, its learned value marked; what a filter does not have
//! is there, greyed, with the reason.

mod chart;
mod evidence;
mod knobs;
mod save;

pub use evidence::Evidence;
pub use save::{next, version};

use eframe::egui::{Align, Layout, Slider, SliderClamping, Stroke, Ui, pos2};

use super::strings::tune as strings;
use super::{Action as Of, sections, theme};
use crate::edit::Layer;
use crate::operator::Tuning;
use knobs::{Knob, knobs};

/// What the user asks for here.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// The drawer is open, or folded.
    Open(bool),
    /// Another tuning.
    Set(Tuning),
    /// A filter with the current strength, tone, detail and tuning as its default.
    Save,
}

/// Shows it, folded until it is opened. `next` is the number of the version that would be saved.
pub fn show(ui: &mut Ui, layer: &Layer, evidence: &Evidence, next: u32, actions: &mut Vec<Of>) {
    let section = sections::show(ui, "tune", strings::TUNE, |ui| {
        let knobs = knobs(layer);
        for (place, knob) in knobs.iter().enumerate() {
            match knob.missing {
                None => row(ui, knob, place, layer, evidence, actions),
                Some(reason) => {
                    // Once for all that are missing for the same reason.
                    let is_last =
                        knobs.get(place + 1).and_then(|next| next.missing) != Some(reason);
                    missing(ui, knob, reason, is_last);
                }
            }
        }
        let carried = layer.operator.provenance.check_pairs.len();
        ui.label(theme::weak(strings::measured(carried))).on_hover_text(strings::MEASURED_TIP);
        buttons(ui, layer, next, actions);
    });
    let is_open = section.openness > 0.0;
    if is_open != evidence.is_open {
        actions.push(Of::Tune(Action::Open(is_open)));
    }
}

fn buttons(ui: &mut Ui, layer: &Layer, next: u32, actions: &mut Vec<Of>) {
    let is_tuned = layer.tuning != Tuning::default();
    ui.horizontal(|ui| {
        ui.add_enabled_ui(is_tuned, |ui| {
            if ui.button(super::strings::RESET).on_hover_text(strings::RESET_TIP).clicked() {
                actions.push(Of::Tune(Action::Set(Tuning::default())));
            }
        });
        let is_other = is_tuned || !layer.is_as_it_comes();
        ui.add_enabled_ui(is_other, |ui| {
            let save = ui.button(strings::save(next)).on_hover_text(strings::SAVE_TIP);
            if save.on_disabled_hover_text(strings::NOTHING_TO_SAVE).clicked() {
                actions.push(Of::Tune(Action::Save));
            }
        });
    });
}

/// What a filter does not have, and why.
fn missing(ui: &mut Ui, knob: &Knob, reason: &str, is_last: bool) {
    ui.add_enabled_ui(false, |ui| ui.label(knob.name).on_disabled_hover_text(reason));
    if is_last {
        ui.label(theme::weak(reason));
        ui.add_space(theme::XS);
    }
}

fn row(
    ui: &mut Ui,
    knob: &Knob,
    place: usize,
    layer: &Layer,
    evidence: &Evidence,
    actions: &mut Vec<Of>,
) {
    ui.horizontal(|ui| {
        ui.label(knob.name).on_hover_text(knob.tip);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label((knob.words)(knob.value));
        });
    });
    ui.spacing_mut().slider_width = ui.available_width();
    ui.visuals_mut().selection.bg_fill = theme::of(ui).filled;
    let (low, high) = (*knob.range.start(), *knob.range.end());
    let mut value = knob.value.clamp(low, high);
    let before = value;
    let mut slider = Slider::new(&mut value, knob.range.clone())
        .logarithmic(knob.is_logarithmic)
        .smallest_positive(low)
        .clamping(SliderClamping::Always)
        .show_value(false);
    if knob.is_whole {
        slider = slider.integer();
    }
    let response = ui.add(slider).accessible_name(knob.name).on_hover_text(knob.tip);
    // The handle's middle goes from half its width to the end less that.
    let radius = response.rect.height() / 2.5;
    mark(ui, &response, knob, radius);
    if theme::is_clicked_twice(&response) {
        actions.push(Of::Tune(Action::Set(knob.reset(layer.tuning))));
    } else if value != before {
        actions.push(Of::Tune(Action::Set(knob.tuned(layer.tuning, value))));
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let points = evidence.curve(layer, place);
        let falls = evidence::falls(points).map(|it| it.map(knob.words));
        chart::show(ui, knob, points, radius).on_hover_text(strings::chart_tip(&falls));
        let now = evidence.now(layer, knob, place);
        let now = now.map(|(point, is_weighed)| (point.cost, point.psnr, is_weighed));
        let learned = (knob.words)(knob.learned);
        ui.label(theme::weak(strings::evidence(&learned, now)));
    });
    ui.add_space(theme::XS);
}

/// A tick under the slider where the learned value is.
fn mark(ui: &Ui, response: &eframe::egui::Response, knob: &Knob, radius: f32) {
    let share = knob.share(knob.learned);
    let x = response.rect.left() + radius + share * (response.rect.width() - 2.0 * radius);
    let y = response.rect.center().y + 8.0;
    let tick = [pos2(x, y), pos2(x, y + 4.0)];
    ui.painter().line_segment(tick, Stroke::new(1.5, theme::of(ui).weak));
}
