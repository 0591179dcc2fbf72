//! The header of a pane: its digit, what it shows, how strongly; pinning and closing it.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{
    Align, Button, CornerRadius, DragValue, Id, Layout, Rect, RichText, ScrollArea, Shape, Stroke,
    Ui, UiBuilder, vec2,
};

use super::super::theme::Icon;
use super::super::{Action as Of, filter_list, strings, theme};
use super::pane::Pane;
use super::{Action, PaneId, fill};
use crate::operator::Library;

/// Below this width there is room for the menu and for closing alone; the column has the rest.
const WIDTH_OF_ALL: f32 = 320.0;
/// From this width on it also says that the filter acts on a part alone; the column has it always.
const WIDTH_WITH_MASK: f32 = 420.0;
const MENU_WIDTH: f32 = 220.0;
const MENU_HEIGHT_MAX: f32 = 320.0;

/// What a header shows.
pub struct State<'a> {
    pub pane: &'a Pane,
    /// Its place among the panes.
    pub place: usize,
    pub is_current: bool,
    /// Whether it is the only pane, which stays.
    pub is_only: bool,
    /// Where it stands while two panes are seen together, and which others could stand there.
    pub side: Option<(usize, Vec<(PaneId, String)>)>,
    /// Whether it shows another photo than the window.
    pub has_own_photo: bool,
    /// The user's own edit of the window's photo, where it is known.
    pub after: Option<PathBuf>,
    /// The versions of its filter, which are files; asked for while the menu is open.
    pub versions: &'a dyn Fn() -> Vec<PathBuf>,
}

/// Shows it.
pub fn show(ui: &mut Ui, rect: Rect, state: &State<'_>, library: &Library, out: &mut Vec<Of>) {
    let fill = if state.is_current { theme::of(ui).chosen } else { theme::of(ui).panel };
    ui.painter().rect_filled(rect, 0.0, fill);
    // An id of its own: words that come and go over the pictures would change an automatic one, and
    // an open menu or a drag would end with it.
    let builder = UiBuilder::new()
        .scope_id(Id::unique(("pane header", state.pane.id.0)))
        .max_rect(rect.shrink2(vec2(theme::S, 0.0)))
        .layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = theme::XS;
        close_button(ui, state, out);
        if rect.width() >= WIDTH_OF_ALL {
            pin_button(ui, state, out);
            strength(ui, state, out);
            if state.pane.is_masked() && rect.width() >= WIDTH_WITH_MASK {
                let words = theme::weak(strings::compare::ON_A_PART);
                ui.label(words).on_hover_text(strings::compare::ON_A_PART_TIP);
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            digit(ui, state, out);
            menu(ui, state, library, out);
        });
    });
}

/// The digit that picks the pane; dark on light in the current one.
fn digit(ui: &mut Ui, state: &State<'_>, out: &mut Vec<Of>) {
    let colors = theme::of(ui);
    let (ground, ink) = match state.is_current {
        true => (colors.text, colors.inverse),
        false => (colors.raised, colors.text),
    };
    let digit = strings::digit(state.place);
    let button = Button::new(RichText::new(&digit).color(ink))
        .fill(ground)
        .corner_radius(CornerRadius::same(theme::CORNER))
        .min_size(vec2(24.0, 24.0));
    ui.spacing_mut().button_padding.x = theme::S;
    let button = ui.add(button).on_hover_text(strings::tip(strings::PICK_TIP, &digit));
    if button.accessible_name(strings::pick(state.place)).clicked() {
        out.push(Of::Compare(Action::Pick(state.place)));
    }
}

fn close_button(ui: &mut Ui, state: &State<'_>, out: &mut Vec<Of>) {
    ui.spacing_mut().button_padding.x = theme::S;
    let button = Button::new(theme::icon(Icon::X)).frame_when_inactive(false);
    let button = ui.add_enabled(!state.is_only, button);
    let button = button.on_hover_text(strings::CLOSE_PANE_TIP);
    if button.accessible_name(strings::close_pane(state.place)).clicked() {
        out.push(Of::Compare(Action::Close(state.pane.id)));
    }
}

fn pin_button(ui: &mut Ui, state: &State<'_>, out: &mut Vec<Of>) {
    let pinned = state.pane.pinned.is_some();
    let words = if pinned { strings::PINNED } else { strings::PIN };
    let words = (theme::icon(Icon::Pin), RichText::new(words).small());
    let button = Button::new(words).selected(pinned);
    let button = ui.add(button.frame_when_inactive(pinned)).on_hover_text(strings::PIN_TIP);
    if button.accessible_name(strings::pin_pane(state.place)).clicked() {
        out.push(Of::Compare(Action::TogglePin(state.pane.id)));
    }
}

fn strength(ui: &mut Ui, state: &State<'_>, out: &mut Vec<Of>) {
    let Some(strength) = state.pane.strength() else { return };
    let before = (strength * 100.0).round();
    let mut percent = before;
    let number = DragValue::new(&mut percent).range(0.0..=100.0).max_decimals(0);
    ui.add(number.suffix("\u{a0}%"))
        .on_hover_text(strings::STRENGTH_TIP)
        .accessible_name(strings::strength_of_pane(state.place));
    if percent != before {
        out.push(Of::Compare(Action::SetStrength(state.pane.id, percent / 100.0)));
    }
}

/// What the pane shows, and what it could show.
fn menu(ui: &mut Ui, state: &State<'_>, library: &Library, out: &mut Vec<Of>) {
    let pane = state.pane;
    ui.spacing_mut().button_padding.x = theme::S;
    let room = ui.available_width();
    // The spaces are the arrow's place.
    let title = format!("{}     ", cut(ui, &pane.title(), room - 40.0));
    let color = if state.is_current { theme::of(ui).strong } else { theme::of(ui).text };
    let menu = ui.menu_button(RichText::new(title).color(color), |ui| {
        ui.set_min_width(MENU_WIDTH);
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().max_height(MENU_HEIGHT_MAX).show(ui, |ui| {
            ui.set_min_width(MENU_WIDTH);
            let operator = pane.layer().map(|layer| &layer.operator);
            if item(ui, strings::ORIGINAL, operator.is_none() && !pane.is_after) {
                out.push(Of::Compare(Action::Show(pane.id, None)));
            }
            for index in filter_list::order(library) {
                let other = &library.entries[index].operator;
                let is_on = operator.is_some_and(|it| Arc::ptr_eq(it, other));
                if item(ui, &other.title, is_on) {
                    out.push(Of::Compare(Action::Show(pane.id, Some(index))));
                }
            }
            for file in (state.versions)() {
                let (Some(number), Some(layer)) = (fill::number(&file), pane.layer()) else {
                    continue;
                };
                let title = &layer.operator.title;
                if item(ui, &strings::compare::version(title, number), false) {
                    out.push(Of::Compare(Action::ShowVersion(pane.id, file)));
                }
            }
        });
        ui.separator();
        let after = state.after.clone();
        let words = if after.is_some() {
            strings::compare::MY_AFTER
        } else {
            strings::compare::MY_AFTER_ITEM
        };
        let button = Button::new(words).selected(pane.is_after);
        let button = ui.add(button.min_size(vec2(MENU_WIDTH, theme::CONTROL)));
        if button.on_hover_text(strings::compare::MY_AFTER_TIP).clicked() {
            out.push(Of::Compare(Action::ShowAfter(pane.id, after)));
        }
        if let Some((side, others)) = &state.side {
            ui.separator();
            for (id, label) in others {
                if item(ui, label, *id == pane.id) {
                    out.push(Of::Compare(Action::SetSide(*side, *id)));
                }
            }
        }
        ui.separator();
        if item(ui, strings::ADD_PHOTO, false) {
            out.push(Of::Compare(Action::AskPhoto(pane.id)));
        }
        if state.has_own_photo && item(ui, strings::SAME_PHOTO, false) {
            out.push(Of::Compare(Action::FollowPhoto(pane.id)));
        }
        if pane.offset != [0.0; 2] && item(ui, strings::ALIGN, false) {
            out.push(Of::Compare(Action::Align(pane.id)));
        }
        if item(ui, strings::PIN, pane.pinned.is_some()) {
            out.push(Of::Compare(Action::TogglePin(pane.id)));
        }
    });
    let arrow = menu.response.rect.right_center() - vec2(14.0, 0.0);
    let corners = [vec2(-4.0, -2.0), vec2(4.0, -2.0), vec2(0.0, 3.0)].map(|by| arrow + by);
    ui.painter().add(Shape::convex_polygon(corners.to_vec(), color, Stroke::NONE));
    menu.response
        .on_hover_text(pane.content())
        .accessible_name(strings::pane_menu(state.place, &pane.title()));
}

fn item(ui: &mut Ui, words: &str, is_on: bool) -> bool {
    ui.add(Button::new(words).selected(is_on).min_size(vec2(MENU_WIDTH, theme::CONTROL))).clicked()
}

/// The beginning of a title that fits into a width.
fn cut(ui: &Ui, title: &str, width: f32) -> String {
    let font = eframe::egui::TextStyle::Button.resolve(ui.style());
    let fits = |text: &str| {
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), theme::of(ui).text);
        galley.size().x <= width
    };
    if fits(title) {
        return title.to_owned();
    }
    let ends = title.char_indices().map(|(at, _)| at).rev();
    let cut = |end: usize| format!("{}…", title[..end].trim_end());
    ends.map(cut).find(|text| fits(text)).unwrap_or_else(|| "…".to_owned())
}
