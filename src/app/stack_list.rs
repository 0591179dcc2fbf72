//! The filters on this photo, first to last: on and off, order, one more.

use eframe::egui::{
    Align, Button, Checkbox, CornerRadius, Layout, Response, RichText, Role, Sense, Stroke,
    StrokeKind, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText, vec2,
};

use super::stack::{Item, Stack};
use super::theme::Icon;
use super::{Action, filter_list, strings, theme};
use crate::operator::Library;

/// Side of a small button in points.
const SMALL: f32 = 20.0;
/// Height of a row: two lines.
const ROW: f32 = 40.0;

/// Shows it.
pub fn show(ui: &mut Ui, stack: &Stack, library: &Library, actions: &mut Vec<Action>) {
    theme::section(ui, strings::STACK);
    let count = stack.items.len();
    for (place, item) in stack.items.iter().enumerate() {
        let title = &item.layer.operator.title;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::XS;
            ui.spacing_mut().interact_size = vec2(SMALL, SMALL);
            let mut is_on = item.is_on;
            let switch = ui.add(Checkbox::without_text(&mut is_on));
            let switch = switch.on_hover_text(strings::TURN_ON_OR_OFF);
            if switch.accessible_name(strings::about(strings::TURN_ON_OR_OFF, title)).changed() {
                actions.push(Action::Toggle(place));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
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
                // A single one is the one that is set.
                let is_current = count > 1 && place == stack.current;
                if row(ui, item, is_current).clicked() {
                    actions.push(Action::SelectInStack(place));
                }
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

/// A filter's title, of which the end is left out where there is no room, and under it how it is set,
/// which is always seen.
fn row(ui: &mut Ui, item: &Item, is_current: bool) -> Response {
    let (title, detail) = (&item.layer.operator.title, strings::set(&item.layer));
    let words = strings::in_stack(&item.layer);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_current, &words));
    let colors = theme::of(ui);
    let corner = CornerRadius::same(theme::CORNER);
    let fill = match (is_current, response.hovered()) {
        (true, _) => colors.chosen,
        (false, true) => colors.raised,
        (false, false) => colors.panel,
    };
    ui.painter().rect_filled(rect, corner, fill);
    if response.has_focus() {
        let stroke = Stroke::new(1.5, colors.focus);
        ui.painter().rect_stroke(rect, corner, stroke, StrokeKind::Inside);
    }
    let inner = rect.shrink2(vec2(theme::S, 3.0));
    let galley = |text: RichText| {
        let text = WidgetText::from(text.small());
        text.into_galley(ui, Some(TextWrapMode::Truncate), inner.width(), TextStyle::Small)
    };
    let (upper, lower) = match (is_current, item.is_on) {
        (true, _) => (colors.strong, colors.text),
        (false, true) => (colors.text, colors.weak),
        (false, false) => (colors.weak, colors.weak),
    };
    let title = galley(RichText::new(title).color(upper));
    let detail = galley(RichText::new(detail).color(lower));
    let foot = inner.left_bottom() - vec2(0.0, detail.size().y);
    ui.painter().galley(inner.left_top(), title, upper);
    ui.painter().galley(foot, detail, lower);
    response.on_hover_text(words)
}

fn small(ui: &mut Ui, icon: Icon, words: &str, title: &str, is_enabled: bool) -> bool {
    let name = strings::about(words, title);
    let side = vec2(SMALL, SMALL);
    let button = Button::new(theme::icon(icon)).frame_when_inactive(false).min_size(side);
    ui.spacing_mut().button_padding.x = 2.0;
    let response = ui.add_enabled(is_enabled, button).on_hover_text(words);
    response.accessible_name(name).clicked()
}
