//! The right column: strength, and what is known about the filter and the photo.

use std::sync::Arc;

use eframe::egui::{
    Align, Button, DragValue, Label, Layout, Panel, RichText, ScrollArea, Slider, Ui, vec2,
};

use super::clipping::Clipping;
use super::masking::{self, Masking};
use super::scopes::{self, Scopes};
use super::shortcuts::{Shortcut, tip};
use super::stack::Stack;
use super::steps::Steps;
use super::theme::Icon;
use super::tune::{self, Evidence};
use super::xray::{self, Xray};
use super::{Action, balance, filter_list, own, sections, stack_list, strings, theme};
use crate::edit::Layer;
use crate::operator::{Library, Operator};
use crate::photo::Photo;

const WIDTH: f32 = 264.0;
/// Width of the names of facts.
const NAMES: f32 = 88.0;

/// What is shown.
pub struct Shown<'a> {
    pub stack: &'a Stack,
    pub steps: &'a Steps,
    pub library: &'a Library,
    pub photo: Option<&'a Photo>,
    pub scopes: &'a Scopes,
    pub xray: &'a Xray,
    pub masking: &'a Masking,
    pub evidence: &'a Evidence,
    /// Number of the version that would be saved.
    pub next_version: u32,
    pub clipping: Clipping,
}

/// Shows it.
pub fn show(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let frame = theme::panel_frame(ui, vec2(theme::M, theme::S));
    Panel::right("inspector").exact_size(WIDTH).resizable(false).frame(frame).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            match shown.stack.layer() {
                Some(layer) => {
                    strength(ui, layer, actions);
                    let balance = balance::show(ui, layer);
                    actions.extend(balance.map(Action::SetBalance));
                    ui.add_space(theme::XS);
                    tune::show(ui, layer, shown.evidence, shown.next_version, actions);
                    masking::show(ui, layer, shown.masking, actions);
                }
                None => {
                    // As high as with a filter: nothing jumps.
                    ui.horizontal(|ui| {
                        ui.set_min_height(theme::CONTROL);
                        theme::section(ui, strings::STRENGTH);
                    });
                    ui.label(theme::weak(strings::NO_FILTER));
                }
            }
            scopes::show(ui, shown.scopes, shown.clipping, actions);
            if shown.stack.layer().is_some() {
                divider(ui);
                stack_list::show(ui, shown.stack, shown.library, actions);
            }
            divider(ui);
            steps(ui, shown.steps, actions);
            if let Some(layer) = shown.stack.layer() {
                let is_on = shown.stack.place_in_edit().is_some();
                xray::show(ui, shown.xray, is_on, actions);
                divider(ui);
                about_filter(ui, &layer.operator);
                manage(ui, shown.library, &layer.operator, actions);
            }
            if let Some(photo) = shown.photo {
                divider(ui);
                about_photo(ui, photo);
            }
        });
    });
}

/// What was done to the photo, newest first; a click goes there.
fn steps(ui: &mut Ui, steps: &Steps, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let undo =
            ui.add_enabled(steps.at > 0, Button::new((theme::icon(Icon::Undo2), strings::UNDO)));
        if tip(undo, strings::UNDO, Shortcut::Undo).clicked() {
            actions.push(Action::Undo);
        }
        let redo = ui.add_enabled(
            steps.at + 1 < steps.list.len(),
            Button::new((theme::icon(Icon::Redo2), strings::REDO)),
        );
        if tip(redo, strings::REDO, Shortcut::Redo).clicked() {
            actions.push(Action::Redo);
        }
    });
    sections::show(ui, "steps", strings::STEPS, |ui| {
        for (place, step) in steps.list.iter().enumerate().rev() {
            let words = RichText::new(&step.what).small();
            let is_here = place == steps.at;
            let row = Button::new(words).selected(is_here).frame_when_inactive(is_here);
            if ui.add(row.truncate().min_size(vec2(0.0, 24.0))).clicked() {
                actions.push(Action::GoToStep(place));
            }
        }
    });
}

fn divider(ui: &mut Ui) {
    ui.add_space(theme::S);
    ui.separator();
    ui.add_space(theme::S);
}

fn strength(ui: &mut Ui, layer: &Layer, actions: &mut Vec<Action>) {
    let mut percent = (layer.strength * 100.0).round();
    let before = percent;
    ui.horizontal(|ui| {
        theme::section(ui, strings::STRENGTH);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let number = DragValue::new(&mut percent).range(0.0..=100.0).max_decimals(0);
            ui.add(number.suffix("\u{a0}%")).accessible_name(strings::STRENGTH_IN_PERCENT);
        });
    });
    let keys = format!("{} {}", Shortcut::Weaker.keys(ui.ctx()), Shortcut::Stronger.keys(ui.ctx()));
    ui.scope(|ui| {
        ui.spacing_mut().slider_width = ui.available_width();
        ui.visuals_mut().selection.bg_fill = theme::of(ui).filled;
        let slider = Slider::new(&mut percent, 0.0..=100.0).step_by(1.0).show_value(false);
        let slider = ui.add(slider).accessible_name(strings::STRENGTH);
        let slider = slider.on_hover_text(strings::tip(strings::STRENGTH_TIP, &keys));
        if theme::is_clicked_twice(&slider) {
            percent = (layer.operator.strength * 100.0).round();
        }
    });
    if percent != before {
        actions.push(Action::SetStrength(percent / 100.0));
    }
}

/// What can be done with a filter of the library.
fn manage(ui: &mut Ui, library: &Library, operator: &Arc<Operator>, actions: &mut Vec<Action>) {
    let Some(place) = filter_list::chosen(library, Some(operator)) else { return };
    ui.add_space(theme::XS);
    let menu = ui.menu_button(strings::own::MENU, |ui| {
        own::show_menu(ui, place, &library.entries[place], actions);
    });
    menu.response.on_hover_text(strings::own::MENU_TIP);
}

/// What is known of a filter.
pub fn about_filter(ui: &mut Ui, operator: &Operator) {
    let provenance = &operator.provenance;
    theme::section(ui, &operator.title);
    if let Some(edit) = &provenance.edit {
        ui.label(theme::weak(edit));
    }
    ui.add_space(theme::XS);
    let closeness = strings::closeness_short(operator);
    let closeness = closeness.as_deref().unwrap_or(strings::NOT_CHECKED);
    let tip = strings::closeness_short_tip(operator);
    fact(ui, strings::CLOSENESS, closeness, tip.as_deref());
    let tip = strings::variant_tip(operator.variant);
    fact(ui, strings::VARIANT, strings::variant(operator.variant), Some(&tip));
    if !provenance.learned_from.is_empty() {
        let count = strings::photo_count(provenance.learned_from.len());
        fact(ui, strings::LEARNED_FROM, &count, None);
    }
    if let Some(date) = &provenance.date {
        fact(ui, strings::MADE, date, provenance.made.as_deref());
    }
    if let Some(license) = &provenance.license {
        fact(ui, strings::LICENSE, license, None);
    }
}

fn about_photo(ui: &mut Ui, photo: &Photo) {
    theme::section(ui, strings::ABOUT_PHOTO);
    fact(ui, strings::NAME, &strings::file_name(&photo.path), None);
    fact(ui, strings::SIZE, &strings::size(photo), Some(&strings::megapixels(photo)));
    fact(ui, strings::DEPTH, strings::depth(photo), None);
    fact(ui, strings::COLOURS, strings::colours(photo), None);
    if let Some(folder) = photo.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let folder = folder.display().to_string();
        let name = strings::file_name(std::path::Path::new(&folder));
        fact(ui, strings::FOLDER, &name, Some(&folder));
    }
    for notice in &photo.notices {
        ui.label(theme::weak(notice));
    }
}

/// A name and its value, side by side.
fn fact(ui: &mut Ui, name: &str, value: &str, tip: Option<&str>) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let column = vec2(NAMES, 0.0);
        ui.allocate_ui_with_layout(column, Layout::top_down(Align::Min), |ui| {
            ui.set_min_width(NAMES);
            ui.label(theme::weak(name));
        });
        // One line: of a long value the end is left out, and all of it stands in the tooltip.
        let value = ui.add(Label::new(RichText::new(value).small()).truncate());
        if let Some(tip) = tip {
            value.on_hover_text(tip);
        }
    });
}
