//! The Tune drawer: what may be changed of a trained filter, live, each with what it does, its
//! learned value marked; what a filter does not have is there, greyed, with the reason.

use eframe::egui::{Align, Layout, Slider, SliderClamping, Stroke, Ui, pos2, remap_clamp};

use super::{Action, sections, strings, theme};
use crate::edit::Layer;
use crate::operator::{GuidedLayer, Operator, Settings, Tuning};

/// What is offered of the radius: larger ones lose closeness and gain nothing.
const RADIUS: std::ops::RangeInclusive<f64> = 1.0..=8.0;
/// What is offered of ε.
const EPSILON: std::ops::RangeInclusive<f64> = 1e-8..=1e-1;
/// What is offered of the analysis size, in pixels.
const SHORT_SIDE: std::ops::RangeInclusive<f64> = 32.0..=512.0;

/// One value that may be tuned.
struct Knob {
    name: &'static str,
    tip: &'static str,
    /// Why this filter does not have it; None where it does.
    missing: Option<&'static str>,
    value: f64,
    learned: f64,
    range: std::ops::RangeInclusive<f64>,
    is_logarithmic: bool,
    is_whole: bool,
    words: fn(f64) -> String,
    /// The tuning with that value, or with the learned one.
    set: fn(Tuning, Option<f64>) -> Tuning,
}

/// Shows it, folded until it is opened.
pub fn show(ui: &mut Ui, layer: &Layer, actions: &mut Vec<Action>) {
    sections::show(ui, "tune", strings::TUNE, |ui| {
        let knobs = knobs(layer);
        for (place, knob) in knobs.iter().enumerate() {
            match knob.missing {
                None => row(ui, knob, layer.tuning, actions),
                Some(reason) => {
                    // Once for all that are missing for the same reason.
                    let is_last =
                        knobs.get(place + 1).and_then(|next| next.missing) != Some(reason);
                    missing(ui, knob, reason, is_last);
                }
            }
        }
        let is_tuned = layer.tuning != Tuning::default();
        ui.add_enabled_ui(is_tuned, |ui| {
            ui.horizontal(|ui| {
                if ui.button(strings::RESET).clicked() {
                    actions.push(Action::Tune(Tuning::default()));
                }
                let save = ui.button(strings::SAVE_TUNED).on_hover_text(strings::SAVE_TUNED_TIP);
                if save.clicked() {
                    actions.push(Action::SaveTuned);
                }
            });
        });
    });
}

/// The values of a filter. What it does not have shows its usual value.
fn knobs(layer: &Layer) -> [Knob; 4] {
    let operator = &layer.operator;
    let own = settings(operator, &Tuning::default());
    let now = settings(operator, &layer.tuning);
    let no_layer = matches!(operator.layer, GuidedLayer::None).then_some(strings::NO_LAYER);
    let learned_layer = matches!(operator.layer, GuidedLayer::Convolutional { .. });
    let has_locals = operator.base.as_ref().is_some_and(|base| base.local);
    let whole = |value: f64| format!("{value:.0}");
    [
        Knob {
            name: strings::REACH,
            tip: strings::REACH_TIP,
            missing: (!has_locals).then_some(strings::NO_NEIGHBOURHOOD),
            value: now.scale,
            learned: own.scale,
            range: Tuning::SCALE,
            is_logarithmic: true,
            is_whole: false,
            words: |value| format!("{value:.2}×"),
            set: |tuning, scale| Tuning { scale, ..tuning },
        },
        Knob {
            name: strings::SPREAD,
            tip: if learned_layer { strings::SPREAD_LEARNED_TIP } else { strings::SPREAD_TIP },
            missing: no_layer,
            value: now.radius as f64,
            learned: own.radius as f64,
            range: RADIUS,
            is_logarithmic: false,
            is_whole: true,
            words: whole,
            set: |tuning, value| Tuning { radius: value.map(|it| it.round() as usize), ..tuning },
        },
        Knob {
            name: strings::SOFTNESS,
            tip: strings::SOFTNESS_TIP,
            missing: no_layer.or(learned_layer.then_some(strings::OWN_EDGE_RULE)),
            value: now.epsilon,
            learned: own.epsilon,
            range: EPSILON,
            is_logarithmic: true,
            is_whole: false,
            words: |value| format!("{value:.0e}"),
            set: |tuning, epsilon| Tuning { epsilon, ..tuning },
        },
        Knob {
            name: strings::ANALYSIS,
            tip: strings::ANALYSIS_TIP,
            missing: no_layer,
            value: now.short_side as f64,
            learned: own.short_side as f64,
            range: SHORT_SIDE,
            is_logarithmic: true,
            is_whole: true,
            words: whole,
            set: |tuning, value| Tuning {
                short_side: value.map(|it| it.round() as usize),
                ..tuning
            },
        },
    ]
}

/// What a tuning comes to; a filter's own values where it has not what is set.
fn settings(operator: &Operator, tuning: &Tuning) -> Settings {
    let none = Settings { radius: 0, epsilon: 0.0, short_side: 0, scale: 1.0 };
    let own = || operator.settings(&Tuning::default()).unwrap_or(none);
    operator.settings(tuning).unwrap_or_else(|_| own())
}

/// What a filter does not have, and why.
fn missing(ui: &mut Ui, knob: &Knob, reason: &str, is_last: bool) {
    ui.add_enabled_ui(false, |ui| ui.label(knob.name).on_disabled_hover_text(reason));
    if is_last {
        ui.label(theme::weak(reason));
        ui.add_space(theme::XS);
    }
}

fn row(ui: &mut Ui, knob: &Knob, tuning: Tuning, actions: &mut Vec<Action>) {
    let learned = (knob.words)(knob.learned);
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
    mark(ui, &response, knob);
    if response.double_clicked() {
        actions.push(Action::Tune((knob.set)(tuning, None)));
    } else if value != before {
        let is_learned = (knob.words)(value) == learned;
        actions.push(Action::Tune((knob.set)(tuning, (!is_learned).then_some(value))));
    }
    ui.label(theme::weak(strings::learned_with(&learned)));
    ui.add_space(theme::XS);
}

/// A tick under the slider where the learned value is.
fn mark(ui: &Ui, response: &eframe::egui::Response, knob: &Knob) {
    let (low, high) = (*knob.range.start(), *knob.range.end());
    let scale = |value: f64| if knob.is_logarithmic { value.ln() } else { value };
    let share =
        remap_clamp(scale(knob.learned.clamp(low, high)), scale(low)..=scale(high), 0.0..=1.0)
            as f32;
    // The handle's middle goes from half its width to the end less that.
    let radius = response.rect.height() / 2.5;
    let x = response.rect.left() + radius + share * (response.rect.width() - 2.0 * radius);
    let y = response.rect.center().y + 8.0;
    let tick = [pos2(x, y), pos2(x, y + 4.0)];
    ui.painter().line_segment(tick, Stroke::new(1.5, theme::of(ui).weak));
}

/// A filter whose defaults are what a layer is set to. The layer's own filter stays as it is.
pub fn tuned(layer: &Layer) -> Operator {
    let mut operator = (*layer.operator).clone();
    let settings = settings(&operator, &layer.tuning);
    operator.title = strings::tuned_title(&operator.title);
    operator.strength = layer.strength;
    operator.short_side = settings.short_side;
    if let Some(base) = &mut operator.base {
        base.scale = settings.scale;
    }
    match &mut operator.layer {
        GuidedLayer::None => {}
        GuidedLayer::Residual { radius, epsilon } | GuidedLayer::Plain { radius, epsilon } => {
            (*radius, *epsilon) = (settings.radius, settings.epsilon);
        }
        GuidedLayer::Convolutional { dilation, .. } => *dilation = settings.radius,
    }
    // How close it came was measured without the tuning.
    operator.provenance.check = None;
    operator.provenance.psnr_unseen = None;
    operator
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::operator::Variant;

    #[test]
    fn what_a_filter_does_not_have_has_a_reason() {
        let missing = |variant| {
            let layer = Layer::new(Arc::new(Operator::untrained(variant, 1)));
            knobs(&layer).map(|knob| knob.missing)
        };
        assert_eq!(missing(Variant::Base)[0], None);
        assert_eq!(missing(Variant::Base)[1..], [Some(strings::NO_LAYER); 3]);
        assert_eq!(missing(Variant::DgfB), [Some(strings::NO_NEIGHBOURHOOD), None, None, None]);
        assert_eq!(missing(Variant::DgfC)[2], Some(strings::OWN_EDGE_RULE));
        assert_eq!(missing(Variant::DgfX), [None; 4]);
    }

    #[test]
    fn a_saved_tuning_is_the_new_filters_default() {
        for variant in [Variant::Base, Variant::DgfB, Variant::DgfC, Variant::DgfX] {
            let mut layer = Layer::new(Arc::new(Operator::untrained(variant, 1)));
            for knob in knobs(&layer).into_iter().filter(|knob| knob.missing.is_none()) {
                // Between the ends, whatever the scale.
                let value = f64::sqrt(*knob.range.start() * *knob.range.end());
                layer.tuning = (knob.set)(layer.tuning, Some(value));
            }
            layer.strength = 0.5;
            let operator = tuned(&layer);
            let want = layer.operator.settings(&layer.tuning).unwrap();
            assert_eq!(operator.settings(&Tuning::default()).unwrap(), want, "{variant:?}");
            assert_eq!(operator.strength, 0.5);
        }
    }
}
