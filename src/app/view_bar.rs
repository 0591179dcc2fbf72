//! The bar under the photo: how pictures are compared, and how large they are seen.

use eframe::egui::{Align, Button, Label, Layout, Panel, Response, Ui, vec2};

use super::before_after::{AMPLIFICATIONS, BeforeAfter};
use super::comparison::Comparison;
use super::shortcuts::{Shortcut, tip};
use super::theme::Icon;
use super::viewpoint::Viewpoint;
use super::{Action, compare, strings, theme};

const HEIGHT: f32 = 44.0;
/// Below this width the ways to compare are icons alone.
const WIDTH_OF_WORDS: f32 = 1100.0;

/// What the bar shows.
pub struct State<'a> {
    pub before_after: &'a BeforeAfter,
    /// How two pictures are seen together.
    pub comparison: Option<Comparison>,
    /// What is there in the Compare workspace alone.
    pub compare: Option<CompareState>,
    pub viewpoint: Viewpoint,
    /// Screen pixels a photo pixel; None without a photo.
    pub zoom: Option<f64>,
}

/// What the bar shows of the Compare workspace.
pub struct CompareState {
    /// Whether the panes are zoomed and panned together.
    pub linked: bool,
    /// Whether the grid is seen, and not one pane or two.
    pub grid: bool,
    /// Whether there are two panes to be seen together.
    pub has_two: bool,
}

/// Shows it. Returns whether the button for the original is held down.
pub fn show(ui: &mut Ui, state: &State<'_>, actions: &mut Vec<Action>) -> bool {
    let frame = theme::panel_frame(ui, vec2(theme::M, 0.0));
    let bar = Panel::bottom("view_bar").exact_size(HEIGHT).frame(frame);
    bar.show(ui, |ui| {
        let has_room = ui.available_width() >= WIDTH_OF_WORDS;
        ui.add_enabled_ui(state.zoom.is_some(), |ui| {
            ui.horizontal_centered(|ui| {
                let held = original_button(ui, state.before_after, actions);
                if let Some(compare) = &state.compare {
                    grid_button(ui, compare, actions);
                }
                comparison_buttons(ui, state, has_room, actions);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    zoom_buttons(ui, state, actions);
                    if let Some(compare) = &state.compare {
                        link_button(ui, compare, actions);
                    }
                });
                held
            })
            .inner
        })
        .inner
    })
    .inner
}

fn original_button(ui: &mut Ui, before_after: &BeforeAfter, actions: &mut Vec<Action>) -> bool {
    let original = ui.add(
        Button::new((theme::icon(Icon::Eye), strings::ORIGINAL)).selected(before_after.original()),
    );
    let original = tip(original, strings::ORIGINAL_TIP, Shortcut::Original);
    let held = original.is_pointer_button_down_on();
    // A press by keyboard or by a screen reader has no duration: it counts as a tap.
    if original.clicked() && !before_after.is_held() {
        actions.push(Action::ToggleOriginal);
    }
    held
}

fn grid_button(ui: &mut Ui, state: &CompareState, actions: &mut Vec<Action>) {
    let grid =
        ui.add(Button::new((theme::icon(Icon::Grid2x2), strings::GRID)).selected(state.grid));
    if grid.on_hover_text(strings::GRID_TIP).clicked() {
        actions.push(Action::Compare(compare::Action::ShowGrid));
    }
}

fn link_button(ui: &mut Ui, state: &CompareState, actions: &mut Vec<Action>) {
    let link =
        ui.add(Button::new((theme::icon(Icon::Link), strings::LINKED)).selected(state.linked));
    if link.on_hover_text(strings::LINKED_TIP).clicked() {
        actions.push(Action::Compare(compare::Action::ToggleLink));
    }
}

fn comparison_buttons(ui: &mut Ui, state: &State<'_>, has_room: bool, actions: &mut Vec<Action>) {
    let has_two = state.compare.as_ref().is_none_or(|compare| compare.has_two);
    for comparison in Comparison::ALL {
        let is_on = state.comparison == Some(comparison);
        let button = ui
            .add_enabled_ui(has_two, |ui| {
                theme::icon_button(ui, comparison.icon(), comparison.name(), has_room, is_on)
            })
            .inner
            .on_disabled_hover_text(strings::NEEDS_TWO_PANES);
        if tip(button, comparison.tip(), comparison.shortcut()).clicked() {
            actions.push(Action::ToggleComparison(comparison));
        }
    }
    match state.comparison {
        Some(Comparison::Difference) => amplification_menu(ui, state.before_after, actions),
        Some(_) => {
            let (icon, is_on) = (Icon::ArrowLeftRight, state.before_after.swapped);
            let swap = theme::icon_button(ui, icon, strings::SWAP, has_room, is_on);
            if swap.on_hover_text(strings::SWAP_TIP).clicked() {
                actions.push(Action::SwapSides);
            }
        }
        None => {}
    }
}

fn amplification_menu(ui: &mut Ui, before_after: &BeforeAfter, actions: &mut Vec<Action>) {
    let now = before_after.amplification;
    let menu = ui.menu_button(strings::amplification(now), |ui| {
        ui.set_min_width(72.0);
        for factor in AMPLIFICATIONS {
            if ui.radio(factor == now, strings::amplification(factor)).clicked() {
                actions.push(Action::Amplify(factor));
                ui.close();
            }
        }
    });
    menu.response.on_hover_text(strings::AMPLIFICATION_TIP);
}

/// From right to left.
fn zoom_buttons(ui: &mut Ui, state: &State<'_>, actions: &mut Vec<Action>) {
    let mut button = |words: &str, is_on: bool, tip: &dyn Fn(Response) -> Response, action| {
        if tip(ui.add(Button::new(words).selected(is_on))).clicked() {
            actions.push(action);
        }
    };
    let at = |wanted: f64| matches!(state.viewpoint, Viewpoint::At { zoom, .. } if zoom == wanted);
    let double = |it: Response| tip(it, strings::DOUBLE_TIP, Shortcut::Double);
    button(strings::DOUBLE, at(2.0), &double, Action::Double);
    let actual = |it: Response| tip(it, strings::ACTUAL_TIP, Shortcut::Actual);
    button(strings::ACTUAL, at(1.0), &actual, Action::Actual);
    let fit = |it: Response| tip(it, strings::FIT_TIP, Shortcut::Fit);
    button(strings::FIT, state.viewpoint == Viewpoint::Fit, &fit, Action::Fit);
    if let Some(zoom) = state.zoom {
        ui.add_space(theme::XS);
        ui.add(Label::new(theme::weak(strings::percent(zoom)))).on_hover_text(strings::ZOOM_TIP);
    }
}
