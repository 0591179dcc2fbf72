//! The bar under the photo: how before and after are seen, and how large.

use eframe::egui::{Align, Button, Label, Layout, Panel, Ui, vec2};

use super::before_after::BeforeAfter;
use super::shortcuts::{Shortcut, tip};
use super::viewpoint::Viewpoint;
use super::{Action, strings, theme};

const HEIGHT: f32 = 44.0;

/// What the bar shows.
pub struct State<'a> {
    pub before_after: &'a BeforeAfter,
    pub viewpoint: Viewpoint,
    /// Screen pixels a photo pixel; None without a photo.
    pub zoom: Option<f64>,
}

/// Shows it. Returns whether the button for the original is held down.
pub fn show(ui: &mut Ui, state: &State<'_>, actions: &mut Vec<Action>) -> bool {
    let frame = theme::panel_frame(vec2(theme::M, 0.0));
    let bar = Panel::bottom("view_bar").exact_size(HEIGHT).frame(frame);
    bar.show(ui, |ui| {
        ui.add_enabled_ui(state.zoom.is_some(), |ui| {
            ui.horizontal_centered(|ui| {
                let held = before_after_buttons(ui, state.before_after, actions);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    zoom_buttons(ui, state, actions);
                });
                held
            })
            .inner
        })
        .inner
    })
    .inner
}

fn before_after_buttons(
    ui: &mut Ui,
    before_after: &BeforeAfter,
    actions: &mut Vec<Action>,
) -> bool {
    let original = ui.add(Button::new(strings::ORIGINAL).selected(before_after.original()));
    let original = tip(original, strings::ORIGINAL_TIP, Shortcut::Original);
    let split = ui.add(Button::new(strings::SPLIT).selected(before_after.split));
    if tip(split, strings::SPLIT_TIP, Shortcut::Split).clicked() {
        actions.push(Action::ToggleSplit);
    }
    let held = original.is_pointer_button_down_on();
    // A press by keyboard or by a screen reader has no duration: it counts as a tap.
    if original.clicked() && !before_after.is_held() {
        actions.push(Action::ToggleOriginal);
    }
    held
}

/// From right to left.
fn zoom_buttons(ui: &mut Ui, state: &State<'_>, actions: &mut Vec<Action>) {
    let actual = matches!(state.viewpoint, Viewpoint::At { zoom, .. } if zoom == 1.0);
    let button = ui.add(Button::new(strings::ACTUAL).selected(actual));
    if tip(button, strings::ACTUAL_TIP, Shortcut::Actual).clicked() {
        actions.push(Action::Actual);
    }
    let fit = state.viewpoint == Viewpoint::Fit;
    let button = ui.add(Button::new(strings::FIT).selected(fit));
    if tip(button, strings::FIT_TIP, Shortcut::Fit).clicked() {
        actions.push(Action::Fit);
    }
    if let Some(zoom) = state.zoom {
        ui.add_space(theme::XS);
        ui.add(Label::new(theme::weak(strings::percent(zoom)))).on_hover_text(strings::ZOOM_TIP);
    }
}
