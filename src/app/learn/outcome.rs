//! What a run came to: how close the filter is, what to do with it, and its versions.

use eframe::egui::{
    self, Button, Color32, CursorIcon, Rect, RichText, Role, Sense, Slider, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::look::{self, Looking};
use super::run::{End, Run};
use super::run_panel::{card, notes, title};
use super::versions::Version;
use super::{Action, Effort, Learn, chart, strings};
use crate::app::{self, theme};

/// Shows it.
pub fn show(
    ui: &mut Ui,
    learn: &Learn,
    run: &Run,
    own: &mut Vec<Action>,
    actions: &mut Vec<app::Action>,
) {
    let Some(End::Learned { word, psnr, nothing, verdict }) = &run.end else { return };
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
        let use_it = ui.add_sized(size, theme::primary(ui, strings::USE_IT));
        if use_it.on_hover_text(strings::USE_IT_TIP).clicked() {
            own.push(Action::Use);
        }
    });
    match &run.worst {
        Some(looking) => worst(ui, looking, learn.shows_worst, own),
        None => by_eye(ui, learn, actions),
    }
    versions(ui, run, own);
    further(ui, run, own);
    // From one pair there is nothing to show: no photo that it has not seen.
    if run.closeness().is_some() {
        ui.add_space(theme::S);
        chart::show(ui, run);
    }
    notes(ui, run);
}

/// The photo that comes out worst, as the user made it and as the filter makes it.
fn worst(ui: &mut Ui, looking: &Looking, is_seen: bool, own: &mut Vec<Action>) {
    let Some(worst) = &looking.worst else { return };
    ui.add_space(theme::S);
    theme::section(ui, strings::LEAST_CLOSE);
    ui.label(theme::weak(strings::least_close(worst)));
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 96.0), Sense::click());
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, strings::SEE_WORST));
    ui.painter().rect_filled(rect, theme::CORNER, theme::of(ui).line);
    if let Some([edit, ours]) = looking.edit_and_ours() {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let halves = rect.shrink(2.0).split_left_right_at_fraction(0.5);
        for (half, texture) in [(halves.0, edit), (halves.1, ours)] {
            let rect = look::fitted(half.shrink2(vec2(1.0, 0.0)), texture.size_vec2());
            ui.painter().image(texture.id(), rect, whole, Color32::WHITE);
        }
    }
    if response.hovered() || response.has_focus() || is_seen {
        let color = if response.has_focus() { theme::of(ui).focus } else { theme::of(ui).text };
        let stroke = egui::Stroke::new(1.5, color);
        ui.painter().rect_stroke(rect, theme::CORNER, stroke, egui::StrokeKind::Inside);
    }
    if response.on_hover_text(strings::SEE_WORST_TIP).clicked() {
        own.push(Action::Look(look::Action::Worst));
    }
    ui.columns_const(|[left, right]: &mut [Ui; 2]| {
        left.label(theme::weak(strings::YOUR_EDIT));
        right.label(theme::weak(strings::OURS));
    });
    if worst.is_check {
        let size = vec2(ui.available_width(), theme::CONTROL);
        let button = ui.add_sized(size, Button::new(strings::LEARN_WORST));
        if button.on_hover_text(strings::LEARN_WORST_TIP).clicked() {
            own.push(Action::LearnWorst);
        }
    }
}

/// Where no other pair judges, the eye does.
fn by_eye(ui: &mut Ui, learn: &Learn, actions: &mut Vec<app::Action>) {
    if learn.table.counts().found != 1 {
        return;
    }
    ui.add_space(theme::S);
    theme::section(ui, strings::BY_EYE);
    ui.label(theme::weak(strings::BY_EYE_DETAIL));
    let size = vec2(ui.available_width(), theme::CONTROL);
    if ui.add_sized(size, Button::new(strings::OPEN_ANOTHER)).clicked() {
        actions.push(app::Action::AskOpen);
    }
}

/// How to come closer.
fn further(ui: &mut Ui, run: &Run, own: &mut Vec<Action>) {
    ui.add_space(theme::S);
    let size = vec2(ui.available_width(), theme::CONTROL);
    let button = ui.add_sized(size, Button::new(strings::ADD_ANOTHER));
    if button.on_hover_text(strings::ADD_ANOTHER_TIP).clicked() {
        own.push(Action::AddAnother);
    }
    if run.effort == Effort::Quick {
        let button = ui.add_sized(size, Button::new(strings::KEEP_LEARNING));
        if button.on_hover_text(strings::KEEP_LEARNING_TIP).clicked() {
            own.push(Action::KeepLearning);
        }
    }
}

/// The bar over the versions; the photo follows it.
pub fn versions(ui: &mut Ui, run: &Run, own: &mut Vec<Action>) {
    // An id of its own: what comes and goes above it must not end a drag.
    let builder = UiBuilder::new().scope_id(egui::Id::unique("versions"));
    ui.scope_builder(builder, |ui| scrub(ui, run, own));
}

fn scrub(ui: &mut Ui, run: &Run, own: &mut Vec<Action>) {
    let count = run.versions.len();
    let Some(index) = run.shown_place().filter(|_| count > 1) else { return };
    ui.add_space(theme::S);
    theme::section(ui, strings::VERSIONS);
    ui.spacing_mut().slider_width = ui.available_width();
    let mut number = index + 1;
    let slider = Slider::new(&mut number, 1..=count).show_value(false);
    let slider = ui.add(slider);
    let best = run.best_place();
    if let Some(best) = best {
        mark(ui, slider.rect, best, count);
    }
    if slider.accessible_name(strings::VERSIONS).changed() {
        own.push(Action::ShowVersion(number - 1));
    }
    let psnr = run.shown().and_then(Version::psnr);
    ui.label(theme::weak(strings::version(index + 1, count, psnr, best)));
}

/// A small triangle under the place of the best version.
fn mark(ui: &Ui, slider: Rect, best: usize, count: usize) {
    let radius = slider.height() / 2.5;
    let share = best as f32 / (count - 1) as f32;
    let x = egui::lerp(slider.left() + radius..=slider.right() - radius, share);
    let tip = pos2(x, slider.bottom() - 4.0);
    let corners = vec![tip, tip + vec2(-4.0, 6.0), tip + vec2(4.0, 6.0)];
    let shape = egui::Shape::convex_polygon(corners, theme::of(ui).strong, egui::Stroke::NONE);
    ui.painter().add(shape);
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::app::learn::Effort;
    use crate::operator::{Operator, Variant};

    fn version(number: u64, psnr: f64) -> Version {
        let mut operator = Operator::untrained(Variant::DgfX, number);
        operator.provenance.psnr_unseen = Some(psnr);
        Version { file: PathBuf::from(format!("v{number:03}")), operator: Arc::new(operator) }
    }

    #[test]
    fn versions_are_scrubbed_and_a_new_one_does_not_take_the_chosen_ones_place() {
        let file = PathBuf::from("evening.safetensors");
        let mut run = Run::new("Evening".to_owned(), file, Effort::Thorough, None);
        run.versions = vec![version(1, 29.0), version(2, 31.0), version(3, 30.0)];
        let show = |ui: &mut Ui, run: &mut Run| {
            let mut own = Vec::new();
            versions(ui, run, &mut own);
            for action in own {
                let Action::ShowVersion(place) = action else { panic!("not asked for") };
                run.choose(place);
            }
        };
        let mut window = Harness::new_ui_state(show, run);
        let says = |window: &Harness<'_, Run>, words: &str| {
            window.query_by_label_contains(words).is_some()
        };
        // The newest is seen, and the best is told.
        assert!(says(&window, "v3 of 3") && says(&window, "v2"), "the newest of three");
        let slide = |window: &mut Harness<'_, Run>, number: f64| {
            window.get_by_role(Role::Slider).set_value_accesskit(number);
            window.run_steps(3);
        };
        slide(&mut window, 1.0);
        assert!(says(&window, "v1 of 3"));
        assert_eq!(window.state().shown_place(), Some(0));
        window.state_mut().versions.push(version(4, 32.0));
        window.run_steps(2);
        assert!(says(&window, "v1 of 4"), "what was chosen stays");
        assert_eq!(window.state().best_place(), Some(3));
        // Back at the newest it follows what comes.
        slide(&mut window, 4.0);
        window.state_mut().versions.push(version(5, 28.0));
        window.run_steps(2);
        assert!(says(&window, "v5 of 5"));
    }
}
