//! The section of the inspector: the shapes of the mask, and what can be set of them.

use eframe::egui::{Align, Button, Checkbox, Layout, RichText, Slider, Ui, vec2};

use super::super::shortcuts::{Shortcut, tip};
use super::super::strings::masking as strings;
use super::super::theme::Icon;
use super::super::{Action as Of, sections, theme};
use super::{Action, Brush, Editing, Kind, Masking};
use crate::edit::mask::Shape;
use crate::edit::{Layer, Mask};

/// Side of a small button in points.
const SMALL: f32 = 24.0;

/// Shows it, folded until it is opened.
pub fn show(ui: &mut Ui, layer: &Layer, masking: &Masking, actions: &mut Vec<Of>) {
    let section = sections::show(ui, "where", strings::WHERE, |ui| {
        match &layer.mask {
            None => {
                ui.label(theme::weak(strings::EVERYWHERE));
                add(ui, actions);
            }
            Some(mask) => {
                let editing = masking.editing(mask);
                shapes(ui, &editing, actions);
                add(ui, actions);
                ui.add_space(theme::XS);
                selected(ui, &editing, actions);
                ui.add_space(theme::XS);
                whole(ui, mask, masking.shows, actions);
            }
        }
        ui.add_space(theme::XS);
    });
    section.header_response.on_hover_text(strings::WHERE_TIP);
    let is_open = section.openness > 0.0;
    if is_open != masking.is_open {
        actions.push(Of::Mask(Action::Open(is_open)));
    }
}

/// One more shape.
fn add(ui: &mut Ui, actions: &mut Vec<Of>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::XS;
        // Three beside each other have room so, and the column stays as wide as it is.
        ui.spacing_mut().button_padding.x = 6.0;
        for kind in Kind::ALL {
            let button = ui.add(Button::new((theme::icon(icon(kind)), strings::name(kind))));
            let button = button.on_hover_text(strings::add_tip(kind));
            if button.accessible_name(strings::add(kind)).clicked() {
                actions.push(Of::Mask(Action::Add(kind)));
            }
        }
    });
}

/// The shapes, first to last.
fn shapes(ui: &mut Ui, editing: &Editing<'_>, actions: &mut Vec<Of>) {
    let mask = editing.mask;
    for (place, part) in mask.shapes.iter().enumerate() {
        let name = strings::numbered(Kind::of(&part.shape), place);
        ui.horizontal(|ui| {
            let is_selected = place == editing.selected;
            let words = (theme::icon(icon(Kind::of(&part.shape))), RichText::new(&name).small());
            let row = Button::new(words).selected(is_selected).frame_when_inactive(is_selected);
            if ui.add(row.min_size(vec2(112.0, SMALL))).clicked() {
                actions.push(Of::Mask(Action::Select(place)));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = theme::XS;
                ui.spacing_mut().button_padding.x = 4.0;
                let remove = Button::new(theme::icon(Icon::X)).frame_when_inactive(false);
                let remove = ui.add(remove.min_size(vec2(SMALL, SMALL)));
                let words = strings::remove(&name);
                if remove.on_hover_text(&words).accessible_name(&words).clicked() {
                    let mut mask = mask.clone();
                    mask.shapes.remove(place);
                    actions.push(Of::Mask(Action::Set(Some(mask))));
                }
                // The first one has nothing to be taken from.
                if place > 0 || part.subtracts {
                    let words = strings::way(part.subtracts);
                    let way = Button::new(RichText::new(words).small());
                    let way = ui.add(way.min_size(vec2(0.0, SMALL)));
                    if way.on_hover_text(strings::WAY_TIP).clicked() {
                        let mut mask = mask.clone();
                        mask.shapes[place].subtracts = !part.subtracts;
                        actions.push(Of::Mask(Action::Set(Some(mask))));
                    }
                }
            });
        });
    }
}

/// What can be set of the selected shape.
fn selected(ui: &mut Ui, editing: &Editing<'_>, actions: &mut Vec<Of>) {
    let Some(part) = editing.mask.shapes.get(editing.selected) else { return };
    match &part.shape {
        Shape::Linear { .. } => {
            ui.label(theme::weak(strings::LINEAR_HINT));
        }
        Shape::Radial { feather, .. } => {
            let mut share = *feather;
            if percent(ui, strings::FEATHER, strings::FEATHER_TIP, &mut share) {
                let mut mask = editing.mask.clone();
                if let Shape::Radial { feather, .. } = &mut mask.shapes[editing.selected].shape {
                    *feather = share;
                }
                actions.push(Of::Mask(Action::Set(Some(mask))));
            }
            ui.label(theme::weak(strings::RADIAL_HINT));
        }
        Shape::Brush { .. } => brush(ui, editing.brush, actions),
    }
}

fn brush(ui: &mut Ui, brush: Brush, actions: &mut Vec<Of>) {
    let mut new = brush;
    ui.horizontal(|ui| {
        for (erases, words) in [(false, strings::PAINT), (true, strings::ERASE)] {
            let button = ui.add(Button::new(words).selected(brush.erases == erases));
            if button.on_hover_text(strings::BRUSH_TIP).clicked() {
                new.erases = erases;
            }
        }
    });
    let keys = [Shortcut::SmallerBrush, Shortcut::LargerBrush].map(|it| it.keys(ui.ctx()));
    let size = strings::tip(strings::SIZE_TIP, &keys.join(" "));
    let value = format!("{:.1}\u{a0}%", 200.0 * new.radius);
    let slider = Slider::new(&mut new.radius, Brush::RADII).logarithmic(true);
    row(ui, strings::SIZE, &value, &size, slider);
    percent(ui, strings::SOFTNESS, strings::FEATHER_TIP, &mut new.feather);
    if new != brush {
        actions.push(Of::Mask(Action::Brush(new)));
    }
}

/// What holds for the whole mask.
fn whole(ui: &mut Ui, mask: &Mask, shows: bool, actions: &mut Vec<Of>) {
    let mut new = mask.clone();
    ui.add(Checkbox::new(&mut new.follows_edges, strings::EDGES)).on_hover_text(strings::EDGES_TIP);
    ui.add(Checkbox::new(&mut new.inverted, strings::INVERT)).on_hover_text(strings::INVERT_TIP);
    if new != *mask {
        actions.push(Of::Mask(Action::Set(Some(new))));
    }
    let mut is_shown = shows;
    let show = ui.add(Checkbox::new(&mut is_shown, strings::SHOW));
    if tip(show, strings::SHOW_TIP, Shortcut::Cover).changed() {
        actions.push(Of::Mask(Action::ToggleCover));
    }
}

/// A share in per cent, with its slider; whether it was changed.
fn percent(ui: &mut Ui, name: &str, words: &str, share: &mut f32) -> bool {
    let mut percent = (*share * 100.0).round();
    let before = percent;
    let value = format!("{percent:.0}\u{a0}%");
    row(ui, name, &value, words, Slider::new(&mut percent, 0.0..=100.0).step_by(1.0));
    if percent != before {
        *share = percent / 100.0;
    }
    percent != before
}

/// A name, a value, and the slider below them.
fn row(ui: &mut Ui, name: &str, value: &str, words: &str, slider: Slider<'_>) {
    ui.horizontal(|ui| {
        ui.label(theme::weak(name)).on_hover_text(words);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(theme::weak(value)));
    });
    ui.scope(|ui| {
        ui.spacing_mut().slider_width = ui.available_width();
        ui.visuals_mut().selection.bg_fill = theme::of(ui).filled;
        ui.add(slider.show_value(false)).accessible_name(name).on_hover_text(words);
    });
}

fn icon(kind: Kind) -> Icon {
    match kind {
        Kind::Linear => Icon::SquareSplitVertical,
        Kind::Radial => Icon::CircleDotDashed,
        Kind::Brush => Icon::Brush,
    }
}
