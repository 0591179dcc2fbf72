//! The filters on this photo, first to last: on and off, order, one more.

use eframe::egui::{Align, Button, Checkbox, Label, Layout, RichText, Ui, vec2};

use super::stack::Stack;
use super::theme::Icon;
use super::{Action, filter_list, strings, theme};
use crate::operator::Library;

/// Side of a small button in points.
const SMALL: f32 = 20.0;

/// Shows it.
pub fn show(ui: &mut Ui, stack: &Stack, library: &Library, actions: &mut Vec<Action>) {
    theme::section(ui, strings::STACK);
    let count = stack.items.len();
    for (place, item) in stack.items.iter().enumerate() {
        let title = &item.layer.operator.title;
        ui.horizontal(|ui| {
            let mut is_on = item.is_on;
            let switch = ui.add(Checkbox::without_text(&mut is_on));
            if switch.accessible_name(strings::about(strings::TURN_ON_OR_OFF, title)).changed() {
                actions.push(Action::Toggle(place));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = theme::XS;
                if small(ui, Icon::X, strings::REMOVE, title, true) {
                    actions.push(Action::Remove(place));
                }
                if count > 1 {
                    if small(ui, Icon::ChevronDown, strings::MOVE_DOWN, title, place + 1 < count) {
                        actions.push(Action::ExchangeWithNext(place));
                    }
                    if small(ui, Icon::ChevronUp, strings::MOVE_UP, title, place > 0) {
                        actions.push(Action::ExchangeWithNext(place - 1));
                    }
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let words =
                        strings::in_stack(title, item.layer.strength, item.layer.mask.is_some());
                    let words = RichText::new(words).small();
                    if count == 1 {
                        ui.add(Label::new(words).truncate());
                    } else {
                        let is_current = place == stack.current;
                        let button = Button::new(words).selected(is_current).truncate();
                        if ui.add(button.frame_when_inactive(false)).clicked() {
                            actions.push(Action::SelectInStack(place));
                        }
                    }
                });
            });
        });
    }
    ui.menu_button((theme::icon(Icon::Plus), strings::ADD_ON_TOP), |ui| {
        for index in filter_list::order(library) {
            if ui.button(&library.entries[index].operator.title).clicked() {
                actions.push(Action::AddOnTop(index));
            }
        }
    });
}

fn small(ui: &mut Ui, icon: Icon, words: &str, title: &str, is_enabled: bool) -> bool {
    let name = strings::about(words, title);
    let side = vec2(SMALL, SMALL);
    let button = Button::new(theme::icon(icon)).frame_when_inactive(false).min_size(side);
    ui.spacing_mut().button_padding.x = 2.0;
    let response = ui.add_enabled(is_enabled, button).on_hover_text(words);
    response.accessible_name(name).clicked()
}
