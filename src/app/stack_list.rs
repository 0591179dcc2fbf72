//! The filters on this photo, first to last: on and off, order, one more.

use eframe::egui::{
    Align, Button, Checkbox, Label, Layout, RichText, Role, Stroke, Ui, WidgetInfo, vec2,
};

use super::stack::Stack;
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
                if small(ui, Sign::Cross, strings::REMOVE, title, true) {
                    actions.push(Action::Remove(place));
                }
                if count > 1 {
                    if small(ui, Sign::Down, strings::MOVE_DOWN, title, place + 1 < count) {
                        actions.push(Action::ExchangeWithNext(place));
                    }
                    if small(ui, Sign::Up, strings::MOVE_UP, title, place > 0) {
                        actions.push(Action::ExchangeWithNext(place - 1));
                    }
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let words = strings::in_stack(title, item.layer.strength);
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
    ui.menu_button(strings::ADD_ON_TOP, |ui| {
        for index in filter_list::order(library) {
            if ui.button(&library.entries[index].operator.title).clicked() {
                actions.push(Action::AddOnTop(index));
            }
        }
    });
}

/// What is drawn on a small button: the fonts have no such glyphs.
#[derive(Clone, Copy)]
enum Sign {
    Cross,
    Up,
    Down,
}

fn small(ui: &mut Ui, sign: Sign, words: &str, title: &str, is_enabled: bool) -> bool {
    let name = strings::about(words, title);
    let button = Button::new("").frame(false).min_size(vec2(SMALL, SMALL));
    let response = ui.add_enabled(is_enabled, button).on_hover_text(words);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, &name));
    let color = match (is_enabled, response.hovered()) {
        (false, _) => theme::RAISED,
        (true, true) => theme::STRONG,
        (true, false) => theme::WEAK,
    };
    let stroke = Stroke::new(1.5, color);
    let center = response.rect.center();
    let line = |from: (f32, f32), to: (f32, f32)| {
        let ends = [center + vec2(from.0, from.1), center + vec2(to.0, to.1)];
        ui.painter().line_segment(ends, stroke);
    };
    match sign {
        Sign::Cross => {
            line((-4.0, -4.0), (4.0, 4.0));
            line((-4.0, 4.0), (4.0, -4.0));
        }
        Sign::Up => {
            line((-4.0, 2.0), (0.0, -2.0));
            line((0.0, -2.0), (4.0, 2.0));
        }
        Sign::Down => {
            line((-4.0, -2.0), (0.0, 2.0));
            line((0.0, 2.0), (4.0, -2.0));
        }
    }
    response.clicked()
}
