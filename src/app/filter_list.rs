//! The filters, one of which is chosen.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{
    Align, Button, CornerRadius, Frame, Image, Layout, Margin, Panel, Rect, RectAlign, Response,
    RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, TextStyle, TextWrapMode,
    TextureHandle, Tooltip, Ui, Vec2, WidgetInfo, WidgetText, pos2, vec2,
};

use super::theme::Icon;
use super::wall::{self, Wall};
use super::{Action, Workspace, own, shell, strings, theme};
use crate::operator::{Library, Operator};

const WIDTH: f32 = 272.0;
const ROW: f32 = 56.0;
/// How long the pointer stays for a filter to be tried.
const REST_SECONDS: f32 = 0.1;
/// Width and height of the room for a thumbnail.
const THUMBNAIL: Vec2 = vec2(wall::SIDE, 48.0);

/// Which filter of the library is chosen.
pub fn chosen(library: &Library, operator: Option<&Arc<Operator>>) -> Option<usize> {
    let operator = operator?;
    library.entries.iter().position(|entry| Arc::ptr_eq(&entry.operator, operator))
}

/// The library's entries as they stand in the list: shipped ones, then one's own.
pub fn order(library: &Library) -> Vec<usize> {
    let (mut order, own): (Vec<_>, Vec<_>) =
        (0..library.entries.len()).partition(|&index| library.entries[index].builtin);
    order.extend(own);
    order
}

/// What is shown.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub library: &'a Library,
    pub wall: &'a Wall,
    /// What the list is narrowed to.
    pub search: &'a str,
    /// Names of filters with a star.
    pub favourites: &'a BTreeSet<String>,
    /// Whether these alone are shown.
    pub favourites_only: bool,
    /// The chosen filter's place in the library.
    pub chosen: Option<usize>,
    /// Whether it is to be scrolled to.
    pub reveal: bool,
}

impl Shown<'_> {
    /// Whether a filter of the library stands in the list.
    pub fn is_shown(&self, index: usize) -> bool {
        let entry = &self.library.entries[index];
        is_found(&entry.operator, self.search)
            && (!self.favourites_only || self.favourites.contains(&entry.name))
    }
}

/// Shows the list.
pub fn show(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let frame = theme::panel_frame(ui, vec2(theme::S, theme::S));
    Panel::left("filters").exact_size(WIDTH).resizable(false).frame(frame).show(ui, |ui| {
        find(ui, shown, actions);
        let mut pointed = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme::XS;
            let is_chosen = shown.chosen.is_none();
            let picture = shown.wall.texture(None);
            let none = row(ui, picture, strings::NONE, strings::NONE_DETAIL, is_chosen);
            note(&none, None, is_chosen, shown.reveal, &mut pointed, actions);
            rows(ui, shown, true, &mut pointed, actions);
            if !(0..shown.library.entries.len()).any(|index| shown.is_shown(index)) {
                let words = match shown.favourites_only && shown.favourites.is_empty() {
                    true => strings::shell::NO_FAVOURITES,
                    false => strings::shell::NOTHING_FOUND,
                };
                hint(ui, words);
            }
            ui.add_space(theme::M);
            title(ui, strings::MY_FILTERS);
            if shown.library.entries.iter().all(|entry| entry.builtin) {
                hint(ui, strings::MY_FILTERS_EMPTY);
            }
            rows(ui, shown, false, &mut pointed, actions);
            ui.add_space(theme::XS);
            ui.horizontal(|ui| {
                ui.add_space(theme::S);
                let words = (theme::icon(Icon::Plus), strings::LEARN_NEW);
                if ui.button(words).on_hover_text(strings::LEARN_TIP).clicked() {
                    actions.push(Action::Enter(Workspace::Learn));
                }
            });
        });
        rest(ui, pointed, actions);
    });
}

/// A filter that the pointer rests on is tried; one that it only passes is not.
fn rest(ui: &Ui, pointed: Option<Option<usize>>, actions: &mut Vec<Action>) {
    let since = ui.input(|input| input.pointer.time_since_last_movement());
    if pointed.is_none() || since >= REST_SECONDS {
        actions.push(Action::PointAt(pointed));
    } else {
        ui.ctx().request_repaint_after_secs(REST_SECONDS - since);
    }
}

/// A field that leaves only those filters in the list whose title or edit has its words, and a switch
/// that leaves favourites.
fn find(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let size = vec2(ui.available_width(), theme::CONTROL);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        let star = Button::new(theme::icon(Icon::Star)).selected(shown.favourites_only);
        let star = ui.add(star.min_size(vec2(theme::CONTROL, theme::CONTROL)));
        let star = star.accessible_name(strings::shell::FAVOURITES_ONLY);
        if star.on_hover_text(strings::shell::FAVOURITES_ONLY_TIP).clicked() {
            actions.push(Action::Shell(shell::Action::ToggleFavouritesOnly));
        }
        let mut text = shown.search.to_owned();
        let field = TextEdit::singleline(&mut text)
            .hint_text(strings::SEARCH)
            .desired_width(f32::INFINITY)
            .margin(Margin::symmetric(theme::S as i8, 6));
        if ui.add(field).accessible_name(strings::SEARCH).changed() {
            actions.push(Action::Search(text));
        }
    });
}

/// Whether a filter has all words of a search in its title or its edit.
fn is_found(operator: &Operator, search: &str) -> bool {
    let edit = operator.provenance.edit.as_deref().unwrap_or_default();
    let text = format!("{} {edit}", operator.title).to_lowercase();
    search.split_whitespace().all(|word| text.contains(&word.to_lowercase()))
}

/// What stands where filters would, under their pictures.
fn hint(ui: &mut Ui, words: &str) {
    Frame::new().inner_margin(Margin::symmetric(theme::S as i8, 0)).show(ui, |ui| {
        ui.label(theme::weak(words));
    });
}

fn title(ui: &mut Ui, title: &str) {
    ui.horizontal(|ui| {
        ui.add_space(theme::S);
        theme::section(ui, title);
    });
}

fn rows(
    ui: &mut Ui,
    shown: &Shown<'_>,
    builtin: bool,
    pointed: &mut Option<Option<usize>>,
    actions: &mut Vec<Action>,
) {
    for (index, entry) in shown.library.entries.iter().enumerate() {
        if entry.builtin != builtin || !shown.is_shown(index) {
            continue;
        }
        // Filters that nobody checked often share their title, too: their name tells them apart.
        let detail = strings::closeness_short(&entry.operator).unwrap_or_else(|| {
            strings::name_and_variant(&entry.name, entry.operator.variant.name())
        });
        let is_chosen = shown.chosen == Some(index);
        let response =
            row(ui, shown.wall.texture(Some(index)), &entry.operator.title, &detail, is_chosen);
        tip(&response, &entry.operator);
        response.context_menu(|ui| own::show_menu(ui, index, entry, actions));
        note(&response, Some(index), is_chosen, shown.reveal, pointed, actions);
        let has_star = shown.favourites.contains(&entry.name);
        if star(ui, &response, &entry.operator.title, has_star) {
            actions.push(Action::Shell(shell::Action::ToggleFavourite(Some(index))));
        }
    }
}

/// What a filter does and how close it comes, beside the list: a tooltip under the row would hide those
/// that follow.
fn tip(row: &Response, operator: &Operator) {
    let edit = operator.provenance.edit.clone();
    let lines: Vec<String> =
        edit.into_iter().chain(strings::closeness_short_tip(operator)).collect();
    if !lines.is_empty() {
        let mut tooltip = Tooltip::for_enabled(row);
        tooltip.popup = tooltip.popup.align(RectAlign::RIGHT_START);
        tooltip.show(|ui| ui.label(lines.join("\n")));
    }
}

/// The star at the end of a row: seen where the filter has one, and under the pointer.
fn star(ui: &mut Ui, row: &Response, title: &str, has_star: bool) -> bool {
    let size = vec2(theme::CONTROL, theme::CONTROL);
    let center = row.rect.right_center() - vec2(size.x / 2.0, 0.0);
    let rect = Rect::from_center_size(center, size);
    let star = ui.interact(rect, row.id.with("star"), Sense::click());
    let name = strings::about(strings::shell::FAVOURITE, title);
    star.widget_info(|| WidgetInfo::selected(Role::Button, true, has_star, &name));
    let colors = theme::of(ui);
    if star.has_focus() {
        let stroke = Stroke::new(1.5, colors.focus);
        ui.painter().rect_stroke(
            rect,
            CornerRadius::same(theme::CORNER),
            stroke,
            StrokeKind::Inside,
        );
    }
    let color = match (has_star, star.hovered() || star.has_focus()) {
        (true, _) => colors.strong,
        (false, true) => colors.text,
        (false, false) if row.hovered() => colors.filled,
        _ => return star.on_hover_text(strings::shell::FAVOURITE).clicked(),
    };
    theme::paint_icon(ui, center, Icon::Star, color);
    star.on_hover_text(strings::shell::FAVOURITE).clicked()
}

fn note(
    row: &Response,
    index: Option<usize>,
    is_chosen: bool,
    reveal: bool,
    pointed: &mut Option<Option<usize>>,
    actions: &mut Vec<Action>,
) {
    if row.contains_pointer() && !row.ctx.input(|input| input.pointer.any_down()) {
        *pointed = Some(index);
    }
    if row.clicked() {
        actions.push(Action::Choose(index));
    }
    if is_chosen && reveal {
        row.scroll_to_me(None);
    }
}

/// A thumbnail, and beside it one line with a smaller one under it.
fn row(
    ui: &mut Ui,
    thumbnail: Option<&TextureHandle>,
    title: &str,
    detail: &str,
    is_chosen: bool,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, title));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let colors = theme::of(ui);
    let fill = match (is_chosen, response.hovered()) {
        (true, _) => colors.chosen,
        (false, true) => colors.raised,
        (false, false) => colors.panel,
    };
    let corner = CornerRadius::same(theme::CORNER);
    ui.painter().rect_filled(rect, corner, fill);
    if response.has_focus() {
        let stroke = Stroke::new(1.5, colors.focus);
        ui.painter().rect_stroke(rect, corner, stroke, StrokeKind::Inside);
    }
    let (title_color, detail_color) =
        if is_chosen { (colors.strong, colors.text) } else { (colors.text, colors.weak) };
    let room = Rect::from_min_size(rect.min + vec2(theme::XS, theme::XS), THUMBNAIL);
    picture(ui, room, thumbnail);
    let mut inner = rect.shrink2(vec2(theme::S, 9.0));
    inner.min.x = room.max.x + theme::S;
    // The star has the end.
    inner.max.x -= theme::M;
    let galley = |text: RichText| {
        let text = WidgetText::from(text);
        text.into_galley(ui, Some(TextWrapMode::Truncate), inner.width(), TextStyle::Body)
    };
    let title = galley(RichText::new(title).color(title_color));
    let detail = galley(RichText::new(detail).small().color(detail_color));
    let foot = inner.left_bottom() - vec2(0.0, detail.size().y);
    ui.painter().galley(inner.left_top(), title, title_color);
    ui.painter().galley(foot, detail, detail_color);
    response
}

/// The middle of a thumbnail, as large as the room; a plain ground until it is there.
fn picture(ui: &Ui, room: Rect, thumbnail: Option<&TextureHandle>) {
    let corner = CornerRadius::same(theme::CORNER - 1);
    let Some(thumbnail) = thumbnail else {
        ui.painter().rect_filled(room, corner, theme::of(ui).field);
        return;
    };
    let [width, height] = thumbnail.size().map(|side| side as f32);
    let factor = (room.width() / width).max(room.height() / height);
    let seen = room.size() / (factor * vec2(width, height));
    let uv = Rect::from_center_size(pos2(0.5, 0.5), seen);
    Image::from_texture(thumbnail).uv(uv).corner_radius(corner).paint_at(ui, room);
}
