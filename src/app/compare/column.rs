//! The right column: all panes, and strength and tuning of the current one.

use eframe::egui::{
    Align, Button, DragValue, Label, Layout, Panel, RichText, ScrollArea, Slider, Ui, vec2,
};

use super::super::shortcuts::{Shortcut, tip};
use super::super::{Action as Of, App, balance, strings, theme, tune};
use super::pane::Pane;
use super::{Action, Compare, Fill, PANES_MAX};

const WIDTH: f32 = 264.0;

impl App {
    /// The column beside the panes.
    pub(in super::super) fn compare_panels(&self, ui: &mut Ui, actions: &mut Vec<Of>) {
        let frame = theme::panel_frame(ui, vec2(theme::M, theme::S));
        let column = Panel::right("compare").exact_size(WIDTH).resizable(false).frame(frame);
        column.show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                // The strength stands where it stands in Apply, however many panes there are.
                let pane = self.compare.current_pane();
                if let Some(pane) = pane {
                    let place = self.compare.place(pane.id).unwrap_or_default();
                    self.current(ui, pane, place, actions);
                    divider(ui);
                }
                list(ui, &self.compare, actions);
                divider(ui);
                self.fills(ui, actions);
                if let Some(photo) = pane.and_then(|pane| pane.photo(self.photo.as_ref())) {
                    divider(ui);
                    theme::section(ui, strings::ABOUT_PHOTO);
                    let name = strings::file_name(&photo.path);
                    ui.add(Label::new(theme::weak(name)).truncate())
                        .on_hover_text(photo.path.display().to_string());
                    ui.label(theme::weak(strings::size(photo)));
                }
            });
        });
    }
}

impl App {
    /// The current pane's strength and tuning, and the button that picks it.
    fn current(&self, ui: &mut Ui, pane: &Pane, place: usize, actions: &mut Vec<Of>) {
        strength(ui, pane, place, actions);
        if let Some(layer) = pane.layer() {
            actions.extend(balance::show(ui, layer).map(Of::SetBalance));
            ui.add_space(theme::XS);
            let next = self.next_version(Some(layer)).1;
            tune::show(ui, layer, &self.evidence, next, actions);
        }
        ui.add_space(theme::S);
        let words = RichText::new(strings::use_pane(place)).color(theme::of(ui).inverse);
        let pick = ui.add(Button::new(words).fill(theme::of(ui).text));
        if pick.on_hover_text(strings::tip(strings::PICK_TIP, &strings::digit(place))).clicked() {
            actions.push(Of::Compare(Action::Pick(place)));
        }
    }

    /// What all panes can be filled with.
    fn fills(&self, ui: &mut Ui, actions: &mut Vec<Of>) {
        use strings::compare as words;
        theme::section(ui, words::FILL);
        let pane = self.compare.current_pane();
        let has_filter = pane.is_some_and(|pane| pane.strength().is_some());
        let has_versions = pane.is_some_and(|pane| !self.versions_of(pane).is_empty());
        let (yes, none) = (true, "");
        let buttons = [
            (words::LAST_FILTERS, words::LAST_FILTERS_TIP, yes, none, Action::GridOfLast),
            (
                words::STRENGTHS,
                words::STRENGTHS_TIP,
                has_filter,
                words::NO_FILTER,
                Action::Fill(Fill::Strengths),
            ),
            (words::PHOTOS, words::PHOTOS_TIP, yes, none, Action::Fill(Fill::AskPhotos)),
            (
                words::VERSIONS,
                words::VERSIONS_TIP,
                has_versions,
                words::NO_VERSIONS,
                Action::Fill(Fill::Versions),
            ),
        ];
        for row in buttons.chunks(2) {
            ui.columns_const(|columns: &mut [Ui; 2]| {
                for (ui, (name, tip, is_there, reason, action)) in columns.iter_mut().zip(row) {
                    let size = vec2(ui.available_width(), theme::CONTROL);
                    let add = |ui: &mut Ui| ui.add_sized(size, Button::new(*name));
                    let button = ui.add_enabled_ui(*is_there, add).inner;
                    let button = button.on_hover_text(*tip).on_disabled_hover_text(*reason);
                    if button.clicked() {
                        actions.push(Of::Compare(action.clone()));
                    }
                }
            });
        }
    }
}

fn divider(ui: &mut Ui) {
    ui.add_space(theme::S);
    ui.separator();
    ui.add_space(theme::S);
}

fn list(ui: &mut Ui, compare: &Compare, actions: &mut Vec<Of>) {
    theme::section(ui, strings::PANES);
    ui.spacing_mut().item_spacing.y = theme::XS;
    for (place, pane) in compare.panes.iter().enumerate() {
        let is_current = compare.current == Some(pane.id);
        let title = format!("{}  {}", strings::digit(place), pane.title());
        let percent = pane.layer().map(strings::compare::set);
        let row = Button::new(title)
            .right_text(theme::weak(percent.unwrap_or_default()))
            .selected(is_current)
            .frame_when_inactive(is_current)
            .truncate()
            .min_size(vec2(ui.available_width(), theme::CONTROL));
        let row = ui.add(row).on_hover_text(pane.content());
        if row.accessible_name(strings::pane(place, &pane.content())).clicked() {
            actions.push(Of::Compare(Action::Focus(pane.id)));
        }
    }
    let has_room = compare.panes.len() < PANES_MAX;
    let add = ui.add_enabled(has_room, Button::new(strings::ADD_PANE));
    let add = add.on_disabled_hover_text(strings::NO_MORE_PANES);
    if tip(add, strings::ADD_PANE_TIP, Shortcut::AddPane).clicked() {
        actions.push(Of::Compare(Action::Add));
    }
}

fn strength(ui: &mut Ui, pane: &Pane, place: usize, actions: &mut Vec<Of>) {
    let before = pane.strength().map(|strength| (strength * 100.0).round());
    let mut percent = before.unwrap_or_default();
    // As high for the original: nothing jumps.
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        theme::section(ui, &strings::strength_of_pane(place));
        if before.is_some() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let number = DragValue::new(&mut percent).range(0.0..=100.0).max_decimals(0);
                ui.add(number.suffix("\u{a0}%")).accessible_name(strings::STRENGTH_IN_PERCENT);
            });
        }
    });
    ui.scope(|ui| {
        ui.set_min_height(theme::CONTROL);
        if before.is_none() {
            ui.label(theme::weak(strings::ORIGINAL_HAS_NO_STRENGTH));
            return;
        }
        ui.spacing_mut().slider_width = ui.available_width();
        ui.visuals_mut().selection.bg_fill = theme::of(ui).filled;
        let slider = Slider::new(&mut percent, 0.0..=100.0).step_by(1.0).show_value(false);
        let slider = ui.add(slider).accessible_name(strings::STRENGTH);
        let slider = slider.on_hover_text(strings::STRENGTH_TIP);
        if let Some(layer) = pane.layer().filter(|_| theme::is_clicked_twice(&slider)) {
            percent = (layer.operator.strength * 100.0).round();
        }
    });
    if before.is_some_and(|before| before != percent) {
        actions.push(Of::Compare(Action::SetStrength(pane.id, percent / 100.0)));
    }
}
